// A time limit for a running program.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "engine/runtime/store.h"

namespace invar::tool {

/// Stops the store's program after a time. A program that waits in a call of the host's, where it cannot see that, is
/// given a second, then the process ends with exit_trap.
class Watchdog {
 public:
  Watchdog(Store& store, std::chrono::duration<double> limit);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  std::mutex mutex_;
  std::condition_variable ended_;
  bool done_ = false;
  std::thread thread_;
};

}  // namespace invar::tool
