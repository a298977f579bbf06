// Type tests of references. spec: exec/values#ref-type, exec/instructions#ref.test
#pragma once

#include "engine/runtime/engine_types.h"
#include "engine/runtime/reference.h"

namespace invar::gc {

/// Is the reference of the type, which names ids and belongs to the reference's hierarchy? Constant time.
bool matches(const EngineTypes& types, Ref ref, ValType type);

/// Is it a defined struct or array type? Not a function type: those references look alike but point to no object.
inline bool names_object(const EngineTypes& types, ValType type) {
  return type.heap().kind == invar::Heap::index && types[type.heap().index].kind != CompositeKind::func;
}

/// Is the reference one of exactly this type of struct or array (an id)?
[[gnu::always_inline]] inline bool matches_exactly(Ref ref, u32 id) {
  return is_object(ref) && object_of(ref)->type_id() == id;
}

}  // namespace invar::gc
