#include "tools/fuzz/module_generator.h"

#include <string>

#include "tools/fuzz/plan.h"

namespace invar::fuzz {

namespace {

void write_zero(ByteWriter& out, ValType type) {
  switch (type.kind()) {
    case ValKind::i32:
      write_op(out, Op::i32_const);
      out.s32_leb(0);
      break;
    case ValKind::i64:
      write_op(out, Op::i64_const);
      out.s64_leb(0);
      break;
    case ValKind::f32:
      write_op(out, Op::f32_const);
      out.fixed32(0);
      break;
    case ValKind::f64:
      write_op(out, Op::f64_const);
      out.fixed64(0);
      break;
    case ValKind::v128:
      write_op(out, Op::v128_const);
      out.v128({});
      break;
    default:
      write_op(out, Op::ref_null);
      write_heap_type(out, type.heap());
  }
}

/// A section that is a vector: `write(i)` writes the elements.
template <class Write>
void vector_section(ModuleWriter& module, SectionId id, size_t count, Write write) {
  ByteWriter out;
  out.u64_leb(count);
  for (u32 i = 0; i < count; ++i) write(out, i);
  module.section(id, out);
}

void write_types(ModuleWriter& module, const Plan& plan) {
  ByteWriter out;
  out.u64_leb(1 + plan.types.size() - plan.grouped);
  const std::span<const SubType> types(plan.types);
  write_rec_group(out, types.first(plan.grouped));
  for (size_t i = plan.grouped; i < types.size(); ++i) write_rec_group(out, types.subspan(i, 1));
  module.section(SectionId::type, out);
}

void write_exports(ModuleWriter& module, const Plan& plan) {
  ByteWriter out;
  out.u64_leb(plan.entries + plan.memories.size() + plan.globals.size());
  const auto add = [&](const std::string& name, ExternKind kind, u32 index) {
    out.name(name);
    out.byte(static_cast<u8>(kind));
    out.u32_leb(index);
  };
  for (u32 i = 0; i < plan.entries; ++i) add(std::to_string(i), ExternKind::func, i);
  for (u32 i = 0; i < plan.memories.size(); ++i) add("m" + std::to_string(i), ExternKind::memory, i);
  for (u32 i = 0; i < plan.globals.size(); ++i) add("g" + std::to_string(i), ExternKind::global, i);
  module.section(SectionId::export_, out);
}

void write_elems(ModuleWriter& module, const Plan& plan) {
  ByteWriter out;
  out.u32_leb(Plan::elem_count + 1);
  const auto functions = [&] {
    out.u64_leb(plan.functions.size());
    for (u32 i = 0; i < plan.functions.size(); ++i) out.u32_leb(i);
  };
  // Passive functions; passive references; and table 0's contents.
  out.u32_leb(1);
  out.byte(0);
  functions();
  out.u32_leb(5);
  write_val_type(out, nullable(Heap::any));
  out.u32_leb(4);
  for (s32 i = 0; i < 4; ++i) {
    write_op(out, Op::i32_const);
    out.s32_leb(i);
    write_op(out, Op::ref_i31);
    write_op(out, Op::end);
  }
  out.u32_leb(0);
  write_op(out, Op::i32_const);
  out.s32_leb(0);
  write_op(out, Op::end);
  functions();
  module.section(SectionId::elem, out);
}

}  // namespace

std::vector<u8> generate_module(std::span<const u8> bytes) {
  Choices choices(bytes);
  const Plan plan = make_plan(choices);
  ModuleWriter module;
  write_types(module, plan);
  vector_section(module, SectionId::function, plan.functions.size(),
                 [&](ByteWriter& out, u32 i) { out.u32_leb(plan.functions[i]); });
  vector_section(module, SectionId::table, plan.tables.size(),
                 [&](ByteWriter& out, u32 i) { write_table_type(out, plan.tables[i]); });
  vector_section(module, SectionId::memory, plan.memories.size(),
                 [&](ByteWriter& out, u32 i) { write_memory_type(out, plan.memories[i]); });
  std::vector<u32> tags = plan.tags;
  if (plan.continuations) tags.push_back(plan.continuations->tag);
  vector_section(module, SectionId::tag, tags.size(), [&](ByteWriter& out, u32 i) {
    out.byte(0);
    out.u32_leb(tags[i]);
  });
  vector_section(module, SectionId::global, plan.globals.size(), [&](ByteWriter& out, u32 i) {
    write_global_type(out, plan.globals[i]);
    write_zero(out, plan.globals[i].type);
    write_op(out, Op::end);
  });
  write_exports(module, plan);
  write_elems(module, plan);
  ByteWriter count;
  count.u32_leb(Plan::data_count);
  module.section(SectionId::data_count, count);
  vector_section(module, SectionId::code, plan.functions.size(),
                 [&](ByteWriter& out, u32 i) { out.sized(generate_body(plan, i, choices)); });
  vector_section(module, SectionId::data, Plan::data_count, [&](ByteWriter& out, u32 i) {
    out.byte(1);
    out.u32_leb(Plan::data_bytes);
    for (u32 at = 0; at < Plan::data_bytes; ++at) out.byte(static_cast<u8>(at * 37 + i));
  });
  return std::move(module).take();
}

}  // namespace invar::fuzz
