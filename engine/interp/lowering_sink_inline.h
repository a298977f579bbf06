// What every instruction does, inline: included by lowering_sink.h.
#pragma once

namespace invar::interp {

inline void LoweringSink::instruction(Op, u32 offset) {
  if (record_offsets_) offsets_.emplace_back(code_.position(), offset);
  ++fuel_count_;
}

inline Entry& LoweringSink::push(Entry::Where where, ValType type) {
  const u32 home = top_slot();
  max_slot_ = std::max(max_slot_, home + slots_of(type));
  return stack_.emplace_back(Entry{.where = where, .type = type, .home = home});
}

inline void LoweringSink::push_result(ValType type, u32 reg, Row row, u32 producer) {
  Entry& entry = push(Entry::Where::reg, type);
  entry.reg = static_cast<u8>(reg);
  entry.row = row;
  entry.producer = producer;
  registers_.hold(file_of(type), reg, RegisterState::Holds::entry, static_cast<u32>(stack_.size() - 1));
}

inline void LoweringSink::pop() {
  const u32 index = static_cast<u32>(stack_.size() - 1);
  const Entry& entry = stack_.back();
  const File file = file_of(entry.type);
  if (entry.where == Entry::Where::reg) {
    registers_.at(file, entry.reg) = {};
  } else if (entry.where == Entry::Where::slot) {
    const int reg = registers_.find_copy(file, index, registers_per_file);
    if (reg >= 0) registers_.at(file, static_cast<u32>(reg)) = {};
  } else if (entry.where == Entry::Where::local) {
    --local_uses_[entry.local];
  }
  stack_.pop_back();
  flushed_ = std::min(flushed_, index);
}

inline LoweringSink::Operand LoweringSink::take(Immediate immediates) {
  const Operand operand = locate(stack_.back(), static_cast<u32>(stack_.size() - 1), immediates);
  pop();
  return operand;
}

/// A register for a new result. Register-only entries are the last to be moved out.
inline u32 LoweringSink::choose_register(ValType type) {
  const File file = file_of(type);
  u32 best = 0;
  u64 best_cost = ~u64{0};
  for (u32 r = 0; r < usable_registers(type); ++r) {
    const RegisterState& state = registers_.at(file, r);
    const u64 cost = (state.holds == RegisterState::Holds::nothing ? 0
                      : state.holds == RegisterState::Holds::entry ? u64{2} << 32
                                                                   : u64{1} << 32) |
                     state.age;
    if (cost < best_cost) {
      best_cost = cost;
      best = r;
    }
  }
  RegisterState& state = registers_.at(file, best);
  if (state.holds == RegisterState::Holds::entry) spill(state.index);
  state = {};
  return best;
}

inline void LoweringSink::emit_result(ValType type, Row row, u32 f1, u32 f2, u32 f3) {
  const u32 reg = choose_register(type);
  last_ = code_.emit(row[static_cast<u32>(reg == 0 ? Dst::reg0 : Dst::reg1)], 0, f1, f2, f3);
  last_numeric_.op = Op::unreachable;
  front_.kind = Front::Kind::none;
  last_load_ = Op::unreachable;
  last_copy_ = none;
  pinned_ = 0;
  push_result(type, reg, row, last_);
}

inline void LoweringSink::local_get(u32 local) {
  Entry& entry = push(Entry::Where::local, local_types_[local]);
  entry.local = local;
  ++local_uses_[local];
}

inline void LoweringSink::i32_const(u32 value) { push(Entry::Where::constant, type_i32).value = value; }
inline void LoweringSink::i64_const(u64 value) { push(Entry::Where::constant, type_i64).value = value; }
inline void LoweringSink::f32_const(u32 bits) { push(Entry::Where::constant, type_f32).value = bits; }
inline void LoweringSink::f64_const(u64 bits) { push(Entry::Where::constant, type_f64).value = bits; }

}  // namespace invar::interp
