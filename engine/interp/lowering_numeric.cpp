// Lowering of numeric instructions: operands anywhere, and what of them becomes part of the next instruction.
#include "engine/interp/lowering_sink.h"
#include "engine/semantics/identities.h"

namespace invar::interp {

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
  const char type = info(op).signature[1];
  const bool compares = info(op).family == Family::Compare;
  const Front load = compares ? load_in_front(a, b) : Front{};
  if (b.loc == Loc::imm && type == 'l' && !fits_s32(b.value)) {
    emit_result(result_type(op), wide_binary_row(op, a.loc), a.slot, 0, 0);
    code_.append(b.value);
  } else if (b.loc == Loc::imm) {
    emit_result_upper(result_type(op), binary_row(op, a.loc, b.loc), a.slot, static_cast<u32>(b.value));
    if (type == 'd') code_.append(b.value);
  } else {
    emit_result(result_type(op), binary_row(op, a.loc, b.loc), a.slot, b.slot, 0);
  }
  last_numeric_ = {.op = op, .a = a, .b = b};
  if (compares) front_ = load;
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
  if (constant && (file_of(other.type) == File::floating || !fits_s16(other.type, other.bits))) return false;
  const u32 position = on_top && !semantics::is_commutative(op) ? 1 : 0;
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

/// Makes a load, where it is the last instruction and its value an operand of `op`, and `op` one instruction.
bool LoweringSink::fuse_load(Op op) {
  const size_t size = stack_.size();
  const bool on_top = is_last(stack_[size - 1]);
  if ((!on_top && !is_last(stack_[size - 2])) || last_load_ == Op::unreachable) return false;
  // The other operand must be at hand: nothing is emitted for it.
  const Entry& other = stack_[on_top ? size - 2 : size - 1];
  const bool narrow = file_of(other.type) == File::integer && (other.type == type_i32 || fits_s32(other.bits));
  if (other.where == Entry::Where::constant && !narrow) return false;
  const u32 position = on_top && !semantics::is_commutative(op) ? 1 : 0;
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

void LoweringSink::binary(Op op) {
  if (fuse(op) || fuse_load(op)) {
    settle_nan(op);
    return;
  }
  const size_t top = stack_.size() - 1;
  const bool constant_first = semantics::is_commutative(op) && stack_[top - 1].where == Entry::Where::constant &&
                              stack_[top].where != Entry::Where::constant;
  const Front front = op == Op::i32_add ? front_of(stack_[constant_first ? top : top - 1]) : Front{};
  if (constant_first) {
    // The constant becomes the second operand.
    const u64 value = stack_[top - 1].bits;
    const Operand a = take();
    pop();
    emit_binary(op, a, {.loc = Loc::imm, .value = value});
    if (front.kind == Front::Kind::shift) note_front(front);
    return;
  }
  Operand b = take(Immediate::any);
  Operand a = take();
  // A register in front: fused forms want it there.
  if (semantics::is_commutative(op) && a.loc == Loc::slot && (b.loc == Loc::reg0 || b.loc == Loc::reg1))
    std::swap(a, b);
  emit_binary(op, a, b);
  if (front.kind == Front::Kind::shift && b.loc == Loc::imm) note_front(front);
  settle_nan(op);
}

/// The shift or mask that made the entry, if it is the last instruction.
LoweringSink::Front LoweringSink::front_of(const Entry& entry) const {
  const Numeric* made = made_by(entry);
  if (!made) return {};
  const bool shifts = made->op == Op::i32_shl && made->b.loc == Loc::imm;
  if (!shifts && !masks(*made)) return {};
  return {
      .kind = shifts ? Front::Kind::shift : Front::Kind::mask, .op = made->op, .at = last_, .a = made->a, .b = made->b};
}

/// Behind an instruction that took the value of what front_of() found.
void LoweringSink::note_front(const Front& front) {
  if (front.at + 2 == last_) front_ = front;
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
LoweringSink::Front LoweringSink::load_in_front(const Operand& a, const Operand& b) const {
  if (last_ == none || last_load_ == Op::unreachable || last_ + 2 != code_.position()) return {};
  const Loc loaded = loc_of(last_load_reg_);
  if ((a.loc == loaded) == (b.loc == loaded)) return {};
  return {
      .kind = Front::Kind::load, .is_second = b.loc == loaded, .op = last_load_, .at = last_, .mode = last_load_mode_};
}

/// Does the load write a slot? `kept` of the handlers that load and branch.
u32 LoweringSink::use_of_loaded(const Front& load) const {
  const Row row = load_row(load.op, Access::guarded, load.mode);
  const Handler present = code_.handler(load.at);
  if (present == to_slot_and_register(row, 0)) return 1;
  return present == to_slot_and_register(row, 1) ? 2 : 0;
}

/// A branch on what the last instruction loaded: both in one.
std::optional<LoweringSink::Branch> LoweringSink::branch_on_load(const Condition& condition, bool taken_if) {
  const Front& load = condition.front;
  if (load.kind != Front::Kind::load || load.at + 2 != code_.position()) return {};
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

void LoweringSink::compare(Op op) { binary(op); }

void LoweringSink::test(Op op) {
  // eqz of an integer comparison is the inverse comparison.
  if (const Numeric* made = op == Op::i32_eqz ? made_by(stack_.back()) : nullptr;
      made && semantics::inverse(made->op) != Op::unreachable) {
    Entry& entry = stack_.back();
    last_numeric_.op = semantics::inverse(made->op);
    const bool is_wide = made->b.loc == Loc::imm && info(made->op).signature[1] == 'l' && !fits_s32(made->b.value);
    entry.row = is_wide ? wide_binary_row(last_numeric_.op, made->a.loc)
                        : binary_row(last_numeric_.op, made->a.loc, made->b.loc);
    code_.set_handler(entry.producer, to_register(entry.row, entry.reg));
    return;
  }
  const Front front = front_of(stack_.back());
  emit_test(op, take());
  if (front.kind == Front::Kind::mask) note_front(front);
}

void LoweringSink::emit_test(Op op, const Operand& a) {
  const Front load = load_in_front(a, {});
  emit_result(type_i32, unary_row(op, a.loc), a.slot, 0, 0);
  last_numeric_ = {.op = op, .a = a, .b = {}};
  front_ = load;
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
  last_numeric_ = {};
  const char letter = info(taken.op).signature[0];
  const File file = letter == 'f' || letter == 'd' ? File::floating : File::integer;
  for (const Operand* operand : {&taken.a, &taken.b, &taken.c}) pin_operand(file, *operand);
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
