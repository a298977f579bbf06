// The symbolic names that a printed module uses.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "decoder/binary/name_section.h"
#include "decoder/module.h"

namespace invar::text {

/// `$name`, quoted if it must be; empty for names that make no good id (empty or very long).
std::string id_from_name(std::string_view name);

/// Ids by index; empty where an item has none. A name that stands twice is no id.
std::vector<std::string> unique_ids(const NameMap& names, size_t item_count);

/// What the name section of a module gives to print.
class PrintNames {
 public:
  explicit PrintNames(const Module& module);

  /// Can (@name "...") annotations say all that the name section says, and in its place? If not, the section is
  /// printed like any other custom section.
  bool as_annotations() const { return as_annotations_; }
  const NameSection& section() const { return section_; }
  /// The custom section that the names came from, or nullptr.
  const CustomSection* source() const { return source_; }

  std::vector<std::string> functions, types, tables, memories, globals, tags, elems, datas;
  /// Id of a field; empty if it has none.
  std::string_view field(u32 type, u32 field) const;

 private:
  bool is_complete(const Module& module) const;

  NameSection section_;
  const CustomSection* source_ = nullptr;
  bool as_annotations_ = false;
  std::unordered_map<u32, std::vector<std::string>> fields_;
};

}  // namespace invar::text
