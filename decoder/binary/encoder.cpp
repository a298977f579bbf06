#include "decoder/binary/encoder.h"

#include "decoder/binary/type_codes.h"

namespace invar {

void write_op(ByteWriter& out, Op op) {
  const OpInfo& row = info(op);
  if (row.prefix == 0) {
    out.byte(static_cast<u8>(row.code));
  } else {
    out.byte(row.prefix);
    out.u32_leb(row.code);
  }
}

void write_heap_type(ByteWriter& out, HeapType type) {
  if (type.kind == Heap::index) {
    if (type.is_exact) out.byte(code_exact);
    out.s33_leb(type.index);
  } else {
    out.byte(heap_type_code(type.kind));
  }
}

void write_val_type(ByteWriter& out, ValType type) {
  if (!type.is_ref()) {
    out.byte(value_type_code(type.kind()));
    return;
  }
  const HeapType heap = type.heap();
  if (!type.nullable() || heap.kind == Heap::index) out.byte(type.nullable() ? code_ref_null : code_ref);
  write_heap_type(out, heap);
}

void write_field_type(ByteWriter& out, const FieldType& type) {
  if (type.packing == Packing::none) {
    write_val_type(out, type.type);
  } else {
    out.byte(type.packing == Packing::i8 ? code_i8 : code_i16);
  }
  out.byte(type.is_mutable ? 1 : 0);
}

void write_sub_type(ByteWriter& out, const SubType& type) {
  const bool has_super = type.supertype != SubType::no_supertype;
  if (has_super || !type.is_final) {
    out.byte(type.is_final ? code_sub_final : code_sub);
    out.u32_leb(has_super ? 1 : 0);
    if (has_super) out.u32_leb(type.supertype);
  }
  if (type.describes != SubType::no_type) {
    out.byte(code_describes);
    out.u32_leb(type.describes);
  }
  if (type.has_descriptor()) {
    out.byte(code_descriptor);
    out.u32_leb(type.descriptor);
  }
  switch (type.kind) {
    case CompositeKind::cont:
      out.byte(code_cont);
      out.s33_leb(type.continued);
      break;
    case CompositeKind::func:
      out.byte(code_func);
      for (const auto* list : {&type.func.params, &type.func.results}) {
        out.u32_leb(static_cast<u32>(list->size()));
        for (ValType t : *list) write_val_type(out, t);
      }
      break;
    case CompositeKind::struct_:
      out.byte(code_struct);
      out.u32_leb(static_cast<u32>(type.fields.size()));
      for (const FieldType& field : type.fields) write_field_type(out, field);
      break;
    case CompositeKind::array:
      out.byte(code_array);
      write_field_type(out, type.fields.front());
      break;
  }
}

void write_rec_group(ByteWriter& out, std::span<const SubType> group) {
  if (group.size() != 1) {
    out.byte(code_rec);
    out.u32_leb(static_cast<u32>(group.size()));
  }
  for (const SubType& type : group) write_sub_type(out, type);
}

namespace {

void write_limits(ByteWriter& out, const Limits& limits, u8 flags) {
  out.byte(static_cast<u8>(flags | (limits.has_max ? limits_has_max : 0)));
  out.u64_leb(limits.min);
  if (limits.has_max) out.u64_leb(limits.max);
}

}  // namespace

void write_table_type(ByteWriter& out, const TableType& type) {
  write_val_type(out, type.element);
  write_limits(out, type.limits, type.is_64 ? limits_is_64 : 0);
}

void write_memory_type(ByteWriter& out, const MemoryType& type) {
  const bool custom_page = type.page_size_log2 != 16;
  write_limits(out, type.limits,
               static_cast<u8>((type.is_64 ? limits_is_64 : 0) | (type.is_shared ? limits_is_shared : 0) |
                               (custom_page ? limits_has_page_size : 0)));
  if (custom_page) out.u32_leb(type.page_size_log2);
}

void write_global_type(ByteWriter& out, const GlobalType& type) {
  write_val_type(out, type.type);
  out.byte(type.is_mutable ? 1 : 0);
}

void write_memarg(ByteWriter& out, u32 align_log2, u64 offset, u32 memory) {
  out.u32_leb(align_log2 | (memory != 0 ? memarg_has_memory : 0));
  if (memory != 0) out.u32_leb(memory);
  out.u64_leb(offset);
}

ModuleWriter::ModuleWriter() {
  out_.fixed32(module_magic);
  out_.fixed32(module_version);
}

void ModuleWriter::section(SectionId id, const ByteWriter& contents) {
  out_.byte(static_cast<u8>(id));
  out_.sized(contents);
}

void ModuleWriter::custom(std::string_view name, std::span<const u8> contents) {
  ByteWriter section_contents;
  section_contents.name(name);
  section_contents.bytes(contents);
  section(SectionId::custom, section_contents);
}

}  // namespace invar
