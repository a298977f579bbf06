// What every instruction does, inline: included by lowering_sink.h.
#pragma once

namespace invar::interp {

inline void LoweringSink::instruction(Op, u32 offset) {
  if (watches_) [[unlikely]]
    note_instruction(offset);
}

inline Entry& LoweringSink::push(Entry::Where where, ValType type, File file, Value value) {
  Entry& entry = stack_.push();
  entry.where = where;
  entry.file = file;
  entry.type = type;
  entry.home = top_slot_;
  entry.value = value;
  top_slot_ += slots_of(type);
  if (top_slot_ > max_slot_) max_slot_ = top_slot_;
  return entry;
}

inline Entry& LoweringSink::push(Entry::Where where, ValType type) {
  return push(where, type, file_of(type), value_of_entry(stack_.size()));
}

/// Takes the top entry off the stack.
inline void LoweringSink::remove() {
  const Entry& entry = stack_.back();
  --locals_[entry.local()].uses;
  top_slot_ = entry.home;
  stack_.pop();
  if (flushed_ > stack_.size()) flushed_ = stack_.size();
}

inline void LoweringSink::pop() {
  registers_[stack_.back().file].forget(value_of_entry(stack_.size() - 1));
  remove();
}

/// Where an entry's value is that is no constant, for a consumer.
inline LoweringSink::Operand LoweringSink::find(const Entry& entry, bool consumed) {
  const Loc loc = registers_[entry.file].find(entry.value);
  const u32 local = entry.local();
  if (consumed) registers_[entry.file].release(local != 0 ? Loc::slot : loc);
  pin(entry.file, loc);
  const u32 slot = local != 0 ? locals_[local].slot : entry.home;
  return {.loc = loc, .slot = loc == Loc::slot ? slot : 0};
}

inline LoweringSink::Operand LoweringSink::take(Immediate immediates) {
  const Entry& entry = stack_.back();
  const Operand operand =
      entry.where == Entry::Where::constant ? locate_constant(entry, immediates) : find(entry, true);
  remove();
  return operand;
}

/// Where a constant is for a consumer that takes `immediates`. May emit code that brings it into a slot.
inline LoweringSink::Operand LoweringSink::locate_constant(const Entry& entry, Immediate immediates) {
  const bool fits = immediates == Immediate::any || (immediates == Immediate::bits16 && entry.file == File::integer &&
                                                     fits_s16(entry.type, entry.bits));
  return fits ? Operand{.loc = Loc::imm, .value = entry.bits} : emit_constant(entry.type, entry.bits, entry.home);
}

inline void LoweringSink::emit_result_words(ValType type, Row row, u64 word1) {
  const File file = file_of(type);
  RegisterFile& registers = registers_[file];
  const u32 reg = type == type_v128 ? 0 : registers.choose();
  if (registers.holds_only_place(reg)) spill(registers.entry_in(reg));
  const u32 at = code_.emit_words(to_register(row, reg), word1);
  last_ = at;
  last_numeric_.op = Op::unreachable;
  front_.kind = Front::Kind::none;
  last_load_ = Op::unreachable;
  last_copy_ = none;
  pinned_ = 0;
  const Value value = value_of_entry(stack_.size());
  registers.hold(reg, value, true);
  Entry& entry = push(Entry::Where::reg, type, file, value);
  entry.reg = static_cast<u8>(reg);
  entry.row = row;
  entry.producer = at;
}

inline void LoweringSink::emit_result(ValType type, Row row, u32 f1, u32 f2, u32 f3) {
  emit_result_words(type, row, fields(0, f1, f2, f3));
}

inline void LoweringSink::emit_result_upper(ValType type, Row row, u32 f1, u32 upper) {
  emit_result_words(type, row, fields_and_upper(0, f1, upper));
}

inline void LoweringSink::local_get(u32 index) {
  Local& local = locals_[1 + index];
  push(Entry::Where::local, local.type, local.file, value_of_local(1 + index));
  ++local.uses;
}

inline void LoweringSink::i32_const(u32 value) { push(Entry::Where::constant, type_i32).bits = value; }
inline void LoweringSink::i64_const(u64 value) { push(Entry::Where::constant, type_i64).bits = value; }
inline void LoweringSink::f32_const(u32 bits) { push(Entry::Where::constant, type_f32).bits = bits; }
inline void LoweringSink::f64_const(u64 bits) { push(Entry::Where::constant, type_f64).bits = bits; }

}  // namespace invar::interp
