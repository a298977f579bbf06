// Resolution of paths strictly beneath a directory, whatever `..`, symbolic links and concurrent renames do.
#pragma once

#include <string>
#include <string_view>

#include "wasi/host/system.h"

namespace invar::wasi {

/// How intermediate directories are opened. Both are equally strict.
enum class WalkMode : u8 {
  automatic,   ///< The kernel if it can, else by component.
  kernel,      ///< openat2 with RESOLVE_BENEATH.
  components,  ///< One openat for each component, symbolic links read and followed here.
};

/// What to do if the last component is a symbolic link.
enum class LastLink : u8 {
  keep,           ///< The link itself is meant, even before a trailing slash: creating, removing, renaming.
  keep_if_plain,  ///< The link itself, unless a slash follows: lstat.
  follow,
};

/// Where a path leads: a directory and a name in it that holds no slash. Whoever uses the name must not follow it if
/// it became a symbolic link meanwhile (AT_SYMLINK_NOFOLLOW, O_NOFOLLOW).
struct ResolvedPath {
  UniqueFd owned;               ///< The directory, unless it is the start itself.
  int directory = -1;           ///< `owned`, or the start.
  std::string name;             ///< "." if the path names the directory itself.
  bool trailing_slash = false;  ///< The path insists on a directory.
};

class PathResolver {
 public:
  /// Asks the kernel once whether it has openat2, unless `mode` decides.
  explicit PathResolver(WalkMode mode = WalkMode::automatic);

  /// `path` is relative. Errors: not_capable if it leads out of `root` or over an absolute or magic link, ELOOP after
  /// 40 links, and whatever the operating system says. The last component need not exist.
  SysResult<ResolvedPath> resolve(int root, std::string_view path, LastLink last) const;

  /// Opens (O_PATH) the directory that `path` names.
  SysResult<UniqueFd> open_directory(int root, const std::string& path) const;

  WalkMode mode() const { return mode_; }

 private:
  WalkMode mode_;
};

}  // namespace invar::wasi
