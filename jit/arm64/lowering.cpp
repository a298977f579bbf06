#include "jit/arm64/lowering.h"

#include <bit>

#include "jit/arm64/assembler.h"

namespace invar::jit::arm64 {

// Operands.

bool Lowering::is_logical(u64 bits, Shape shape) {
  return asmjit::a64::Utils::isLogicalImm(bits, shape == Shape::w ? 32 : 64);
}

u8 Lowering::use_or_zero(Value value) { return is_zero(value) ? no_operand : use(value); }

Value Lowering::narrowed(Value value, Shape shape) {
  while (shape == Shape::w && can_take_over(value) && node(value).op == Op::i32_wrap_i64) {
    take_over(value);
    value = node(value).inputs[0];
  }
  return value;
}

Memory Lowering::address_of(const Node& access, Access when) {
  const Value address = access.inputs[0];
  if (node(address).kind == Kind::locate) {
    return {.operand = use(address, when), .is_checked = true, .offset = -s64{info(access.op).access}};
  }
  if (node(address).kind == Kind::element) return element(address);
  const s64 offset = static_cast<s64>(access.imm);
  if (is_constant(address)) return {.offset = static_cast<s64>(node(address).imm) + offset};
  return {.operand = use(address, when), .offset = offset};
}

/// Only the access that is in hand has the place as its input. With a number that is no constant, the place is computed
/// just in front.
Memory Lowering::element(Value place) {
  const Node& n = node(place);
  const s64 offset = static_cast<s64>(n.imm);
  const Value number = n.inputs[1];
  if (number != no_value && !is_constant(number)) return {.operand = use(place), .is_checked = true, .offset = offset};
  take_over(place);
  const u64 distance = number == no_value ? 0 : node(number).imm << n.index;
  return {.operand = use(n.inputs[0]), .is_checked = true, .offset = offset + static_cast<s64>(distance)};
}

// Nodes.

void Lowering::lower_own(Value value) {
  const Node& n = node(value);
  switch (n.kind) {
    case Kind::numeric:
    case Kind::trapping:
    case Kind::load:
    case Kind::store:
      return lower_numeric(value);
    case Kind::select:
      return lower_select(value);
    case Kind::branch:
      return lower_branch(value);
    case Kind::atomic:
      return lower_atomic(value);
    case Kind::fence:
      draft(Form::fence, value);
      return finish();
    case Kind::canonical_nan: {
      if (n.type == Type::v128) return canonical_nans(value);
      Instruction& i = draft(Form::canonical_nan, value).instruction;
      i.shape = n.type == Type::f32 ? Shape::s : Shape::d;
      i.a = use(n.inputs[0]);
      i.def = define(vreg_of(value), Constraint::tied);
      return finish();
    }
    case Kind::element: {
      Instruction& i = draft(Form::plain, value).instruction;
      i.id = asmjit::a64::Inst::kIdAdd;
      i.shape_a = i.shape_b = i.shape = Shape::x;
      i.shift = n.index != 0 ? Shift::lsl : Shift::none;
      i.shift_by = static_cast<u8>(n.index);
      i.a = use(n.inputs[0]);
      i.b = use(n.inputs[1]);
      define_result(value);
      return finish();
    }
    case Kind::trap_if: {
      const Test test = test_of(n.inputs[0]);
      Instruction& i = draft(Form::trap_if, value).instruction;
      i.trap = static_cast<TrapKind>(n.imm);
      i.condition = test.condition;
      finish();
      return lower_test(test, n.inputs[0]);
    }
    case Kind::slot: {
      Instruction& i = draft(Form::load, value).instruction;
      const bool integer = is_integer(n.type);
      i.id = static_cast<u16>(integer ? asmjit::a64::Inst::kIdLdr : asmjit::a64::Inst::kIdLdr_v);
      i.shape = integer ? Shape::x : n.type == Type::v128 ? Shape::q : n.type == Type::f32 ? Shape::s : Shape::d;
      i.memory = {.operand = use(n.inputs[0]), .is_checked = true, .offset = static_cast<s64>(8 * n.imm)};
      define_result(value);
      return finish();
    }
    case Kind::set_slot: {
      Instruction& i = draft(Form::store, value).instruction;
      const Type type = node(n.inputs[1]).type;
      const bool integer = is_integer(type);
      i.id = static_cast<u16>(integer ? asmjit::a64::Inst::kIdStr : asmjit::a64::Inst::kIdStr_v);
      i.shape = i.shape_a = integer              ? Shape::x
                            : type == Type::v128 ? Shape::q
                            : type == Type::f32  ? Shape::s
                                                 : Shape::d;
      i.memory = {.operand = use(n.inputs[0]), .is_checked = true, .offset = static_cast<s64>(8 * n.imm)};
      i.a = use(n.inputs[1]);
      return finish();
    }
    default:
      supported_ = false;
  }
}

void Lowering::lower_select(Value value) {
  const Node& n = node(value);
  const Test test = test_of(n.inputs[0]);
  Instruction& i = draft(Form::select, value).instruction;
  i.condition = test.condition;
  if (n.type == Type::v128) {
    // There is no instruction: the one that stands there already stays, or the other comes over it.
    i.shape = Shape::q;
    i.b = use(n.inputs[2]);
    i.a = use(n.inputs[1]);
    i.def = define(vreg_of(value), Constraint::tied);
  } else {
    const bool integer = is_integer(n.type);
    i.shape = n.type == Type::i32   ? Shape::w
              : n.type == Type::i64 ? Shape::x
              : n.type == Type::f32 ? Shape::s
                                    : Shape::d;
    i.a = integer ? use_or_zero(n.inputs[1]) : use(n.inputs[1]);
    i.b = integer ? use_or_zero(n.inputs[2]) : use(n.inputs[2]);
    define_result(value);
  }
  finish();
  lower_test(test, n.inputs[0]);
}

// Conditions.

bool Lowering::is_comparison(Value value) const {
  if (!can_take_over(value)) return false;
  const auto way = pattern_of(node(value).op).way;
  return way == &Lowering::comparison || way == &Lowering::truth;
}

Lowering::Test Lowering::test_of(Value value) const {
  if (!is_comparison(value)) return {};
  const Node& n = node(value);
  if (n.op == Op::i32_eqz && is_comparison(n.inputs[0])) {
    return {n.inputs[0], negated(pattern_of(node(n.inputs[0]).op).condition), value};
  }
  return {value, pattern_of(n.op).condition, no_value};
}

/// Sets the flags for the test's condition.
void Lowering::lower_test(const Test& test, Value value) {
  if (test.value == no_value) return compare_with_zero(value, Shape::w);
  if (test.inverse != no_value) take_over(test.inverse);
  take_over(test.value);
  compare(test.value);
}

namespace {

bool is_and(Op op) { return op == Op::i32_and || op == Op::i64_and; }

}  // namespace

void Lowering::compare_with_zero(Value value, Shape shape) {
  Instruction& i = draft(Form::compare, value).instruction;
  i.id = asmjit::a64::Inst::kIdCmp;
  i.shape_a = shape;
  if (can_take_over(value) && is_and(node(value).op)) {
    take_over(value);
    const Node& both = node(value);
    i.id = asmjit::a64::Inst::kIdTst;
    i.a = use(narrowed(both.inputs[0], shape));
    if (is_constant(both.inputs[1]) && is_logical(node(both.inputs[1]).imm, shape)) {
      i.has_imm = true;
      i.imm = static_cast<s64>(node(both.inputs[1]).imm);
    } else {
      i.shape_b = shape;
      use_shifted(i, both.inputs[1], Shifts::with_rotation);
    }
    return finish();
  }
  i.a = use(narrowed(value, shape));
  i.has_imm = true;
  finish();
}

/// The branch's condition as a question that needs no flags: is a number, or one bit of it, zero?
Lowering::ZeroTest Lowering::zero_test_of(const Test& test, Value condition) const {
  ZeroTest zero{.value = condition, .shape = Shape::w, .condition = test.condition, .bit = 0};
  if (test.value != no_value) {
    const Node& n = node(test.value);
    const Pattern& pattern = pattern_of(n.op);
    const bool with_zero = pattern.way == &Lowering::comparison && pattern.id == asmjit::a64::Inst::kIdCmp &&
                           (info(n.op).family == Family::Test || is_zero(n.inputs[1]));
    zero.value = with_zero ? n.inputs[0] : no_value;
    zero.shape = pattern.shape_in;
    if (!with_zero) return zero;
    if (test.condition == Condition::lt || test.condition == Condition::ge) {
      zero.condition = test.condition == Condition::lt ? Condition::ne : Condition::eq;
      zero.bit = u64{1} << (zero.shape == Shape::w ? 31 : 63);
      return zero;
    }
    if (test.condition != Condition::eq && test.condition != Condition::ne) return {.value = no_value};
  }
  if (!can_take_over(zero.value) || !is_and(node(zero.value).op)) return zero;
  const Value mask = node(zero.value).inputs[1];
  if (!is_constant(mask) || !std::has_single_bit(node(mask).imm)) return {.value = no_value};
  zero.bit = node(mask).imm;
  zero.mask = zero.value;
  zero.value = node(zero.value).inputs[0];
  return zero;
}

void Lowering::lower_branch(Value value) {
  const Value condition = node(value).inputs[0];
  const Test test = test_of(condition);
  const ZeroTest zero = zero_test_of(test, condition);
  if (zero.value == no_value) {
    draft(Form::branch, value).instruction.condition = test.condition;
    finish();
    return lower_test(test, condition);
  }
  for (const Value taken : {test.inverse, test.value, zero.mask}) {
    if (taken != no_value) take_over(taken);
  }
  Instruction& i = draft(zero.bit != 0 ? Form::branch_bit : Form::branch_zero, value).instruction;
  i.condition = zero.condition;
  i.shape_a = zero.shape;
  i.imm = zero.bit != 0 ? std::countr_zero(zero.bit) : 0;
  i.a = use(narrowed(zero.value, zero.shape));
  finish();
}

}  // namespace invar::jit::arm64
