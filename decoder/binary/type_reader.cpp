#include "decoder/binary/type_reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "decoder/binary/type_codes.h"

namespace invar {

namespace {

u32 clamp_type_index(s64 index) { return static_cast<u32>(std::min<s64>(index, unrepresentable_type_index)); }

// The feature that brought an abstract heap type, and the one that brought its short reference form.
Feature feature_of(Heap heap) {
  switch (top_of(heap)) {
    case Heap::exn:
      return Feature::exceptions;
    case Heap::cont:
      return Feature::stack_switching;
    case Heap::func:
    case Heap::extern_:
      if (heap == Heap::func || heap == Heap::extern_) return Feature::reference_types;
      return Feature::gc;
    default:
      return Feature::gc;
  }
}

std::string needs(Feature feature) { return fmt::format(" (needs the feature {})", info(feature).name); }

HeapType read_heap(ByteReader& in, const Features& features, ErrorCode error);

ValType read_type(ByteReader& in, const Features& features, ErrorCode error) {
  const u32 start = in.offset();
  const u8 code = in.byte();
  if (!in.ok()) return type_bottom;
  for (ValKind kind : {ValKind::i32, ValKind::i64, ValKind::f32, ValKind::f64, ValKind::v128}) {
    if (code != value_type_code(kind) || error == ErrorCode::malformed_reference_type) continue;
    if (kind == ValKind::v128 && !features.has(Feature::simd)) break;
    return ValType(kind);
  }
  if (code == code_ref || code == code_ref_null) {
    if (!features.has(Feature::function_references)) {
      in.fail_at(error, start, needs(Feature::function_references));
      return type_bottom;
    }
    const bool stored = error == ErrorCode::malformed_storage_type;
    return ValType::reference(read_heap(in, features, stored ? error : ErrorCode::malformed_heap_type),
                              code == code_ref_null);
  }
  if (const std::optional<Heap> heap = find_heap_type(code)) {
    // A table of funcref is as old as WebAssembly.
    const bool old = *heap == Heap::func && error == ErrorCode::malformed_reference_type;
    const Feature feature = feature_of(*heap);
    if (old || features.has(feature)) return ValType::reference({*heap, 0}, true);
    in.fail_at(error, start, needs(feature));
    return type_bottom;
  }
  in.fail_at(error, start, fmt::format(" 0x{:02x}", code));
  return type_bottom;
}

u32 read_index(ByteReader& in, ErrorCode error) {
  const u32 start = in.offset();
  const s64 index = in.s33_leb();
  if (!in.ok()) return 0;
  if (index < 0) {
    in.fail_at(error, start);
    return 0;
  }
  return clamp_type_index(index);
}

HeapType read_heap(ByteReader& in, const Features& features, ErrorCode error) {
  const u32 start = in.offset();
  if (in.peek() == code_exact && features.has(Feature::custom_descriptors)) {
    in.byte();
    return {Heap::index, read_index(in, error), true};
  }
  // Abstract heap types are single negative bytes, type indices are not negative.
  if ((in.peek() & 0xc0) == 0x40) {
    const u8 code = in.byte();
    const std::optional<Heap> heap = find_heap_type(code);
    if (!heap) {
      in.fail_at(error, start, fmt::format(" 0x{:02x}", code));
      return {};
    }
    if (!features.has(feature_of(*heap))) in.fail_at(error, start, needs(feature_of(*heap)));
    return {*heap, 0};
  }
  const u32 index = read_index(in, error);
  if (!in.ok()) return {};
  if (!features.has(Feature::function_references)) in.fail_at(error, start, needs(Feature::function_references));
  return {Heap::index, index};
}

}  // namespace

u32 read_type_index(ByteReader& in) { return read_index(in, ErrorCode::malformed_heap_type); }

HeapType read_heap_type(ByteReader& in, const Features& features) {
  return read_heap(in, features, ErrorCode::malformed_heap_type);
}

ValType read_unpacked_type(ByteReader& in, const Features& features) {
  return read_type(in, features, ErrorCode::malformed_storage_type);
}

ValType read_val_type(ByteReader& in, const Features& features) {
  return read_type(in, features, ErrorCode::malformed_value_type);
}

ValType read_ref_type(ByteReader& in, const Features& features) {
  return read_type(in, features, ErrorCode::malformed_reference_type);
}

RawBlockType read_block_type(ByteReader& in, const Features& features) {
  const u8 code = in.peek();
  if (code == code_empty_block) {
    in.byte();
    return {};
  }
  // Value types are single negative bytes, type indices are not negative.
  if ((code & 0xc0) == 0x40) return {RawBlockType::Kind::value, read_val_type(in, features), 0};
  const u32 start = in.offset();
  const s64 index = in.s33_leb();
  if (in.ok() && index < 0) in.fail_at(ErrorCode::malformed_block_type, start);
  if (in.ok() && !features.has(Feature::multi_value)) {
    in.fail_at(ErrorCode::malformed_block_type, start, needs(Feature::multi_value));
  }
  return {RawBlockType::Kind::index, type_bottom, index < 0 ? 0 : clamp_type_index(index)};
}

}  // namespace invar
