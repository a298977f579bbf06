#include "wasi/host/poll.h"

#include <sys/ioctl.h>

#include <algorithm>

namespace invar::wasi {

SysResult<u32> wait(std::span<pollfd> files, u64 timeout) {
  constexpr u64 second = 1'000'000'000;
  timespec time{};
  if (timeout != no_timeout) {
    // u64 nanoseconds are at most 585 years.
    time = {static_cast<time_t>(timeout / second), static_cast<long>(timeout % second)};
  }
  const int ready = ppoll(files.data(), files.size(), timeout == no_timeout ? nullptr : &time, nullptr);
  if (ready < 0) return last_error();
  return static_cast<u32>(ready);
}

u64 readable_bytes(int fd) {
  int count = 0;
  if (ioctl(fd, FIONREAD, &count) < 0 || count < 0) return 0;
  return static_cast<u64>(count);
}

}  // namespace invar::wasi
