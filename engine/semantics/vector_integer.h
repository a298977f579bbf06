// Integer lanes: one function per instruction, named like it.
//
// Lanes wrap unless the name says `sat`; shift counts are taken modulo the lane's width; comparisons give all ones or
// zero in each lane.
// spec: exec/numerics#integer-operations, exec/instructions#vector-instructions
#pragma once

#include <limits>

#include "engine/semantics/lanes.h"

namespace invar::semantics {

namespace detail {

// Generic lambdas for `map` and `compare`: called with scalars or with vectors. The casts undo the promotion of
// small scalars to int.

inline constexpr auto wrapping_add = [](auto x, auto y) { return static_cast<decltype(x)>(x + y); };
inline constexpr auto wrapping_sub = [](auto x, auto y) { return static_cast<decltype(x)>(x - y); };
inline constexpr auto wrapping_mul = [](auto x, auto y) {
  // u16 would be multiplied as int, and overflow.
  if constexpr (is_vector<decltype(x)>)
    return x * y;
  else
    return static_cast<decltype(x)>(static_cast<u64>(x) * static_cast<u64>(y));
};
inline constexpr auto wrapping_neg = [](auto x) { return static_cast<decltype(x)>(decltype(x){} - x); };
inline constexpr auto smaller = [](auto x, auto y) { return x < y ? x : y; };
inline constexpr auto larger = [](auto x, auto y) { return x > y ? x : y; };
inline constexpr auto equal = [](auto x, auto y) { return x == y; };
inline constexpr auto not_equal = [](auto x, auto y) { return x != y; };
inline constexpr auto less = [](auto x, auto y) { return x < y; };
inline constexpr auto greater = [](auto x, auto y) { return x > y; };
inline constexpr auto less_equal = [](auto x, auto y) { return x <= y; };
inline constexpr auto greater_equal = [](auto x, auto y) { return x >= y; };

/// |x| of signed lanes; the smallest integer wraps to itself. `Unsigned` avoids the overflow.
template <class Unsigned, class Signed>
constexpr V128 absolute(V128 a) {
  // All ones in negative lanes: x ^ sign - sign negates those.
  const V128 sign = map<Signed>(a, [](auto x) { return x >> static_cast<Signed>(8 * sizeof(Signed) - 1); });
  return map<Unsigned>(a, sign, [](auto x, auto s) { return static_cast<decltype(x)>((x ^ s) - s); });
}

template <class T>
constexpr V128 shift_left(V128 a, u32 count) {
  const T n = static_cast<T>(count & (8 * sizeof(T) - 1));
  return map<T>(a, [n](auto x) { return static_cast<decltype(x)>(x << n); });
}

/// Arithmetic if T is signed.
template <class T>
constexpr V128 shift_right(V128 a, u32 count) {
  const T n = static_cast<T>(count & (8 * sizeof(T) - 1));
  return map<T>(a, [n](auto x) { return static_cast<decltype(x)>(x >> n); });
}

/// `wide` clamped to T's range.
template <class T>
constexpr T clamp(s32 wide) {
  using Limits = std::numeric_limits<T>;
  return static_cast<T>(wide < Limits::min() ? s32{Limits::min()} : wide > Limits::max() ? s32{Limits::max()} : wide);
}

template <class T>
constexpr V128 add_saturating(V128 a, V128 b) {
#if defined(__clang__)
  if !consteval {
    return pack(__builtin_elementwise_add_sat(vector<T>(a), vector<T>(b)));
  }
#endif
  return each<T>(a, b, [](T x, T y) { return clamp<T>(s32{x} + s32{y}); });
}

template <class T>
constexpr V128 sub_saturating(V128 a, V128 b) {
#if defined(__clang__)
  if !consteval {
    return pack(__builtin_elementwise_sub_sat(vector<T>(a), vector<T>(b)));
  }
#endif
  return each<T>(a, b, [](T x, T y) { return clamp<T>(s32{x} - s32{y}); });
}

/// The lanes of `a`, then those of `b`, clamped from From to To of half the width.
template <class From, class To>
constexpr V128 narrow_saturating(V128 a, V128 b) {
#if defined(__SSE2__)
  if !consteval {
    const __m128i x = std::bit_cast<__m128i>(a), y = std::bit_cast<__m128i>(b);
    if constexpr (std::is_same_v<To, s8>) return pack(_mm_packs_epi16(x, y));
    if constexpr (std::is_same_v<To, u8>) return pack(_mm_packus_epi16(x, y));
    if constexpr (std::is_same_v<To, s16>) return pack(_mm_packs_epi32(x, y));
    if constexpr (std::is_same_v<To, u16>) {
      // No packusdw before SSE4.1: move the range to the signed one and back.
      const auto to_signed = [](__m128i v) {
        const __m128i positive = _mm_and_si128(v, _mm_cmpgt_epi32(v, _mm_setzero_si128()));
        return _mm_sub_epi32(positive, _mm_set1_epi32(0x8000));
      };
      return pack(_mm_xor_si128(_mm_packs_epi32(to_signed(x), to_signed(y)), _mm_set1_epi16(s16{-0x8000})));
    }
  }
#elif defined(__aarch64__)
  if !consteval {
    if constexpr (std::is_same_v<To, s8>) return pack(vqmovn_high_s16(vqmovn_s16(vector<s16>(a)), vector<s16>(b)));
    if constexpr (std::is_same_v<To, u8>) return pack(vqmovun_high_s16(vqmovun_s16(vector<s16>(a)), vector<s16>(b)));
    if constexpr (std::is_same_v<To, s16>) return pack(vqmovn_high_s32(vqmovn_s32(vector<s32>(a)), vector<s32>(b)));
    if constexpr (std::is_same_v<To, u16>) return pack(vqmovun_high_s32(vqmovun_s32(vector<s32>(a)), vector<s32>(b)));
  }
#endif
  const auto clamped = [](V128 v) {
    constexpr From low = std::numeric_limits<To>::min(), high = std::numeric_limits<To>::max();
    return map<From>(map<From>(v, splat(low), larger), splat(high), smaller);
  };
  return from_halves(narrow<From, To>(clamped(a)), narrow<From, To>(clamped(b)));
}

/// r[i] = a[2i] + a[2i + 1], each converted from From to To first.
template <class From, class To>
constexpr V128 add_pairwise(V128 a) {
  // Lane pairs as one wide lane: the odd one is its upper half.
  const To bits = 8 * sizeof(From);
  return map<To>(a, [bits](auto pair) {
    using Wide = decltype(pair);
    return static_cast<Wide>((static_cast<Wide>(pair << bits) >> bits) + (pair >> bits));
  });
}

template <class From, class To>
constexpr V128 multiply_widened(u64 a, u64 b) {
  return map<To>(widen<From, To>(a), widen<From, To>(b), wrapping_mul);
}

template <class T>
constexpr u32 all_true(V128 a) {
  const V128 zeros = compare<T>(a, V128{}, equal);
  return (half(zeros, false) | half(zeros, true)) == 0;
}

/// Bit i of the result is the top bit of lane i.
template <class T>
constexpr u32 bitmask(V128 a) {
#if defined(__SSE2__)
  if !consteval {
    const __m128i x = std::bit_cast<__m128i>(a);
    if constexpr (sizeof(T) == 1) return static_cast<u32>(_mm_movemask_epi8(x));
    if constexpr (sizeof(T) == 2) return static_cast<u32>(_mm_movemask_epi8(_mm_packs_epi16(x, _mm_setzero_si128())));
    if constexpr (sizeof(T) == 4) return static_cast<u32>(_mm_movemask_ps(std::bit_cast<__m128>(a)));
    if constexpr (sizeof(T) == 8) return static_cast<u32>(_mm_movemask_pd(std::bit_cast<__m128d>(a)));
  }
#elif defined(__aarch64__)
  if !consteval {
    // Each lane's mask selects its bit of the result; the sum of the lanes merges them.
    if constexpr (sizeof(T) == 1) {
      const uint8x16_t weights = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
      const uint8x16_t bits = vandq_u8(vector<u8>(shift_right<s8>(a, 7)), weights);
      return static_cast<u32>(vaddv_u8(vget_low_u8(bits))) | static_cast<u32>(vaddv_u8(vget_high_u8(bits))) << 8;
    }
    if constexpr (sizeof(T) == 2) {
      const uint16x8_t weights = {1, 2, 4, 8, 16, 32, 64, 128};
      return vaddvq_u16(vandq_u16(vector<u16>(shift_right<s16>(a, 15)), weights));
    }
  }
#endif
  u32 mask = 0;
  const Lanes<T> x = lanes<T>(a);
  for (size_t i = 0; i < lane_count<T>; ++i) mask |= static_cast<u32>(x[i] >> (8 * sizeof(T) - 1)) << i;
  return mask;
}

/// (x * y + 2^14) >> 15, clamped: only -1 * -1 in this fixed-point format needs it.
constexpr V128 q15_multiply(V128 a, V128 b) {
#if defined(__SSE2__)
  if !consteval {
    const __m128i x = std::bit_cast<__m128i>(a), y = std::bit_cast<__m128i>(b);
    const __m128i low = _mm_mullo_epi16(x, y), high = _mm_mulhi_epi16(x, y);
    const __m128i shifted = _mm_or_si128(_mm_add_epi16(high, high), _mm_srli_epi16(low, 15));
    const __m128i rounding = _mm_srli_epi16(_mm_add_epi16(low, low), 15);
    const __m128i rounded = _mm_add_epi16(shifted, rounding);
    // No product but that of -1 and -1 gives the smallest integer: complement it.
    return pack(_mm_xor_si128(rounded, _mm_cmpeq_epi16(rounded, _mm_set1_epi16(s16{-0x8000}))));
  }
#elif defined(__aarch64__)
  if !consteval {
    return pack(vqrdmulhq_s16(vector<s16>(a), vector<s16>(b)));
  }
#endif
  return each<s16>(a, b, [](s16 x, s16 y) { return clamp<s16>((s32{x} * s32{y} + 0x4000) >> 15); });
}

}  // namespace detail

// i8x16

constexpr V128 i8x16_eq(V128 a, V128 b) { return detail::compare<u8>(a, b, detail::equal); }
constexpr V128 i8x16_ne(V128 a, V128 b) { return detail::compare<u8>(a, b, detail::not_equal); }
constexpr V128 i8x16_lt_s(V128 a, V128 b) { return detail::compare<s8>(a, b, detail::less); }
constexpr V128 i8x16_lt_u(V128 a, V128 b) { return detail::compare<u8>(a, b, detail::less); }
constexpr V128 i8x16_gt_s(V128 a, V128 b) { return detail::compare<s8>(a, b, detail::greater); }
constexpr V128 i8x16_gt_u(V128 a, V128 b) { return detail::compare<u8>(a, b, detail::greater); }
constexpr V128 i8x16_le_s(V128 a, V128 b) { return detail::compare<s8>(a, b, detail::less_equal); }
constexpr V128 i8x16_le_u(V128 a, V128 b) { return detail::compare<u8>(a, b, detail::less_equal); }
constexpr V128 i8x16_ge_s(V128 a, V128 b) { return detail::compare<s8>(a, b, detail::greater_equal); }
constexpr V128 i8x16_ge_u(V128 a, V128 b) { return detail::compare<u8>(a, b, detail::greater_equal); }

constexpr V128 i8x16_abs(V128 a) { return detail::absolute<u8, s8>(a); }
constexpr V128 i8x16_neg(V128 a) { return detail::map<u8>(a, detail::wrapping_neg); }
constexpr V128 i8x16_popcnt(V128 a) {
  return detail::map<u8>(a, [](auto x) {
    using Lane = decltype(x);
    x = static_cast<Lane>(x - ((x >> u8{1}) & u8{0x55}));
    x = static_cast<Lane>((x & u8{0x33}) + ((x >> u8{2}) & u8{0x33}));
    return static_cast<Lane>((x + (x >> u8{4})) & u8{0x0f});
  });
}
constexpr u32 i8x16_all_true(V128 a) { return detail::all_true<u8>(a); }
constexpr u32 i8x16_bitmask(V128 a) { return detail::bitmask<u8>(a); }
constexpr V128 i8x16_narrow_i16x8_s(V128 a, V128 b) { return detail::narrow_saturating<s16, s8>(a, b); }
constexpr V128 i8x16_narrow_i16x8_u(V128 a, V128 b) { return detail::narrow_saturating<s16, u8>(a, b); }
constexpr V128 i8x16_shl(V128 a, u32 n) { return detail::shift_left<u8>(a, n); }
constexpr V128 i8x16_shr_s(V128 a, u32 n) { return detail::shift_right<s8>(a, n); }
constexpr V128 i8x16_shr_u(V128 a, u32 n) { return detail::shift_right<u8>(a, n); }
constexpr V128 i8x16_add(V128 a, V128 b) { return detail::map<u8>(a, b, detail::wrapping_add); }
constexpr V128 i8x16_add_sat_s(V128 a, V128 b) { return detail::add_saturating<s8>(a, b); }
constexpr V128 i8x16_add_sat_u(V128 a, V128 b) { return detail::add_saturating<u8>(a, b); }
constexpr V128 i8x16_sub(V128 a, V128 b) { return detail::map<u8>(a, b, detail::wrapping_sub); }
constexpr V128 i8x16_sub_sat_s(V128 a, V128 b) { return detail::sub_saturating<s8>(a, b); }
constexpr V128 i8x16_sub_sat_u(V128 a, V128 b) { return detail::sub_saturating<u8>(a, b); }
constexpr V128 i8x16_min_s(V128 a, V128 b) { return detail::map<s8>(a, b, detail::smaller); }
constexpr V128 i8x16_min_u(V128 a, V128 b) { return detail::map<u8>(a, b, detail::smaller); }
constexpr V128 i8x16_max_s(V128 a, V128 b) { return detail::map<s8>(a, b, detail::larger); }
constexpr V128 i8x16_max_u(V128 a, V128 b) { return detail::map<u8>(a, b, detail::larger); }
constexpr V128 i8x16_avgr_u(V128 a, V128 b) {
#if defined(__SSE2__)
  if !consteval {
    return detail::pack(_mm_avg_epu8(std::bit_cast<__m128i>(a), std::bit_cast<__m128i>(b)));
  }
#elif defined(__aarch64__)
  if !consteval {
    return detail::pack(vrhaddq_u8(detail::vector<u8>(a), detail::vector<u8>(b)));
  }
#endif
  return detail::each<u8>(a, b, [](u8 x, u8 y) { return (x + y + 1) >> 1; });
}

// i16x8

constexpr V128 i16x8_eq(V128 a, V128 b) { return detail::compare<u16>(a, b, detail::equal); }
constexpr V128 i16x8_ne(V128 a, V128 b) { return detail::compare<u16>(a, b, detail::not_equal); }
constexpr V128 i16x8_lt_s(V128 a, V128 b) { return detail::compare<s16>(a, b, detail::less); }
constexpr V128 i16x8_lt_u(V128 a, V128 b) { return detail::compare<u16>(a, b, detail::less); }
constexpr V128 i16x8_gt_s(V128 a, V128 b) { return detail::compare<s16>(a, b, detail::greater); }
constexpr V128 i16x8_gt_u(V128 a, V128 b) { return detail::compare<u16>(a, b, detail::greater); }
constexpr V128 i16x8_le_s(V128 a, V128 b) { return detail::compare<s16>(a, b, detail::less_equal); }
constexpr V128 i16x8_le_u(V128 a, V128 b) { return detail::compare<u16>(a, b, detail::less_equal); }
constexpr V128 i16x8_ge_s(V128 a, V128 b) { return detail::compare<s16>(a, b, detail::greater_equal); }
constexpr V128 i16x8_ge_u(V128 a, V128 b) { return detail::compare<u16>(a, b, detail::greater_equal); }

constexpr V128 i16x8_abs(V128 a) { return detail::absolute<u16, s16>(a); }
constexpr V128 i16x8_neg(V128 a) { return detail::map<u16>(a, detail::wrapping_neg); }
constexpr u32 i16x8_all_true(V128 a) { return detail::all_true<u16>(a); }
constexpr u32 i16x8_bitmask(V128 a) { return detail::bitmask<u16>(a); }
constexpr V128 i16x8_narrow_i32x4_s(V128 a, V128 b) { return detail::narrow_saturating<s32, s16>(a, b); }
constexpr V128 i16x8_narrow_i32x4_u(V128 a, V128 b) { return detail::narrow_saturating<s32, u16>(a, b); }
constexpr V128 i16x8_extend_low_i8x16_s(V128 a) { return detail::widen<s8, s16>(detail::half(a, false)); }
constexpr V128 i16x8_extend_high_i8x16_s(V128 a) { return detail::widen<s8, s16>(detail::half(a, true)); }
constexpr V128 i16x8_extend_low_i8x16_u(V128 a) { return detail::widen<u8, u16>(detail::half(a, false)); }
constexpr V128 i16x8_extend_high_i8x16_u(V128 a) { return detail::widen<u8, u16>(detail::half(a, true)); }
constexpr V128 i16x8_shl(V128 a, u32 n) { return detail::shift_left<u16>(a, n); }
constexpr V128 i16x8_shr_s(V128 a, u32 n) { return detail::shift_right<s16>(a, n); }
constexpr V128 i16x8_shr_u(V128 a, u32 n) { return detail::shift_right<u16>(a, n); }
constexpr V128 i16x8_add(V128 a, V128 b) { return detail::map<u16>(a, b, detail::wrapping_add); }
constexpr V128 i16x8_add_sat_s(V128 a, V128 b) { return detail::add_saturating<s16>(a, b); }
constexpr V128 i16x8_add_sat_u(V128 a, V128 b) { return detail::add_saturating<u16>(a, b); }
constexpr V128 i16x8_sub(V128 a, V128 b) { return detail::map<u16>(a, b, detail::wrapping_sub); }
constexpr V128 i16x8_sub_sat_s(V128 a, V128 b) { return detail::sub_saturating<s16>(a, b); }
constexpr V128 i16x8_sub_sat_u(V128 a, V128 b) { return detail::sub_saturating<u16>(a, b); }
constexpr V128 i16x8_mul(V128 a, V128 b) { return detail::map<u16>(a, b, detail::wrapping_mul); }
constexpr V128 i16x8_min_s(V128 a, V128 b) { return detail::map<s16>(a, b, detail::smaller); }
constexpr V128 i16x8_min_u(V128 a, V128 b) { return detail::map<u16>(a, b, detail::smaller); }
constexpr V128 i16x8_max_s(V128 a, V128 b) { return detail::map<s16>(a, b, detail::larger); }
constexpr V128 i16x8_max_u(V128 a, V128 b) { return detail::map<u16>(a, b, detail::larger); }
constexpr V128 i16x8_avgr_u(V128 a, V128 b) {
#if defined(__SSE2__)
  if !consteval {
    return detail::pack(_mm_avg_epu16(std::bit_cast<__m128i>(a), std::bit_cast<__m128i>(b)));
  }
#elif defined(__aarch64__)
  if !consteval {
    return detail::pack(vrhaddq_u16(detail::vector<u16>(a), detail::vector<u16>(b)));
  }
#endif
  return detail::each<u16>(a, b, [](u16 x, u16 y) { return (x + y + 1) >> 1; });
}
constexpr V128 i16x8_q15mulr_sat_s(V128 a, V128 b) { return detail::q15_multiply(a, b); }
constexpr V128 i16x8_extadd_pairwise_i8x16_s(V128 a) { return detail::add_pairwise<s8, s16>(a); }
constexpr V128 i16x8_extadd_pairwise_i8x16_u(V128 a) { return detail::add_pairwise<u8, u16>(a); }
constexpr V128 i16x8_extmul_low_i8x16_s(V128 a, V128 b) {
  return detail::multiply_widened<s8, s16>(detail::half(a, false), detail::half(b, false));
}
constexpr V128 i16x8_extmul_high_i8x16_s(V128 a, V128 b) {
  return detail::multiply_widened<s8, s16>(detail::half(a, true), detail::half(b, true));
}
constexpr V128 i16x8_extmul_low_i8x16_u(V128 a, V128 b) {
  return detail::multiply_widened<u8, u16>(detail::half(a, false), detail::half(b, false));
}
constexpr V128 i16x8_extmul_high_i8x16_u(V128 a, V128 b) {
  return detail::multiply_widened<u8, u16>(detail::half(a, true), detail::half(b, true));
}

// i32x4

constexpr V128 i32x4_eq(V128 a, V128 b) { return detail::compare<u32>(a, b, detail::equal); }
constexpr V128 i32x4_ne(V128 a, V128 b) { return detail::compare<u32>(a, b, detail::not_equal); }
constexpr V128 i32x4_lt_s(V128 a, V128 b) { return detail::compare<s32>(a, b, detail::less); }
constexpr V128 i32x4_lt_u(V128 a, V128 b) { return detail::compare<u32>(a, b, detail::less); }
constexpr V128 i32x4_gt_s(V128 a, V128 b) { return detail::compare<s32>(a, b, detail::greater); }
constexpr V128 i32x4_gt_u(V128 a, V128 b) { return detail::compare<u32>(a, b, detail::greater); }
constexpr V128 i32x4_le_s(V128 a, V128 b) { return detail::compare<s32>(a, b, detail::less_equal); }
constexpr V128 i32x4_le_u(V128 a, V128 b) { return detail::compare<u32>(a, b, detail::less_equal); }
constexpr V128 i32x4_ge_s(V128 a, V128 b) { return detail::compare<s32>(a, b, detail::greater_equal); }
constexpr V128 i32x4_ge_u(V128 a, V128 b) { return detail::compare<u32>(a, b, detail::greater_equal); }

constexpr V128 i32x4_abs(V128 a) { return detail::absolute<u32, s32>(a); }
constexpr V128 i32x4_neg(V128 a) { return detail::map<u32>(a, detail::wrapping_neg); }
constexpr u32 i32x4_all_true(V128 a) { return detail::all_true<u32>(a); }
constexpr u32 i32x4_bitmask(V128 a) { return detail::bitmask<u32>(a); }
constexpr V128 i32x4_extend_low_i16x8_s(V128 a) { return detail::widen<s16, s32>(detail::half(a, false)); }
constexpr V128 i32x4_extend_high_i16x8_s(V128 a) { return detail::widen<s16, s32>(detail::half(a, true)); }
constexpr V128 i32x4_extend_low_i16x8_u(V128 a) { return detail::widen<u16, u32>(detail::half(a, false)); }
constexpr V128 i32x4_extend_high_i16x8_u(V128 a) { return detail::widen<u16, u32>(detail::half(a, true)); }
constexpr V128 i32x4_shl(V128 a, u32 n) { return detail::shift_left<u32>(a, n); }
constexpr V128 i32x4_shr_s(V128 a, u32 n) { return detail::shift_right<s32>(a, n); }
constexpr V128 i32x4_shr_u(V128 a, u32 n) { return detail::shift_right<u32>(a, n); }
constexpr V128 i32x4_add(V128 a, V128 b) { return detail::map<u32>(a, b, detail::wrapping_add); }
constexpr V128 i32x4_sub(V128 a, V128 b) { return detail::map<u32>(a, b, detail::wrapping_sub); }
constexpr V128 i32x4_mul(V128 a, V128 b) { return detail::map<u32>(a, b, detail::wrapping_mul); }
constexpr V128 i32x4_min_s(V128 a, V128 b) { return detail::map<s32>(a, b, detail::smaller); }
constexpr V128 i32x4_min_u(V128 a, V128 b) { return detail::map<u32>(a, b, detail::smaller); }
constexpr V128 i32x4_max_s(V128 a, V128 b) { return detail::map<s32>(a, b, detail::larger); }
constexpr V128 i32x4_max_u(V128 a, V128 b) { return detail::map<u32>(a, b, detail::larger); }
/// r[i] = a[2i] * b[2i] + a[2i + 1] * b[2i + 1]; wraps if all four are -32768.
constexpr V128 i32x4_dot_i16x8_s(V128 a, V128 b) {
#if defined(__SSE2__)
  if !consteval {
    return detail::pack(_mm_madd_epi16(std::bit_cast<__m128i>(a), std::bit_cast<__m128i>(b)));
  }
#elif defined(__aarch64__)
  if !consteval {
    const auto products = [](u64 x, u64 y) {
      return vmull_s16(std::bit_cast<int16x4_t>(x), std::bit_cast<int16x4_t>(y));
    };
    return detail::pack(vpaddq_s32(products(detail::half(a, false), detail::half(b, false)),
                                   products(detail::half(a, true), detail::half(b, true))));
  }
#endif
  const auto x = detail::lanes<s16>(a), y = detail::lanes<s16>(b);
  detail::Lanes<u32> r{};
  for (size_t i = 0; i < 4; ++i) {
    r[i] = static_cast<u32>(x[2 * i] * y[2 * i]) + static_cast<u32>(x[2 * i + 1] * y[2 * i + 1]);
  }
  return detail::pack(r);
}
constexpr V128 i32x4_extadd_pairwise_i16x8_s(V128 a) { return detail::add_pairwise<s16, s32>(a); }
constexpr V128 i32x4_extadd_pairwise_i16x8_u(V128 a) { return detail::add_pairwise<u16, u32>(a); }
constexpr V128 i32x4_extmul_low_i16x8_s(V128 a, V128 b) {
  return detail::multiply_widened<s16, s32>(detail::half(a, false), detail::half(b, false));
}
constexpr V128 i32x4_extmul_high_i16x8_s(V128 a, V128 b) {
  return detail::multiply_widened<s16, s32>(detail::half(a, true), detail::half(b, true));
}
constexpr V128 i32x4_extmul_low_i16x8_u(V128 a, V128 b) {
  return detail::multiply_widened<u16, u32>(detail::half(a, false), detail::half(b, false));
}
constexpr V128 i32x4_extmul_high_i16x8_u(V128 a, V128 b) {
  return detail::multiply_widened<u16, u32>(detail::half(a, true), detail::half(b, true));
}

// i64x2

constexpr V128 i64x2_eq(V128 a, V128 b) { return detail::compare<u64>(a, b, detail::equal); }
constexpr V128 i64x2_ne(V128 a, V128 b) { return detail::compare<u64>(a, b, detail::not_equal); }
constexpr V128 i64x2_lt_s(V128 a, V128 b) { return detail::compare<s64>(a, b, detail::less); }
constexpr V128 i64x2_gt_s(V128 a, V128 b) { return detail::compare<s64>(a, b, detail::greater); }
constexpr V128 i64x2_le_s(V128 a, V128 b) { return detail::compare<s64>(a, b, detail::less_equal); }
constexpr V128 i64x2_ge_s(V128 a, V128 b) { return detail::compare<s64>(a, b, detail::greater_equal); }

constexpr V128 i64x2_abs(V128 a) { return detail::absolute<u64, s64>(a); }
constexpr V128 i64x2_neg(V128 a) { return detail::map<u64>(a, detail::wrapping_neg); }
constexpr u32 i64x2_all_true(V128 a) { return detail::half(a, false) != 0 && detail::half(a, true) != 0; }
constexpr u32 i64x2_bitmask(V128 a) { return detail::bitmask<u64>(a); }
constexpr V128 i64x2_extend_low_i32x4_s(V128 a) { return detail::widen<s32, s64>(detail::half(a, false)); }
constexpr V128 i64x2_extend_high_i32x4_s(V128 a) { return detail::widen<s32, s64>(detail::half(a, true)); }
constexpr V128 i64x2_extend_low_i32x4_u(V128 a) { return detail::widen<u32, u64>(detail::half(a, false)); }
constexpr V128 i64x2_extend_high_i32x4_u(V128 a) { return detail::widen<u32, u64>(detail::half(a, true)); }
constexpr V128 i64x2_shl(V128 a, u32 n) { return detail::shift_left<u64>(a, n); }
constexpr V128 i64x2_shr_s(V128 a, u32 n) { return detail::shift_right<s64>(a, n); }
constexpr V128 i64x2_shr_u(V128 a, u32 n) { return detail::shift_right<u64>(a, n); }
constexpr V128 i64x2_add(V128 a, V128 b) { return detail::map<u64>(a, b, detail::wrapping_add); }
constexpr V128 i64x2_sub(V128 a, V128 b) { return detail::map<u64>(a, b, detail::wrapping_sub); }
constexpr V128 i64x2_mul(V128 a, V128 b) { return detail::map<u64>(a, b, detail::wrapping_mul); }
constexpr V128 i64x2_extmul_low_i32x4_s(V128 a, V128 b) {
  return detail::multiply_widened<s32, s64>(detail::half(a, false), detail::half(b, false));
}
constexpr V128 i64x2_extmul_high_i32x4_s(V128 a, V128 b) {
  return detail::multiply_widened<s32, s64>(detail::half(a, true), detail::half(b, true));
}
constexpr V128 i64x2_extmul_low_i32x4_u(V128 a, V128 b) {
  return detail::multiply_widened<u32, u64>(detail::half(a, false), detail::half(b, false));
}
constexpr V128 i64x2_extmul_high_i32x4_u(V128 a, V128 b) {
  return detail::multiply_widened<u32, u64>(detail::half(a, true), detail::half(b, true));
}

}  // namespace invar::semantics
