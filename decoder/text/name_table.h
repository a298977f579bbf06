// Symbolic names and what they stand for.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "decoder/base/int.h"

namespace invar::text {

/// The names of one index space. The names' characters must outlive it.
class NameTable {
 public:
  /// False if the name is taken.
  bool bind(std::string_view name, u32 index) { return map_.try_emplace(name, index).second; }
  std::optional<u32> find(std::string_view name) const {
    const auto found = map_.find(name);
    if (found == map_.end()) return std::nullopt;
    return found->second;
  }
  /// Frees the table as well: clearing a table that was large once would cost its size each time.
  void reset() { std::unordered_map<std::string_view, u32>().swap(map_); }

 private:
  std::unordered_map<std::string_view, u32> map_;
};

/// The labels in scope, the innermost last; inner ones shadow outer ones of the same name.
class LabelStack {
 public:
  u32 size() const { return static_cast<u32>(labels_.size()); }
  /// An empty name is none.
  void push(std::string_view name) {
    u32 shadowed = 0;
    if (!name.empty()) {
      u32& innermost = positions_[name];
      shadowed = innermost;
      innermost = size() + 1;
    }
    labels_.push_back({name, shadowed});
  }
  void pop() {
    const Label& label = labels_.back();
    if (!label.name.empty()) positions_[label.name] = label.shadowed;
    labels_.pop_back();
  }
  std::string_view innermost() const { return labels_.back().name; }
  std::string_view at(u32 depth) const { return labels_[labels_.size() - 1 - depth].name; }
  /// Depth of the innermost label of that name.
  std::optional<u32> find(std::string_view name) const {
    const auto found = positions_.find(name);
    if (found == positions_.end() || found->second == 0) return std::nullopt;
    return size() - found->second;
  }

 private:
  struct Label {
    std::string_view name;
    u32 shadowed;  ///< What `positions_` held for this name before.
  };
  std::vector<Label> labels_;
  /// Height of the stack right after the innermost label of each name was pushed; 0 if none is in scope. So a lookup
  /// costs the same however deep the blocks nest.
  std::unordered_map<std::string_view, u32> positions_;
};

}  // namespace invar::text
