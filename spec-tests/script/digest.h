// A hash of what a script's commands came to, the same on every processor: equal digests, equal behaviour.
#pragma once

#include <bit>
#include <cstring>
#include <span>
#include <string_view>

#include "decoder/base/int.h"

namespace invar::spec {

/// Order matters, and so do the borders between what is added. Fast rather than safe against intent.
class Digest {
 public:
  void add(u64 word) {
    state_ = (std::rotl(state_, 23) ^ word) * 0x9fb21c651e98df25u;
    state_ ^= state_ >> 29;
  }
  void add(std::span<const u8> bytes) {
    static_assert(std::endian::native == std::endian::little, "words are read as they stand");
    add(bytes.size());
    for (; bytes.size() >= 8; bytes = bytes.subspan(8)) {
      u64 word;
      std::memcpy(&word, bytes.data(), sizeof word);
      add(word);
    }
    if (bytes.empty()) return;
    u64 rest = 0;
    std::memcpy(&rest, bytes.data(), bytes.size());
    add(rest);
  }
  void add(std::string_view text) { add(std::span{reinterpret_cast<const u8*>(text.data()), text.size()}); }

  /// Of all that was added so far.
  u64 value() const {
    const u64 mixed = (state_ ^ state_ >> 32) * 0xd6e8feb86659fd93u;
    return mixed ^ mixed >> 32;
  }

 private:
  u64 state_ = 0x2545f4914f6cdd1du;
};

}  // namespace invar::spec
