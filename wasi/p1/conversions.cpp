#include "wasi/p1/conversions.h"

#include <sys/stat.h>

namespace invar::wasi {

FileFlags file_flags(FdFlags flags) {
  return {.append = flags.has(FdFlags::append),
          .nonblocking = flags.has(FdFlags::nonblocking),
          .data_sync = flags.has(FdFlags::data_sync),
          .read_sync = flags.has(FdFlags::read_sync),
          .sync = flags.has(FdFlags::sync)};
}

u16 guest_flags(const FileFlags& flags) {
  u32 bits = 0;
  if (flags.append) bits |= FdFlags::append;
  if (flags.nonblocking) bits |= FdFlags::nonblocking;
  if (flags.data_sync) bits |= FdFlags::data_sync;
  if (flags.read_sync) bits |= FdFlags::read_sync;
  if (flags.sync) bits |= FdFlags::sync;
  return static_cast<u16>(bits);
}

std::expected<FileTimes, Errno> file_times(u64 accessed, u64 modified, TimeFlags flags) {
  FileTimes result{{{0, UTIME_OMIT}, {0, UTIME_OMIT}}};
  const auto choose = [&](timespec& time, u64 value, u32 set, u32 now) {
    if (flags.has(set)) time = file_time(value);
    if (flags.has(now)) time = {0, UTIME_NOW};
    return !(flags.has(set) && flags.has(now));
  };
  if (!choose(result.values[0], accessed, TimeFlags::accessed, TimeFlags::accessed_now) ||
      !choose(result.values[1], modified, TimeFlags::modified, TimeFlags::modified_now)) {
    return std::unexpected(Errno::inval);
  }
  return result;
}

std::expected<Whence, Errno> whence_of(u32 value, Version version) {
  if (value > 2) return std::unexpected(Errno::inval);
  constexpr Whence unstable[] = {Whence::current, Whence::end, Whence::set};
  constexpr Whence snapshot[] = {Whence::set, Whence::current, Whence::end};
  return version == Version::unstable ? unstable[value] : snapshot[value];
}

}  // namespace invar::wasi
