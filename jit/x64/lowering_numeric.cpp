// Lowering of arithmetic and of accesses to memory.
#include <algorithm>
#include <bit>
#include <cstring>

#include "engine/semantics/identities.h"
#include "jit/ir/bounds.h"
#include "jit/x64/lowering.h"
#include "jit/x64/lowering_vector.h"
#include "jit/x64/patterns.h"

namespace invar::jit::x64 {

namespace {

namespace x86 = asmjit::x86;

/// The immediate of roundss and roundsd: no exception for inexact results, and the mode.
u8 rounding_mode(Op op) {
  switch (op) {
    case Op::f32_nearest:
    case Op::f64_nearest:
      return 8;
    case Op::f32_floor:
    case Op::f64_floor:
      return 9;
    case Op::f32_ceil:
    case Op::f64_ceil:
      return 10;
    default:
      return 11;
  }
}

constexpr u64 max_displacement = 0x7fff'ffff;

}  // namespace

/// Of an `and` that leaves nothing but the lowest bytes.
std::optional<Width> Lowering::width_of_mask(Op op, Value mask) const {
  if ((op != Op::i32_and && op != Op::i64_and) || !is_constant(mask)) return std::nullopt;
  switch (node(mask).imm) {
    case 0xff:
      return Width::w8;
    case 0xffff:
      return Width::w16;
    case 0xffff'ffff:
      return Width::w32;
    default:
      return std::nullopt;
  }
}

void Lowering::lower_numeric(Value value) {
  const Node& n = node(value);
  const Pattern& pattern = pattern_of(n.op);
  const Value a = n.inputs[0], b = n.inputs[1];
  if (const VectorLowering::Row* row = VectorLowering::row_of(n.op)) return VectorLowering(*this, value).lower(*row);
  if ((n.op == Op::i32_add || n.op == Op::i64_add) && lower_addition(value)) return;
  if (pattern.form == Form::alias) return;  // see vreg_of
  if (pattern.form == Form::divide) return lower_division(value);
  if (pattern.form == Form::multiply_high) return lower_high_product(value);
  if (pattern.form == Form::shift) return lower_shift(value);
  if (pattern.form == Form::compare) {
    Draft& d = draft(Form::set, value);
    d.instruction.condition = condition_for(n.op);
    d.instruction.def = define(vreg_of(value));
    finish();
    compare(value);
    return;
  }

  Draft& d = draft(pattern.form, value);
  Instruction& i = d.instruction;
  i.id = pattern.id;
  i.width = pattern.width;
  i.width_b = pattern.width_b;
  i.op = n.op;
  switch (pattern.form) {
    case Form::two: {
      if (const std::optional<Width> kept = width_of_mask(n.op, b)) {
        i.form = Form::move;
        i.id = *kept == Width::w32 ? x86::Inst::kIdMov : x86::Inst::kIdMovzx;
        i.width = Width::w32;
        i.width_b = *kept;
        i.b = use(a, Access::early_use, Constraint::any);
        i.def = define(vreg_of(value));
        break;
      }
      if ((n.op == Op::i32_mul || n.op == Op::i64_mul) && is_immediate(b, i.width_b == Width::w64)) {
        i.form = Form::multiply_by;
        i.b = use(a, Access::early_use, Constraint::any);
        i.imm = static_cast<s32>(node(b).imm);
        i.def = define(vreg_of(value));
        break;
      }
      const bool commutes = semantics::is_commutative(n.op) || n.op == Op::f32_add || n.op == Op::f32_mul ||
                            n.op == Op::f64_add || n.op == Op::f64_mul;
      Value first = a, second = b;
      // The first is overwritten: better one that nobody else needs. A load is better second.
      if (commutes && (is_constant(a) || (dies(b) && (!dies(a) || can_fold_load(a, i.width_b)))))
        std::swap(first, second);
      i.a = use(first);
      use_b_or_load(i, second);
      if (i.width == Width::vector && out_.features.avx) {
        i.form = Form::vector;  // of three operands
        i.def = define(vreg_of(value));
      } else {
        i.def = define(vreg_of(value), Constraint::tied);
      }
      break;
    }
    case Form::move:
      i.b = use(a, Access::early_use, Constraint::any);
      i.def = define(vreg_of(value));
      break;
    case Form::zero_and_move:
      if (pattern.id == x86::Inst::kIdRoundss || pattern.id == x86::Inst::kIdRoundsd) i.imm = rounding_mode(n.op);
      i.b = use(a, Access::early_use, Constraint::any);
      i.def = define(vreg_of(value));
      break;
    case Form::count_zeros:
      i.b = use(a);
      i.def = define(vreg_of(value));
      break;
    case Form::convert_u64:
      i.b = use(a);
      i.a = temporary(RegClass::integer);
      i.def = define(vreg_of(value));
      break;
    case Form::truncate:
    case Form::truncate_saturated:
      i.b = use(a);
      i.def = define(vreg_of(value));
      break;
    case Form::sign_bits:
      i.a = use(a);
      i.def = define(vreg_of(value), Constraint::tied);
      break;
    case Form::min_max:
    case Form::copysign:
      i.a = use(a);
      i.b = use(b);
      i.def = define(vreg_of(value), Constraint::tied);
      break;
    default:
      supported_ = false;
      return;
  }
  finish();
}

/// By lea where that saves something: two additions in one, a shift, or the copy of an operand that lives on.
bool Lowering::lower_addition(Value value) {
  const Node& n = node(value);
  const bool wide = n.type == Type::i64;
  const Op add_op = n.op, shl_op = wide ? Op::i64_shl : Op::i32_shl;
  Value base = n.inputs[0], index = n.inputs[1];
  u64 displacement = 0;
  u8 scale = 0;
  bool merged = false;
  const auto small_constant = [&](Value v) {
    return is_constant(v) &&
           fits_s32(wide ? node(v).imm : static_cast<u64>(static_cast<s64>(static_cast<s32>(node(v).imm))));
  };
  const auto constant_of = [&](Value v) {
    return wide ? node(v).imm : static_cast<u64>(static_cast<s64>(static_cast<s32>(node(v).imm)));
  };
  if (is_constant(base)) return false;
  if (is_constant(index)) {
    if (!small_constant(index)) return false;
    displacement = constant_of(index);
    index = no_value;
    if (can_take_over(base) && node(base).op == add_op && !is_constant(node(base).inputs[1])) {
      take_over(base);
      index = node(base).inputs[1];
      base = node(base).inputs[0];
      merged = true;
    }
  } else if (can_take_over(index) && node(index).op == add_op && small_constant(node(index).inputs[1])) {
    take_over(index);
    displacement = constant_of(node(index).inputs[1]);
    index = node(index).inputs[0];
    merged = true;
  } else if (can_take_over(base) && node(base).op == add_op && small_constant(node(base).inputs[1])) {
    take_over(base);
    displacement = constant_of(node(base).inputs[1]);
    base = node(base).inputs[0];
    merged = true;
  }
  const auto is_scaled = [&](Value v) {
    return v != no_value && can_take_over(v) && node(v).op == shl_op && is_constant(node(v).inputs[1]) &&
           node(node(v).inputs[1]).imm >= 1 && node(node(v).inputs[1]).imm <= 3;
  };
  if (index != no_value && !is_scaled(index) && is_scaled(base)) std::swap(base, index);
  if (is_scaled(index)) {
    take_over(index);
    scale = static_cast<u8>(node(node(index).inputs[1]).imm);
    index = node(index).inputs[0];
    merged = true;
  }
  if (!merged) {
    if (dies(base) || (index != no_value && dies(index))) return false;
    if (index != no_value && is_constant(index)) return false;
  }
  Draft& d = draft(Form::move, value);
  Instruction& i = d.instruction;
  i.id = x86::Inst::kIdLea;
  i.width = i.width_b = wide ? Width::w64 : Width::w32;
  i.b_in_memory = true;
  i.memory.operand = use(base);
  if (index != no_value) i.memory.index = use(index);
  i.memory.scale = scale;
  i.memory.displacement = static_cast<s32>(displacement);
  i.def = define(vreg_of(value));
  finish();
  return true;
}

void Lowering::lower_division(Value value) {
  const Node& n = node(value);
  const Pattern& pattern = pattern_of(n.op);
  const bool remainder =
      n.op == Op::i32_rem_s || n.op == Op::i32_rem_u || n.op == Op::i64_rem_s || n.op == Op::i64_rem_u;
  Draft& d = draft(Form::divide, value);
  d.instruction.id = pattern.id;
  d.instruction.width = d.instruction.width_b = pattern.width;
  d.instruction.op = n.op;
  d.clobbers = set_of(rax) | set_of(rdx);
  d.instruction.a = use(n.inputs[0], Access::early_use, Constraint::fixed, rax);
  d.instruction.b = use(n.inputs[1], Access::late_use);
  d.instruction.def = define(vreg_of(value), Constraint::fixed, remainder ? rdx : rax);
  finish();
}

/// The upper half of a product.
void Lowering::lower_high_product(Value value) {
  const Node& n = node(value);
  Draft& d = draft(Form::multiply_high, value);
  d.instruction.id = pattern_of(n.op).id;
  d.clobbers = set_of(rax) | set_of(rdx);
  d.instruction.a = use(n.inputs[0], Access::early_use, Constraint::fixed, rax);
  d.instruction.b = use(n.inputs[1], Access::late_use);
  d.instruction.def = define(vreg_of(value), Constraint::fixed, rdx);
  finish();
}

void Lowering::lower_shift(Value value) {
  const Node& n = node(value);
  const Pattern& pattern = pattern_of(n.op);
  const Value a = n.inputs[0], b = n.inputs[1];
  Draft& d = draft(Form::shift, value);
  Instruction& i = d.instruction;
  i.id = pattern.id;
  i.width = i.width_b = pattern.width;
  const bool is_rotation = i.id == x86::Inst::kIdRol || i.id == x86::Inst::kIdRor;
  if (is_constant(b)) {
    i.form = Form::shift_by;
    i.imm = static_cast<s64>(node(b).imm & (i.width == Width::w32 ? 31 : 63));
    if (i.id == x86::Inst::kIdRol && out_.features.bmi2 && !dies(a)) {
      i.form = Form::multiply_by;  // the same operands
      i.id = x86::Inst::kIdRorx;
      i.imm = (i.width == Width::w32 ? 32 : 64) - i.imm;
      i.b = use(a, Access::early_use, Constraint::any);
      i.def = define(vreg_of(value));
    } else {
      i.a = use(a);
      i.def = define(vreg_of(value), Constraint::tied);
    }
  } else if (out_.features.bmi2 && !is_rotation) {
    i.form = Form::three;
    i.id = i.id == x86::Inst::kIdShl   ? x86::Inst::kIdShlx
           : i.id == x86::Inst::kIdShr ? x86::Inst::kIdShrx
                                       : x86::Inst::kIdSarx;
    i.a = use(a);
    i.b = use(b);
    i.def = define(vreg_of(value));
  } else {
    i.a = use(a);
    i.b = use(b, Access::early_use, Constraint::fixed, rcx);
    i.def = define(vreg_of(value), Constraint::tied);
  }
  finish();
}

// Memory.

/// The address of an access in guarded memory 0.
void Lowering::lower_address(Instruction& instruction, const Node& access, Access when) {
  Value address = access.inputs[0];
  u64 offset = access.imm;
  if (node(address).kind == Kind::locate) {
    instruction.memory.operand = use(address, when);
    instruction.memory.displacement = -static_cast<s32>(info(access.op).access);
    return;
  }
  if (node(address).kind == Kind::element) return lower_element(instruction, address);
  instruction.memory.base = Memory::Base::heap;
  if (is_constant(address) && node(address).imm + offset <= max_displacement) {
    instruction.memory.displacement = static_cast<s32>(node(address).imm + offset);
    return;
  }
  take_over_sums(address, offset);
  if (offset <= max_displacement) {
    instruction.memory.scale = take_over_scale(address);
    instruction.memory.operand = use(address, when);
    instruction.memory.displacement = static_cast<s32>(offset);
    return;
  }
  // Both do not fit in an instruction: the emission adds the offset in the scratch register.
  instruction.memory.operand = use(address, when);
  instruction.memory.big_offset = offset;
}

/// Sums with constants that do not exceed 32 bits become part of the access. Their other users keep them.
void Lowering::take_over_sums(Value& address, u64& offset) {
  while (is_numeric(address, Op::i32_add) && is_constant(node(address).inputs[1])) {
    const Value from = node(address).inputs[0];
    const u64 more = node(node(address).inputs[1]).imm;
    if (offset + more > max_displacement || upper_bound(function_, from) + more > 0xffff'ffff) return;
    if (--uses_[address] != 0) ++uses_[from];
    address = from;
    offset += more;
  }
}

/// Of a product by 2, 4 or 8 that does not exceed 32 bits: the factor's logarithm.
u8 Lowering::take_over_scale(Value& address) {
  if (!can_take_over(address) || !is_numeric(address, Op::i32_shl)) return 0;
  const Value from = node(address).inputs[0], by = node(address).inputs[1];
  if (!is_constant(by) || node(by).imm > 3 || upper_bound(function_, from) << node(by).imm > 0xffff'ffff) return 0;
  take_over(address);
  address = from;
  return static_cast<u8>(node(by).imm);
}

/// Only the access that is in hand has the place as its input.
void Lowering::lower_element(Instruction& instruction, Value place) {
  const Node& n = node(place);
  take_over(place);
  Memory& memory = instruction.memory;
  memory.operand = use(n.inputs[0]);
  memory.displacement = static_cast<s32>(n.imm);
  if (n.inputs[1] == no_value) return;
  const u64 distance = is_constant(n.inputs[1]) ? node(n.inputs[1]).imm << n.index : ~u64{0};
  if (distance <= max_displacement - n.imm) {
    memory.displacement += static_cast<s32>(distance);
    return;
  }
  memory.index = use(n.inputs[1]);
  memory.scale = static_cast<u8>(n.index);
}

void Lowering::lower_load(Value value) {
  const Node& n = node(value);
  if (const VectorLowering::Row* row = VectorLowering::row_of(n.op)) return VectorLowering(*this, value).lower(*row);
  const Pattern& pattern = pattern_of(n.op);
  Draft& d = draft(Form::move, value);
  Instruction& i = d.instruction;
  i.id = pattern.id;
  i.width = pattern.width;
  i.width_b = pattern.width_b;
  i.b_in_memory = true;
  lower_address(i, n);
  i.def = define(vreg_of(value));
  finish();
}

/// Is the value a load that its only user, the node in hand, can make itself: of the whole width, with nothing in
/// between that could tell the difference?
bool Lowering::can_fold_load(Value value, Width width) const {
  constexpr u32 patience = 16;
  const Node& n = node(value);
  if (n.kind != Kind::load || uses_[value] != 1 || block_of_[value] != block_ || n.imm > max_displacement) return false;
  if (n.type == Type::v128) return n.op == Op::v128_load && out_.features.avx;
  const Pattern& pattern = pattern_of(n.op);
  if (width == Width::vector) {
    if (pattern.width != Width::vector) return false;
  } else if ((pattern.id != x86::Inst::kIdMov) || pattern.width != width || pattern.width_b != width ||
             n.op == Op::i64_load32_u) {
    return false;
  }
  const auto& nodes = function_.blocks[block_].nodes;
  for (u32 steps = 1; steps <= patience && steps <= position_; ++steps) {
    const Value other = nodes[position_ - steps];
    if (other == value) return true;
    const Kind kind = node(other).kind;
    if (!is_pure(kind) && kind != Kind::load && kind != Kind::global_get) return false;
  }
  return false;
}

/// Like use_b, but a load may become part of the instruction, and so may a float constant.
void Lowering::use_b_or_load(Instruction& instruction, Value value) {
  if (can_fold_load(value, instruction.width_b)) {
    take_over(value);
    folded_[value] = true;
    instruction.b_in_memory = true;
    instruction.offset = node(value).offset;
    if (instruction.width == Width::vector) instruction.width_b = width_in_memory(node(value).type);
    lower_address(instruction, node(value));
    return;
  }
  const Type type = node(value).type;
  if (is_constant(value) && (type == Type::f32 || type == Type::f64)) {
    V128 bits{};
    std::memcpy(bits.bytes, &node(value).imm, sizeof(u64));
    instruction.b_is_literal = true;
    instruction.literal = literal(bits);
    return;
  }
  instruction.b = use_b(instruction, value);
}

void Lowering::lower_store(Value value) {
  const Node& n = node(value);
  if (const VectorLowering::Row* row = VectorLowering::row_of(n.op)) return VectorLowering(*this, value).lower(*row);
  const Pattern& pattern = pattern_of(n.op);
  Value stored = n.inputs[1];
  Draft& d = draft(Form::store, value);
  Instruction& i = d.instruction;
  i.id = pattern.id;
  i.width = pattern.width;
  i.width_b = pattern.width_b;
  if (can_take_over(stored) && node(stored).op == Op::i32_wrap_i64) {
    take_over(stored);
    stored = node(stored).inputs[0];
  }
  lower_address(i, n);
  if (is_integer(node(stored).type) && is_immediate(stored, pattern.width == Width::w64)) {
    i.b_is_immediate = true;
    i.imm = static_cast<s32>(node(stored).imm);
  } else {
    i.a = use(stored);
  }
  finish();
}

}  // namespace invar::jit::x64
