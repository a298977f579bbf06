#include "wasi/host/file.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <limits>

namespace invar::wasi {
namespace {

SysResult<off_t> checked_offset(u64 offset) {
  if (offset > static_cast<u64>(std::numeric_limits<off_t>::max())) return sys_fail(EINVAL);
  return static_cast<off_t>(offset);
}

SysResult<u64> count_of(ssize_t answer) {
  if (answer < 0) return last_error();
  return static_cast<u64>(answer);
}

/// An inherited file's O_NONBLOCK would be seen by the shell and everyone else: ask first instead.
SysStatus check_ready(const Descriptor& file, short events) {
  if (!file.nonblocking.load(std::memory_order_relaxed)) return {};
  pollfd poll_fd{file.fd.get(), events, 0};
  const int ready = poll(&poll_fd, 1, 0);
  if (ready < 0) return last_error();
  if (ready == 0) return sys_fail(EAGAIN);
  return {};
}

/// Shortens the buffers to `limit` bytes in all.
std::span<iovec> shortened(std::span<iovec> buffers, size_t limit) {
  for (size_t i = 0; i < buffers.size(); ++i) {
    buffers[i].iov_len = std::min(buffers[i].iov_len, limit);
    limit -= buffers[i].iov_len;
    if (limit == 0) return buffers.first(i + 1);
  }
  return buffers;
}

SysResult<int> host_flags(const Descriptor& file) {
  const int value = fcntl(file.fd.get(), F_GETFL);
  if (value < 0) return last_error();
  return value;
}

}  // namespace

SysResult<u64> read(const Descriptor& file, std::span<iovec> buffers, std::optional<u64> offset) {
  const int count = static_cast<int>(buffers.size());
  if (offset) {
    WASI_TRY_ASSIGN(const off_t at, checked_offset(*offset));
    return count_of(preadv(file.fd.get(), buffers.data(), count, at));
  }
  WASI_TRY(check_ready(file, POLLIN));
  return count_of(readv(file.fd.get(), buffers.data(), count));
}

SysResult<u64> write(const Descriptor& file, std::span<iovec> buffers, std::optional<u64> offset) {
  if (offset) {
    WASI_TRY_ASSIGN(const off_t at, checked_offset(*offset));
    return count_of(pwritev(file.fd.get(), buffers.data(), static_cast<int>(buffers.size()), at));
  }
  if (is_socket(file)) {
    msghdr message{};
    message.msg_iov = buffers.data();
    message.msg_iovlen = buffers.size();
    return count_of(sendmsg(file.fd.get(), &message, MSG_NOSIGNAL));
  }
  WASI_TRY(check_ready(file, POLLOUT));
  // A pipe that is ready takes this much without waiting.
  if (file.nonblocking.load(std::memory_order_relaxed)) buffers = shortened(buffers, PIPE_BUF);
  return count_of(writev(file.fd.get(), buffers.data(), static_cast<int>(buffers.size())));
}

SysResult<u64> seek(const Descriptor& file, s64 offset, Whence whence) {
  constexpr int values[] = {SEEK_SET, SEEK_CUR, SEEK_END};
  const off_t position = lseek(file.fd.get(), offset, values[static_cast<size_t>(whence)]);
  if (position < 0) return last_error();
  return static_cast<u64>(position);
}

SysResult<FileFlags> flags(const Descriptor& file) {
  WASI_TRY_ASSIGN(const int value, host_flags(file));
  FileFlags result;
  result.append = (value & O_APPEND) != 0;
  result.nonblocking = (value & O_NONBLOCK) != 0 || file.nonblocking.load(std::memory_order_relaxed);
  // O_SYNC holds O_DSYNC's bit, and O_RSYNC is the same as O_SYNC.
  result.sync = result.read_sync = (value & O_SYNC) == O_SYNC;
  result.data_sync = (value & O_DSYNC) != 0;
  return result;
}

SysStatus set_flags(Descriptor& file, const FileFlags& wanted) {
  WASI_TRY_ASSIGN(const FileFlags now, flags(file));
  // Asking for less than is kept is harmless; programs write back what they read.
  if ((wanted.sync && !now.sync) || (wanted.data_sync && !now.data_sync) || (wanted.read_sync && !now.read_sync)) {
    return sys_fail(ENOTSUP);
  }
  if (file.inherited) {
    if (wanted.append != now.append) return sys_fail(ENOTSUP);
    file.nonblocking = wanted.nonblocking;
    return {};
  }
  WASI_TRY_ASSIGN(int value, host_flags(file));
  value = (value & ~(O_APPEND | O_NONBLOCK)) | (wanted.append ? O_APPEND : 0) | (wanted.nonblocking ? O_NONBLOCK : 0);
  return status_of(fcntl(file.fd.get(), F_SETFL, value));
}

SysStatus set_size(const Descriptor& file, u64 size) {
  WASI_TRY_ASSIGN(const off_t value, checked_offset(size));
  return status_of(ftruncate(file.fd.get(), value));
}

SysStatus set_times(const Descriptor& file, const timespec (&times)[2]) {
  return status_of(futimens(file.fd.get(), times));
}

SysStatus advise(const Descriptor& file, u64 offset, u64 size, Advice advice) {
  constexpr int values[] = {POSIX_FADV_NORMAL,   POSIX_FADV_SEQUENTIAL, POSIX_FADV_RANDOM,
                            POSIX_FADV_WILLNEED, POSIX_FADV_DONTNEED,   POSIX_FADV_NOREUSE};
  WASI_TRY_ASSIGN(const off_t start, checked_offset(offset));
  WASI_TRY_ASSIGN(const off_t length, checked_offset(size));
  const int error = posix_fadvise(file.fd.get(), start, length, values[static_cast<size_t>(advice)]);
  if (error != 0) return sys_fail(error);
  return {};
}

SysStatus allocate(const Descriptor& file, u64 offset, u64 size) {
  WASI_TRY_ASSIGN(const off_t start, checked_offset(offset));
  WASI_TRY_ASSIGN(const off_t length, checked_offset(size));
  return status_of(fallocate(file.fd.get(), 0, start, length));
}

SysStatus sync(const Descriptor& file) { return status_of(fsync(file.fd.get())); }
SysStatus sync_data(const Descriptor& file) { return status_of(fdatasync(file.fd.get())); }

bool is_seekable(const Descriptor& file) { return !is_socket(file) && file.kind != FileKind::fifo && !file.terminal; }

bool is_socket(const Descriptor& file) {
  return file.kind == FileKind::socket_stream || file.kind == FileKind::socket_datagram;
}

}  // namespace invar::wasi
