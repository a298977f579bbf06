#include "wasi/host/directory.h"

#include <fcntl.h>

#include <algorithm>
#include <cstring>

namespace invar::wasi {
namespace {

SysResult<FileStatus> status_at(const ResolvedPath& place) {
  struct stat status{};
  if (fstatat(place.directory, place.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) < 0) return last_error();
  return file_status(status);
}

/// If the path ends with a slash, what it names must be a directory.
SysStatus check_trailing_slash(const ResolvedPath& place) {
  if (!place.trailing_slash) return {};
  WASI_TRY_ASSIGN(const FileStatus status, status_at(place));
  if (status.kind != FileKind::directory) return sys_fail(ENOTDIR);
  return {};
}

int flags_of(const OpenOptions& options) {
  int flags = O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK;
  flags |= options.write ? (options.read ? O_RDWR : O_WRONLY) : O_RDONLY;
  if (options.create) flags |= O_CREAT;
  if (options.exclusive) flags |= O_EXCL;
  if (options.truncate) flags |= O_TRUNC;
  if (options.directory) flags |= O_DIRECTORY;
  if (options.flags.append) flags |= O_APPEND;
  if (options.flags.data_sync) flags |= O_DSYNC;
  if (options.flags.sync) flags |= O_SYNC;
  if (options.flags.read_sync) flags |= O_RSYNC;
  return flags;
}

}  // namespace

SysResult<OpenedFile> Directory::open(std::string_view path, const OpenOptions& options) const {
  if (options.create && options.directory) return sys_fail(EINVAL);
  const bool exclusive = options.create && options.exclusive;
  const LastLink last = options.follow && !exclusive ? LastLink::follow : LastLink::keep_if_plain;
  const int flags = flags_of(options);
  // A name that is no link when looked at may be one when opened; then look again.
  for (int attempt = 0;; ++attempt) {
    WASI_TRY_ASSIGN(const ResolvedPath place, resolve(path, last));
    if (place.trailing_slash && options.create) return sys_fail(EISDIR);
    const int directory_flag = place.trailing_slash ? O_DIRECTORY : 0;
    UniqueFd fd(openat(place.directory, place.name.c_str(), flags | directory_flag, 0666));
    if (!fd) {
      if (errno == ELOOP && last == LastLink::follow && attempt < 16) continue;
      return last_error();
    }
    // Nonblocking for the opening only, lest it wait for the other end of a FIFO.
    if (!options.flags.nonblocking) WASI_TRY(status_of(fcntl(fd.get(), F_SETFL, flags & ~O_NONBLOCK)));
    WASI_TRY_ASSIGN(const FileStatus status, status_of_file(fd.get()));
    return OpenedFile{std::move(fd), status.kind};
  }
}

SysResult<FileStatus> Directory::status(std::string_view path, bool follow) const {
  WASI_TRY_ASSIGN(const ResolvedPath place, resolve(path, follow ? LastLink::follow : LastLink::keep_if_plain));
  WASI_TRY_ASSIGN(const FileStatus status, status_at(place));
  if (place.trailing_slash && status.kind != FileKind::directory) return sys_fail(ENOTDIR);
  return status;
}

SysStatus Directory::set_times(std::string_view path, bool follow, const timespec (&times)[2]) const {
  WASI_TRY_ASSIGN(const ResolvedPath place, resolve(path, follow ? LastLink::follow : LastLink::keep_if_plain));
  WASI_TRY(check_trailing_slash(place));
  return status_of(utimensat(place.directory, place.name.c_str(), times, AT_SYMLINK_NOFOLLOW));
}

SysStatus Directory::create_directory(std::string_view path) const {
  WASI_TRY_ASSIGN(const ResolvedPath place, resolve(path, LastLink::keep));
  return status_of(mkdirat(place.directory, place.name.c_str(), 0777));
}

SysStatus Directory::remove_directory(std::string_view path) const {
  WASI_TRY_ASSIGN(const ResolvedPath place, resolve(path, LastLink::keep));
  return status_of(unlinkat(place.directory, place.name.c_str(), AT_REMOVEDIR));
}

SysStatus Directory::remove_file(std::string_view path) const {
  WASI_TRY_ASSIGN(const ResolvedPath place, resolve(path, LastLink::keep));
  WASI_TRY(check_trailing_slash(place));
  // A directory named with a slash is refused by the kernel in the same way as without.
  return status_of(unlinkat(place.directory, place.name.c_str(), 0));
}

SysResult<size_t> Directory::read_link(std::string_view path, std::span<u8> buffer) const {
  WASI_TRY_ASSIGN(const ResolvedPath place, resolve(path, LastLink::keep_if_plain));
  char target[4096];  // PATH_MAX: no link is longer
  const ssize_t length = readlinkat(place.directory, place.name.c_str(), target, sizeof target);
  if (length < 0) return last_error();
  const size_t copied = std::min(buffer.size(), static_cast<size_t>(length));
  std::memcpy(buffer.data(), target, copied);
  return copied;
}

SysResult<ResolvedPath> Directory::resolve_new_file(std::string_view path) const {
  WASI_TRY_ASSIGN(ResolvedPath place, resolve(path, LastLink::keep));
  if (place.trailing_slash) {
    WASI_TRY(status_at(place));  // ENOENT
    return sys_fail(EEXIST);
  }
  return place;
}

SysStatus Directory::create_symbolic_link(const std::string& target, std::string_view path) const {
  WASI_TRY_ASSIGN(const ResolvedPath place, resolve_new_file(path));
  return status_of(symlinkat(target.c_str(), place.directory, place.name.c_str()));
}

SysStatus Directory::link(std::string_view path, bool follow, const Directory& to, std::string_view new_path) const {
  WASI_TRY_ASSIGN(const ResolvedPath from, resolve(path, follow ? LastLink::follow : LastLink::keep_if_plain));
  WASI_TRY(check_trailing_slash(from));
  WASI_TRY_ASSIGN(const ResolvedPath place, to.resolve_new_file(new_path));
  return status_of(linkat(from.directory, from.name.c_str(), place.directory, place.name.c_str(), 0));
}

SysStatus Directory::rename(std::string_view path, const Directory& to, std::string_view new_path) const {
  WASI_TRY_ASSIGN(const ResolvedPath from, resolve(path, LastLink::keep));
  WASI_TRY_ASSIGN(const ResolvedPath place, to.resolve(new_path, LastLink::keep));
  if (from.trailing_slash || place.trailing_slash) {
    WASI_TRY_ASSIGN(const FileStatus status, status_at(from));
    if (status.kind != FileKind::directory) return sys_fail(ENOTDIR);
  }
  return status_of(renameat(from.directory, from.name.c_str(), place.directory, place.name.c_str()));
}

}  // namespace invar::wasi
