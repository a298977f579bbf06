// Paths as guests write them.
#pragma once

#include <string>
#include <string_view>

#include "wasi/host/system.h"

namespace invar::wasi {

/// Longest path in bytes, without a terminator: the kernel's limit.
inline constexpr size_t max_path = 4095;

/// Checks and copies a path of the guest's: ENAMETOOLONG, EINVAL (contains NUL), EILSEQ (not UTF-8), ENOENT (empty),
/// not_capable (absolute: nothing that is granted lies there). Nothing is copied before the length is known to be
/// within the limit.
SysResult<std::string> checked_path(std::string_view bytes);

/// A path cut before its last component.
struct SplitPath {
  std::string_view directory;  ///< Empty: the start itself. May end with slashes.
  std::string_view name;       ///< Without slashes; "." or ".." possible.
  bool trailing_slash = false;
};
SplitPath split(std::string_view path);

}  // namespace invar::wasi
