// f32 and f64 arithmetic: one function per instruction, named like it.
//
// Rounding is to nearest, ties to even; subnormals are kept; nothing is fused. Signs of zeros and infinities are
// exact. For the bits of NaNs see nan.h. An operation whose result is a NaN is not a constant expression.
// spec: exec/numerics#floating-point-operations
#pragma once

#include "decoder/base/int.h"
#include "engine/semantics/nan.h"
#include "engine/semantics/rounding.h"

#if defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace invar::semantics {

namespace detail {

#if defined(__aarch64__)
// FMIN and FMAX are exactly the spec's fmin and fmax.
inline f32 hard_min(f32 a, f32 b) { return vget_lane_f32(vmin_f32(vdup_n_f32(a), vdup_n_f32(b)), 0); }
inline f64 hard_min(f64 a, f64 b) { return vget_lane_f64(vmin_f64(vdup_n_f64(a), vdup_n_f64(b)), 0); }
inline f32 hard_max(f32 a, f32 b) { return vget_lane_f32(vmax_f32(vdup_n_f32(a), vdup_n_f32(b)), 0); }
inline f64 hard_max(f64 a, f64 b) { return vget_lane_f64(vmax_f64(vdup_n_f64(a), vdup_n_f64(b)), 0); }
#endif

// min and max: NaN if an operand is; -0 is less than +0. Each selection below is one x86 instruction; two of them with
// the operands exchanged differ only for zeros of different signs, and those the bit operation merges.

template <class Float>
constexpr Float min(Float a, Float b) {
#if defined(__aarch64__)
  if !consteval {
    return hard_min(a, b);
  }
#endif
  if (a != a || b != b) [[unlikely]]
    return a + b;
  return std::bit_cast<Float>(bits_of(a < b ? a : b) | bits_of(b < a ? b : a));
}

template <class Float>
constexpr Float max(Float a, Float b) {
#if defined(__aarch64__)
  if !consteval {
    return hard_max(a, b);
  }
#endif
  if (a != a || b != b) [[unlikely]]
    return a + b;
  return std::bit_cast<Float>(bits_of(a > b ? a : b) & bits_of(b > a ? b : a));
}

template <class Float>
constexpr Float negated(Float a) {
  return std::bit_cast<Float>(bits_of(a) ^ FloatTraits<Float>::sign);
}

template <class Float>
constexpr Float copysign(Float a, Float b) {
  constexpr auto sign = FloatTraits<Float>::sign;
  return std::bit_cast<Float>((bits_of(a) & ~sign) | (bits_of(b) & sign));
}

}  // namespace detail

// Comparisons: with a NaN only `ne` is true.

constexpr u32 f32_eq(f32 a, f32 b) { return a == b; }
constexpr u32 f32_ne(f32 a, f32 b) { return a != b; }
constexpr u32 f32_lt(f32 a, f32 b) { return a < b; }
constexpr u32 f32_gt(f32 a, f32 b) { return a > b; }
constexpr u32 f32_le(f32 a, f32 b) { return a <= b; }
constexpr u32 f32_ge(f32 a, f32 b) { return a >= b; }
constexpr u32 f64_eq(f64 a, f64 b) { return a == b; }
constexpr u32 f64_ne(f64 a, f64 b) { return a != b; }
constexpr u32 f64_lt(f64 a, f64 b) { return a < b; }
constexpr u32 f64_gt(f64 a, f64 b) { return a > b; }
constexpr u32 f64_le(f64 a, f64 b) { return a <= b; }
constexpr u32 f64_ge(f64 a, f64 b) { return a >= b; }

// Bit operations: exact for NaNs too.

constexpr f32 f32_abs(f32 a) { return detail::magnitude(a); }
constexpr f32 f32_neg(f32 a) { return detail::negated(a); }
constexpr f32 f32_copysign(f32 a, f32 b) { return detail::copysign(a, b); }
constexpr f64 f64_abs(f64 a) { return detail::magnitude(a); }
constexpr f64 f64_neg(f64 a) { return detail::negated(a); }
constexpr f64 f64_copysign(f64 a, f64 b) { return detail::copysign(a, b); }

// Arithmetic

constexpr f32 f32_ceil(f32 a) { return detail::ceil(a); }
constexpr f32 f32_floor(f32 a) { return detail::floor(a); }
constexpr f32 f32_trunc(f32 a) { return detail::trunc(a); }
constexpr f32 f32_nearest(f32 a) { return detail::nearest(a); }
constexpr f32 f32_sqrt(f32 a) { return detail::sqrt(a); }
constexpr f32 f32_add(f32 a, f32 b) { return a + b; }
constexpr f32 f32_sub(f32 a, f32 b) { return a - b; }
constexpr f32 f32_mul(f32 a, f32 b) { return a * b; }
constexpr f32 f32_div(f32 a, f32 b) { return a / b; }
constexpr f32 f32_min(f32 a, f32 b) { return detail::min(a, b); }
constexpr f32 f32_max(f32 a, f32 b) { return detail::max(a, b); }

constexpr f64 f64_ceil(f64 a) { return detail::ceil(a); }
constexpr f64 f64_floor(f64 a) { return detail::floor(a); }
constexpr f64 f64_trunc(f64 a) { return detail::trunc(a); }
constexpr f64 f64_nearest(f64 a) { return detail::nearest(a); }
constexpr f64 f64_sqrt(f64 a) { return detail::sqrt(a); }
constexpr f64 f64_add(f64 a, f64 b) { return a + b; }
constexpr f64 f64_sub(f64 a, f64 b) { return a - b; }
constexpr f64 f64_mul(f64 a, f64 b) { return a * b; }
constexpr f64 f64_div(f64 a, f64 b) { return a / b; }
constexpr f64 f64_min(f64 a, f64 b) { return detail::min(a, b); }
constexpr f64 f64_max(f64 a, f64 b) { return detail::max(a, b); }

}  // namespace invar::semantics
