#include "wasi/p1/rights.h"

#include <fcntl.h>

namespace invar::wasi {

u64 applicable_rights(FileKind kind, bool terminal) {
  if (terminal) return right::stream;
  switch (kind) {
    case FileKind::regular:
    case FileKind::block_device:
    case FileKind::character_device:
      return right::regular;
    case FileKind::directory:
      return right::directory;
    case FileKind::socket_stream:
    case FileKind::socket_datagram:
      return right::connection;
    case FileKind::fifo:
    case FileKind::unknown:
    case FileKind::symbolic_link:
      return right::stream;
  }
  return 0;
}

Rights rights_of_preopen(bool read_only) {
  return {read_only ? right::directory & ~right::mutating : right::directory, right::inheriting};
}

u64 rights_of_stream(int fd, FileKind kind, bool terminal) {
  u64 rights = applicable_rights(kind == FileKind::directory ? FileKind::unknown : kind, terminal);
  const int flags = fcntl(fd, F_GETFL);
  const int access = flags < 0 ? -1 : flags & O_ACCMODE;
  if (access != O_RDONLY && access != O_RDWR) rights &= ~right::reading;
  if (access != O_WRONLY && access != O_RDWR) rights &= ~right::writing;
  return rights;
}

}  // namespace invar::wasi
