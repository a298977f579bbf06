// What a file is: kinds and attributes.
#pragma once

#include <sys/stat.h>

#include "wasi/host/system.h"

namespace invar::wasi {

enum class FileKind : u8 {
  unknown,
  block_device,
  character_device,
  directory,
  regular,
  socket_datagram,
  socket_stream,
  symbolic_link,
  fifo,
};

/// Times in nanoseconds since 1970; earlier ones are 0.
struct FileStatus {
  u64 device = 0;
  u64 inode = 0;
  u64 links = 0;
  u64 size = 0;
  u64 accessed = 0;
  u64 modified = 0;
  u64 changed = 0;
  FileKind kind = FileKind::unknown;
};

/// Flags of an open file that can be asked for and, in part, changed.
struct FileFlags {
  bool append = false;
  bool nonblocking = false;
  bool data_sync = false;
  bool read_sync = false;
  bool sync = false;
  friend bool operator==(const FileFlags&, const FileFlags&) = default;
};

/// Sockets count as streams: a path does not tell.
FileKind kind_of_mode(mode_t mode);
/// The same for the d_type of a directory entry.
FileKind kind_of_entry(u8 type);

FileStatus file_status(const struct stat& status);
/// Knows datagram sockets too.
SysResult<FileStatus> status_of_file(int fd);

/// One of a file's times as utimensat takes it.
timespec file_time(u64 nanoseconds);

}  // namespace invar::wasi
