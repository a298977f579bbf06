// The decisions of a generator, taken from bytes: a fuzzer that changes bytes changes decisions.
#pragma once

#include <algorithm>
#include <cstring>
#include <span>

#include "decoder/base/int.h"

namespace invar::fuzz {

/// When the bytes run out every decision is the first one, which must lead to an end.
class Choices {
 public:
  explicit Choices(std::span<const u8> bytes) : left_(bytes) {}

  /// A number below `count`, which is 1 or more.
  u32 below(u32 count) { return count <= 1 ? 0 : static_cast<u32>(number(count <= 256 ? 1 : 4) % count); }
  bool chance(u32 percent) { return !exhausted() && below(100) < percent; }
  u64 bits64() { return number(8); }
  bool exhausted() const { return left_.empty(); }

 private:
  u64 number(size_t bytes) {
    u64 value = 0;
    const size_t count = std::min(bytes, left_.size());
    if (count != 0) std::memcpy(&value, left_.data(), count);
    left_ = left_.subspan(count);
    return value;
  }
  std::span<const u8> left_;
};

}  // namespace invar::fuzz
