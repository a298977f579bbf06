// v128 as bits and as a row of lanes: bitwise operations, splats, lane access, shuffles.
// One function per instruction, named like it. A lane index is below the number of lanes, as validation ensures.
// spec: exec/instructions#vector-instructions
#pragma once

#include "engine/semantics/cpu.h"
#include "engine/semantics/lanes.h"

namespace invar::semantics {

// Bits

constexpr V128 v128_not(V128 a) {
  return detail::map<u64>(a, [](auto x) { return ~x; });
}
constexpr V128 v128_and(V128 a, V128 b) {
  return detail::map<u64>(a, b, [](auto x, auto y) { return x & y; });
}
constexpr V128 v128_andnot(V128 a, V128 b) {
  return detail::map<u64>(a, b, [](auto x, auto y) { return x & ~y; });
}
constexpr V128 v128_or(V128 a, V128 b) {
  return detail::map<u64>(a, b, [](auto x, auto y) { return x | y; });
}
constexpr V128 v128_xor(V128 a, V128 b) {
  return detail::map<u64>(a, b, [](auto x, auto y) { return x ^ y; });
}
/// Bits of `a` where the mask has ones, of `b` elsewhere.
constexpr V128 v128_bitselect(V128 a, V128 b, V128 mask) {
  return detail::map<u64>(a, b, mask, [](auto x, auto y, auto m) { return (x & m) | (y & ~m); });
}
constexpr u32 v128_any_true(V128 a) { return (detail::half(a, false) | detail::half(a, true)) != 0; }

// Splats: the lane's low bits.

constexpr V128 i8x16_splat(u32 x) { return detail::splat(static_cast<u8>(x)); }
constexpr V128 i16x8_splat(u32 x) { return detail::splat(static_cast<u16>(x)); }
constexpr V128 i32x4_splat(u32 x) { return detail::splat(x); }
constexpr V128 i64x2_splat(u64 x) { return detail::splat(x); }
constexpr V128 f32x4_splat(f32 x) { return detail::splat(x); }
constexpr V128 f64x2_splat(f64 x) { return detail::splat(x); }

// Lanes

constexpr u32 i8x16_extract_lane_s(V128 v, u8 lane) {
  return static_cast<u32>(static_cast<s32>(detail::extract<s8>(v, lane)));
}
constexpr u32 i8x16_extract_lane_u(V128 v, u8 lane) { return detail::extract<u8>(v, lane); }
constexpr u32 i16x8_extract_lane_s(V128 v, u8 lane) {
  return static_cast<u32>(static_cast<s32>(detail::extract<s16>(v, lane)));
}
constexpr u32 i16x8_extract_lane_u(V128 v, u8 lane) { return detail::extract<u16>(v, lane); }
constexpr u32 i32x4_extract_lane(V128 v, u8 lane) { return detail::extract<u32>(v, lane); }
constexpr u64 i64x2_extract_lane(V128 v, u8 lane) { return detail::extract<u64>(v, lane); }
constexpr f32 f32x4_extract_lane(V128 v, u8 lane) { return detail::extract<f32>(v, lane); }
constexpr f64 f64x2_extract_lane(V128 v, u8 lane) { return detail::extract<f64>(v, lane); }

constexpr V128 i8x16_replace_lane(V128 v, u32 x, u8 lane) { return detail::replace(v, static_cast<u8>(x), lane); }
constexpr V128 i16x8_replace_lane(V128 v, u32 x, u8 lane) { return detail::replace(v, static_cast<u16>(x), lane); }
constexpr V128 i32x4_replace_lane(V128 v, u32 x, u8 lane) { return detail::replace(v, x, lane); }
constexpr V128 i64x2_replace_lane(V128 v, u64 x, u8 lane) { return detail::replace(v, x, lane); }
constexpr V128 f32x4_replace_lane(V128 v, f32 x, u8 lane) { return detail::replace(v, x, lane); }
constexpr V128 f64x2_replace_lane(V128 v, f64 x, u8 lane) { return detail::replace(v, x, lane); }

// Moving bytes

namespace detail {

constexpr V128 soft_shuffle(V128 a, V128 b, V128 lanes) {
  struct {
    V128 a, b;
  } const both = {a, b};
  const auto table = std::bit_cast<std::array<u8, 32>>(both);
  V128 r{};
  for (size_t i = 0; i < 16; ++i) r.bytes[i] = table[lanes.bytes[i] & 31];
  return r;
}

constexpr V128 soft_swizzle(V128 a, V128 indices) {
  const V128 in_range = compare<u8>(indices, splat<u8>(16), [](auto x, auto y) { return x < y; });
  V128 r{};
  for (size_t i = 0; i < 16; ++i) r.bytes[i] = a.bytes[indices.bytes[i] & 15];
  return v128_and(r, in_range);
}

#if defined(__x86_64__) && !INVAR_OPTIONAL_INSTRUCTIONS
inline bool has_pshufb() { return true; }
inline __m128i pshufb(__m128i table, __m128i index) { return _mm_shuffle_epi8(table, index); }
#endif

#if defined(__x86_64__)
// pshufb gives 0 where the index's top bit is set.

inline V128 hard_swizzle(V128 a, V128 indices) {
  // Adding with saturation sets the top bit for 16 and above.
  return pack(pshufb(std::bit_cast<__m128i>(a), _mm_adds_epu8(std::bit_cast<__m128i>(indices), _mm_set1_epi8(0x70))));
}

inline V128 hard_shuffle(V128 a, V128 b, V128 lanes) {
  // Less 16, the lanes of `a` get a top bit and those of `b` lose their offset.
  const __m128i of_b = _mm_sub_epi8(std::bit_cast<__m128i>(lanes), _mm_set1_epi8(16));
  return v128_or(hard_swizzle(a, lanes), pack(pshufb(std::bit_cast<__m128i>(b), of_b)));
}
#elif defined(__aarch64__)
inline bool has_pshufb() { return true; }
inline V128 hard_swizzle(V128 a, V128 indices) { return pack(vqtbl1q_u8(vector<u8>(a), vector<u8>(indices))); }
inline V128 hard_shuffle(V128 a, V128 b, V128 lanes) {
  const uint8x16x2_t table = {{vector<u8>(a), vector<u8>(b)}};
  return pack(vqtbl2q_u8(table, vector<u8>(lanes)));
}
#endif

// Out of line, so that they do not keep their callers from being inlined; as vectors, which travel in registers.
[[gnu::noinline]] inline Vector<u8> shuffle_without_pshufb(Vector<u8> a, Vector<u8> b, Vector<u8> lanes) {
  return vector<u8>(soft_shuffle(pack(a), pack(b), pack(lanes)));
}
[[gnu::noinline]] inline Vector<u8> swizzle_without_pshufb(Vector<u8> a, Vector<u8> indices) {
  return vector<u8>(soft_swizzle(pack(a), pack(indices)));
}

}  // namespace detail

/// r[i] = (a, b)[lanes[i]]: 0 to 15 pick from `a`, 16 to 31 from `b`.
constexpr V128 i8x16_shuffle(V128 a, V128 b, V128 lanes) {
  if consteval {
    return detail::soft_shuffle(a, b, lanes);
  }
#if defined(__x86_64__) || defined(__aarch64__)
  if (detail::has_pshufb()) [[likely]]
    return detail::hard_shuffle(a, b, lanes);
#endif
  return detail::pack(
      detail::shuffle_without_pshufb(detail::vector<u8>(a), detail::vector<u8>(b), detail::vector<u8>(lanes)));
}

/// r[i] = a[indices[i]], or 0 if the index is out of range.
constexpr V128 i8x16_swizzle(V128 a, V128 indices) {
  if consteval {
    return detail::soft_swizzle(a, indices);
  }
#if defined(__x86_64__) || defined(__aarch64__)
  if (detail::has_pshufb()) [[likely]]
    return detail::hard_swizzle(a, indices);
#endif
  return detail::pack(detail::swizzle_without_pshufb(detail::vector<u8>(a), detail::vector<u8>(indices)));
}

}  // namespace invar::semantics
