// Structs with custom descriptors: the reference to the descriptor stands behind the fields, and where that is stands
// in the object's header. So a subtype may have a descriptor where its supertype has none, and finding it takes no look
// at the type.
#pragma once

#include <cstring>
#include <expected>

#include "engine/gc/heap.h"
#include "engine/runtime/reference.h"

namespace invar::gc {

/// A struct of a type with descriptors. `operands`: its fields as slots, unless they get their default values, and then
/// the descriptor; below `stack_end` or in another root. Errors: null_descriptor_reference, allocation_failure.
std::expected<Object*, TrapKind> new_described_struct(Heap& heap, const Layout& layout, const Slot* operands,
                                                      bool defaults, const Slot* stack_end);

/// The descriptor of a struct whose type has descriptors.
[[gnu::always_inline]] inline Ref descriptor_of(const Object* object) {
  Ref descriptor;
  std::memcpy(&descriptor, object->at(object->length), sizeof descriptor);
  return descriptor;
}

/// Is that the reference's descriptor? Whatever type the reference has.
[[gnu::always_inline]] inline bool is_described_by(Ref ref, Ref descriptor) {
  if (!is_object(ref)) return false;
  const Object* const object = object_of(ref);
  return object->kind() == ObjectKind::struct_ && object->length != 0 && descriptor_of(object) == descriptor;
}

}  // namespace invar::gc
