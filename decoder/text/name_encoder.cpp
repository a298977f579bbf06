#include "decoder/text/name_encoder.h"

#include "decoder/base/byte_writer.h"

namespace invar::text {

namespace {

void write(ByteWriter& out, const NameMap& names) {
  out.u32_leb(static_cast<u32>(names.entries().size()));
  for (const auto& [index, name] : names.entries()) {
    out.u32_leb(index);
    out.name(name);
  }
}

void write(ByteWriter& out, const IndirectNameMap& names) {
  out.u32_leb(static_cast<u32>(names.entries().size()));
  for (const auto& [index, inner] : names.entries()) {
    out.u32_leb(index);
    write(out, inner);
  }
}

void subsection(ByteWriter& out, u8 id, const auto& names) {
  if (names.entries().empty()) return;
  ByteWriter contents;
  write(contents, names);
  out.byte(id);
  out.sized(contents);
}

}  // namespace

std::vector<u8> encode_names(const NameSection& names) {
  ByteWriter out;
  if (!names.module.empty()) {
    ByteWriter contents;
    contents.name(names.module);
    out.byte(0);
    out.sized(contents);
  }
  subsection(out, 1, names.functions);
  subsection(out, 2, names.locals);
  subsection(out, 3, names.labels);
  subsection(out, 4, names.types);
  subsection(out, 5, names.tables);
  subsection(out, 6, names.memories);
  subsection(out, 7, names.globals);
  subsection(out, 8, names.elems);
  subsection(out, 9, names.datas);
  subsection(out, 10, names.fields);
  subsection(out, 11, names.tags);
  return std::move(out).take();
}

}  // namespace invar::text
