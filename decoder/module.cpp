#include "decoder/module.h"

#include <algorithm>

namespace invar {

std::string_view to_string(ExternKind kind) {
  constexpr std::string_view names[] = {"func", "table", "memory", "global", "tag"};
  return names[static_cast<size_t>(kind)];
}

const Export* Module::find_export(std::string_view name) const {
  const auto found = std::lower_bound(exports_by_name.begin(), exports_by_name.end(), name,
                                      [this](u32 i, std::string_view wanted) { return exports[i].name < wanted; });
  if (found == exports_by_name.end() || exports[*found].name != name) return nullptr;
  return &exports[*found];
}

}  // namespace invar
