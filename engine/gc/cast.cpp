#include "engine/gc/cast.h"

namespace invar::gc {

namespace {

using Abstract = invar::Heap;

bool is_of_kind(Ref ref, ObjectKind kind) { return is_object(ref) && object_of(ref)->kind() == kind; }

}  // namespace

bool matches(const EngineTypes& types, Ref ref, ValType type) {
  if (ref == null_ref) return type.nullable();
  const HeapType heap = type.heap();
  switch (heap.kind) {
    case Abstract::any:
    case Abstract::func:
    case Abstract::extern_:
    case Abstract::exn:
    case Abstract::cont:
      return true;
    case Abstract::eq:
      return is_i31(ref) || is_object(ref);
    case Abstract::i31:
      return is_i31(ref);
    case Abstract::struct_:
      return is_of_kind(ref, ObjectKind::struct_);
    case Abstract::array:
      return is_of_kind(ref, ObjectKind::array);
    case Abstract::index:
      if (types[heap.index].kind == CompositeKind::func) {
        const u32 id = func_of(ref)->type_id;
        return heap.is_exact ? id == heap.index : types.is_subtype(id, heap.index);
      }
      if (heap.is_exact) return matches_exactly(ref, heap.index);
      return is_object(ref) && types.is_subtype(object_of(ref)->type_id(), heap.index);
    case Abstract::none:
    case Abstract::nofunc:
    case Abstract::noextern:
    case Abstract::noexn:
    case Abstract::nocont:
      return false;
  }
  return false;
}

}  // namespace invar::gc
