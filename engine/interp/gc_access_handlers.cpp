// Handlers that read and write fields and elements, and those of i31.
#include <array>

#include "engine/gc/object.h"
#include "engine/interp/gc_handlers.h"
#include "engine/runtime/reference.h"

namespace invar::interp {

namespace {

template <FieldRead kind>
struct Reading;
template <>
struct Reading<FieldRead::i8_s> {
  using Stored = s8;
  using Value = u32;
};
template <>
struct Reading<FieldRead::i8_u> {
  using Stored = u8;
  using Value = u32;
};
template <>
struct Reading<FieldRead::i16_s> {
  using Stored = s16;
  using Value = u32;
};
template <>
struct Reading<FieldRead::i16_u> {
  using Stored = u16;
  using Value = u32;
};
template <>
struct Reading<FieldRead::i32> {
  using Stored = u32;
  using Value = u32;
};
template <>
struct Reading<FieldRead::i64> {
  using Stored = u64;
  using Value = u64;
};
template <>
struct Reading<FieldRead::f32> {
  using Stored = f32;
  using Value = f32;
};
template <>
struct Reading<FieldRead::f64> {
  using Stored = f64;
  using Value = f64;
};
template <>
struct Reading<FieldRead::v128> {
  using Stored = V128;
  using Value = V128;
};

template <FieldWrite write>
struct Writing;
template <>
struct Writing<FieldWrite::i8> {
  using Stored = u8;
  using Value = u32;
};
template <>
struct Writing<FieldWrite::i16> {
  using Stored = u16;
  using Value = u32;
};
template <>
struct Writing<FieldWrite::i32> {
  using Stored = u32;
  using Value = u32;
};
template <>
struct Writing<FieldWrite::i64> {
  using Stored = u64;
  using Value = u64;
};
template <>
struct Writing<FieldWrite::f32> {
  using Stored = f32;
  using Value = f32;
};
template <>
struct Writing<FieldWrite::f64> {
  using Stored = f64;
  using Value = f64;
};
template <>
struct Writing<FieldWrite::v128> {
  using Stored = V128;
  using Value = V128;
};

template <FieldRead kind>
[[gnu::always_inline]] inline typename Reading<kind>::Value load_field(const u8* at) {
  typename Reading<kind>::Stored stored;
  std::memcpy(&stored, at, sizeof stored);
  if constexpr (std::is_integral_v<typename Reading<kind>::Stored>) {
    return static_cast<typename Reading<kind>::Value>(stored);
  } else {
    return stored;
  }
}

template <FieldWrite write, class T>
[[gnu::always_inline]] inline void store_field(u8* at, T value) {
  using Stored = typename Writing<write>::Stored;
  if constexpr (std::is_integral_v<T>) {
    const Stored stored = static_cast<Stored>(value);
    std::memcpy(at, &stored, sizeof stored);
  } else {
    std::memcpy(at, &value, sizeof value);
  }
}

template <FieldRead kind, Loc object, Dst dst>
INVAR_HANDLER(struct_get) {
  INVAR_ENTER;
  const Ref ref = INVAR_READ(u64, object, 1);
  if (ref == null_ref) [[unlikely]]
    INVAR_TRAP(TrapKind::null_structure_reference);
  INVAR_WRITE(dst, load_field<kind>(object_of(ref)->at(upper(ip))));
  INVAR_NEXT(2);
}

template <FieldWrite write, Loc object, Loc value>
INVAR_HANDLER(struct_set) {
  INVAR_ENTER;
  using Value = typename Writing<write>::Value;
  const Ref ref = INVAR_READ(u64, object, 0);
  if (ref == null_ref) [[unlikely]]
    INVAR_TRAP(TrapKind::null_structure_reference);
  u8* const at = object_of(ref)->at(upper(ip));
  if constexpr (value == Loc::imm) {
    store_field<write>(at, static_cast<Value>(static_cast<s64>(static_cast<s16>(field(ip, 1)))));
  } else {
    store_field<write>(at, INVAR_READ(Value, value, 1));
  }
  INVAR_NEXT(2);
}

template <class Stored>
[[gnu::always_inline]] inline u8* element_of(gc::Object* array, u64 index) {
  return array->at(gc::header_bytes + index * sizeof(Stored));
}

template <FieldRead kind, Loc array, Loc index, Dst dst>
INVAR_HANDLER(array_get) {
  INVAR_ENTER;
  const Ref ref = INVAR_READ(u64, array, 1);
  if (ref == null_ref) [[unlikely]]
    INVAR_TRAP(TrapKind::null_array_reference);
  const u32 at = INVAR_READ(u32, index, 2);
  if (at >= object_of(ref)->length) [[unlikely]]
    INVAR_TRAP(TrapKind::out_of_bounds_array_access);
  INVAR_WRITE(dst, load_field<kind>(element_of<typename Reading<kind>::Stored>(object_of(ref), at)));
  INVAR_NEXT(2);
}

template <FieldWrite write, Loc array, Loc index, Loc value>
INVAR_HANDLER(array_set) {
  INVAR_ENTER;
  using Value = typename Writing<write>::Value;
  const Ref ref = INVAR_READ(u64, array, 0);
  if (ref == null_ref) [[unlikely]]
    INVAR_TRAP(TrapKind::null_array_reference);
  const u32 at = INVAR_READ(u32, index, 1);
  if (at >= object_of(ref)->length) [[unlikely]]
    INVAR_TRAP(TrapKind::out_of_bounds_array_access);
  u8* const element = element_of<typename Writing<write>::Stored>(object_of(ref), at);
  if constexpr (value == Loc::imm) {
    store_field<write>(element, static_cast<Value>(static_cast<s64>(static_cast<s16>(field(ip, 2)))));
  } else {
    store_field<write>(element, INVAR_READ(Value, value, 2));
  }
  INVAR_NEXT(2);
}

template <Loc array, Dst dst>
INVAR_HANDLER(array_len) {
  INVAR_ENTER;
  const Ref ref = INVAR_READ(u64, array, 1);
  if (ref == null_ref) [[unlikely]]
    INVAR_TRAP(TrapKind::null_array_reference);
  INVAR_WRITE(dst, object_of(ref)->length);
  INVAR_NEXT(2);
}

template <Loc source, Dst dst>
INVAR_HANDLER(ref_i31) {
  INVAR_ENTER;
  INVAR_WRITE(dst, ref_of_i31(INVAR_READ(u32, source, 1)));
  INVAR_NEXT(2);
}

template <bool is_signed, Loc source, Dst dst>
INVAR_HANDLER(i31_get) {
  INVAR_ENTER;
  const Ref ref = INVAR_READ(u64, source, 1);
  if (ref == null_ref) [[unlikely]]
    INVAR_TRAP(TrapKind::null_i31_reference);
  INVAR_WRITE(dst, is_signed ? static_cast<u32>(i31_signed(ref)) : i31_unsigned(ref));
  INVAR_NEXT(2);
}

// Tables, by the locations of operands and the destination.

constexpr u32 locs = 3;

template <FieldRead kind>
struct ReadTables {
  static constexpr bool vector = kind == FieldRead::v128;
  template <size_t... i>
  static constexpr auto make_struct(std::index_sequence<i...>) {
    return std::array<Handler, sizeof...(i)>{
        &struct_get<kind, static_cast<Loc>(i / dst_count), available_dst(i % dst_count, vector)>...};
  }
  template <size_t... i>
  static constexpr auto make_array(std::index_sequence<i...>) {
    return std::array<Handler, sizeof...(i)>{
        &array_get<kind, static_cast<Loc>(i / dst_count / locs), static_cast<Loc>(i / dst_count % locs),
                   available_dst(i % dst_count, vector)>...};
  }
  static constexpr auto of_struct = make_struct(std::make_index_sequence<locs * dst_count>{});
  static constexpr auto of_array = make_array(std::make_index_sequence<locs * locs * dst_count>{});
};

template <FieldWrite write>
struct WriteTables {
  using Value = typename Writing<write>::Value;
  static constexpr u32 values = is_vector<Value> || is_float<Value> ? source_locs<Value> : source_locs_with_imm<Value>;
  template <size_t... i>
  static constexpr auto make_struct(std::index_sequence<i...>) {
    return std::array<Handler, sizeof...(i)>{
        &struct_set<write, static_cast<Loc>(i / values), static_cast<Loc>(i % values)>...};
  }
  template <size_t... i>
  static constexpr auto make_array(std::index_sequence<i...>) {
    return std::array<Handler, sizeof...(i)>{
        &array_set<write, static_cast<Loc>(i / values / locs), static_cast<Loc>(i / values % locs),
                   static_cast<Loc>(i % values)>...};
  }
  static constexpr auto of_struct = make_struct(std::make_index_sequence<locs * values>{});
  static constexpr auto of_array = make_array(std::make_index_sequence<locs * locs * values>{});
};

struct ReadRows {
  Row of_struct, of_array;
};
template <size_t... i>
constexpr std::array<ReadRows, sizeof...(i)> make_read_rows(std::index_sequence<i...>) {
  return {ReadRows{ReadTables<static_cast<FieldRead>(i)>::of_struct.data(),
                   ReadTables<static_cast<FieldRead>(i)>::of_array.data()}...};
}
constexpr auto read_rows = make_read_rows(std::make_index_sequence<field_read_count>{});

struct WriteRows {
  const Handler *of_struct, *of_array;
  u32 values;
};
template <size_t... i>
constexpr std::array<WriteRows, sizeof...(i)> make_write_rows(std::index_sequence<i...>) {
  return {WriteRows{WriteTables<static_cast<FieldWrite>(i)>::of_struct.data(),
                    WriteTables<static_cast<FieldWrite>(i)>::of_array.data(),
                    WriteTables<static_cast<FieldWrite>(i)>::values}...};
}
constexpr auto write_rows = make_write_rows(std::make_index_sequence<field_write_count>{});

template <size_t... i>
constexpr std::array<Handler, sizeof...(i)> make_array_len(std::index_sequence<i...>) {
  return {&array_len<static_cast<Loc>(i / dst_count), static_cast<Dst>(i % dst_count)>...};
}
template <size_t... i>
constexpr std::array<Handler, sizeof...(i)> make_ref_i31(std::index_sequence<i...>) {
  return {&ref_i31<static_cast<Loc>(i / dst_count), static_cast<Dst>(i % dst_count)>...};
}
template <bool is_signed, size_t... i>
constexpr std::array<Handler, sizeof...(i)> make_i31_get(std::index_sequence<i...>) {
  return {&i31_get<is_signed, static_cast<Loc>(i / dst_count), static_cast<Dst>(i % dst_count)>...};
}
using UnaryIndices = std::make_index_sequence<locs * dst_count>;
constexpr auto array_len_rows = make_array_len(UnaryIndices{});
constexpr auto ref_i31_rows = make_ref_i31(UnaryIndices{});
constexpr auto i31_get_s_rows = make_i31_get<true>(UnaryIndices{});
constexpr auto i31_get_u_rows = make_i31_get<false>(UnaryIndices{});

Row unary(const std::array<Handler, locs * dst_count>& rows, Loc source) {
  return rows.data() + static_cast<u32>(source) * dst_count;
}

}  // namespace

FieldRead field_read(gc::Storage storage, bool is_signed) {
  switch (storage) {
    case gc::Storage::i8:
      return is_signed ? FieldRead::i8_s : FieldRead::i8_u;
    case gc::Storage::i16:
      return is_signed ? FieldRead::i16_s : FieldRead::i16_u;
    case gc::Storage::i32:
      return FieldRead::i32;
    case gc::Storage::f32:
      return FieldRead::f32;
    case gc::Storage::f64:
      return FieldRead::f64;
    case gc::Storage::v128:
      return FieldRead::v128;
    case gc::Storage::i64:
    case gc::Storage::ref:
      break;
  }
  return FieldRead::i64;
}

FieldWrite field_write(gc::Storage storage) {
  switch (storage) {
    case gc::Storage::i8:
      return FieldWrite::i8;
    case gc::Storage::i16:
      return FieldWrite::i16;
    case gc::Storage::i32:
      return FieldWrite::i32;
    case gc::Storage::f32:
      return FieldWrite::f32;
    case gc::Storage::f64:
      return FieldWrite::f64;
    case gc::Storage::v128:
      return FieldWrite::v128;
    case gc::Storage::i64:
    case gc::Storage::ref:
      break;
  }
  return FieldWrite::i64;
}

Row struct_get_row(FieldRead kind, Loc object) {
  return read_rows[static_cast<u32>(kind)].of_struct + static_cast<u32>(object) * dst_count;
}

Row array_get_row(FieldRead kind, Loc array, Loc index) {
  return read_rows[static_cast<u32>(kind)].of_array +
         (static_cast<u32>(array) * locs + static_cast<u32>(index)) * dst_count;
}

Handler struct_set_handler(FieldWrite write, Loc object, Loc value) {
  const WriteRows& rows = write_rows[static_cast<u32>(write)];
  return rows.of_struct[static_cast<u32>(object) * rows.values + static_cast<u32>(value)];
}

Handler array_set_handler(FieldWrite write, Loc array, Loc index, Loc value) {
  const WriteRows& rows = write_rows[static_cast<u32>(write)];
  return rows
      .of_array[(static_cast<u32>(array) * locs + static_cast<u32>(index)) * rows.values + static_cast<u32>(value)];
}

Row array_len_row(Loc array) { return unary(array_len_rows, array); }
Row ref_i31_row(Loc source) { return unary(ref_i31_rows, source); }
Row i31_get_row(bool is_signed, Loc source) { return unary(is_signed ? i31_get_s_rows : i31_get_u_rows, source); }

}  // namespace invar::interp
