// Operations on paths beneath a directory: the parent is resolved beneath it, then the last component is used as it
// stands, never followed by the operating system.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "wasi/host/beneath.h"
#include "wasi/host/file_status.h"

namespace invar::wasi {

struct OpenOptions {
  bool read = false;
  bool write = false;
  bool create = false;
  bool exclusive = false;
  bool truncate = false;
  bool directory = false;  ///< Fail if it is none.
  bool follow = false;
  FileFlags flags;
};

struct OpenedFile {
  UniqueFd fd;
  FileKind kind = FileKind::unknown;
};

/// A granted directory, or one beneath it. Borrows the descriptor.
class Directory {
 public:
  Directory(const PathResolver& resolver, int fd) : resolver_(resolver), fd_(fd) {}

  /// Never waits: a FIFO is opened whether or not its other end is (ENXIO for writing if it is not).
  SysResult<OpenedFile> open(std::string_view path, const OpenOptions& options) const;
  SysResult<FileStatus> status(std::string_view path, bool follow) const;
  /// Access and modification time as utimensat takes them.
  SysStatus set_times(std::string_view path, bool follow, const timespec (&times)[2]) const;
  SysStatus create_directory(std::string_view path) const;
  SysStatus remove_directory(std::string_view path) const;
  SysStatus remove_file(std::string_view path) const;
  /// Copies as much of the target as the buffer holds; returns how many bytes.
  SysResult<size_t> read_link(std::string_view path, std::span<u8> buffer) const;
  /// The target is text; it is not resolved.
  SysStatus create_symbolic_link(const std::string& target, std::string_view path) const;
  SysStatus link(std::string_view path, bool follow, const Directory& to, std::string_view new_path) const;
  SysStatus rename(std::string_view path, const Directory& to, std::string_view new_path) const;

 private:
  SysResult<ResolvedPath> resolve(std::string_view path, LastLink last) const {
    return resolver_.resolve(fd_, path, last);
  }
  /// For the path of something to be created that is no directory: a trailing slash is an error.
  SysResult<ResolvedPath> resolve_new_file(std::string_view path) const;

  const PathResolver& resolver_;
  int fd_;
};

}  // namespace invar::wasi
