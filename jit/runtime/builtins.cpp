#include "jit/runtime/builtins.h"

#include <fmt/format.h>

#include "engine/interp/backtrace.h"
#include "engine/interp/interpreter.h"
#include "engine/interp/machine_boundary.h"
#include "engine/interp/unwind.h"
#include "engine/runtime/bulk.h"
#include "engine/runtime/call.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/exception.h"
#include "engine/runtime/parking_lot.h"
#include "engine/runtime/reference.h"
#include "engine/runtime/store.h"
#include "jit/runtime/object_builtins.h"

namespace invar::jit {

namespace {

u64 growth_result(s64 before, bool is_64) { return before < 0 && !is_64 ? 0xffff'ffff : static_cast<u64>(before); }

u64 grow_memory(Instance* instance, u64 delta, u64 memory) {
  Memory& grown = *instance->memories[memory];
  return growth_result(grown.grow(delta), grown.type.is_64);
}

// Turns of a loop at once: 1, or 0 if nothing was done, for one of them would trap or what they come to is not so
// simple. See jit/ir/bulk_loops.h.

/// The upper half of the last argument: do they go from the end to the begin? The lower one is the memory.
u64 copy_run(Instance* instance, u64 to, u64 from, u64 count, u64 way_and_memory) {
  Memory& memory = *instance->memories[lower(way_and_memory)];
  // What is read must not have been written before.
  const u64 ahead = upper(way_and_memory) != 0 ? from - to : to - from;
  return ahead >= count && memory_copy(memory, to, memory, from, count) == TrapKind::none ? 1 : 0;
}

/// The upper half of the last argument: of how many of the value's bytes each piece is. The lower one is the memory.
u64 fill_run(Instance* instance, u64 to, u64 value, u64 count, u64 bytes_and_memory) {
  Memory& memory = *instance->memories[lower(bytes_and_memory)];
  const u64 bytes = upper(bytes_and_memory);
  if (!is_within(to, count, memory.settled_length())) return 0;
  u8* const begin = memory.base + to;
  std::memcpy(begin, &value, bytes);
  if (std::memcmp(begin, begin + 1, bytes - 1) == 0) {  // all its bytes are equal
    std::memset(begin, begin[0], count);
    return 1;
  }
  for (u64 done = bytes; done < count; done *= 2) std::memcpy(begin + done, begin, std::min(done, count - done));
  return 1;
}

u64 fill_memory(Instance* instance, u64 to, u64 value, u64 count, u64 memory) {
  return static_cast<u64>(memory_fill(*instance->memories[memory], to, static_cast<u8>(value), count));
}

u64 copy_memory(Instance* instance, u64 to, u64 from, u64 count, u64 memories) {
  return static_cast<u64>(
      memory_copy(*instance->memories[upper(memories)], to, *instance->memories[lower(memories)], from, count));
}

u64 init_memory(Instance* instance, u64 to, u64 from, u64 count, u64 memory_and_data) {
  return static_cast<u64>(
      memory_init(*instance, lower(memory_and_data), *instance->memories[upper(memory_and_data)], to, from, count));
}

u64 drop_data(Instance* instance, u64 data) {
  data_drop(*instance, static_cast<u32>(data));
  return 0;
}

u64 grow_table(Instance* instance, u64 value, u64 delta, u64 index) {
  Table& table = *instance->tables[index];
  return growth_result(table.grow(delta, value), table.type.is_64);
}

u64 fill_table(Instance* instance, u64 to, u64 value, u64 count, u64 index) {
  return static_cast<u64>(table_fill(*instance->tables[index], to, value, count));
}

u64 copy_table(Instance* instance, u64 to, u64 from, u64 count, u64 tables) {
  return static_cast<u64>(
      table_copy(*instance->tables[upper(tables)], to, *instance->tables[lower(tables)], from, count));
}

u64 init_table(Instance* instance, u64 to, u64 from, u64 count, u64 table_and_elem) {
  return static_cast<u64>(
      table_init(*instance, lower(table_and_elem), *instance->tables[upper(table_and_elem)], to, from, count));
}

u64 drop_elem(Instance* instance, u64 elem) {
  elem_drop(*instance, static_cast<u32>(elem));
  return 0;
}

/// The lower half of the last argument is the memory, the upper one how many bytes are looked at.
u64 wait_at(Instance* instance, u64 address, u64 expected, u64 timeout, u64 offset, u64 bytes_and_memory) {
  WaitOutcome outcome{};
  const TrapKind trap = atomic_wait(*instance->store, *instance->memories[lower(bytes_and_memory)], address, offset,
                                    upper(bytes_and_memory), expected, static_cast<s64>(timeout), outcome);
  return trap == TrapKind::none ? first_number_result + static_cast<u64>(outcome) : static_cast<u64>(trap);
}

u64 notify_at(Instance* instance, u64 address, u64 count, u64 offset, u64 memory) {
  u32 woken = 0;
  const TrapKind trap = atomic_notify(*instance->memories[memory], address, offset, static_cast<u32>(count), woken);
  return trap == TrapKind::none ? u64{first_number_result} + woken : static_cast<u64>(trap);
}

const void* const table[] = {
    reinterpret_cast<const void*>(&grow_memory),       reinterpret_cast<const void*>(&copy_run),
    reinterpret_cast<const void*>(&fill_run),          reinterpret_cast<const void*>(&fill_memory),
    reinterpret_cast<const void*>(&copy_memory),       reinterpret_cast<const void*>(&init_memory),
    reinterpret_cast<const void*>(&drop_data),         reinterpret_cast<const void*>(&grow_table),
    reinterpret_cast<const void*>(&fill_table),        reinterpret_cast<const void*>(&copy_table),
    reinterpret_cast<const void*>(&init_table),        reinterpret_cast<const void*>(&drop_elem),
    reinterpret_cast<const void*>(&allocate_struct),   reinterpret_cast<const void*>(&new_default_struct),
    reinterpret_cast<const void*>(&allocate_array),    reinterpret_cast<const void*>(&new_array),
    reinterpret_cast<const void*>(&new_default_array), reinterpret_cast<const void*>(&new_data_array),
    reinterpret_cast<const void*>(&new_elem_array),    reinterpret_cast<const void*>(&fill_array),
    reinterpret_cast<const void*>(&copy_array),        reinterpret_cast<const void*>(&init_array_data),
    reinterpret_cast<const void*>(&init_array_elem),   reinterpret_cast<const void*>(&matches_reference),
    reinterpret_cast<const void*>(&wait_at),           reinterpret_cast<const void*>(&notify_at),
};

}  // namespace

const void* const* builtin_table() { return table; }

u64 throw_from_machine(Instance* instance, u64 what, const Slot* arguments, const u8* pc, const u64* frame) {
  Store& store = *instance->store;
  MachineState& state = store.machine_state();
  interp::Thrown thrown{nullptr, arguments, null_ref};
  const bool is_pending = arguments == nullptr && what == null_ref;
  if (arguments != nullptr) {
    thrown.tag = instance->tag_list[what];
    store.stack_top = const_cast<Slot*>(arguments) + thrown.tag->argument_slots;  // for the collector
  } else {
    if (is_pending) what = store.pending_exception;
    thrown = {&exception_tag(what), exception_arguments(what), what};
    store.stack_top = reinterpret_cast<Slot*>(state.value_top);
  }
  interp::Position to{nullptr, nullptr, instance};
  const TrapKind trap = interp::unwind_from_machine(thrown, {pc, frame}, to);
  if (trap != TrapKind::none) {
    interp::append_machine_backtrace(store, pc, frame);
    return static_cast<u64>(trap);
  }
  if (is_pending) store.forget_trap();
  state.landing_ip = to.ip;
  state.landing_frame = to.fp;
  state.landing_instance = to.inst;
  return 0;
}

u64 call_host_from_machine(Instance* caller, const Code* code, Slot* frame) {
  const TrapKind trap = call_host(host_function_of(*code), caller, frame);
  const bool threw_nothing = trap == TrapKind::uncaught_exception && caller->store->pending_exception == null_ref;
  return static_cast<u64>(threw_nothing ? TrapKind::host_error : trap);
}

u64 bind_entry(Instance* instance, Code* code) {
  Store& store = *instance->store;
  if (store.engine().config().compiler->bind(*code)) return static_cast<u64>(TrapKind::none);
  return static_cast<u64>(fail_host_call(store, "no memory for code"));
}

u64 poll_interrupt(Instance* instance) {
  return static_cast<u64>(instance->store->take_interrupt() ? TrapKind::interrupted : TrapKind::none);
}

u64 check_indirect_call(Instance* instance, const Func* func, u32 wanted, u64 index) {
  TrapKind trap = TrapKind::none;
  if (func == nullptr) {
    instance->store->pending_trap.message = fmt::format("{} {}", text_of(TrapKind::uninitialized_element), index);
    trap = TrapKind::uninitialized_element;
  } else if (!instance->store->engine().types().is_subtype(func->type_id, wanted)) {
    trap = TrapKind::indirect_call_type_mismatch;
  }
  return static_cast<u64>(trap);
}

}  // namespace invar::jit
