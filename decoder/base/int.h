// Short names for the fixed-width types that the whole tree uses.
#pragma once

#include <cstddef>
#include <cstdint>

namespace invar {

using u8 = std::uint8_t;
using u16 = std::uint16_t;
using u32 = std::uint32_t;
using u64 = std::uint64_t;
using s8 = std::int8_t;
using s16 = std::int16_t;
using s32 = std::int32_t;
using s64 = std::int64_t;
using f32 = float;
using f64 = double;
using std::size_t;

/// A 128-bit vector as raw bytes, lane 0 first (little endian in every lane).
struct alignas(16) V128 {
  u8 bytes[16];
  friend constexpr bool operator==(const V128&, const V128&) = default;
};

}  // namespace invar
