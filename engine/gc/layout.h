// Where the fields of a type's objects are, and which of them the collector follows.
#pragma once

#include <vector>

#include "decoder/types.h"
#include "engine/gc/object.h"

namespace invar {
class EngineTypes;
}

namespace invar::gc {

/// What a field is in memory.
enum class Storage : u8 { i8, i16, i32, i64, f32, f64, v128, ref };
constexpr u32 log2_bytes(Storage storage) {
  switch (storage) {
    case Storage::i8:
      return 0;
    case Storage::i16:
      return 1;
    case Storage::i32:
    case Storage::f32:
      return 2;
    case Storage::v128:
      return 4;
    default:
      return 3;
  }
}
Storage storage_of(const FieldType& field);

/// Fields lie in order, each at a multiple of its size (of 8 for v128), so a subtype begins like its supertype. The
/// descriptor of a type that has one counts as its last field, whatever fields a subtype adds.
struct Layout {
  struct Field {
    u32 offset;
    Storage storage;
  };
  u32 header = 0;                ///< Of each object.
  u32 bytes = 0;                 ///< Of a struct or exception, with header; of an array without elements.
  u32 size_class = 0;            ///< Of a struct or exception; see size_class.h.
  Storage element{};             ///< Of an array.
  bool plain = false;            ///< Struct: fields stand in memory as in slots, one behind the other.
  bool traced_elements = false;  ///< Array: elements are references that the collector follows.
  u32 descriptor = 0;            ///< Struct: offset of the reference to its descriptor; 0 if its type has none.
  u32 slots = 0;                 ///< Slots that the fields of a struct or the payload of an exception take.
  std::vector<Field> fields;     ///< Of a struct.
  std::vector<u32> references;   ///< Struct, exception: offsets of what the collector follows.
};

/// The layout of structs or arrays of the type; of the exceptions of tags with this type if it is a function type.
/// `types` must know all types that `type` names.
Layout make_layout(const EngineTypes& types, const SubType& type, u32 id);

}  // namespace invar::gc
