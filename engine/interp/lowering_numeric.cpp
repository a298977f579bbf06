// Lowering of numeric instructions: operands anywhere, and what of them becomes part of the next instruction.
#include "engine/interp/lowering_sink.h"

namespace invar::interp {

void LoweringSink::unary(Op op) {
  const Operand a = take();
  emit_result(traits_of(op).result, unary_row(op, a.loc), a.slot, 0, 0);
  if (deterministic_) settle_nan(op);
}

/// In deterministic mode: behind an instruction whose result may be a NaN of any kind.
void LoweringSink::settle_nan(Op op) {
  const semantics::NanLanes lanes = semantics::nan_lanes(op);
  if (lanes == semantics::NanLanes::none) return;
  const ValType type = stack_.back().type;
  const Operand value = take();
  emit_result(type, canonical_nan_row(lanes, value.loc), value.slot, 0, 0);
}

void LoweringSink::emit_binary(Op op, Operand a, Operand b) {
  const NumericTraits& traits = traits_of(op);
  if (traits.compares) load_ = load_in_front(a, b);
  emit_result(traits.result, binary_row(op, a.loc, b.loc), a.slot, b.slot, 0);
  note_numeric(op, a, b);
}

/// The same with a constant as the second operand.
void LoweringSink::emit_binary_with(Op op, Operand a, u64 constant) {
  const NumericTraits& traits = traits_of(op);
  const Operand b{.loc = Loc::imm, .value = constant};
  if (traits.compares) load_ = load_in_front(a, b);
  if (traits.second == 'l' && !fits_s32(constant)) {
    emit_result(traits.result, wide_binary_row(op, a.loc), a.slot, 0, 0);
    code_.append(constant);
  } else {
    emit_result_upper(traits.result, binary_row(op, a.loc, Loc::imm), a.slot, static_cast<u32>(constant));
    if (traits.second == 'd') code_.append(constant);
  }
  note_numeric(op, a, b);
}

/// The instruction just emitted is this one.
void LoweringSink::note_numeric(Op op, Operand a, Operand b) {
  last_numeric_.op = op;
  last_numeric_.second = Op::unreachable;
  last_numeric_.a = a;
  last_numeric_.b = b;
}

/// Makes a numeric instruction, which is the last and made an operand of `op` (the top one if `on_top`), and `op` one
/// instruction.
bool LoweringSink::fuse(Op op, bool on_top) {
  const Numeric& made = last_numeric_;
  const Entry& top = stack_.back();
  if (made.second != Op::unreachable || (made.b.loc == Loc::imm && !fits_s16(top.type, made.b.value))) return false;
  // The other operand must be at hand: nothing is emitted for it.
  const Entry& other = on_top ? stack_[stack_.size() - 2] : top;
  const bool constant = other.where == Entry::Where::constant;
  if (constant && (other.file == File::floating || !fits_s16(other.type, other.bits))) return false;
  const u32 position = on_top && !traits_of(op).commutes ? 1 : 0;
  if (!fused_row(made.op, made.a.loc, made.b.loc, op, position, Loc::slot)) return false;

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

/// Makes a load, which is the last instruction and made an operand of `op` (the top one if `on_top`), and `op` one
/// instruction.
bool LoweringSink::fuse_load(Op op, bool on_top) {
  // The other operand must be at hand: nothing is emitted for it.
  const Entry& other = stack_[stack_.size() - (on_top ? 2 : 1)];
  const bool narrow = other.file == File::integer && (other.type == type_i32 || fits_s32(other.bits));
  if (other.where == Entry::Where::constant && !narrow) return false;
  const u32 position = on_top && !traits_of(op).commutes ? 1 : 0;
  if (!load_and_row(last_load_, last_load_mode_, op, position, Loc::slot)) return false;

  const Op load = last_load_;
  const u32 at = last_;
  const u32 fields[] = {code_.field(at, 1), code_.field(at, 2), code_.field(at, 3)};
  Operand c;
  if (on_top) {
    pop();
    c = take(Immediate::any);
  } else {
    c = take(Immediate::any);
    pop();
  }
  code_.truncate(at);
  // A fault belongs to the load.
  for (size_t i = offsets_.size(); i-- > 0 && offsets_[i].first > at;) offsets_[i].first = at + load_and_words;
  pin(File::integer, address_modes[last_load_mode_].base);
  pin(File::integer, address_modes[last_load_mode_].index);
  emit_result(result_type(op), load_and_row(load, last_load_mode_, op, position, c.loc), fields[0], fields[1],
              fields[2]);
  code_.append(c.loc == Loc::imm ? c.value << 32 : u64{c.slot});
  return true;
}

/// Makes what stands in front, the last instruction and what made an operand of `op`, and `op` one instruction.
bool LoweringSink::fuse_last(Op op) {
  const bool on_top = is_last(stack_.back());
  if (!on_top && !is_last(stack_[stack_.size() - 2])) return false;
  if (last_numeric_.op != Op::unreachable) return fuse(op, on_top);
  return last_load_ != Op::unreachable && fuse_load(op, on_top);
}

void LoweringSink::binary(Op op) {
  if (!fuse_last(op)) {
    const Entry &top = stack_.back(), &below = stack_[stack_.size() - 2];
    const bool commutes = traits_of(op).commutes;
    const bool constant_first = commutes && below.where == Entry::Where::constant;
    if (top.where == Entry::Where::constant || constant_first) {
      // The constant becomes the second operand.
      const bool on_top = top.where == Entry::Where::constant;
      const u64 constant = on_top ? top.bits : below.bits;
      const bool is_shifted = op == Op::i32_add && makes_shift(on_top ? below : top);
      if (is_shifted) keep_in_front();
      if (on_top) remove();
      const Operand a = take();
      if (!on_top) remove();
      emit_binary_with(op, a, constant);
      if (is_shifted) note_front(Front::Kind::shift);
    } else {
      Operand b = take();
      Operand a = take();
      // A register in front: fused forms want it there.
      if (commutes && a.loc == Loc::slot && is_register(b.loc)) std::swap(a, b);
      emit_binary(op, a, b);
    }
  }
  if (deterministic_) settle_nan(op);
}

/// The last instruction, a numeric one, may come to stand in front of the next: see note_front().
void LoweringSink::keep_in_front() {
  front_ = {.kind = Front::Kind::none, .op = last_numeric_.op, .at = last_, .a = last_numeric_.a, .b = last_numeric_.b};
}

/// Behind an instruction that took the value of what keep_in_front() has kept.
void LoweringSink::note_front(Front::Kind kind) {
  if (front_.at + 2 == last_) front_.kind = kind;
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
    return operand.loc == Loc::slot ? operand.slot == step_.slot : operand.loc == loc_of(step_.reg);
  };
  Op op = condition.op;
  Operand other = condition.b;
  const bool unary = info(op).family == Family::Test;
  if (!unary && is_stepped(other)) {
    op = semantics::mirrored(op);
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
    code_.emit_wide(to_slot_and_register(row, 1 - step_.reg), step_.first_slot, step_.first_slot, by);
  }
  const u32 at = code_.emit(handler, step_.slot, step_.by, other.slot);
  code_.append(static_cast<u32>(other.value));
  pinned_ = 0;
  last_ = none;
  last_copy_ = none;
  step_.at = none;
  return Branch{at, at + 2};
}

/// Of the operands in hand, is one in the register that the last instruction loaded?
LoweringSink::LoadInFront LoweringSink::load_in_front(const Operand& a, const Operand& b) const {
  if (last_ == none || last_load_ == Op::unreachable || last_ + 2 != code_.position()) return {};
  const Loc loaded = loc_of(last_load_reg_);
  if ((a.loc == loaded) == (b.loc == loaded)) return {};
  return {.at = last_, .op = last_load_, .mode = last_load_mode_, .is_second = b.loc == loaded};
}

/// Does the load write a slot? `kept` of the handlers that load and branch.
u32 LoweringSink::use_of_loaded(const LoadInFront& load) const {
  const Row row = load_row(load.op, Access::guarded, load.mode);
  const Handler present = code_.handler(load.at);
  if (present == to_slot_and_register(row, 0)) return 1;
  return present == to_slot_and_register(row, 1) ? 2 : 0;
}

/// A branch on what the last instruction loaded: both in one.
std::optional<LoweringSink::Branch> LoweringSink::branch_on_load(const Condition& condition, bool taken_if) {
  const LoadInFront& load = condition.load;
  if (load.at == none || load.at + 2 != code_.position()) return {};
  Op op = load.is_second ? semantics::mirrored(condition.op) : condition.op;
  Operand other = load.is_second ? condition.a : condition.b;
  if (op == Op::i32_eqz) {
    op = Op::i32_eq;
    other = {.loc = Loc::imm, .value = 0};
  }
  if (taken_if == condition.negated) op = semantics::inverse(op);
  const Handler handler = load_and_branch_handler(load.op, load.mode, op, other.loc, use_of_loaded(load));
  if (!handler) return {};
  code_.set_handler(load.at, handler);
  code_.append(other.loc == Loc::imm ? static_cast<u32>(other.value) : other.slot);
  pinned_ = 0;
  last_ = none;
  last_copy_ = none;
  return Branch{load.at, load.at + 2};
}

void LoweringSink::test(Op op) {
  // eqz of an integer comparison is the inverse comparison.
  if (const Numeric* made = op == Op::i32_eqz ? made_by(stack_.back()) : nullptr;
      made && semantics::inverse(made->op) != Op::unreachable) {
    Entry& entry = stack_.back();
    last_numeric_.op = semantics::inverse(made->op);
    const bool is_wide = made->b.loc == Loc::imm && traits_of(made->op).second == 'l' && !fits_s32(made->b.value);
    entry.row = is_wide ? wide_binary_row(last_numeric_.op, made->a.loc)
                        : binary_row(last_numeric_.op, made->a.loc, made->b.loc);
    code_.set_handler(entry.producer, to_register(entry.row, entry.reg));
    return;
  }
  const Numeric* made = made_by(stack_.back());
  const bool is_masked = made && masks(*made);
  if (is_masked) keep_in_front();
  emit_test(op, take());
  if (is_masked) note_front(Front::Kind::mask);
}

void LoweringSink::emit_test(Op op, Operand a) {
  load_ = load_in_front(a, {});
  emit_result(type_i32, unary_row(op, a.loc), a.slot, 0, 0);
  note_numeric(op, a, {});
}

/// Takes code back. What is emitted in its place belongs to the instruction in hand.
void LoweringSink::discard_code(u32 at) {
  code_.truncate(at);
  for (size_t i = offsets_.size(); i-- > 0 && offsets_[i].first > at;) offsets_[i].first = at;
}

/// Takes the instruction that made the top entry back, to become part of the next one. Its operands are where they
/// were.
LoweringSink::Numeric LoweringSink::take_back() {
  const Numeric taken = last_numeric_;
  const u32 at = last_;
  pop();
  discard_code(at);
  last_ = none;
  last_numeric_.op = Op::unreachable;
  const File file = traits_of(taken.op).file;
  pin_operand(file, taken.a);
  pin_operand(file, taken.b);
  if (taken.second != Op::unreachable) pin_operand(file, taken.c);
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
  if (deterministic_) settle_nan(op);
}

void LoweringSink::wide(Op op) {
  const u32 operands = static_cast<u32>(info(op).signature.find(':'));
  bulk(slots_handler(op, false), operands, {{type_i64, type_i64}}, 0);
}

}  // namespace invar::interp
