#include "decoder/text/print_names.h"

#include <algorithm>

#include "decoder/base/byte_reader.h"
#include "decoder/binary/immediates.h"
#include "decoder/text/name_encoder.h"
#include "decoder/text/printer.h"

namespace invar::text {

namespace {

bool is_plain_id(std::string_view name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return letter || (c != '\0' && std::string_view{"!#$%&'*+-./:<=>?@\\^_`|~"}.find(c) != std::string_view::npos);
  });
}

bool all_below(std::span<const NameMap::Entry> entries, size_t count) {
  return entries.empty() || entries.back().index < count;  // They are sorted.
}

/// How many locals and how many blocks a function has.
struct BodyCounts {
  u64 locals = 0;
  u32 labels = 0;
};
BodyCounts count_body(const Module& module, u32 function) {
  BodyCounts counts{module.func_type(function).params.size(), 0};
  if (function < module.imported_functions) return counts;
  ByteReader in{module.bytes(module.functions[function].body)};
  for (u32 runs = in.u32_leb(); runs > 0 && in.ok(); --runs) {
    counts.locals += in.u32_leb();
    read_val_type(in, module.features);
  }
  while (in.ok() && !in.at_end()) {
    const Op op = read_op(in, module.features);
    if (op == no_op) break;
    const Immediates immediates = info(op).immediates;
    if (immediates == Immediates::Block || immediates == Immediates::TryTable) ++counts.labels;
    skip_immediates(in, op, module.features);
  }
  return counts;
}

}  // namespace

std::string id_from_name(std::string_view name) {
  constexpr size_t longest = 128;  // Longer ones, used often, would blow up the text.
  if (name.empty() || name.size() > longest) return {};
  return "$" + (is_plain_id(name) ? std::string{name} : quote(name, true));
}

std::vector<std::string> unique_ids(const NameMap& names, size_t item_count) {
  std::vector<std::string> ids;
  if (names.entries().empty()) return ids;
  std::unordered_map<std::string_view, u32> uses;
  for (const NameMap::Entry& entry : names.entries()) ++uses[entry.name];
  ids.resize(item_count);
  for (const NameMap::Entry& entry : names.entries()) {
    if (entry.index < item_count && uses[entry.name] == 1) ids[entry.index] = id_from_name(entry.name);
  }
  return ids;
}

PrintNames::PrintNames(const Module& module) {
  const auto is_name = [](const CustomSection& custom) { return custom.name == "name"; };
  const auto found = std::find_if(module.customs.begin(), module.customs.end(), is_name);
  if (found == module.customs.end()) return;
  source_ = &*found;
  section_ = read_names(module);
  functions = unique_ids(section_.functions, module.functions.size());
  types = unique_ids(section_.types, module.types.size());
  tables = unique_ids(section_.tables, module.tables.size());
  memories = unique_ids(section_.memories, module.memories.size());
  globals = unique_ids(section_.globals, module.globals.size());
  tags = unique_ids(section_.tags, module.tags.size());
  elems = unique_ids(section_.elems, module.elems.size());
  datas = unique_ids(section_.datas, module.datas.size());
  for (const IndirectNameMap::Entry& entry : section_.fields.entries()) {
    if (entry.index >= module.types.size() || module.types[entry.index].kind != CompositeKind::struct_) continue;
    fields_[entry.index] = unique_ids(entry.names, module.types[entry.index].fields.size());
  }

  u8 last_section = 0;
  for (const SectionInfo& section : module.sections) {
    if (section.id != 0) last_section = section.id;
  }
  const bool only_one = std::count_if(module.customs.begin(), module.customs.end(), is_name) == 1;
  as_annotations_ = only_one && source_->after_section == last_section && is_complete(module);
}

/// Is there a place in the text for every name, and does nothing but the names stand in the section?
bool PrintNames::is_complete(const Module& module) const {
  const NameSection& names = section_;
  if (!all_below(names.functions.entries(), module.functions.size())) return false;
  if (!all_below(names.types.entries(), module.types.size())) return false;
  if (!all_below(names.tables.entries(), module.tables.size())) return false;
  if (!all_below(names.memories.entries(), module.memories.size())) return false;
  if (!all_below(names.globals.entries(), module.globals.size())) return false;
  if (!all_below(names.tags.entries(), module.tags.size())) return false;
  if (!all_below(names.elems.entries(), module.elems.size())) return false;
  if (!all_below(names.datas.entries(), module.datas.size())) return false;
  for (const IndirectNameMap::Entry& entry : names.fields.entries()) {
    if (entry.index >= module.types.size()) return false;
    const SubType& type = module.types[entry.index];
    if (type.kind != CompositeKind::struct_ || !all_below(entry.names.entries(), type.fields.size())) return false;
  }
  for (const IndirectNameMap::Entry& entry : names.locals.entries()) {
    if (entry.index >= module.functions.size()) return false;
    if (!all_below(entry.names.entries(), count_body(module, entry.index).locals)) return false;
  }
  for (const IndirectNameMap::Entry& entry : names.labels.entries()) {
    if (entry.index >= module.functions.size()) return false;
    if (!all_below(entry.names.entries(), count_body(module, entry.index).labels)) return false;
  }
  const std::vector<u8> encoded = encode_names(names);
  const std::span<const u8> contents = module.bytes(source_->contents);
  return std::equal(encoded.begin(), encoded.end(), contents.begin(), contents.end());
}

std::string_view PrintNames::field(u32 type, u32 field) const {
  const auto found = fields_.find(type);
  if (found == fields_.end() || field >= found->second.size()) return {};
  return found->second[field];
}

}  // namespace invar::text
