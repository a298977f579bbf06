// Conversions between integers and floats: one function per instruction, named like it.
//
// The trapping truncations return Trapping<T>; the saturating ones clamp, and turn NaN into 0. Conversions to a float
// round to nearest, ties to even.
// spec: exec/numerics#conversions
#pragma once

#include <bit>
#include <limits>
#include <type_traits>

#include "decoder/base/int.h"
#include "engine/semantics/nan.h"
#include "engine/semantics/trapping.h"

namespace invar::semantics {

namespace detail {

/// The open interval of floats whose truncation fits the integer type: the bounds themselves do not.
template <class Integer, class Float>
struct Truncatable {
  static constexpr int bits = std::numeric_limits<Integer>::digits;
  static constexpr Float high = Float{2} * static_cast<Float>(Integer{1} << (bits - 1));
  static constexpr Float low = [] {
    if constexpr (std::is_unsigned_v<Integer>) return Float{-1};
    // Where the float has no room for min - 1, the next float below min is the bound.
    else if constexpr (std::numeric_limits<Float>::digits > bits)
      return -high - Float{1};
    else
      return std::bit_cast<Float>(bits_of(-high) + 1);
  }();
};

template <class Integer, class Float>
constexpr bool truncation_fits(Float x) {
  return x > Truncatable<Integer, Float>::low && x < Truncatable<Integer, Float>::high;
}

template <class Integer, class Float>
constexpr auto truncate(Float x) {
  using Unsigned = std::make_unsigned_t<Integer>;
  if (truncation_fits<Integer>(x)) [[likely]] {
    return Trapping<Unsigned>{static_cast<Unsigned>(static_cast<Integer>(x))};
  }
  return trapped<Unsigned>(x != x ? TrapKind::invalid_conversion_to_integer : TrapKind::integer_overflow);
}

template <class Integer, class Float>
constexpr auto truncate_saturating(Float x) {
  using Unsigned = std::make_unsigned_t<Integer>;
  using Limits = std::numeric_limits<Integer>;
  if (truncation_fits<Integer>(x)) [[likely]]
    return static_cast<Unsigned>(static_cast<Integer>(x));
  if (x != x) return Unsigned{0};
  return static_cast<Unsigned>(x < 0 ? Limits::min() : Limits::max());
}

}  // namespace detail

// Truncations that trap

constexpr Trapping<u32> i32_trunc_f32_s(f32 a) { return detail::truncate<s32>(a); }
constexpr Trapping<u32> i32_trunc_f32_u(f32 a) { return detail::truncate<u32>(a); }
constexpr Trapping<u32> i32_trunc_f64_s(f64 a) { return detail::truncate<s32>(a); }
constexpr Trapping<u32> i32_trunc_f64_u(f64 a) { return detail::truncate<u32>(a); }
constexpr Trapping<u64> i64_trunc_f32_s(f32 a) { return detail::truncate<s64>(a); }
constexpr Trapping<u64> i64_trunc_f32_u(f32 a) { return detail::truncate<u64>(a); }
constexpr Trapping<u64> i64_trunc_f64_s(f64 a) { return detail::truncate<s64>(a); }
constexpr Trapping<u64> i64_trunc_f64_u(f64 a) { return detail::truncate<u64>(a); }

// Truncations that saturate

constexpr u32 i32_trunc_sat_f32_s(f32 a) { return detail::truncate_saturating<s32>(a); }
constexpr u32 i32_trunc_sat_f32_u(f32 a) { return detail::truncate_saturating<u32>(a); }
constexpr u32 i32_trunc_sat_f64_s(f64 a) { return detail::truncate_saturating<s32>(a); }
constexpr u32 i32_trunc_sat_f64_u(f64 a) { return detail::truncate_saturating<u32>(a); }
constexpr u64 i64_trunc_sat_f32_s(f32 a) { return detail::truncate_saturating<s64>(a); }
constexpr u64 i64_trunc_sat_f32_u(f32 a) { return detail::truncate_saturating<u64>(a); }
constexpr u64 i64_trunc_sat_f64_s(f64 a) { return detail::truncate_saturating<s64>(a); }
constexpr u64 i64_trunc_sat_f64_u(f64 a) { return detail::truncate_saturating<u64>(a); }

// Integers to floats

constexpr f32 f32_convert_i32_s(u32 a) { return static_cast<f32>(static_cast<s32>(a)); }
constexpr f32 f32_convert_i32_u(u32 a) { return static_cast<f32>(a); }
constexpr f32 f32_convert_i64_s(u64 a) { return static_cast<f32>(static_cast<s64>(a)); }
constexpr f32 f32_convert_i64_u(u64 a) { return static_cast<f32>(a); }
constexpr f64 f64_convert_i32_s(u32 a) { return static_cast<f64>(static_cast<s32>(a)); }
constexpr f64 f64_convert_i32_u(u32 a) { return static_cast<f64>(a); }
constexpr f64 f64_convert_i64_s(u64 a) { return static_cast<f64>(static_cast<s64>(a)); }
constexpr f64 f64_convert_i64_u(u64 a) { return static_cast<f64>(a); }

// Between floats: the processor quiets NaNs and keeps what fits of the payload.

constexpr f32 f32_demote_f64(f64 a) { return static_cast<f32>(a); }
constexpr f64 f64_promote_f32(f32 a) { return static_cast<f64>(a); }

// Bits as they are

constexpr u32 i32_reinterpret_f32(f32 a) { return std::bit_cast<u32>(a); }
constexpr u64 i64_reinterpret_f64(f64 a) { return std::bit_cast<u64>(a); }
constexpr f32 f32_reinterpret_i32(u32 a) { return std::bit_cast<f32>(a); }
constexpr f64 f64_reinterpret_i64(u64 a) { return std::bit_cast<f64>(a); }

}  // namespace invar::semantics
