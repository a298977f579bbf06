// Clocks: the host's, or a virtual one that runs the same in every run.
#pragma once

#include <atomic>
#include <optional>

#include "wasi/host/system.h"

namespace invar::wasi {

enum class ClockId : u8 { realtime, monotonic, process_cpu, thread_cpu };

/// Time that depends on nothing but how often it was asked for.
struct VirtualTime {
  u64 start = 1'000'000'000'000'000'000;  ///< Of the realtime clock, in nanoseconds since 1970. The others start at 0.
  u64 step = 1'000;                       ///< Every look at a clock takes this long.
};

/// Which clocks may be read.
struct ClockGrant {
  bool realtime = false;
  bool monotonic = false;
  bool cpu = false;                         ///< Process and thread CPU time.
  std::optional<VirtualTime> virtual_time;  ///< All clocks, in place of the host's.
};

class Clocks {
 public:
  explicit Clocks(const ClockGrant& grant) : grant_(grant) {}

  /// In nanoseconds. Errors: not_capable.
  SysResult<u64> now(ClockId id);
  SysResult<u64> resolution(ClockId id) const;
  bool is_virtual() const { return grant_.virtual_time.has_value(); }
  /// Lets virtual time pass; sleeping is nothing else.
  void pass(u64 nanoseconds) { elapsed_ += nanoseconds; }

 private:
  SysStatus check(ClockId id) const;

  ClockGrant grant_;
  std::atomic<u64> elapsed_ = 0;
};

}  // namespace invar::wasi
