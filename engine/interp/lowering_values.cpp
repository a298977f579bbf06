// Lowering: where operands are, how they move, and instructions that find them in slots.
#include <algorithm>
#include <bit>

#include "engine/interp/frame.h"
#include "engine/interp/lowering_sink.h"
#include "engine/runtime/engine.h"

namespace invar::interp {

LoweringSink::LoweringSink(CompiledModule& compiled, bool record_offsets)
    : module_(compiled.module()),
      compiled_(compiled),
      guard_pages_(compiled.guard_pages()),
      interruptible_(compiled.engine().config().interruptible),
      fuel_(compiled.engine().config().fuel),
      deterministic_(compiled.engine().config().deterministic),
      traces_(compiled.engine().config().trace_call != nullptr),
      tiers_up_(compiled.engine().config().compiler != nullptr && compiled.engine().config().tier_up),
      record_offsets_(record_offsets) {}

// The operand stack

/// Makes a register-only entry's producer store it, too.
void LoweringSink::spill(u32 index) {
  Entry& entry = stack_[index];
  code_.set_handler(entry.producer, entry.row[static_cast<u32>(entry.reg == 0 ? Dst::slot_reg0 : Dst::slot_reg1)]);
  code_.set_field(entry.producer, 0, entry.home);
  entry.where = Entry::Where::slot;
  registers_.hold(file_of(entry.type), entry.reg, RegisterState::Holds::copy, index);
}

void LoweringSink::spill_registers() {
  for (const File file : {File::integer, File::floating}) {
    for (u32 r = 0; r < registers_per_file; ++r) {
      const RegisterState& state = registers_.at(file, r);
      if (state.holds == RegisterState::Holds::entry) spill(state.index);
    }
  }
}

/// Where an entry's value is for a consumer that takes `immediates`. May emit code that brings a constant into a slot.
LoweringSink::Operand LoweringSink::locate(const Entry& entry, u32 index, Immediate immediates) {
  const File file = file_of(entry.type);
  const u32 usable = usable_registers(entry.type);
  const auto in_register = [&](u32 reg) {
    pin(file, reg);
    return Operand{.loc = reg == 0 ? Loc::reg0 : Loc::reg1};
  };
  switch (entry.where) {
    case Entry::Where::reg:
      return in_register(entry.reg);
    case Entry::Where::slot: {
      const int reg = registers_.find_copy(file, index, usable);
      return reg >= 0 ? in_register(static_cast<u32>(reg)) : Operand{.slot = entry.home};
    }
    case Entry::Where::local: {
      const int reg = registers_.find_local(file, entry.local, usable);
      return reg >= 0 ? in_register(static_cast<u32>(reg)) : Operand{.slot = local_slot(entry.local)};
    }
    case Entry::Where::constant:
      break;
  }
  const bool fits = immediates == Immediate::bits16
                        ? file == File::integer && fits_s16(entry.type, entry.value)
                        : immediates == Immediate::bits64 ||
                              (immediates == Immediate::bits32 && (entry.type != type_i64 || fits_s32(entry.value)));
  if (fits) return {.loc = Loc::imm, .value = entry.value};
  return emit_constant(entry.type, entry.value, entry.home);
}

/// Takes the top entry where it is, or will be, in memory: that costs an instruction for constants only.
u32 LoweringSink::take_in_slot() {
  const u32 index = static_cast<u32>(stack_.size() - 1);
  if (stack_.back().where != Entry::Where::local) to_home(index);
  const Entry& entry = stack_.back();
  const u32 slot = entry.where == Entry::Where::local ? local_slot(entry.local) : entry.home;
  pop();
  return slot;
}

void LoweringSink::emit_result_upper(ValType type, Row row, u32 f1, u32 upper) {
  emit_result(type, row, f1, upper & 0xffff, upper >> 16);
}

void LoweringSink::emit_copy(Width width, const Operand& from, u32 slot) {
  // From slot to slot, all but vectors are copied as 64 bits.
  const bool plain = width != Width::vector_128 && from.loc == Loc::slot;
  const bool joins = plain && last_copy_ != none && last_copy_ + 2 == code_.position();
  if (joins && last_copies_ == 1) {
    code_.set_handler(last_copy_, copy2_handler());
    code_.set_field(last_copy_, 2, slot);
    code_.set_field(last_copy_, 3, from.slot);
    ++last_copies_;
    jump_at_ = none;
    return;
  }
  if (joins && last_copies_ == 2) {
    // Three become one if they go to consecutive slots and none reads what another writes.
    const u32 to = code_.field(last_copy_, 0), from2 = code_.field(last_copy_, 3);
    const auto is_written = [&](u32 other) { return other >= to && other < to + 3; };
    if (code_.field(last_copy_, 2) == to + 1 && slot == to + 2 && !is_written(from2) && !is_written(from.slot)) {
      code_.set_handler(last_copy_, copy3_handler());
      code_.set_field(last_copy_, 2, from2);
      code_.set_field(last_copy_, 3, from.slot);
      last_copy_ = none;
      return;
    }
  }
  const u32 at =
      code_.emit(plain ? copy_handler(Width::int_64, Loc::slot) : copy_handler(width, from.loc), slot, from.slot);
  last_ = none;
  last_copy_ = plain ? at : none;
  last_copies_ = 1;
  jump_handler_ = copy_and_jump_handler(plain ? Width::int_64 : width, from.loc);
  jump_at_ = jump_handler_ ? at : none;
}

/// Brings a constant to a slot and, if one is at hand, into a register; returns where it is best read.
LoweringSink::Operand LoweringSink::emit_constant(ValType type, u64 value, u32 slot) {
  const File file = file_of(type);
  const Width width = width_of(type);
  const bool wide = width == Width::float_64 || (width == Width::int_64 && !fits_s32(value));
  Operand result{.slot = slot};
  Handler handler = const_to_slot_handler(width, wide);
  for (u32 r = 0; r < usable_registers(type); ++r) {
    RegisterState& state = registers_.at(file, r);
    if (state.holds == RegisterState::Holds::entry || is_pinned(file, r)) continue;
    state = {};
    handler = const_row(width, wide)[static_cast<u32>(r == 0 ? Dst::slot_reg0 : Dst::slot_reg1)];
    result.loc = r == 0 ? Loc::reg0 : Loc::reg1;
    pin(file, r);
    break;
  }
  if (wide) {
    code_.emit(handler, slot);
    code_.append(value);
  } else {
    const u32 at = code_.emit_wide(handler, slot, static_cast<u32>(value), static_cast<u32>(value));
    if (type == type_i32 && fits_s16(type, value)) {
      jump_at_ = at;
      jump_handler_ = constant_and_jump_handler();
    }
  }
  last_ = none;
  last_copy_ = none;
  return result;
}

/// Copies an entry's value to a slot that is not its home; the entry stays as it is.
void LoweringSink::copy_to_slot(const Entry& entry, u32 index, u32 slot) {
  const u32 pinned = pinned_;
  if (entry.where == Entry::Where::constant) {
    emit_constant(entry.type, entry.value, slot);
  } else {
    emit_copy(width_of(entry.type), locate(entry, index, Immediate::none), slot);
  }
  pinned_ = pinned;
}

/// Brings an entry to its home slot.
void LoweringSink::to_home(u32 index) {
  Entry& entry = stack_[index];
  switch (entry.where) {
    case Entry::Where::slot:
      return;
    case Entry::Where::reg:
      spill(index);
      return;
    case Entry::Where::local:
      --local_uses_[entry.local];
      break;
    case Entry::Where::constant:
      break;
  }
  copy_to_slot(entry, index, entry.home);
  stack_[index].where = Entry::Where::slot;
}

/// Brings all entries home, constants only from entry `constants_from` on.
void LoweringSink::flush(u32 constants_from) {
  const u32 size = static_cast<u32>(stack_.size());
  for (u32 i = std::min(flushed_, constants_from); i < size; ++i) {
    if (i >= constants_from || stack_[i].where != Entry::Where::constant) to_home(i);
  }
  flushed_ = size;
}

/// At a label: registers hold nothing that is known on every path, and nothing in front can be changed any more.
void LoweringSink::after_label() {
  registers_.clear();
  step_.at = none;
  last_ = none;
  last_copy_ = none;
  jump_at_ = none;
}

// Locals

/// Before a local is written: entries that still refer to it are brought home.
void LoweringSink::keep_old_value(u32 local) {
  for (u32 i = static_cast<u32>(stack_.size()); i-- > 0 && local_uses_[local] != 0;) {
    if (stack_[i].where == Entry::Where::local && stack_[i].local == local) to_home(i);
  }
}

/// Makes the producer of the top entry write the local if it is the last instruction. The register then holds the
/// local's value.
bool LoweringSink::assign_producer(u32 local) {
  const Entry& entry = stack_.back();
  if (!is_last(entry)) return false;
  code_.set_handler(entry.producer, entry.row[static_cast<u32>(entry.reg == 0 ? Dst::slot_reg0 : Dst::slot_reg1)]);
  code_.set_field(entry.producer, 0, local_slot(local));
  note_step(local_slot(local), entry.reg);
  return true;
}

void LoweringSink::local_set(u32 local) {
  const ValType type = local_types_[local];
  const File file = file_of(type);
  const u32 index = static_cast<u32>(stack_.size() - 1);
  if (stack_.back().where == Entry::Where::local && stack_.back().local == local) {
    pop();
    return;
  }
  keep_old_value(local);
  const Entry entry = stack_.back();
  int reg = entry.where == Entry::Where::reg ? entry.reg : -1;
  if (!assign_producer(local)) {
    if (entry.where == Entry::Where::constant) {
      registers_.forget_local(file, local);
      copy_to_slot(entry, index, local_slot(local));
    } else {
      const Operand from = locate(entry, index, Immediate::none);
      if (from.loc == Loc::reg0) reg = 0;
      if (from.loc == Loc::reg1) reg = 1;
      emit_copy(width_of(type), from, local_slot(local));
    }
    pinned_ = 0;
  }
  pop();
  registers_.forget_local(file, local);
  if (reg >= 0) registers_.hold(file, static_cast<u32>(reg), RegisterState::Holds::local, local);
}

void LoweringSink::local_tee(u32 local) {
  const Entry before = stack_.back();
  if (before.where == Entry::Where::constant) {
    local_set(local);
    Entry& entry = push(Entry::Where::constant, before.type);
    entry.value = before.value;
    return;
  }
  local_set(local);
  if (before.where == Entry::Where::local && before.local != local) {
    local_get(before.local);
  } else {
    local_get(local);
  }
}

// Constants

void LoweringSink::v128_const(const V128& value) {
  const auto halves = std::bit_cast<std::array<u64, 2>>(value);
  emit_result(type_v128, const_row(Width::vector_128, false), 0, 0, 0);
  code_.append(halves[0]);
  code_.append(halves[1]);
}

void LoweringSink::drop(ValType) { pop(); }

void LoweringSink::select(ValType type) {
  // Of a value that is tested for zero, the other operand.
  const Numeric* made = made_by(stack_.back());
  const bool negated = made && (made->op == Op::i32_eqz || made->op == Op::i64_eqz);
  const Operand condition = negated ? take_back().a : take();
  Operand b = take();
  Operand a = take();
  if (negated) std::swap(a, b);
  emit_result(type, select_row(width_of(type), condition.loc, a.loc, b.loc), a.slot, b.slot, condition.slot);
}

void LoweringSink::global_get(u32 global) {
  const ValType type = module_.globals[global].type.type;
  emit_result_upper(type, global_get_row(width_of(type)), 0, global);
}

void LoweringSink::global_set(u32 global) {
  const Width width = width_of(module_.globals[global].type.type);
  const Operand value = take();
  pinned_ = 0;
  code_.emit_wide(global_set_handler(width, value.loc), 0, value.slot, global);
  last_ = none;
  last_copy_ = none;
}

// Instructions over consecutive slots

u32 LoweringSink::gather(u32 count) {
  top_to_home(count);
  const u32 slot = count == 0 ? top_slot() : stack_[stack_.size() - count].home;
  for (u32 i = 0; i < count; ++i) pop();
  return slot;
}

void LoweringSink::push_slots(std::span<const ValType> types) {
  for (const ValType type : types) push(Entry::Where::slot, type);
}

void LoweringSink::bulk(Handler handler, u32 operands, std::span<const ValType> results, u32 upper) {
  const u32 slot = gather(operands);
  code_.emit_wide(handler, slot, 0, upper);
  last_ = none;
  last_copy_ = none;
  push_slots(results);
}

void LoweringSink::shuffle(const V128& lanes) {
  const auto halves = std::bit_cast<std::array<u64, 2>>(lanes);
  bulk(bulk_handlers.shuffle, 2, {{type_v128}}, 0);
  code_.append(halves[0]);
  code_.append(halves[1]);
}

void LoweringSink::table_get(u32 table) {
  bulk(bulk_handlers.table_get, 1, {{module_.tables[table].type.element}}, table);
}
void LoweringSink::table_set(u32 table) { bulk(bulk_handlers.table_set, 2, {}, table); }
void LoweringSink::table_size(u32 table) {
  bulk(bulk_handlers.table_size, 0, {{module_.tables[table].type.address_type()}}, table);
}
void LoweringSink::table_grow(u32 table) {
  bulk(bulk_handlers.table_grow, 2, {{module_.tables[table].type.address_type()}}, table);
}
void LoweringSink::table_fill(u32 table) { bulk(bulk_handlers.table_fill, 3, {}, table); }
void LoweringSink::table_copy(u32 to, u32 from) {
  bulk(bulk_handlers.table_copy, 3, {}, to);
  code_.append(from);
}
void LoweringSink::table_init(u32 elem, u32 table) {
  bulk(bulk_handlers.table_init, 3, {}, elem);
  code_.append(table);
}
void LoweringSink::elem_drop(u32 elem) { bulk(bulk_handlers.elem_drop, 0, {}, elem); }

}  // namespace invar::interp
