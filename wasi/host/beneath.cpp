#include "wasi/host/beneath.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>

#include <algorithm>
#include <climits>
#include <vector>

#include "wasi/host/path.h"

namespace invar::wasi {
namespace {

constexpr int max_links = 40;  // as in the kernel
constexpr int directory_flags = O_PATH | O_DIRECTORY | O_CLOEXEC;

int openat2_beneath(int root, const char* path) {
  open_how how{};
  how.flags = directory_flags;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  return static_cast<int>(syscall(SYS_openat2, root, path, &how, sizeof how));
}

SysResult<std::string> read_link(int directory, const char* name) {
  char target[PATH_MAX];
  const ssize_t size = readlinkat(directory, name, target, sizeof target);
  if (size < 0) return last_error();
  return std::string(target, static_cast<size_t>(size));
}

/// A link's target if it may be followed. Magic links show absolute targets, or names that do not exist.
SysResult<std::string> followable_link(int directory, const char* name, int& links) {
  WASI_TRY_ASSIGN(std::string target, read_link(directory, name));
  if (++links > max_links) return sys_fail(ELOOP);
  if (target.empty()) return sys_fail(ENOENT);
  if (target.front() == '/') return sys_fail(not_capable);
  return target;
}

/// Holds every directory between root and the current one open, so that `..` means the one that was passed, wherever
/// it is by now.
SysResult<UniqueFd> walk_components(int root, std::string_view path) {
  std::vector<UniqueFd> passed;
  std::string rest(path);
  size_t at = 0;
  int links = 0;
  while (true) {
    at = rest.find_first_not_of('/', at);
    if (at == rest.npos) break;
    const size_t end = std::min(rest.find('/', at), rest.size());
    const std::string component = rest.substr(at, end - at);
    at = end;
    if (component == ".") continue;
    if (component == "..") {
      if (passed.empty()) return sys_fail(not_capable);
      passed.pop_back();
      continue;
    }
    const int current = passed.empty() ? root : passed.back().get();
    const int next = openat(current, component.c_str(), directory_flags | O_NOFOLLOW);
    if (next >= 0) {
      passed.emplace_back(next);
      continue;
    }
    if (errno != ENOTDIR && errno != ELOOP) return last_error();
    auto target = followable_link(current, component.c_str(), links);
    // EINVAL: not a link, hence a file that is no directory.
    if (!target) return sys_fail(target.error().code == EINVAL ? ENOTDIR : target.error().code);
    rest = *target + rest.substr(at);
    at = 0;
  }
  if (passed.empty()) return fd_of(openat(root, ".", directory_flags));
  return std::move(passed.back());
}

}  // namespace

PathResolver::PathResolver(WalkMode mode) : mode_(mode) {
  if (mode_ != WalkMode::automatic) return;
  // Old kernels answer ENOSYS, sandboxes EPERM or EACCES.
  const UniqueFd probe(openat2_beneath(AT_FDCWD, "."));
  mode_ = probe ? WalkMode::kernel : WalkMode::components;
}

SysResult<UniqueFd> PathResolver::open_directory(int root, const std::string& path) const {
  if (path.size() > max_path) return sys_fail(ENAMETOOLONG);
  if (mode_ != WalkMode::kernel) return walk_components(root, path);
  // EAGAIN: something was renamed while the kernel stood on `..`, perhaps by a program that does nothing else.
  for (int attempt = 0; attempt < 16; ++attempt) {
    const int fd = openat2_beneath(root, path.empty() ? "." : path.c_str());
    if (fd >= 0) return UniqueFd(fd);
    if (errno == EXDEV) return sys_fail(not_capable);
    if (errno != EAGAIN) return last_error();
  }
  return walk_components(root, path);
}

SysResult<ResolvedPath> PathResolver::resolve(int root, std::string_view path, LastLink last) const {
  std::string current(path);
  int links = 0;
  while (true) {
    if (current.size() > max_path) return sys_fail(ENAMETOOLONG);
    const SplitPath parts = split(current);
    ResolvedPath result;
    result.directory = root;
    if (parts.name.empty() || parts.name == "." || parts.name == "..") {
      WASI_TRY_ASSIGN(result.owned, open_directory(root, current));
      result.directory = result.owned.get();
      result.name = ".";
      return result;
    }
    if (!parts.directory.empty()) {
      WASI_TRY_ASSIGN(result.owned, open_directory(root, std::string(parts.directory)));
      result.directory = result.owned.get();
    }
    result.name = parts.name;
    result.trailing_slash = parts.trailing_slash;
    const bool follow = last == LastLink::follow || (last == LastLink::keep_if_plain && parts.trailing_slash);
    if (!follow) return result;
    auto target = followable_link(result.directory, result.name.c_str(), links);
    if (!target) {
      // EINVAL: no link. ENOENT: nothing there (yet).
      if (target.error().code == EINVAL || target.error().code == ENOENT) return result;
      return std::unexpected(target.error());
    }
    current = std::string(parts.directory) + *target + (parts.trailing_slash ? "/" : "");
  }
}

}  // namespace invar::wasi
