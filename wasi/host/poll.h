// Waiting for files and for time to pass.
#pragma once

#include <poll.h>

#include <limits>
#include <span>

#include "wasi/host/system.h"

namespace invar::wasi {

inline constexpr u64 no_timeout = std::numeric_limits<u64>::max();

/// Waits until a file is ready (its `revents` say how) or the time in nanoseconds has passed. Returns how many files
/// are ready. Errors: EINTR when a signal came.
SysResult<u32> wait(std::span<pollfd> files, u64 timeout);

/// Bytes that can be read without waiting; 0 if that cannot be known.
u64 readable_bytes(int fd);

}  // namespace invar::wasi
