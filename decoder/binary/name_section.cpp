#include "decoder/binary/name_section.h"

#include <fmt/format.h>

#include <algorithm>

#include "decoder/base/byte_reader.h"

namespace invar {

namespace {

// Ids of the subsections. spec: appendix/custom#subsections
enum class Subsection : u8 {
  module = 0,
  functions = 1,
  locals = 2,
  labels = 3,
  types = 4,
  tables = 5,
  memories = 6,
  globals = 7,
  elems = 8,
  datas = 9,
  fields = 10,
  tags = 11,
};

template <class Entry>
const Entry* find_entry(std::span<const Entry> entries, u32 index) {
  const auto found = std::lower_bound(entries.begin(), entries.end(), index,
                                      [](const Entry& entry, u32 wanted) { return entry.index < wanted; });
  return found == entries.end() || found->index != index ? nullptr : &*found;
}

/// Reads an index that must be greater than the one before it.
u32 read_index(ByteReader& in, std::optional<u32>& previous) {
  const u32 start = in.offset();
  const u32 index = in.u32_leb();
  if (in.ok() && previous && index <= *previous)
    in.fail_at(ErrorCode::malformed_name_section, start, ": indices out of order");
  previous = index;
  return index;
}

void read_map(ByteReader& in, NameMap& names) {
  std::optional<u32> previous;
  for (u32 left = in.u32_leb(); left > 0 && in.ok(); --left) {
    const u32 index = read_index(in, previous);
    const std::string_view name = in.name();
    if (in.ok()) names.add(index, name);
  }
}

void read_indirect_map(ByteReader& in, IndirectNameMap& maps) {
  std::optional<u32> previous;
  for (u32 left = in.u32_leb(); left > 0 && in.ok(); --left) {
    const u32 index = read_index(in, previous);
    NameMap names;
    read_map(in, names);
    if (!names.entries().empty()) maps.add(index, std::move(names));
  }
}

void read_subsection(ByteReader& in, u8 id, NameSection& names) {
  switch (static_cast<Subsection>(id)) {
    case Subsection::module:
      names.module = in.name();
      break;
    case Subsection::functions:
      read_map(in, names.functions);
      break;
    case Subsection::locals:
      read_indirect_map(in, names.locals);
      break;
    case Subsection::labels:
      read_indirect_map(in, names.labels);
      break;
    case Subsection::types:
      read_map(in, names.types);
      break;
    case Subsection::tables:
      read_map(in, names.tables);
      break;
    case Subsection::memories:
      read_map(in, names.memories);
      break;
    case Subsection::globals:
      read_map(in, names.globals);
      break;
    case Subsection::elems:
      read_map(in, names.elems);
      break;
    case Subsection::datas:
      read_map(in, names.datas);
      break;
    case Subsection::fields:
      read_indirect_map(in, names.fields);
      break;
    case Subsection::tags:
      read_map(in, names.tags);
      break;
    default:
      in.set_pos(in.end());
      break;  // of a later version
  }
}

/// Reads what it can; the reader holds the first fault. Only the subsection `only`, if it is given.
Result<void> read_into(std::span<const u8> contents, NameSection& names, std::optional<Subsection> only = {}) {
  ByteReader in(contents);
  std::optional<u8> previous;
  while (in.ok() && !in.at_end()) {
    const u32 start = in.offset();
    const u8 id = in.byte();
    const u32 size = in.u32_leb();
    if (in.ok() && previous && id <= *previous) {
      in.fail_at(ErrorCode::malformed_name_section, start, fmt::format(": subsection {} out of order", id));
    }
    if (in.ok() && size > in.remaining()) in.fail_at(ErrorCode::length_out_of_bounds, start);
    if (!in.ok()) break;
    previous = id;
    ByteReader part(contents.data(), in.pos(), in.pos() + size);
    if (!only || static_cast<u8>(*only) == id) {
      read_subsection(part, id, names);
      if (part.ok() && !part.at_end()) part.fail(ErrorCode::section_size_mismatch);
      if (!part.ok()) return std::unexpected(part.error());
    }
    in.bytes(size);
  }
  if (!in.ok()) return std::unexpected(in.error());
  return {};
}

NameSection read_lenient(const Module& module, std::optional<Subsection> only) {
  NameSection names;
  for (const CustomSection& custom : module.customs) {
    if (custom.name != "name") continue;
    // Faults in names are no faults of the module.
    (void)read_into(module.bytes(custom.contents), names, only);
    break;
  }
  return names;
}

}  // namespace

std::string_view NameMap::find(u32 index) const {
  const Entry* entry = find_entry(entries(), index);
  return entry == nullptr ? std::string_view{} : entry->name;
}

const NameMap* IndirectNameMap::find(u32 outer) const {
  const Entry* entry = find_entry(entries(), outer);
  return entry == nullptr ? nullptr : &entry->names;
}

std::string_view IndirectNameMap::find(u32 outer, u32 inner) const {
  const NameMap* names = find(outer);
  return names == nullptr ? std::string_view{} : names->find(inner);
}

Result<NameSection> NameSection::parse(std::span<const u8> contents) {
  NameSection names;
  INVAR_TRY(read_into(contents, names));
  return names;
}

NameSection read_names(const Module& module) { return read_lenient(module, {}); }

std::string_view find_function_name(const Module& module, u32 function) {
  return read_lenient(module, Subsection::functions).functions.find(function);
}

}  // namespace invar
