// Directory listings that can be resumed at a cookie.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "wasi/host/file_status.h"

namespace invar::wasi {

struct DirectoryEntry {
  u64 next_cookie = 0;  ///< Where the entry after this one starts.
  u64 inode = 0;
  FileKind kind = FileKind::unknown;
  std::string_view name;  ///< Valid until the stream is used again.
};

/// Reads one directory's entries, "." and ".." included. Cookies are the file system's own, and 0 is the start. Going
/// on where the last call stopped never seeks: names neither vanish nor come twice because others are created or
/// removed meanwhile, even on file systems that number entries by position.
class DirectoryStream {
 public:
  /// `fd` is borrowed, and its position is the stream's alone.
  explicit DirectoryStream(int fd) : fd_(fd) {}

  /// Stands before the entry that `cookie` names; 0 starts a fresh listing.
  SysStatus seek(u64 cookie);
  /// The entry at the current place, without passing it; nothing at the end.
  SysResult<std::optional<DirectoryEntry>> peek();
  /// Passes the entry that peek returned.
  void advance();

 private:
  int fd_;
  std::vector<u8> buffer_;
  size_t at_ = 0;
  size_t end_ = 0;
  u64 cookie_ = 0;        ///< Of the entry at `at_`.
  u64 first_cookie_ = 0;  ///< Of the first entry in the buffer.
};

}  // namespace invar::wasi
