#include "engine/gc/layout.h"

#include "engine/gc/size_class.h"
#include "engine/runtime/engine_types.h"

namespace invar::gc {

namespace {

/// Function references point to what the store owns: nothing to follow.
bool is_traced(const EngineTypes& types, ValType type) {
  if (!type.is_ref()) return false;
  const HeapType heap = type.heap();
  if (heap.kind == invar::Heap::index) return types[heap.index].kind != CompositeKind::func;
  return top_of(heap.kind) != invar::Heap::func;
}

void lay_out_struct(const EngineTypes& types, const SubType& type, Layout& layout) {
  u32 offset = header_bytes;
  layout.plain = true;
  layout.fields.reserve(type.fields.size());
  for (const FieldType& field : type.fields) {
    const Storage storage = storage_of(field);
    const u32 bytes = 1u << log2_bytes(storage), alignment = bytes < 8 ? bytes : 8;
    offset = (offset + alignment - 1) & ~(alignment - 1);
    layout.fields.push_back({offset, storage});
    if (is_traced(types, field.type)) layout.references.push_back(offset);
    layout.plain &= bytes >= 8;
    layout.slots += storage == Storage::v128 ? 2 : 1;
    offset += bytes;
  }
  if (type.has_descriptor()) {
    layout.descriptor = (offset + 7) & ~7u;
    layout.fields.push_back({layout.descriptor, Storage::ref});
    layout.references.push_back(layout.descriptor);
    layout.slots += 1;
    offset = layout.descriptor + sizeof(u64);
  }
  layout.bytes = offset;
}

void lay_out_exception(const EngineTypes& types, const FuncType& type, Layout& layout) {
  u32 offset = exception_header_bytes;
  for (const ValType param : type.params) {
    if (is_traced(types, param)) layout.references.push_back(offset);
    offset += param == type_v128 ? 16 : 8;
  }
  layout.slots = (offset - exception_header_bytes) / 8;
  layout.bytes = offset;
}

}  // namespace

Storage storage_of(const FieldType& field) {
  if (field.packing == Packing::i8) return Storage::i8;
  if (field.packing == Packing::i16) return Storage::i16;
  switch (field.type.kind()) {
    case ValKind::i32:
      return Storage::i32;
    case ValKind::i64:
      return Storage::i64;
    case ValKind::f32:
      return Storage::f32;
    case ValKind::f64:
      return Storage::f64;
    case ValKind::v128:
      return Storage::v128;
    default:
      return Storage::ref;
  }
}

Layout make_layout(const EngineTypes& types, const SubType& type, u32 id) {
  Layout layout;
  switch (type.kind) {
    case CompositeKind::struct_:
      layout.header = make_header(id, ObjectKind::struct_);
      lay_out_struct(types, type, layout);
      break;
    case CompositeKind::array:
      layout.header = make_header(id, ObjectKind::array);
      layout.bytes = header_bytes;
      layout.element = storage_of(type.fields[0]);
      layout.traced_elements = is_traced(types, type.fields[0].type);
      break;
    case CompositeKind::cont:
      break;
    case CompositeKind::func:
      layout.header = make_header(id, ObjectKind::exception);
      lay_out_exception(types, type.func, layout);
      break;
  }
  layout.size_class = class_of(layout.bytes);
  return layout;
}

}  // namespace invar::gc
