// Lowering: where operands are, how they move, and instructions that find them in slots.
#include <algorithm>
#include <bit>

#include "engine/interp/frame.h"
#include "engine/interp/lowering_sink.h"
#include "engine/runtime/engine.h"

namespace invar::interp {

namespace {

/// Is there a memory 0 that can be guarded?
bool fits_guard(const Module& module) {
  return !module.memories.empty() && !module.memories[0].is_64 && module.memories[0].page_size_log2 == 16;
}

}  // namespace

LoweringSink::LoweringSink(CompiledModule& compiled, bool record_offsets)
    : module_(compiled.module()),
      compiled_(compiled),
      guards_memory_0_(compiled.guard_pages() && fits_guard(compiled.module())),
      interruptible_(compiled.engine().config().interruptible),
      fuel_(compiled.engine().config().fuel),
      deterministic_(compiled.engine().config().deterministic),
      traces_(compiled.engine().config().trace_call != nullptr),
      tiers_up_(compiled.engine().config().compiler != nullptr && compiled.engine().config().tier_up && !traces_),
      record_offsets_(record_offsets),
      watches_(record_offsets_ || fuel_) {}

void LoweringSink::note_instruction(u32 offset) {
  if (record_offsets_) offsets_.emplace_back(code_.position(), offset);
  ++fuel_count_;
}

// The operand stack

/// Makes a register-only entry's producer store it, too.
void LoweringSink::spill(u32 index) {
  Entry& entry = stack_[index];
  code_.set_handler(entry.producer, to_slot_and_register(entry.row, entry.reg));
  code_.set_field(entry.producer, 0, entry.home);
  entry.where = Entry::Where::slot;
  registers_[entry.file].hold(entry.reg, entry.value);
}

void LoweringSink::spill_registers() {
  for (const File file : {File::integer, File::floating}) {
    for (u32 r = 0; r < registers_per_file; ++r) {
      if (registers_[file].holds_only_place(r)) spill(registers_[file].entry_in(r));
    }
  }
}

/// Where an entry's value is for a consumer without immediates, which leaves it there.
LoweringSink::Operand LoweringSink::locate(const Entry& entry) {
  return entry.where == Entry::Where::constant ? locate_constant(entry, Immediate::none) : find(entry, false);
}

/// Takes the top entry where it is, or will be, in memory: that costs an instruction for constants only.
u32 LoweringSink::take_in_slot() {
  const u32 index = stack_.size() - 1;
  if (stack_.back().where != Entry::Where::local) to_home(index);
  const Entry& entry = stack_.back();
  const u32 slot = entry.where == Entry::Where::local ? local_slot(entry.local()) : entry.home;
  pop();
  return slot;
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
    if (registers_[file].holds_only_place(r) || is_pinned(file, r)) continue;
    handler = to_slot_and_register(const_row(width, wide), r);
    result.loc = loc_of(r);
    registers_[file].release(result.loc);
    pin(file, result.loc);
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
void LoweringSink::copy_to_slot(const Entry& entry, u32 slot) {
  const u32 pinned = pinned_;
  if (entry.where == Entry::Where::constant) {
    emit_constant(entry.type, entry.bits, slot);
  } else {
    emit_copy(width_of(entry.type), find(entry, false), slot);
  }
  pinned_ = pinned;
}

/// Brings an entry to its home slot.
void LoweringSink::to_home(u32 index) {
  Entry& entry = stack_[index];
  if (entry.where == Entry::Where::slot) return;
  if (entry.where == Entry::Where::reg) return spill(index);
  copy_to_slot(entry, entry.home);
  --locals_[entry.local()].uses;
  entry.value = value_of_entry(index);
  entry.where = Entry::Where::slot;
}

/// Brings all entries home, constants only from entry `constants_from` on.
void LoweringSink::flush(u32 constants_from) {
  const u32 size = stack_.size();
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
void LoweringSink::keep_old_value(u32 number) {
  for (u32 i = stack_.size(); i-- > 0 && locals_[number].uses != 0;) {
    if (stack_[i].local() == number) to_home(i);
  }
}

void LoweringSink::local_set(u32 index) {
  const u32 number = 1 + index;
  const Local& local = locals_[number];
  const Entry& entry = stack_.back();
  if (entry.local() == number) return remove();
  if (local.uses != 0) keep_old_value(number);
  RegisterFile& registers = registers_[entry.file];
  Loc loc;
  if (is_last(entry)) {
    // Its producer can write the local.
    code_.set_handler(last_, to_slot_and_register(entry.row, entry.reg));
    code_.set_field(last_, 0, local.slot);
    loc = loc_of(entry.reg);
    if (last_numeric_.op == Op::i32_add) note_step(local.slot, entry.reg);
  } else if (entry.where == Entry::Where::constant) {
    registers.forget(value_of_local(number));
    copy_to_slot(entry, local.slot);
    loc = Loc::slot;
  } else {
    const Operand from = find(entry, true);
    emit_copy(width_of(local.type), from, local.slot);
    pinned_ = 0;
    loc = from.loc;
  }
  remove();
  registers.forget(value_of_local(number));
  if (loc != Loc::slot) registers.hold(reg_of(loc), value_of_local(number));
}

void LoweringSink::local_tee(u32 index) {
  const Entry before = stack_.back();
  local_set(index);
  if (before.where == Entry::Where::constant) {
    push(Entry::Where::constant, before.type).bits = before.bits;
  } else {
    local_get(before.where == Entry::Where::local ? before.local() - 1 : index);
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

/// Takes off entries that are in their slots.
void LoweringSink::remove_from_home(u32 count) {
  if (count == 0) return;
  const u32 size = stack_.size() - count;
  for (const File file : {File::integer, File::floating}) registers_[file].forget_entries(size);
  top_slot_ = stack_[size].home;
  stack_.truncate(size);
  flushed_ = std::min(flushed_, size);
}

u32 LoweringSink::gather(u32 count) {
  top_to_home(count);
  remove_from_home(count);
  return top_slot_;
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
