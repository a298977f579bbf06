#include "wasi/host/directory_stream.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>

#include <cstddef>
#include <cstring>

namespace invar::wasi {
namespace {

constexpr size_t buffer_size = 8192;

/// The kernel's record: fixed part, then the name up to a NUL.
struct Record {
  u64 inode;
  s64 next;
  u16 size;
  u8 type;
};
constexpr size_t name_offset = offsetof(Record, type) + 1;

Record record_at(const u8* at) {
  Record record;
  std::memcpy(&record, at, sizeof record);
  return record;
}

}  // namespace

SysStatus DirectoryStream::seek(u64 cookie) {
  if (cookie != 0 && cookie == cookie_) return {};
  if (cookie != 0) {
    // Usually an entry that did not fit the guest's buffer is asked for again.
    u64 candidate = first_cookie_;
    for (size_t at = 0; at < end_;) {
      if (candidate == cookie) {
        at_ = at;
        cookie_ = cookie;
        return {};
      }
      const Record record = record_at(buffer_.data() + at);
      candidate = static_cast<u64>(record.next);
      at += record.size;
    }
  }
  if (lseek(fd_, static_cast<off_t>(cookie), SEEK_SET) < 0) return last_error();
  at_ = end_ = 0;
  cookie_ = first_cookie_ = cookie;
  return {};
}

SysResult<std::optional<DirectoryEntry>> DirectoryStream::peek() {
  if (at_ == end_) {
    buffer_.resize(buffer_size);
    const long size = syscall(SYS_getdents64, fd_, buffer_.data(), buffer_.size());
    if (size < 0) return last_error();
    at_ = 0;
    end_ = static_cast<size_t>(size);
    first_cookie_ = cookie_;
    if (size == 0) {
      buffer_ = {};
      return std::optional<DirectoryEntry>();
    }
  }
  const u8* at = buffer_.data() + at_;
  const Record record = record_at(at);
  DirectoryEntry entry;
  entry.next_cookie = static_cast<u64>(record.next);
  entry.inode = record.inode;
  entry.kind = kind_of_entry(record.type);
  const char* name = reinterpret_cast<const char*>(at + name_offset);
  entry.name = std::string_view(name, strnlen(name, record.size - name_offset));
  if (record.type == DT_UNKNOWN) {
    // Some file systems do not tell; the name in the buffer ends with NUL.
    struct stat status{};
    if (fstatat(fd_, name, &status, AT_SYMLINK_NOFOLLOW) == 0) entry.kind = kind_of_mode(status.st_mode);
  }
  return std::optional(entry);
}

void DirectoryStream::advance() {
  const Record record = record_at(buffer_.data() + at_);
  at_ += record.size;
  cookie_ = static_cast<u64>(record.next);
}

}  // namespace invar::wasi
