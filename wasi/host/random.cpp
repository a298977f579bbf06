#include "wasi/host/random.h"

#include <sys/random.h>

#include <algorithm>
#include <bit>

namespace invar::wasi {

Random::Random(const RandomGrant& grant) : grant_(grant) {
  // SplitMix64 spreads the seed over a state that is never all zero.
  u64 seed = grant.seed.value_or(0);
  for (u64& word : state_) {
    seed += 0x9E3779B97F4A7C15;
    u64 mixed = seed;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
    word = mixed ^ (mixed >> 31);
  }
}

u64 Random::next() {  // xoshiro256**
  const u64 result = std::rotl(state_[1] * 5, 7) * 9;
  const u64 shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = std::rotl(state_[3], 45);
  return result;
}

SysStatus Random::fill(std::span<u8> buffer) {
  if (grant_.seed) {
    const std::scoped_lock lock(mutex_);
    for (size_t i = 0; i < buffer.size();) {
      u64 word = next();
      for (int k = 0; k < 8 && i < buffer.size(); ++k, word >>= 8) buffer[i++] = static_cast<u8>(word);
    }
    return {};
  }
  if (!grant_.system) return sys_fail(not_capable);
  while (!buffer.empty()) {
    // At most this much at once: longer requests are cut by signals.
    const ssize_t size = getrandom(buffer.data(), std::min<size_t>(buffer.size(), 1 << 20), 0);
    if (size < 0) {
      if (errno == EINTR) continue;
      return last_error();
    }
    buffer = buffer.subspan(static_cast<size_t>(size));
  }
  return {};
}

}  // namespace invar::wasi
