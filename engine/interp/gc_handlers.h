// Finding the handlers of structs, arrays, i31 and casts; see handlers.h.
#pragma once

#include "engine/gc/layout.h"
#include "engine/interp/handlers.h"

namespace invar::interp {

/// How a field becomes a value: its storage, and for packed fields the extension.
enum class FieldRead : u8 { i8_s, i8_u, i16_s, i16_u, i32, i64, f32, f64, v128 };
inline constexpr u32 field_read_count = 9;
FieldRead field_read(gc::Storage storage, bool is_signed);
/// How a value becomes a field.
enum class FieldWrite : u8 { i8, i16, i32, i64, f32, f64, v128 };
inline constexpr u32 field_write_count = 7;
FieldWrite field_write(gc::Storage storage);

/// Field 1 the struct; upper half: the field's offset.
Row struct_get_row(FieldRead kind, Loc object);
/// Field 0 the struct, field 1 the value or an immediate of 16 bits; upper half: the offset.
Handler struct_set_handler(FieldWrite kind, Loc object, Loc value);
/// Field 1 the array, field 2 the index.
Row array_get_row(FieldRead kind, Loc array, Loc index);
/// Fields 0, 1, 2: array, index, value.
Handler array_set_handler(FieldWrite kind, Loc array, Loc index, Loc value);
/// Field 1 the array.
Row array_len_row(Loc array);
/// Field 1 the source.
Row ref_i31_row(Loc source);
Row i31_get_row(bool is_signed, Loc source);

/// Field 1 the reference; upper half: the bits of the target type, whose heap type is an engine-wide id. `object`: the
/// target is a defined struct or array.
Row ref_test_row(bool object, Loc source);
/// The same, but traps; the reference stays where it is.
Handler ref_cast_handler(bool object, Loc source);
/// Field 1 the reference.
Handler ref_as_non_null_handler(Loc source);
/// Field 0 the reference's slot; upper half: distance; word 2: bits of the target type.
Handler br_on_cast_handler(bool object, bool taken_if_matches);
inline constexpr u32 br_on_cast_words = 3;

/// Field 1 the reference.
Row ref_get_desc_row(Loc source);
/// Field 1 the reference, which stays where it is; upper half: slot of the wanted descriptor.
Handler ref_cast_desc_handler(bool nullable, Loc source);
/// As br_on_cast_handler; field 1: slot of the wanted descriptor; word 2 is not used.
Handler br_on_cast_desc_handler(bool nullable, bool taken_if_matches);

/// Allocation. Field 1 is the first of the operands' slots; word 2 the Layout; upper half: number of elements or
/// segment. No register may hold the only copy of a reference when one of these runs.
struct ObjectRows {
  Row struct_new, struct_new_plain, struct_new_default;
  Row array_new, array_new_default, array_new_fixed, array_new_data, array_new_elem;
};
extern const ObjectRows object_rows;
/// The same; the descriptor is the last of the operands.
struct DescriptorRows {
  Row struct_new_desc, struct_new_default_desc;
};
extern const DescriptorRows descriptor_rows;

/// Operands in the slots from field 0 on; word 2: the elements' Storage; upper half: segment.
struct ArrayHandlers {
  Handler fill, copy, init_data, init_elem;
};
extern const ArrayHandlers array_handlers;

}  // namespace invar::interp
