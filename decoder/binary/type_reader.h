// Reads types in the binary format. Faults go into the reader's sticky error; whether a type index exists is a question
// of validation and not asked here.
#pragma once

#include "decoder/base/byte_reader.h"
#include "decoder/feature.h"
#include "decoder/types.h"

namespace invar {

/// Type indices are cut off here, so that they fit into a ValType: it is above every index that can exist.
inline constexpr u32 unrepresentable_type_index = 0xffffff;

ValType read_val_type(ByteReader& in, const Features& features);
/// A value type that must be a reference.
ValType read_ref_type(ByteReader& in, const Features& features);
/// The type of a field that is not packed.
ValType read_unpacked_type(ByteReader& in, const Features& features);
HeapType read_heap_type(ByteReader& in, const Features& features);
/// A type index where the format has room for negative numbers. 0 if the reader fails.
u32 read_type_index(ByteReader& in);

/// A block type: empty, one value type, or a type index.
struct RawBlockType {
  enum class Kind : u8 { empty, value, index } kind = Kind::empty;
  ValType value;
  u32 index = 0;
};
RawBlockType read_block_type(ByteReader& in, const Features& features);

}  // namespace invar
