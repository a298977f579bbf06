#include "decoder/base/checksum.h"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cstring>

namespace invar {

namespace {

// Odd, with about as many ones as zeros. Every step is a bijection of what was there before and one of what comes in,
// so a difference in one word never gets lost; that several cancel each other is a matter of chance.
constexpr u64 lane_factor = 0x9c6e'64d5'8b1a'f2e7, merge_factor = 0xd1b5'4a32'd192'ed03,
              last_factor = 0xaef1'7502'108e'f2d9;

constexpr size_t lanes = 8, stripe = lanes * sizeof(u64);

constexpr u64 step(u64 state, u64 word, u64 factor) { return (std::rotl(state, 29) ^ word) * factor; }

constexpr u64 scrambled(u64 word) {
  word = (word ^ word >> 32) * last_factor;
  word = (word ^ word >> 29) * merge_factor;
  return word ^ word >> 32;
}

}  // namespace

Checksum checksum(std::span<const u8> bytes) {
  // Independent of each other, so that the processor works on all at the same time.
  std::array<u64, lanes> state;
  for (size_t i = 0; i < lanes; ++i) state[i] = (i + 1) * last_factor;
  const auto take = [&](const u8* from) {
    for (size_t i = 0; i < lanes; ++i) {
      u64 word;
      std::memcpy(&word, from + i * sizeof word, sizeof word);
      state[i] = step(state[i], word, lane_factor);
    }
  };
  size_t at = 0;
  for (; bytes.size() - at >= stripe; at += stripe) take(bytes.data() + at);
  std::array<u8, stripe> rest{};
  if (at < bytes.size()) std::memcpy(rest.data(), bytes.data() + at, bytes.size() - at);
  take(rest.data());

  Checksum sum{{bytes.size(), ~u64{bytes.size()}}};
  for (size_t i = 0; i < lanes; ++i) {
    sum.words[0] = step(sum.words[0], scrambled(state[i]), merge_factor);
    sum.words[1] = step(sum.words[1], scrambled(state[lanes - 1 - i] + i), lane_factor);
  }
  for (u64& word : sum.words) word = scrambled(word);
  return sum;
}

std::string to_string(const Checksum& sum) { return fmt::format("{:016x}{:016x}", sum.words[0], sum.words[1]); }

}  // namespace invar
