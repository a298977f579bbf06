#include "wasi/host/file_status.h"

#include <dirent.h>
#include <sys/socket.h>

#include "wasi/host/clock.h"

namespace invar::wasi {

FileKind kind_of_mode(mode_t mode) { return kind_of_entry(static_cast<u8>(IFTODT(mode))); }

FileKind kind_of_entry(u8 type) {
  switch (type) {
    case DT_BLK:
      return FileKind::block_device;
    case DT_CHR:
      return FileKind::character_device;
    case DT_DIR:
      return FileKind::directory;
    case DT_REG:
      return FileKind::regular;
    case DT_SOCK:
      return FileKind::socket_stream;
    case DT_LNK:
      return FileKind::symbolic_link;
    case DT_FIFO:
      return FileKind::fifo;
    default:
      return FileKind::unknown;
  }
}

FileStatus file_status(const struct stat& status) {
  FileStatus result;
  result.device = status.st_dev;
  result.inode = status.st_ino;
  result.links = status.st_nlink;
  result.size = static_cast<u64>(status.st_size);
  result.accessed = nanoseconds(status.st_atim);
  result.modified = nanoseconds(status.st_mtim);
  result.changed = nanoseconds(status.st_ctim);
  result.kind = kind_of_mode(status.st_mode);
  return result;
}

SysResult<FileStatus> status_of_file(int fd) {
  struct stat status{};
  if (fstat(fd, &status) < 0) return last_error();
  FileStatus result = file_status(status);
  if (result.kind == FileKind::socket_stream) {
    int type = 0;
    socklen_t size = sizeof type;
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_DGRAM) {
      result.kind = FileKind::socket_datagram;
    }
  }
  return result;
}

timespec file_time(u64 value) {
  return {static_cast<time_t>(value / 1'000'000'000), static_cast<long>(value % 1'000'000'000)};
}

}  // namespace invar::wasi
