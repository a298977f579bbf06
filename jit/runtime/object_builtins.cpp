#include "jit/runtime/object_builtins.h"

#include <bit>
#include <cstring>

#include "engine/gc/array.h"
#include "engine/gc/cast.h"
#include "engine/gc/heap.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/reference.h"
#include "engine/runtime/store.h"

namespace invar::jit {

namespace {

/// Free from here on, on the value stack. What compiled code has is on its own stack, where the collector looks, too.
Slot* top_of(Instance* instance) { return reinterpret_cast<Slot*>(instance->store->machine_state().value_top); }

const gc::Layout& layout_of(const Instance* instance, u64 type) { return *instance->layouts[type]; }

u64 reference_to(const gc::Object* made) {
  return made == nullptr ? static_cast<u64>(TrapKind::allocation_failure) : ref_of(made);
}

u64 finish(const std::expected<gc::Object*, TrapKind>& made) {
  return made ? ref_of(*made) : static_cast<u64>(made.error());
}

}  // namespace

u64 allocate_struct(Instance* instance, u64 type) {
  return reference_to(instance->heap->new_struct(layout_of(instance, type), top_of(instance)));
}

u64 new_default_struct(Instance* instance, u64 type) {
  const gc::Layout& layout = layout_of(instance, type);
  gc::Object* const made = instance->heap->new_struct(layout, top_of(instance));
  if (made != nullptr) std::memset(made->at(gc::header_bytes), 0, layout.bytes - gc::header_bytes);
  return reference_to(made);
}

u64 allocate_array(Instance* instance, u64 type, u64 length) {
  return reference_to(instance->heap->new_array(layout_of(instance, type), lower(length), false, top_of(instance)));
}

u64 new_array(Instance* instance, u64 type, u64 length, u64 low, u64 high) {
  // Below the stack's limit is room for a few slots; there the collector sees the value.
  Slot* const value = top_of(instance);
  value[0] = low;
  value[1] = high;
  return finish(gc::array_new(*instance->heap, layout_of(instance, type), lower(length), value, value + 2));
}

u64 new_default_array(Instance* instance, u64 type, u64 length) {
  return reference_to(instance->heap->new_array(layout_of(instance, type), lower(length), true, top_of(instance)));
}

u64 new_data_array(Instance* instance, u64 type, u64 segment, u64 from, u64 length) {
  return finish(gc::array_new_data(*instance, layout_of(instance, type), lower(segment), lower(from), lower(length),
                                   top_of(instance)));
}

u64 new_elem_array(Instance* instance, u64 type, u64 segment, u64 from, u64 length) {
  return finish(gc::array_new_elem(*instance, layout_of(instance, type), lower(segment), lower(from), lower(length),
                                   top_of(instance)));
}

u64 fill_array(Instance*, Ref array, u64 at, u64 low, u64 high, u64 count) {
  const Slot value[] = {low, high};
  const auto storage = static_cast<gc::Storage>(upper(count));
  return static_cast<u64>(gc::array_fill(object_of(array), storage, lower(at), value, lower(count)));
}

u64 copy_array(Instance*, Ref to_array, u64 to, Ref from_array, u64 from, u64 count) {
  const auto storage = static_cast<gc::Storage>(upper(count));
  return static_cast<u64>(
      gc::array_copy(object_of(to_array), lower(to), object_of(from_array), lower(from), lower(count), storage));
}

u64 init_array_data(Instance* instance, Ref array, u64 to, u64 from, u64 count, u64 storage) {
  return static_cast<u64>(gc::array_init_data(*instance, upper(count), object_of(array),
                                              static_cast<gc::Storage>(storage), lower(to), lower(from), lower(count)));
}

u64 init_array_elem(Instance* instance, Ref array, u64 to, u64 from, u64 count, u64) {
  return static_cast<u64>(
      gc::array_init_elem(*instance, upper(count), object_of(array), lower(to), lower(from), lower(count)));
}

u64 matches_reference(Instance* instance, Ref reference, u64 type) {
  const ValType wanted = to_engine(std::bit_cast<ValType>(static_cast<u32>(type)), instance->compiled->type_ids());
  return gc::matches(instance->store->engine().types(), reference, wanted) ? 1 : 0;
}

}  // namespace invar::jit
