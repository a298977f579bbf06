#include "jit/runtime/builtins.h"

#include <fmt/format.h>

#include "engine/runtime/bulk.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/reference.h"
#include "engine/runtime/store.h"

namespace invar::jit {

namespace {

constexpr u32 upper(u64 pair) { return static_cast<u32>(pair >> 32); }
constexpr u32 lower(u64 pair) { return static_cast<u32>(pair); }

u64 grow_memory(Instance* instance, u64 delta, u64 memory) {
  const s64 before = instance->memories[memory]->grow(delta);
  return before < 0 ? 0xffff'ffff : static_cast<u64>(before);
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

u64 function_reference(Instance* instance, u64 function) { return ref_of(instance->functions[function]); }

const void* const table[] = {
    reinterpret_cast<const void*>(&grow_memory), reinterpret_cast<const void*>(&fill_memory),
    reinterpret_cast<const void*>(&copy_memory), reinterpret_cast<const void*>(&init_memory),
    reinterpret_cast<const void*>(&drop_data),   reinterpret_cast<const void*>(&function_reference),
};

}  // namespace

const void* const* builtin_table() { return table; }

TrapKind check_indirect_call(Instance* instance, const Func* func, u32 wanted, u64 index) {
  if (func == nullptr) {
    instance->store->pending_trap.message = fmt::format("{} {}", text_of(TrapKind::uninitialized_element), index);
    return TrapKind::uninitialized_element;
  }
  return instance->store->engine().types().is_subtype(func->type_id, wanted) ? TrapKind::none
                                                                             : TrapKind::indirect_call_type_mismatch;
}

}  // namespace invar::jit
