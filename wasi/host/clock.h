// Clocks: the host's, or a virtual one that runs the same in every run.
#pragma once

#include <atomic>
#include <ctime>
#include <optional>

#include "wasi/host/system.h"

namespace invar::wasi {

enum class ClockId : u8 { realtime, monotonic, process_cpu, thread_cpu };

/// The latest time stands for all that would be later.
constexpr u64 saturating_add(u64 a, u64 b) { return a + b < a ? ~u64{0} : a + b; }

/// 0 for times before the clock's start.
u64 nanoseconds(const timespec& time);

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
  void pass(u64 nanoseconds) { advance(nanoseconds); }

 private:
  SysStatus check(ClockId id) const;
  /// Virtual time stops at its end instead of starting again. Returns the time since the start.
  u64 advance(u64 nanoseconds);

  ClockGrant grant_;
  std::atomic<u64> elapsed_ = 0;
};

}  // namespace invar::wasi
