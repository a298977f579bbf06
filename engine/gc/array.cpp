#include "engine/gc/array.h"

#include <algorithm>

#include "engine/gc/field.h"
#include "engine/runtime/bulk.h"

namespace invar::gc {

namespace {

template <class T>
void fill(u8* at, u64 count, const Slot* value) {
  T element;
  std::memcpy(&element, value, sizeof element);
  for (u64 i = 0; i < count; ++i) std::memcpy(at + i * sizeof element, &element, sizeof element);
}

/// What is left of the segment, none if it was dropped.
std::span<const u8> data_of(const Instance& instance, u32 segment) {
  if (instance.dropped_datas[segment]) return {};
  return instance.module->bytes(instance.module->datas[segment].bytes);
}

std::span<const Ref> refs_of(const Instance& instance, u32 segment) {
  if (instance.dropped_elems[segment]) return {};
  return instance.elems[segment];
}

void copy_bytes(u8* to, const void* from, u64 count) {
  if (count != 0) std::memcpy(to, from, count);
}

}  // namespace

void set_elements(Object* array, Storage element, u64 from, u64 count, const Slot* value) {
  u8* const at = element_at(array, element, from);
  switch (log2_bytes(element)) {
    case 0:
      return fill<u8>(at, count, value);
    case 1:
      return fill<u16>(at, count, value);
    case 2:
      return fill<u32>(at, count, value);
    case 3:
      return fill<u64>(at, count, value);
    default:
      return fill<V128>(at, count, value);
  }
}

std::expected<Object*, TrapKind> array_new(Heap& heap, const Layout& layout, u32 length, const Slot* value,
                                           const Slot* stack_end) {
  Object* const made = heap.new_array(layout, length, false, stack_end);
  if (made == nullptr) return std::unexpected(TrapKind::allocation_failure);
  set_elements(made, layout.element, 0, length, value);
  return made;
}

std::expected<Object*, TrapKind> array_new_fixed(Heap& heap, const Layout& layout, u32 length, const Slot* values,
                                                 const Slot* stack_end) {
  Object* const made = heap.new_array(layout, length, false, stack_end);
  if (made == nullptr) return std::unexpected(TrapKind::allocation_failure);
  for (u32 i = 0; i < length; ++i) {
    store_field(element_at(made, layout.element, i), layout.element, values);
    values += slots_of(layout.element);
  }
  return made;
}

std::expected<Object*, TrapKind> array_new_data(Instance& instance, const Layout& layout, u32 segment, u32 from,
                                                u32 length, const Slot* stack_end) {
  const std::span<const u8> bytes = data_of(instance, segment);
  const u64 wanted = u64{length} << log2_bytes(layout.element);
  if (!is_within(from, wanted, bytes.size())) return std::unexpected(TrapKind::out_of_bounds_memory_access);
  Object* const made = instance.heap->new_array(layout, length, false, stack_end);
  if (made == nullptr) return std::unexpected(TrapKind::allocation_failure);
  copy_bytes(made->at(header_bytes), bytes.data() + from, wanted);
  return made;
}

std::expected<Object*, TrapKind> array_new_elem(Instance& instance, const Layout& layout, u32 segment, u32 from,
                                                u32 length, const Slot* stack_end) {
  const std::span<const Ref> refs = refs_of(instance, segment);
  if (!is_within(from, length, refs.size())) return std::unexpected(TrapKind::out_of_bounds_table_access);
  Object* const made = instance.heap->new_array(layout, length, false, stack_end);
  if (made == nullptr) return std::unexpected(TrapKind::allocation_failure);
  copy_bytes(made->at(header_bytes), refs.data() + from, length * sizeof(Ref));
  return made;
}

TrapKind array_fill(Object* array, Storage element, u32 at, const Slot* value, u32 count) {
  if (array == nullptr) return TrapKind::null_array_reference;
  if (!is_within(at, count, array->length)) return TrapKind::out_of_bounds_array_access;
  set_elements(array, element, at, count, value);
  return TrapKind::none;
}

TrapKind array_copy(Object* to_array, u32 to, Object* from_array, u32 from, u32 count, Storage element) {
  if (to_array == nullptr || from_array == nullptr) return TrapKind::null_array_reference;
  if (!is_within(to, count, to_array->length) || !is_within(from, count, from_array->length)) {
    return TrapKind::out_of_bounds_array_access;
  }
  std::memmove(element_at(to_array, element, to), element_at(from_array, element, from),
               u64{count} << log2_bytes(element));
  return TrapKind::none;
}

TrapKind array_init_data(Instance& instance, u32 segment, Object* array, Storage element, u32 to, u32 from, u32 count) {
  if (array == nullptr) return TrapKind::null_array_reference;
  if (!is_within(to, count, array->length)) return TrapKind::out_of_bounds_array_access;
  const std::span<const u8> bytes = data_of(instance, segment);
  const u64 wanted = u64{count} << log2_bytes(element);
  if (!is_within(from, wanted, bytes.size())) return TrapKind::out_of_bounds_memory_access;
  copy_bytes(element_at(array, element, to), bytes.data() + from, wanted);
  return TrapKind::none;
}

TrapKind array_init_elem(Instance& instance, u32 segment, Object* array, u32 to, u32 from, u32 count) {
  if (array == nullptr) return TrapKind::null_array_reference;
  if (!is_within(to, count, array->length)) return TrapKind::out_of_bounds_array_access;
  const std::span<const Ref> refs = refs_of(instance, segment);
  if (!is_within(from, count, refs.size())) return TrapKind::out_of_bounds_table_access;
  copy_bytes(element_at(array, Storage::ref, to), refs.data() + from, count * sizeof(Ref));
  return TrapKind::none;
}

}  // namespace invar::gc
