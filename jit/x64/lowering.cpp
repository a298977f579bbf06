#include "jit/x64/lowering.h"

#include <utility>

#include "jit/x64/lowering_vector.h"
#include "jit/x64/patterns.h"

namespace invar::jit::x64 {

// Values.

bool Lowering::is_immediate(Value value, bool wide) const {
  return is_constant(value) && (!wide || fits_s32(node(value).imm));
}

/// The second operand of most instructions: an immediate, a register or a slot.
u8 Lowering::use_b(Instruction& instruction, Value value) {
  if (is_integer(node(value).type) && is_immediate(value, instruction.width_b == Width::w64)) {
    instruction.b_is_immediate = true;
    instruction.imm = static_cast<s32>(node(value).imm);
    return no_operand;
  }
  return use(value, Access::early_use, Constraint::any);
}

// Nodes.

void Lowering::lower_own(Value value) {
  const Node& n = node(value);
  switch (n.kind) {
    case Kind::numeric:
    case Kind::trapping:
      lower_numeric(value);
      return;
    case Kind::select: {
      if (lower_extreme(value)) return;
      const bool is_vector = !is_integer(n.type);
      Draft& d = draft(Form::select, value);
      d.instruction.width = is_vector ? Width::vector : n.type == Type::i32 ? Width::w32 : Width::w64;
      d.instruction.width_b = n.type == Type::v128 ? Width::vector : Width::w64;
      d.instruction.condition = condition_of(n.inputs[0]);
      d.instruction.a = use(n.inputs[2]);
      // A conditional move in memory could be one that must not be read, but a slot may.
      d.instruction.b = use(n.inputs[1], Access::early_use, Constraint::any);
      d.instruction.def = define(vreg_of(value), Constraint::tied);
      finish();
      lower_comparison(n.inputs[0]);
      return;
    }
    case Kind::load:
      lower_load(value);
      return;
    case Kind::store:
      lower_store(value);
      return;
    case Kind::atomic:
      lower_atomic(value);
      return;
    case Kind::fence:
      draft(Form::fence, value);
      finish();
      return;
    case Kind::canonical_nan: {
      if (n.type == Type::v128) return VectorLowering(*this, value).lower_canonical_nan();
      Draft& d = draft(Form::canonical_nan, value);
      d.instruction.width_b = n.type == Type::f32 ? Width::w32 : Width::w64;
      d.instruction.a = use(n.inputs[0]);
      d.instruction.def = define(vreg_of(value), Constraint::tied);
      finish();
      return;
    }
    case Kind::branch: {
      Draft& d = draft(Form::branch, value);
      d.instruction.condition = condition_of(n.inputs[0]);
      finish();
      lower_comparison(n.inputs[0]);
      return;
    }
    case Kind::trap_if: {
      Draft& d = draft(Form::trap_if, value);
      d.instruction.trap = static_cast<TrapKind>(n.imm);
      d.instruction.condition = condition_of(n.inputs[0]);
      finish();
      lower_comparison(n.inputs[0]);
      return;
    }
    case Kind::slot: {
      Draft& d = draft(Form::move, value);
      d.instruction.id = is_integer(n.type)     ? asmjit::x86::Inst::kIdMov
                         : n.type == Type::v128 ? asmjit::x86::Inst::kIdMovups
                         : n.type == Type::f32  ? asmjit::x86::Inst::kIdMovss
                                                : asmjit::x86::Inst::kIdMovsd;
      d.instruction.width = is_integer(n.type) ? Width::w64 : Width::vector;
      d.instruction.width_b = width_in_memory(n.type);
      d.instruction.b_in_memory = true;
      d.instruction.memory.operand = use(n.inputs[0]);
      d.instruction.memory.displacement = static_cast<s32>(8 * n.imm);
      d.instruction.def = define(vreg_of(value));
      finish();
      return;
    }
    case Kind::set_slot: {
      const Type type = node(n.inputs[1]).type;
      Draft& d = draft(Form::store, value);
      d.instruction.id = is_integer(type)     ? asmjit::x86::Inst::kIdMov
                         : type == Type::v128 ? asmjit::x86::Inst::kIdMovups
                         : type == Type::f32  ? asmjit::x86::Inst::kIdMovss
                                              : asmjit::x86::Inst::kIdMovsd;
      d.instruction.width = is_integer(type) ? Width::w64 : Width::vector;
      d.instruction.width_b = width_in_memory(type);
      d.instruction.memory.operand = use(n.inputs[0]);
      d.instruction.memory.displacement = static_cast<s32>(8 * n.imm);
      d.instruction.a = use(n.inputs[1]);
      finish();
      return;
    }
    default:
      supported_ = false;
  }
}

/// `a < b ? a : b` is minss, and its like: the second operand where they are equal or unordered.
bool Lowering::lower_extreme(Value value) {
  const Node& n = node(value);
  const Value condition = n.inputs[0];
  if ((n.type != Type::f32 && n.type != Type::f64) || !can_take_over(condition)) return false;
  const Node& comparison = node(condition);
  Value less = comparison.inputs[0], greater = comparison.inputs[1];
  switch (comparison.op) {
    case Op::f32_lt:
    case Op::f64_lt:
      break;
    case Op::f32_gt:
    case Op::f64_gt:
      std::swap(less, greater);
      break;
    default:
      return false;
  }
  const bool is_min = n.inputs[1] == less && n.inputs[2] == greater;
  if (!is_min && (n.inputs[1] != greater || n.inputs[2] != less)) return false;
  for (const Value taken : {condition, less, greater}) take_over(taken);  // the comparison's uses of them, too
  const bool is_single = n.type == Type::f32;
  namespace x86 = asmjit::x86;
  Instruction& i = draft(out_.features.avx ? Form::vector : Form::two, value).instruction;
  i.width = i.width_b = Width::vector;
  i.id = static_cast<u16>(is_min ? (is_single ? x86::Inst::kIdMinss : x86::Inst::kIdMinsd)
                                 : (is_single ? x86::Inst::kIdMaxss : x86::Inst::kIdMaxsd));
  i.a = use(n.inputs[1]);
  use_b_or_load(i, n.inputs[2]);
  i.def = define(vreg_of(value), out_.features.avx ? Constraint::reg : Constraint::tied);
  finish();
  return true;
}

// Conditions.

/// Of floats, `less` is `greater` with the operands the other way around.
Condition Lowering::condition_for(Op op) {
  const Pattern& pattern = pattern_of(op);
  switch (pattern.condition) {
    case Condition::below:
      return pattern.width == Width::vector ? Condition::above : Condition::below;
    case Condition::below_or_equal:
      return pattern.width == Width::vector ? Condition::above_or_equal : Condition::below_or_equal;
    default:
      return pattern.condition;
  }
}

/// The vector's test that the value is `not` of, if that can be taken over.
Value Lowering::opposite_truth(Value value) const {
  if (!can_take_over(value) || node(value).op != Op::i32_eqz) return no_value;
  const Value inner = node(value).inputs[0];
  if (!can_take_over(inner) || pattern_of(node(inner).op).form != Form::compare) return no_value;
  return node(node(inner).inputs[0]).type == Type::v128 ? inner : no_value;
}

Condition Lowering::condition_of(Value value) const {
  if (const Value opposite = opposite_truth(value); opposite != no_value) {
    return negated(condition_for(node(opposite).op));
  }
  const bool fused = can_take_over(value) && pattern_of(node(value).op).form == Form::compare;
  return fused ? condition_for(node(value).op) : Condition::not_equal;
}

/// Sets the flags for condition_of(value).
void Lowering::lower_comparison(Value value) {
  if (const Value opposite = opposite_truth(value); opposite != no_value) {
    take_over(value);
    take_over(opposite);
    return compare(opposite);
  }
  if (can_take_over(value) && pattern_of(node(value).op).form == Form::compare) {
    take_over(value);
    compare(value);
    return;
  }
  Instruction& i = draft(Form::compare, value).instruction;
  i.id = asmjit::x86::Inst::kIdTest;
  if (can_take_over(value) && node(value).op == Op::i32_and) {
    take_over(value);
    i.a = use(node(value).inputs[0]);
    i.b = use_b(i, node(value).inputs[1]);
  } else {
    i.a = use(value);
    i.b = i.a;
  }
  finish();
}

void Lowering::compare(Value value) {
  const Node& n = node(value);
  const Pattern& pattern = pattern_of(n.op);
  if (node(n.inputs[0]).type == Type::v128) return VectorLowering(*this, value).lower_truth();
  Value a = n.inputs[0], b = n.inputs[1];
  Draft& d = draft(Form::compare, value);
  Instruction& i = d.instruction;
  i.id = pattern.id;
  i.width = i.width_b = pattern.width;
  if (info(n.op).family == Family::Test) {
    i.id = asmjit::x86::Inst::kIdTest;
    if (can_take_over(a) && (node(a).op == Op::i32_and || node(a).op == Op::i64_and)) {
      take_over(a);
      b = node(a).inputs[1];
      a = node(a).inputs[0];
      i.a = use(a);
      i.b = use_b(i, b);
    } else {
      i.a = use(a);
      i.b = i.a;
    }
    finish();
    return;
  }
  const bool is_vector = pattern.width == Width::vector;
  if (is_vector && (pattern.condition == Condition::below || pattern.condition == Condition::below_or_equal)) {
    std::swap(a, b);
  }
  i.a = use(a);
  use_b_or_load(i, b);
  finish();
}

}  // namespace invar::jit::x64
