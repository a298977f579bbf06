// Random bytes: the kernel's, or a seeded sequence that is the same in every run.
#pragma once

#include <mutex>
#include <optional>
#include <span>

#include "wasi/host/system.h"

namespace invar::wasi {

struct RandomGrant {
  bool system = false;
  std::optional<u64> seed;  ///< In place of the kernel's.
};

class Random {
 public:
  explicit Random(const RandomGrant& grant);

  /// Errors: not_capable.
  SysStatus fill(std::span<u8> buffer);

 private:
  u64 next();

  RandomGrant grant_;
  std::mutex mutex_;
  u64 state_[4] = {};
};

}  // namespace invar::wasi
