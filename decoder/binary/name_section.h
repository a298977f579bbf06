// The custom section "name". spec: appendix/custom#name-section
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "decoder/base/error.h"
#include "decoder/base/int.h"
#include "decoder/module.h"

namespace invar {

/// Names by index, sorted by index.
class NameMap {
 public:
  struct Entry {
    u32 index;
    std::string_view name;
  };
  /// The name of `index`; empty if it has none.
  std::string_view find(u32 index) const;
  std::span<const Entry> entries() const { return entries_; }
  void add(u32 index, std::string_view name) { entries_.push_back({index, name}); }

 private:
  std::vector<Entry> entries_;
};

/// Names of items within items (locals in functions), sorted by the outer index.
class IndirectNameMap {
 public:
  struct Entry {
    u32 index;
    NameMap names;
  };
  std::string_view find(u32 outer, u32 inner) const;
  const NameMap* find(u32 outer) const;
  std::span<const Entry> entries() const { return entries_; }
  void add(u32 index, NameMap names) { entries_.push_back({index, std::move(names)}); }

 private:
  std::vector<Entry> entries_;
};

/// All the names of a module. The views point into the module's bytes.
struct NameSection {
  std::string_view module;
  NameMap functions;
  IndirectNameMap locals;
  IndirectNameMap labels;
  NameMap types;
  NameMap tables;
  NameMap memories;
  NameMap globals;
  NameMap elems;
  NameMap datas;
  IndirectNameMap fields;
  NameMap tags;

  /// Reads the contents of a name section, and says what is wrong with it.
  static Result<NameSection> parse(std::span<const u8> contents);
};

/// The names of `module`, empty if it has none. A malformed name section means what could be read up to the fault:
/// names never make a module wrong.
NameSection read_names(const Module& module);

/// The name of one function, without reading the rest; empty if it has none.
std::string_view find_function_name(const Module& module, u32 function);

}  // namespace invar
