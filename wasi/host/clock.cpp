#include "wasi/host/clock.h"

namespace invar::wasi {
namespace {

clockid_t host_clock(ClockId id) {
  constexpr clockid_t clocks[] = {CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID};
  return clocks[static_cast<size_t>(id)];
}

}  // namespace

u64 nanoseconds(const timespec& time) {
  if (time.tv_sec < 0) return 0;
  return static_cast<u64>(time.tv_sec) * 1'000'000'000 + static_cast<u64>(time.tv_nsec);
}

SysStatus Clocks::check(ClockId id) const {
  const bool granted = id == ClockId::realtime    ? grant_.realtime
                       : id == ClockId::monotonic ? grant_.monotonic
                                                  : grant_.cpu;
  if (!granted && !is_virtual()) return sys_fail(not_capable);
  return {};
}

u64 Clocks::advance(u64 nanoseconds) {
  u64 before = elapsed_.load();
  u64 after = 0;
  do {
    after = saturating_add(before, nanoseconds);
  } while (!elapsed_.compare_exchange_weak(before, after));
  return after;
}

SysResult<u64> Clocks::now(ClockId id) {
  WASI_TRY(check(id));
  if (grant_.virtual_time) {
    const u64 elapsed = advance(grant_.virtual_time->step);
    return id == ClockId::realtime ? saturating_add(grant_.virtual_time->start, elapsed) : elapsed;
  }
  timespec time{};
  if (clock_gettime(host_clock(id), &time) < 0) return last_error();
  return nanoseconds(time);
}

SysResult<u64> Clocks::resolution(ClockId id) const {
  WASI_TRY(check(id));
  if (grant_.virtual_time) return grant_.virtual_time->step;
  timespec time{};
  if (clock_getres(host_clock(id), &time) < 0) return last_error();
  return nanoseconds(time);
}

}  // namespace invar::wasi
