#include "decoder/binary/encoder.h"

#include "decoder/binary/type_reader.h"
#include "decoder/test_module.h"

namespace invar {
namespace {

using namespace invar::testing;

TEST(Encoder, ValueTypesRoundTrip) {
  std::vector<ValType> types = {type_i32, type_i64, type_f32, type_f64, type_v128};
  for (u32 heap = 0; heap <= static_cast<u32>(Heap::index); ++heap) {
    for (u32 index : {0u, 5u, 200u, 999'999u}) {
      if (static_cast<Heap>(heap) != Heap::index && index != 0) continue;
      types.push_back(ValType::reference({static_cast<Heap>(heap), index}, true));
      types.push_back(ValType::reference({static_cast<Heap>(heap), index}, false));
    }
  }
  for (ValType type : types) {
    ByteWriter out;
    write_val_type(out, type);
    ByteReader in(out.data());
    EXPECT_EQ(read_val_type(in, Features::all()), type) << to_string(type);
    EXPECT_TRUE(in.ok() && in.at_end());
  }
  ByteWriter funcref;
  write_val_type(funcref, type_funcref);
  EXPECT_EQ(funcref.data(), Bytes{0x70});
}

TEST(Encoder, DefinedTypesRoundTrip) {
  SubType func, structure, array;
  func.func = {{type_i32, ValType::reference({Heap::index, 1}, true)}, {type_f64}};
  structure.kind = CompositeKind::struct_;
  structure.is_final = false;
  structure.fields = {{type_i64, Packing::none, true}, {type_i32, Packing::i16, false}};
  array.kind = CompositeKind::array;
  array.fields = {{type_i32, Packing::i8, true}};
  SubType sub = structure;
  sub.is_final = true;
  sub.supertype = 1;
  const std::vector<SubType> group = {func, structure, array, sub};
  ByteWriter types;
  types.u32_leb(1);
  write_rec_group(types, group);
  ModuleWriter writer;
  writer.section(SectionId::type, types);
  const auto module = decode_module(std::move(writer).take());
  ASSERT_TRUE(module) << module.error().message();
  ASSERT_EQ((*module)->types.size(), 4u);
  for (u32 i = 0; i < 4; ++i) {
    const SubType& read = (*module)->types[i];
    EXPECT_EQ(read.kind, group[i].kind);
    EXPECT_EQ(read.is_final, group[i].is_final);
    EXPECT_EQ(read.supertype, group[i].supertype);
    EXPECT_EQ(read.func, group[i].func);
    EXPECT_EQ(read.fields, group[i].fields);
    EXPECT_EQ(read.group_size, 4u);
  }
}

TEST(Encoder, ExternalTypesRoundTrip) {
  MemoryType memory;
  memory.limits = {1, 70'000, true};
  memory.is_64 = memory.is_shared = true;
  memory.page_size_log2 = 0;
  TableType table;
  table.element = type_externref;
  table.limits = {3, 0, false};
  ByteWriter memories, tables;
  memories.u32_leb(1);
  write_memory_type(memories, memory);
  tables.u32_leb(1);
  write_table_type(tables, table);
  ModuleWriter writer;
  writer.section(SectionId::table, tables);
  writer.section(SectionId::memory, memories);
  const auto module = decode_module(std::move(writer).take(), Features::all());
  ASSERT_TRUE(module) << module.error().message();
  EXPECT_EQ((*module)->memories[0].limits, memory.limits);
  EXPECT_TRUE((*module)->memories[0].is_64 && (*module)->memories[0].is_shared);
  EXPECT_EQ((*module)->memories[0].page_size_log2, 0);
  EXPECT_EQ((*module)->tables[0].type.limits, table.limits);
  EXPECT_EQ((*module)->tables[0].type.element, type_externref);
}

}  // namespace
}  // namespace invar
