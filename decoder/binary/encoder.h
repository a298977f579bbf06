// Writes the binary format: instructions from the table, types, and the frame of a module.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "decoder/base/byte_writer.h"
#include "decoder/module.h"
#include "decoder/opcode.h"
#include "decoder/types.h"

namespace invar {

/// Ids of the known sections. spec: binary/modules#sections
enum class SectionId : u8 {
  custom = 0,
  type = 1,
  import = 2,
  function = 3,
  table = 4,
  memory = 5,
  global = 6,
  export_ = 7,
  start = 8,
  elem = 9,
  code = 10,
  data = 11,
  data_count = 12,
  tag = 13,
};

/// The opcode: one byte, or the prefix and the number behind it. Immediates are the caller's.
void write_op(ByteWriter& out, Op op);

void write_heap_type(ByteWriter& out, HeapType type);
/// In the shortest form: nullable references to abstract types take one byte.
void write_val_type(ByteWriter& out, ValType type);
void write_field_type(ByteWriter& out, const FieldType& type);
/// One defined type, in the short form (without `sub`) where that says the same.
void write_sub_type(ByteWriter& out, const SubType& type);
/// One recursive group; a single type that is no explicit group is written alone.
void write_rec_group(ByteWriter& out, std::span<const SubType> group);
void write_table_type(ByteWriter& out, const TableType& type);
void write_memory_type(ByteWriter& out, const MemoryType& type);
void write_global_type(ByteWriter& out, const GlobalType& type);
/// The alignment as its logarithm; the memory index is written only if it is not 0.
void write_memarg(ByteWriter& out, u32 align_log2, u64 offset, u32 memory);

/// A module section by section. Sections are written in the order of the calls.
class ModuleWriter {
 public:
  ModuleWriter();
  void section(SectionId id, const ByteWriter& contents);
  void custom(std::string_view name, std::span<const u8> contents);
  std::vector<u8> take() && { return std::move(out_).take(); }

 private:
  ByteWriter out_;
};

}  // namespace invar
