// Moving field values between slots and objects.
#pragma once

#include <bit>
#include <cstring>

#include "engine/gc/layout.h"
#include "engine/runtime/objects.h"

namespace invar::gc {

static_assert(std::endian::native == std::endian::little, "a slot's first bytes are a narrow value");

/// Slots that a field's value takes.
constexpr u32 slots_of(Storage storage) { return storage == Storage::v128 ? 2 : 1; }

/// Packed fields take the low bits. spec: exec/runtime#field-values
inline void store_field(u8* at, Storage storage, const Slot* value) {
  switch (log2_bytes(storage)) {
    case 0:
      std::memcpy(at, value, 1);
      break;
    case 1:
      std::memcpy(at, value, 2);
      break;
    case 2:
      std::memcpy(at, value, 4);
      break;
    case 3:
      std::memcpy(at, value, 8);
      break;
    default:
      std::memcpy(at, value, 16);
  }
}

/// Initialises a struct's fields from consecutive slots.
inline void store_fields(Object* object, const Layout& layout, const Slot* values) {
  if (layout.plain) {
    // Not even of no bytes may a copy come from nowhere.
    if (values != nullptr) std::memcpy(object->at(header_bytes), values, layout.bytes - header_bytes);
    return;
  }
  for (const Layout::Field& field : layout.fields) {
    store_field(object->at(field.offset), field.storage, values);
    values += slots_of(field.storage);
  }
}

inline u8* element_at(Object* array, Storage element, u64 index) {
  return array->at(header_bytes + (index << log2_bytes(element)));
}

}  // namespace invar::gc
