// Between the guest's flags and the host's options.
#pragma once

#include "wasi/p1/arguments.h"

namespace invar::wasi {

FileFlags file_flags(FdFlags flags);
u16 guest_flags(const FileFlags& flags);

/// Both times for utimensat. Errors: inval if a time is to be set to a value and to the present.
struct FileTimes {
  timespec values[2];
};
std::expected<FileTimes, Errno> file_times(u64 accessed, u64 modified, TimeFlags flags);

/// The whence of fd_seek, which the versions number differently.
std::expected<Whence, Errno> whence_of(u32 value, Version version);

}  // namespace invar::wasi
