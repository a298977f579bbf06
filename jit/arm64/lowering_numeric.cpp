// Lowering of arithmetic and of accesses to memory: the ways of patterns.def.
#include <algorithm>
#include <array>
#include <bit>

#include "jit/arm64/assembler.h"
#include "jit/arm64/lowering.h"

namespace invar::jit::arm64 {

using Inst = asmjit::a64::Inst;

namespace {

constexpr std::array<Lowering::Pattern, op_count> patterns = [] {
  std::array<Lowering::Pattern, op_count> table{};
#define PATTERN(op, way, instruction, shape, shape_in, condition)                                              \
  table[static_cast<size_t>(Op::op)] = {&Lowering::way, Inst::kId##instruction, Shape::shape, Shape::shape_in, \
                                        Condition::condition};
#include "jit/arm64/patterns.def"
#include "jit/arm64/vector_patterns.def"
#undef PATTERN
  return table;
}();

constexpr u32 bits_of(Shape shape) { return shape == Shape::w ? 32 : 64; }

/// 12 bits, or 12 bits above 12 zeros.
bool is_arithmetic(u64 value) { return value < 4096 || (value % 4096 == 0 && value < u64{4096} << 12); }

bool is_signed_division(Op op) {
  return op == Op::i32_div_s || op == Op::i64_div_s || op == Op::i32_rem_s || op == Op::i64_rem_s;
}

}  // namespace

const Lowering::Pattern& Lowering::pattern_of(Op op) { return patterns[static_cast<size_t>(op)]; }

void Lowering::lower_numeric(Value value) {
  const Pattern& pattern = pattern_of(node(value).op);
  if (pattern.way == nullptr) {
    supported_ = false;
    return;
  }
  (this->*pattern.way)(value, pattern);
}

Instruction& Lowering::draft_of(Form form, Value value, const Pattern& pattern) {
  Instruction& i = draft(form, value).instruction;
  i.id = pattern.id;
  i.op = node(value).op;
  i.shape = pattern.shape;
  return i;
}

// Operands that are shifted or extended on their way in.

bool Lowering::is_shifted(Value value, bool wide, Shifts shifts) const {
  if (!can_take_over(value)) return false;
  const Node& n = node(value);
  const bool constant = n.inputs[1] != no_value && is_constant(n.inputs[1]);
  switch (n.op) {
    case Op::i32_shl:
    case Op::i32_shr_s:
    case Op::i32_shr_u:
      return constant && !wide;
    case Op::i64_shl:
    case Op::i64_shr_s:
    case Op::i64_shr_u:
      return constant && wide;
    case Op::i32_rotl:
      return constant && shifts == Shifts::with_rotation && !wide;
    case Op::i64_rotl:
      return constant && shifts == Shifts::with_rotation && wide;
    case Op::i64_extend_i32_s:
      return shifts == Shifts::with_extension && wide;
    default:
      return false;
  }
}

void Lowering::use_shifted(Instruction& i, Value value, Shifts shifts) {
  const bool wide = i.shape_b == Shape::x;
  if (!is_shifted(value, wide, shifts)) {
    i.b = use(narrowed(value, i.shape_b));
    return;
  }
  take_over(value);
  const Node& n = node(value);
  if (n.op == Op::i64_extend_i32_s) {
    i.shift = Shift::sxtw;
  } else {
    const u32 by = static_cast<u32>(node(n.inputs[1]).imm) & (wide ? 63 : 31);
    const bool rotated = n.op == Op::i32_rotl || n.op == Op::i64_rotl;
    i.shift = rotated                                          ? Shift::ror
              : n.op == Op::i32_shl || n.op == Op::i64_shl     ? Shift::lsl
              : n.op == Op::i32_shr_s || n.op == Op::i64_shr_s ? Shift::asr
                                                               : Shift::lsr;
    i.shift_by = static_cast<u8>(rotated ? ((wide ? 64 : 32) - by) & (wide ? 63 : 31) : by);
  }
  i.b = use(narrowed(n.inputs[0], wide && i.shift != Shift::sxtw ? Shape::x : Shape::w));
}

// One instruction.

void Lowering::nothing(Value /*value*/, const Pattern& /*pattern*/) {}

void Lowering::unary(Value value, const Pattern& pattern) {
  Instruction& i = draft_of(Form::plain, value, pattern);
  i.shape_a = pattern.shape_in;
  i.a = use(narrowed(node(value).inputs[0], pattern.shape_in));
  define_result(value);
  finish();
}

void Lowering::binary(Value value, const Pattern& pattern) {
  Instruction& i = draft_of(Form::plain, value, pattern);
  i.shape_a = i.shape_b = pattern.shape_in;
  i.a = use(narrowed(node(value).inputs[0], pattern.shape_in));
  i.b = use(narrowed(node(value).inputs[1], pattern.shape_in));
  define_result(value);
  finish();
}

// Integers.

bool Lowering::add_constant(Value value, const Pattern& pattern, Value to, s64 constant) {
  if (pattern.shape == Shape::w) constant = static_cast<s32>(constant);
  const bool negative = constant < 0;
  const u64 magnitude = negative ? 0 - static_cast<u64>(constant) : static_cast<u64>(constant);
  if (!is_arithmetic(magnitude)) return false;
  Instruction& i = draft_of(Form::plain, value, pattern);
  i.id = static_cast<u16>(negative ? Inst::kIdSub : Inst::kIdAdd);
  i.shape_a = pattern.shape;
  i.a = use(narrowed(to, pattern.shape));
  i.has_imm = true;
  i.imm = static_cast<s64>(magnitude);
  define_result(value);
  finish();
  return true;
}

/// other + product, or other - product.
bool Lowering::takes_product(Value value, const Pattern& pattern, Value product, Value other, u16 id) {
  if (!can_take_over(product) || pattern_of(node(product).op).way != &Lowering::product) return false;
  take_over(product);
  Instruction& i = draft_of(Form::plain, value, pattern);
  i.id = id;
  i.shape_a = i.shape_b = i.shape_c = pattern.shape;
  i.a = use(narrowed(node(product).inputs[0], pattern.shape));
  i.b = use(narrowed(node(product).inputs[1], pattern.shape));
  i.c = use_or_zero(narrowed(other, pattern.shape));
  define_result(value);
  finish();
  return true;
}

void Lowering::addition(Value value, const Pattern& pattern) {
  Value a = node(value).inputs[0], b = node(value).inputs[1];
  const bool wide = pattern.shape == Shape::x;
  if (is_constant(b) && add_constant(value, pattern, a, static_cast<s64>(node(b).imm))) return;
  if (takes_product(value, pattern, b, a, Inst::kIdMadd) || takes_product(value, pattern, a, b, Inst::kIdMadd)) return;
  if (is_shifted(a, wide, Shifts::with_extension) && !is_shifted(b, wide, Shifts::with_extension)) std::swap(a, b);
  Instruction& i = draft_of(Form::plain, value, pattern);
  i.shape_a = i.shape_b = pattern.shape;
  i.a = use(narrowed(a, pattern.shape));
  use_shifted(i, b, Shifts::with_extension);
  define_result(value);
  finish();
}

void Lowering::subtraction(Value value, const Pattern& pattern) {
  const Value a = node(value).inputs[0], b = node(value).inputs[1];
  if (is_constant(b) && add_constant(value, pattern, a, static_cast<s64>(0 - node(b).imm))) return;
  if (takes_product(value, pattern, b, a, Inst::kIdMsub)) return;
  Instruction& i = draft_of(Form::plain, value, pattern);
  i.shape_b = pattern.shape;
  if (is_zero(a)) {
    i.id = Inst::kIdNeg;
    use_shifted(i, b, Shifts::plain);
  } else {
    i.shape_a = pattern.shape;
    i.a = use(narrowed(a, pattern.shape));
    use_shifted(i, b, Shifts::with_extension);
  }
  define_result(value);
  finish();
}

void Lowering::product(Value value, const Pattern& pattern) {
  const Value a = node(value).inputs[0], b = node(value).inputs[1];
  const auto is_extension = [&](Value v) { return can_take_over(v) && node(v).op == Op::i64_extend_i32_s; };
  const auto is_narrow = [&](Value v) {
    return is_constant(v) && static_cast<s64>(node(v).imm) == static_cast<s32>(node(v).imm);
  };
  Instruction& i = draft_of(Form::plain, value, pattern);
  i.shape_a = i.shape_b = pattern.shape;
  if (is_extension(a) && (is_extension(b) || is_narrow(b)) && a != b) {
    i.id = Inst::kIdSmull;
    i.shape_a = i.shape_b = Shape::w;
    const auto unwrapped = [&](Value v) {
      if (is_constant(v)) return v;
      take_over(v);
      return node(v).inputs[0];
    };
    i.a = use(unwrapped(a));
    i.b = use(unwrapped(b));
  } else if (is_constant(b) && std::has_single_bit(node(b).imm - 1) && node(b).imm > 1) {
    i.id = Inst::kIdAdd;  // to itself, shifted
    i.a = i.b = use(narrowed(a, pattern.shape));
    i.shift = Shift::lsl;
    i.shift_by = static_cast<u8>(std::countr_zero(node(b).imm - 1));
  } else {
    i.a = use(narrowed(a, pattern.shape));
    i.b = use(narrowed(b, pattern.shape));
  }
  define_result(value);
  finish();
}

/// The field that begins at a shift's count and is as wide as the mask.
bool Lowering::extract_bits(Value value, const Pattern& pattern, Value from, u64 mask) {
  if (!std::has_single_bit(mask + 1) || !can_take_over(from)) return false;
  const Node& n = node(from);
  if ((n.op != Op::i32_shr_u && n.op != Op::i64_shr_u) || !is_constant(n.inputs[1])) return false;
  const u32 bits = bits_of(pattern.shape), by = static_cast<u32>(node(n.inputs[1]).imm) & (bits - 1);
  const u32 width = std::min(static_cast<u32>(std::countr_one(mask)), bits - by);
  if (by == 0) return false;
  take_over(from);
  Instruction& i = draft_of(Form::plain, value, pattern);
  i.id = Inst::kIdUbfx;
  i.shape_a = pattern.shape;
  i.a = use(narrowed(n.inputs[0], pattern.shape));
  i.has_imm = true;
  i.imm = by;
  i.second_imm = width;
  define_result(value);
  finish();
  return true;
}

void Lowering::logical(Value value, const Pattern& pattern) {
  const Node& n = node(value);
  Value a = n.inputs[0], b = n.inputs[1];
  const bool wide = pattern.shape == Shape::x;
  const u64 ones = wide ? ~u64{0} : 0xffff'ffff;
  if (is_constant(b)) {
    const u64 bits = node(b).imm;
    if (pattern.id == Inst::kIdAnd && extract_bits(value, pattern, a, bits)) return;
    if (is_logical(bits, pattern.shape)) {
      Instruction& i = draft_of(Form::plain, value, pattern);
      i.shape_a = pattern.shape;
      i.a = use(narrowed(a, pattern.shape));
      i.has_imm = true;
      i.imm = static_cast<s64>(bits);
      define_result(value);
      return finish();
    }
    if (pattern.id == Inst::kIdEor && bits == ones) {
      Instruction& i = draft_of(Form::plain, value, pattern);
      i.id = Inst::kIdMvn;
      i.shape_b = pattern.shape;
      use_shifted(i, a, Shifts::with_rotation);
      define_result(value);
      return finish();
    }
  }
  // Of an inverted operand there are forms too.
  const auto is_inverted = [&](Value v) {
    return can_take_over(v) && pattern_of(node(v).op).id == Inst::kIdEor && is_constant(node(v).inputs[1]) &&
           node(node(v).inputs[1]).imm == ones;
  };
  if (is_inverted(a) && !is_inverted(b)) std::swap(a, b);
  const bool inverted = is_inverted(b);
  if (inverted) {
    take_over(b);
    b = node(b).inputs[0];
  } else if (is_shifted(a, wide, Shifts::with_rotation) && !is_shifted(b, wide, Shifts::with_rotation)) {
    std::swap(a, b);
  }
  Instruction& i = draft_of(Form::plain, value, pattern);
  if (inverted) {
    i.id = static_cast<u16>(pattern.id == Inst::kIdAnd   ? Inst::kIdBic
                            : pattern.id == Inst::kIdOrr ? Inst::kIdOrn
                                                         : Inst::kIdEon);
  }
  i.shape_a = i.shape_b = pattern.shape;
  i.a = use(narrowed(a, pattern.shape));
  use_shifted(i, b, Shifts::with_rotation);
  define_result(value);
  finish();
}

void Lowering::shift(Value value, const Pattern& pattern) {
  const Node& n = node(value);
  const bool rotates_left = n.op == Op::i32_rotl || n.op == Op::i64_rotl;
  const Value by = n.inputs[1];
  Instruction& i = draft_of(rotates_left && !is_constant(by) ? Form::rotate_left : Form::plain, value, pattern);
  i.shape_a = pattern.shape;
  i.a = use(narrowed(n.inputs[0], pattern.shape));
  if (is_constant(by)) {
    const u64 bits = bits_of(pattern.shape);
    i.has_imm = true;
    i.imm = static_cast<s64>((rotates_left ? bits - node(by).imm : node(by).imm) & (bits - 1));
  } else {
    i.shape_b = pattern.shape;
    i.b = use(narrowed(by, pattern.shape));
  }
  define_result(value);
  finish();
}

void Lowering::division(Value value, const Pattern& pattern) {
  const Node& n = node(value);
  Instruction& i = draft_of(Form::divide, value, pattern);
  const Value divisor = n.inputs[1];
  const u64 bits = is_constant(divisor) ? node(divisor).imm : 0;
  const u64 minus_one = pattern.shape == Shape::w ? 0xffff'ffff : ~u64{0};
  i.may_be_zero = bits == 0;
  i.may_overflow = is_signed_division(n.op) && (!is_constant(divisor) || bits == minus_one);
  i.shape_a = i.shape_b = pattern.shape;
  i.a = use(narrowed(n.inputs[0], pattern.shape));
  i.b = use(narrowed(divisor, pattern.shape));
  define_result(value);
  finish();
}

void Lowering::count_trailing(Value value, const Pattern& pattern) { unary_form(Form::count_trailing, value, pattern); }
void Lowering::count_bits(Value value, const Pattern& pattern) { unary_form(Form::count_bits, value, pattern); }
void Lowering::truncation(Value value, const Pattern& pattern) { unary_form(Form::truncate, value, pattern); }

void Lowering::unary_form(Form form, Value value, const Pattern& pattern) {
  Instruction& i = draft_of(form, value, pattern);
  i.shape_a = pattern.shape_in;
  i.a = use(narrowed(node(value).inputs[0], pattern.shape_in));
  define_result(value);
  finish();
}

void Lowering::copysign(Value value, const Pattern& pattern) {
  Instruction& i = draft_of(Form::copysign, value, pattern);
  i.a = use(node(value).inputs[0]);
  i.b = use(node(value).inputs[1]);
  i.def = define(vreg_of(value), Constraint::tied);
  finish();
}

// Comparisons.

void Lowering::comparison(Value value, const Pattern& pattern) {
  Instruction& i = draft(Form::set, value).instruction;
  i.condition = pattern.condition;
  define_result(value);
  finish();
  compare(value);
}

void Lowering::truth(Value value, const Pattern& pattern) { comparison(value, pattern); }

void Lowering::compare(Value value) {
  const Node& n = node(value);
  const Pattern& pattern = pattern_of(n.op);
  if (pattern.way == &Lowering::truth) return compare_truth(value);
  if (info(n.op).family == Family::Test) return compare_with_zero(n.inputs[0], pattern.shape_in);
  const Value b = n.inputs[1];
  Instruction& i = draft(Form::compare, value).instruction;
  i.id = pattern.id;
  i.shape_a = pattern.shape_in;
  i.a = use(narrowed(n.inputs[0], pattern.shape_in));
  const bool floats = pattern.id == Inst::kIdFcmp_v;
  if (is_constant(b) && floats && node(b).imm == 0) {
    i.has_imm = true;
    return finish();
  }
  if (is_constant(b) && !floats) {
    const s64 constant = pattern.shape_in == Shape::w ? static_cast<s32>(node(b).imm) : static_cast<s64>(node(b).imm);
    const u64 magnitude = constant < 0 ? 0 - static_cast<u64>(constant) : static_cast<u64>(constant);
    if (is_arithmetic(magnitude)) {
      if (constant < 0) i.id = Inst::kIdCmn;
      i.has_imm = true;
      i.imm = static_cast<s64>(magnitude);
      return finish();
    }
  }
  i.shape_b = pattern.shape_in;
  if (floats) {
    i.b = use(b);
  } else {
    use_shifted(i, b, Shifts::with_extension);
  }
  finish();
}

// Memory.

void Lowering::load(Value value, const Pattern& pattern) {
  Instruction& i = draft_of(Form::load, value, pattern);
  i.memory = address_of(node(value));
  define_result(value);
  finish();
}

void Lowering::store(Value value, const Pattern& pattern) {
  const Node& n = node(value);
  Instruction& i = draft_of(Form::store, value, pattern);
  i.memory = address_of(n);
  const Value stored = narrowed(n.inputs[1], pattern.shape);
  i.shape_a = pattern.shape;
  i.a = is_integer(node(stored).type) ? use_or_zero(stored) : use(stored);
  finish();
}

}  // namespace invar::jit::arm64
