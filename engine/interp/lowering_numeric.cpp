// Lowering of numeric instructions: operands anywhere, and what of them becomes part of the next instruction.
#include "engine/interp/lowering_sink.h"

namespace invar::interp {

namespace {

constexpr bool is_commutative(Op op) {
  switch (op) {
    case Op::i32_add:
    case Op::i32_mul:
    case Op::i32_and:
    case Op::i32_or:
    case Op::i32_xor:
    case Op::i32_eq:
    case Op::i32_ne:
    case Op::i64_add:
    case Op::i64_mul:
    case Op::i64_and:
    case Op::i64_or:
    case Op::i64_xor:
    case Op::i64_eq:
    case Op::i64_ne:
      return true;
    default:
      return false;
  }
}

/// The comparison that holds exactly when `op` does not; for integers only (NaN compares false both ways).
constexpr Op inverse(Op op) {
  switch (op) {
    case Op::i32_eq:
      return Op::i32_ne;
    case Op::i32_ne:
      return Op::i32_eq;
    case Op::i32_lt_s:
      return Op::i32_ge_s;
    case Op::i32_lt_u:
      return Op::i32_ge_u;
    case Op::i32_gt_s:
      return Op::i32_le_s;
    case Op::i32_gt_u:
      return Op::i32_le_u;
    case Op::i32_le_s:
      return Op::i32_gt_s;
    case Op::i32_le_u:
      return Op::i32_gt_u;
    case Op::i32_ge_s:
      return Op::i32_lt_s;
    case Op::i32_ge_u:
      return Op::i32_lt_u;
    case Op::i64_eq:
      return Op::i64_ne;
    case Op::i64_ne:
      return Op::i64_eq;
    case Op::i64_lt_s:
      return Op::i64_ge_s;
    case Op::i64_lt_u:
      return Op::i64_ge_u;
    case Op::i64_gt_s:
      return Op::i64_le_s;
    case Op::i64_gt_u:
      return Op::i64_le_u;
    case Op::i64_le_s:
      return Op::i64_gt_s;
    case Op::i64_le_u:
      return Op::i64_gt_u;
    case Op::i64_ge_s:
      return Op::i64_lt_s;
    case Op::i64_ge_u:
      return Op::i64_lt_u;
    default:
      return Op::unreachable;
  }
}

/// The comparison with its operands exchanged.
constexpr Op mirrored(Op op) {
  switch (op) {
    case Op::i32_lt_s:
      return Op::i32_gt_s;
    case Op::i32_lt_u:
      return Op::i32_gt_u;
    case Op::i32_gt_s:
      return Op::i32_lt_s;
    case Op::i32_gt_u:
      return Op::i32_lt_u;
    case Op::i32_le_s:
      return Op::i32_ge_s;
    case Op::i32_le_u:
      return Op::i32_ge_u;
    case Op::i32_ge_s:
      return Op::i32_le_s;
    case Op::i32_ge_u:
      return Op::i32_le_u;
    default:
      return op;
  }
}

}  // namespace

void LoweringSink::unary(Op op) {
  const Operand a = take();
  emit_result(result_type(op), unary_row(op, a.loc), a.slot, 0, 0);
  settle_nan(op);
}

/// In deterministic mode: behind an instruction whose result may be a NaN of any kind.
void LoweringSink::settle_nan(Op op) {
  const semantics::NanLanes lanes = semantics::nan_lanes(op);
  if (!deterministic_ || lanes == semantics::NanLanes::none) return;
  const ValType type = stack_.back().type;
  const Operand value = take();
  emit_result(type, canonical_nan_row(lanes, value.loc), value.slot, 0, 0);
}

void LoweringSink::emit_binary(Op op, const Operand& a, const Operand& b) {
  const bool is_double = info(op).signature[1] == 'd';
  if (b.loc == Loc::imm) {
    emit_result_upper(result_type(op), binary_row(op, a.loc, b.loc), a.slot, static_cast<u32>(b.value));
    if (is_double) code_.append(b.value);
  } else {
    emit_result(result_type(op), binary_row(op, a.loc, b.loc), a.slot, b.slot, 0);
  }
  last_numeric_ = {op, a, b};
}

/// Makes a numeric instruction, where it is the last and made an operand of `op`, and `op` one instruction.
bool LoweringSink::fuse(Op op) {
  const Entry& top = stack_.back();
  const Entry& below = stack_[stack_.size() - 2];
  const bool on_top = made_by(top) != nullptr;
  const Numeric* made = made_by(on_top ? top : below);
  if (!made || (made->b.loc == Loc::imm && !fits_s16(top.type, made->b.value))) return false;
  // The other operand must be at hand: nothing is emitted for it.
  const Entry& other = on_top ? below : top;
  const bool constant = other.where == Entry::Where::constant;
  if (constant && (file_of(other.type) == File::floating || !fits_s16(other.type, other.value))) return false;
  const u32 position = on_top && !is_commutative(op) ? 1 : 0;
  if (!fused_row(made->op, made->a.loc, made->b.loc, op, position, Loc::slot)) return false;

  Numeric taken;
  if (on_top) {
    taken = take_back();
    taken.c = take(Immediate::bits16);
  } else {
    const Operand c = take(Immediate::bits16);
    taken = take_back();
    taken.c = c;
  }
  taken.second = op;
  emit_result(result_type(op), fused_row(taken.op, taken.a.loc, taken.b.loc, op, position, taken.c.loc), taken.a.slot,
              taken.b.narrow(), taken.c.narrow());
  last_numeric_ = taken;
  return true;
}

void LoweringSink::binary(Op op) {
  if (fuse(op)) {
    settle_nan(op);
    return;
  }
  const size_t top = stack_.size() - 1;
  if (is_commutative(op) && stack_[top - 1].where == Entry::Where::constant &&
      stack_[top].where != Entry::Where::constant) {
    // The constant becomes the second operand.
    const u64 value = stack_[top - 1].value;
    const Operand a = take();
    const ValType type = stack_.back().type;
    if (type != type_i64 || fits_s32(value)) {
      pop();
      emit_binary(op, a, {.loc = Loc::imm, .value = value});
    } else {
      emit_binary(op, a, take());
    }
    return;
  }
  Operand b = take(Immediate::bits32);
  Operand a = take();
  // A register in front: fused forms want it there.
  if (is_commutative(op) && a.loc == Loc::slot && (b.loc == Loc::reg0 || b.loc == Loc::reg1)) std::swap(a, b);
  emit_binary(op, a, b);
  settle_nan(op);
}

/// Behind an instruction that came to write the local in `slot` and register `reg`: is it a step of that local? Two in
/// a row become one.
void LoweringSink::note_step(u32 slot, u32 reg) {
  const Numeric& made = last_numeric_;
  const bool steps = made.op == Op::i32_add && made.second == Op::unreachable && made.a.loc == Loc::slot &&
                     made.a.slot == slot && made.b.loc == Loc::imm && fits_s16(type_i32, made.b.value);
  if (!steps) return;
  const u32 by = static_cast<u32>(made.b.value);
  const Step first = step_;
  step_ = {.at = last_, .slot = slot, .by = by, .reg = reg};
  if (first.at == none || first.at + 2 != last_ || first.twice || first.reg == reg) return;
  code_.truncate(first.at);
  code_.emit(step_twice_handler(reg), first.slot, first.by, slot, by);
  step_ = {.at = first.at,
           .slot = slot,
           .by = by,
           .reg = reg,
           .twice = true,
           .first_slot = first.slot,
           .first_by = first.by};
  last_ = none;
}

/// A branch on a local that the last instruction stepped: both in one.
std::optional<LoweringSink::Branch> LoweringSink::branch_on_step(const Condition& condition, bool taken_if) {
  if (step_.at == none || step_.at + 2 != code_.position()) return {};
  const auto is_stepped = [&](const Operand& operand) {
    return operand.loc == Loc::slot ? operand.slot == step_.slot
                                    : operand.loc == (step_.reg == 0 ? Loc::reg0 : Loc::reg1);
  };
  Op op = condition.op;
  Operand other = condition.b;
  const bool unary = info(op).family == Family::Test;
  if (!unary && is_stepped(other)) {
    op = mirrored(op);
    other = condition.a;
    if (is_stepped(other)) return {};
  } else if (!is_stepped(condition.a)) {
    return {};
  }
  if (unary) other = {};
  const Handler handler = step_and_branch_handler(op, other.loc, taken_if != condition.negated, step_.reg);
  if (!handler) return {};
  code_.truncate(step_.at);
  if (step_.twice) {
    const Row row = binary_row(Op::i32_add, Loc::slot, Loc::imm);
    const u32 by = static_cast<u32>(static_cast<s32>(static_cast<s16>(step_.first_by)));
    code_.emit_wide(row[static_cast<u32>(step_.reg == 0 ? Dst::slot_reg1 : Dst::slot_reg0)], step_.first_slot,
                    step_.first_slot, by);
  }
  const u32 at = code_.emit(handler, step_.slot, step_.by, other.narrow());
  code_.append(0);
  pinned_ = 0;
  last_ = none;
  last_copy_ = none;
  step_.at = none;
  return Branch{at, at + 2};
}

void LoweringSink::compare(Op op) { binary(op); }

void LoweringSink::test(Op op) {
  // eqz of an integer comparison is the inverse comparison.
  if (const Numeric* made = op == Op::i32_eqz ? made_by(stack_.back()) : nullptr;
      made && inverse(made->op) != Op::unreachable) {
    Entry& entry = stack_.back();
    last_numeric_.op = inverse(made->op);
    entry.row = binary_row(last_numeric_.op, made->a.loc, made->b.loc);
    code_.set_handler(entry.producer, entry.row[static_cast<u32>(entry.reg == 0 ? Dst::reg0 : Dst::reg1)]);
    return;
  }
  emit_test(op, take());
}

void LoweringSink::emit_test(Op op, const Operand& a) {
  emit_result(type_i32, unary_row(op, a.loc), a.slot, 0, 0);
  last_numeric_ = {op, a, {}};
}

/// Takes the instruction that made the top entry back, to become part of the next one. Its operands are where they
/// were.
LoweringSink::Numeric LoweringSink::take_back() {
  const Numeric taken = last_numeric_;
  const u32 at = last_;
  pop();
  code_.truncate(at);
  last_ = none;
  last_numeric_ = {};
  // What is emitted in its place belongs to the instruction in hand.
  for (size_t i = offsets_.size(); i-- > 0 && offsets_[i].first > at;) offsets_[i].first = at;
  const char letter = info(taken.op).signature[0];
  const File file = letter == 'f' || letter == 'd' ? File::floating : File::integer;
  for (const Operand* operand : {&taken.a, &taken.b, &taken.c}) {
    if (operand->loc == Loc::reg0 || operand->loc == Loc::reg1) pin(file, operand->loc == Loc::reg0 ? 0 : 1);
  }
  return taken;
}

void LoweringSink::extract_lane(Op op, u8 lane) {
  const Operand vector = take();
  emit_result(result_type(op), extract_lane_row(op, vector.loc), vector.slot, lane, 0);
}

void LoweringSink::replace_lane(Op op, u8 lane) {
  const Operand value = take();
  const Operand vector = take();
  emit_result(type_v128, replace_lane_row(op, vector.loc, value.loc), vector.slot, value.slot, lane);
}

void LoweringSink::ternary(Op op) {
  bulk(slots_handler(op, false), 3, {{type_v128}}, 0);
  settle_nan(op);
}

void LoweringSink::wide(Op op) {
  const u32 operands = static_cast<u32>(info(op).signature.find(':'));
  bulk(slots_handler(op, false), operands, {{type_i64, type_i64}}, 0);
}

}  // namespace invar::interp
