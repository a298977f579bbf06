// Rounding to integral values, and the square root.
//
// AArch64 has an instruction for each; x86-64 has since SSE4.1, which the build does not assume, and a call into the C
// library costs an interpreter's handler all its registers. So there is an inline version for processors without:
// numbers below 2^52 (2^23) go through an integer, or through an addition that shifts the fraction out; everything else
// is integral already. The same code serves constant evaluation.
#pragma once

#include "decoder/base/int.h"
#include "engine/semantics/cpu.h"
#include "engine/semantics/nan.h"

#if defined(__aarch64__) || defined(__SSE4_1__)
#define INVAR_HAS_ROUNDING_INSTRUCTIONS 1
#else
#define INVAR_HAS_ROUNDING_INSTRUCTIONS 0
#endif

namespace invar::semantics::detail {

/// `x` for a number, which is integral; the quiet form of a NaN.
template <class Float>
constexpr Float integral_or_nan(Float x) {
  return x == x ? x : quieted(x);
}

/// Gives a result that differs from `x` in sign at most by being zero the sign of `x`.
template <class Float>
constexpr Float with_sign_of(Float result, Float x) {
  return std::bit_cast<Float>(bits_of(result) | (bits_of(x) & FloatTraits<Float>::sign));
}

template <class Float>
constexpr bool has_fraction_bits(Float x) {
  return magnitude(x) < FloatTraits<Float>::integral_from;
}

template <class Float>
constexpr Float through_integer(Float x) {
  return static_cast<Float>(static_cast<typename FloatTraits<Float>::Signed>(x));
}

template <class Float>
constexpr Float soft_trunc(Float x) {
  if (!has_fraction_bits(x)) [[unlikely]]
    return integral_or_nan(x);
  return with_sign_of(through_integer(x), x);
}

template <class Float>
constexpr Float soft_floor(Float x) {
  if (!has_fraction_bits(x)) [[unlikely]]
    return integral_or_nan(x);
  const Float truncated = through_integer(x);
  return with_sign_of(truncated - (truncated > x ? Float{1} : Float{0}), x);
}

template <class Float>
constexpr Float soft_ceil(Float x) {
  if (!has_fraction_bits(x)) [[unlikely]]
    return integral_or_nan(x);
  const Float truncated = through_integer(x);
  return with_sign_of(truncated + (truncated < x ? Float{1} : Float{0}), x);
}

template <class Float>
constexpr Float soft_nearest(Float x) {
  if (!has_fraction_bits(x)) [[unlikely]]
    return integral_or_nan(x);
  constexpr Float shift = FloatTraits<Float>::integral_from;
  return with_sign_of((magnitude(x) + shift) - shift, x);
}

#if INVAR_HAS_ROUNDING_INSTRUCTIONS
inline f32 hard_ceil(f32 x) { return __builtin_ceilf(x); }
inline f64 hard_ceil(f64 x) { return __builtin_ceil(x); }
inline f32 hard_floor(f32 x) { return __builtin_floorf(x); }
inline f64 hard_floor(f64 x) { return __builtin_floor(x); }
inline f32 hard_trunc(f32 x) { return __builtin_truncf(x); }
inline f64 hard_trunc(f64 x) { return __builtin_trunc(x); }
inline f32 hard_nearest(f32 x) { return __builtin_roundevenf(x); }
inline f64 hard_nearest(f64 x) { return __builtin_roundeven(x); }
#endif

template <class Float>
constexpr Float ceil(Float x) {
#if INVAR_HAS_ROUNDING_INSTRUCTIONS
  if !consteval {
    return hard_ceil(x);
  }
#elif INVAR_OPTIONAL_INSTRUCTIONS
  if !consteval {
    if (has_round()) [[likely]]
      return round<Round::ceil>(x);
  }
#endif
  return soft_ceil(x);
}

template <class Float>
constexpr Float floor(Float x) {
#if INVAR_HAS_ROUNDING_INSTRUCTIONS
  if !consteval {
    return hard_floor(x);
  }
#elif INVAR_OPTIONAL_INSTRUCTIONS
  if !consteval {
    if (has_round()) [[likely]]
      return round<Round::floor>(x);
  }
#endif
  return soft_floor(x);
}

template <class Float>
constexpr Float trunc(Float x) {
#if INVAR_HAS_ROUNDING_INSTRUCTIONS
  if !consteval {
    return hard_trunc(x);
  }
#elif INVAR_OPTIONAL_INSTRUCTIONS
  if !consteval {
    if (has_round()) [[likely]]
      return round<Round::trunc>(x);
  }
#endif
  return soft_trunc(x);
}

template <class Float>
constexpr Float nearest(Float x) {
#if INVAR_HAS_ROUNDING_INSTRUCTIONS
  if !consteval {
    return hard_nearest(x);
  }
#elif INVAR_OPTIONAL_INSTRUCTIONS
  if !consteval {
    if (has_round()) [[likely]]
      return round<Round::nearest>(x);
  }
#endif
  return soft_nearest(x);
}

/// The correctly rounded square root, digit by digit: for constant evaluation, and to test the processor's against.
template <class Float>
constexpr Float soft_sqrt(Float x) {
  using Traits = FloatTraits<Float>;
  using Bits = typename Traits::Bits;
  if (x != x) return quieted(x);
  if (x == 0) return x;
  if (x < 0) return std::bit_cast<Float>(Traits::canonical);
  constexpr Bits fraction_mask = (Bits{1} << Traits::mantissa_bits) - 1;
  const Bits bits = bits_of(x);
  const int field = static_cast<int>(bits >> Traits::mantissa_bits);
  if (field == 2 * Traits::exponent_bias + 1) return x;  // +infinity
  // x = significand * 2^exponent with the significand's leading bit at mantissa_bits.
  Bits significand = bits & fraction_mask;
  int exponent = (field == 0 ? 1 : field) - Traits::exponent_bias;
  if (field == 0) {
    while (significand >> Traits::mantissa_bits == 0) {
      significand <<= 1;
      --exponent;
    }
  } else {
    significand |= fraction_mask + 1;
  }
  if (exponent & 1) significand <<= 1;
  // One digit of the root at a time, from the remainder; one digit more than the result has, for rounding.
  Bits root = 0, remainder = 0;
  for (int digit = 0; digit < Traits::mantissa_bits + 2; ++digit) {
    // The next two bits of the significand, whose point stands after bit mantissa_bits; zeros follow its last.
    const int shift = Traits::mantissa_bits - 2 * digit;
    const Bits pair = (shift >= 0 ? significand >> shift : significand << -shift) & 3;
    remainder = (shift > -2 ? remainder << 2 | pair : remainder << 2);
    const Bits trial = root << 2 | 1;
    root <<= 1;
    if (remainder >= trial) {
      remainder -= trial;
      root |= 1;
    }
  }
  // An exact tie cannot happen: a root with one digit more than the format has a square with twice as many.
  const Bits rounded = (root >> 1) + (root & 1);
  const Bits result_exponent = static_cast<Bits>((exponent >> 1) + Traits::exponent_bias - 1);
  return std::bit_cast<Float>((result_exponent << Traits::mantissa_bits) + rounded);
}

constexpr f32 sqrt(f32 x) {
  if consteval {
    return soft_sqrt(x);
  }
  return __builtin_sqrtf(x);
}
constexpr f64 sqrt(f64 x) {
  if consteval {
    return soft_sqrt(x);
  }
  return __builtin_sqrt(x);
}

}  // namespace invar::semantics::detail
