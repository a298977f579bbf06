// f32x4 and f64x2: one function per instruction, named like it. Each lane behaves like the scalar instruction of
// floating.h or conversion.h; for the bits of NaNs see nan.h.
// spec: exec/numerics#floating-point-operations
#pragma once

#include <limits>

#include "engine/semantics/conversion.h"
#include "engine/semantics/floating.h"
#include "engine/semantics/lanes.h"
#include "engine/semantics/vector_integer.h"
#include "engine/semantics/vector_shape.h"

namespace invar::semantics {

namespace detail {

template <class Float>
using BitsOf = typename FloatTraits<Float>::Bits;

inline constexpr auto plain_add = [](auto x, auto y) { return x + y; };
inline constexpr auto plain_sub = [](auto x, auto y) { return x - y; };
inline constexpr auto plain_mul = [](auto x, auto y) { return x * y; };
inline constexpr auto plain_div = [](auto x, auto y) { return x / y; };

template <class Float>
constexpr V128 sign_bits(V128 a) {
  return v128_and(a, splat(FloatTraits<Float>::sign));
}

template <class Float>
constexpr V128 absolute_float(V128 a) {
  return v128_andnot(a, splat(FloatTraits<Float>::sign));
}

template <class Float>
constexpr V128 negate_float(V128 a) {
  return v128_xor(a, splat(FloatTraits<Float>::sign));
}

/// b < a ? b : a, whatever the bits.
template <class Float>
constexpr V128 pseudo_min(V128 a, V128 b) {
#if defined(__SSE2__)
  // The instruction selects its second operand unless the first is less.
  if !consteval {
    if constexpr (sizeof(Float) == 4)
      return pack(_mm_min_ps(std::bit_cast<__m128>(b), std::bit_cast<__m128>(a)));
    else
      return pack(_mm_min_pd(std::bit_cast<__m128d>(b), std::bit_cast<__m128d>(a)));
  }
#endif
  return map<Float>(b, a, smaller);
}

/// a < b ? b : a, whatever the bits.
template <class Float>
constexpr V128 pseudo_max(V128 a, V128 b) {
#if defined(__SSE2__)
  if !consteval {
    if constexpr (sizeof(Float) == 4)
      return pack(_mm_max_ps(std::bit_cast<__m128>(b), std::bit_cast<__m128>(a)));
    else
      return pack(_mm_max_pd(std::bit_cast<__m128d>(b), std::bit_cast<__m128d>(a)));
  }
#endif
  return map<Float>(b, a, larger);
}

/// Ones in the lanes in which neither operand is a NaN.
template <class Float>
constexpr V128 ordered(V128 a, V128 b) {
#if defined(__SSE2__)
  if !consteval {
    if constexpr (sizeof(Float) == 4)
      return pack(_mm_cmpord_ps(std::bit_cast<__m128>(a), std::bit_cast<__m128>(b)));
    else
      return pack(_mm_cmpord_pd(std::bit_cast<__m128d>(a), std::bit_cast<__m128d>(b)));
  }
#endif
  return v128_and(compare<Float>(a, a, equal), compare<Float>(b, b, equal));
}

template <class Float>
constexpr V128 min_lanes(V128 a, V128 b) {
#if defined(__aarch64__)
  if !consteval {
    if constexpr (sizeof(Float) == 4)
      return pack(vminq_f32(vector<f32>(a), vector<f32>(b)));
    else
      return pack(vminq_f64(vector<f64>(a), vector<f64>(b)));
  }
#endif
  if consteval {
    return each<Float>(a, b, min<Float>);
  }
  // As the scalar min, with the NaNs of the sum selected at the end.
  const V128 merged = v128_or(pseudo_min<Float>(a, b), pseudo_min<Float>(b, a));
  return v128_bitselect(merged, map<Float>(a, b, plain_add), ordered<Float>(a, b));
}

template <class Float>
constexpr V128 max_lanes(V128 a, V128 b) {
#if defined(__aarch64__)
  if !consteval {
    if constexpr (sizeof(Float) == 4)
      return pack(vmaxq_f32(vector<f32>(a), vector<f32>(b)));
    else
      return pack(vmaxq_f64(vector<f64>(a), vector<f64>(b)));
  }
#endif
  if consteval {
    return each<Float>(a, b, max<Float>);
  }
  const V128 merged = v128_and(pseudo_max<Float>(a, b), pseudo_max<Float>(b, a));
  return v128_bitselect(merged, map<Float>(a, b, plain_add), ordered<Float>(a, b));
}

#if INVAR_OPTIONAL_INSTRUCTIONS
template <Round mode, class Float>
V128 round_lanes(V128 a) {
  if constexpr (sizeof(Float) == 4)
    return pack(round<mode>(std::bit_cast<__m128>(a)));
  else
    return pack(round<mode>(std::bit_cast<__m128d>(a)));
}
#endif

#if !INVAR_HAS_ROUNDING_INSTRUCTIONS
/// Nearest integers of magnitudes: adding and taking away 2^52 (2^23) shifts the fraction out. Where there is none to
/// shift, zero is added instead, which quiets NaNs.
template <class Float>
V128 round_magnitudes(V128 magnitudes) {
  const V128 bound = splat(FloatTraits<Float>::integral_from);
  const V128 shift = v128_and(bound, compare<Float>(magnitudes, bound, less));
  return map<Float>(map<Float>(magnitudes, shift, plain_add), shift, plain_sub);
}

template <class Float>
V128 vector_nearest(V128 a) {
  return v128_or(round_magnitudes<Float>(absolute_float<Float>(a)), sign_bits<Float>(a));
}

template <class Float>
V128 one_where(V128 mask) {
  return v128_and(mask, splat(Float{1}));
}

// The nearest integer is corrected by one where it lies on the wrong side.

template <class Float>
V128 vector_trunc(V128 a) {
  const V128 magnitudes = absolute_float<Float>(a), rounded = round_magnitudes<Float>(magnitudes);
  const V128 excess = one_where<Float>(compare<Float>(rounded, magnitudes, greater));
  return v128_or(map<Float>(rounded, excess, plain_sub), sign_bits<Float>(a));
}

template <class Float>
V128 vector_floor(V128 a) {
  const V128 rounded = vector_nearest<Float>(a);
  return map<Float>(rounded, one_where<Float>(compare<Float>(rounded, a, greater)), plain_sub);
}

template <class Float>
V128 vector_ceil(V128 a) {
  const V128 rounded = vector_nearest<Float>(a);
  const V128 raised = map<Float>(rounded, one_where<Float>(compare<Float>(rounded, a, less)), plain_add);
  return v128_or(raised, sign_bits<Float>(a));  // (-1, 0) gives -0.
}
#elif defined(__aarch64__)
template <class Float>
V128 vector_nearest(V128 a) {
  if constexpr (sizeof(Float) == 4)
    return pack(vrndnq_f32(vector<f32>(a)));
  else
    return pack(vrndnq_f64(vector<f64>(a)));
}
template <class Float>
V128 vector_trunc(V128 a) {
  if constexpr (sizeof(Float) == 4)
    return pack(vrndq_f32(vector<f32>(a)));
  else
    return pack(vrndq_f64(vector<f64>(a)));
}
template <class Float>
V128 vector_floor(V128 a) {
  if constexpr (sizeof(Float) == 4)
    return pack(vrndmq_f32(vector<f32>(a)));
  else
    return pack(vrndmq_f64(vector<f64>(a)));
}
template <class Float>
V128 vector_ceil(V128 a) {
  if constexpr (sizeof(Float) == 4)
    return pack(vrndpq_f32(vector<f32>(a)));
  else
    return pack(vrndpq_f64(vector<f64>(a)));
}
#else
template <class Float>
V128 vector_nearest(V128 a) {
  if constexpr (sizeof(Float) == 4)
    return pack(_mm_round_ps(std::bit_cast<__m128>(a), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
  else
    return pack(_mm_round_pd(std::bit_cast<__m128d>(a), _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}
template <class Float>
V128 vector_trunc(V128 a) {
  if constexpr (sizeof(Float) == 4)
    return pack(_mm_round_ps(std::bit_cast<__m128>(a), _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC));
  else
    return pack(_mm_round_pd(std::bit_cast<__m128d>(a), _MM_FROUND_TO_ZERO | _MM_FROUND_NO_EXC));
}
template <class Float>
V128 vector_floor(V128 a) {
  if constexpr (sizeof(Float) == 4)
    return pack(_mm_round_ps(std::bit_cast<__m128>(a), _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC));
  else
    return pack(_mm_round_pd(std::bit_cast<__m128d>(a), _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC));
}
template <class Float>
V128 vector_ceil(V128 a) {
  if constexpr (sizeof(Float) == 4)
    return pack(_mm_round_ps(std::bit_cast<__m128>(a), _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC));
  else
    return pack(_mm_round_pd(std::bit_cast<__m128d>(a), _MM_FROUND_TO_POS_INF | _MM_FROUND_NO_EXC));
}
#endif

template <class Float>
constexpr V128 nearest_lanes(V128 a) {
  if consteval {
    return each<Float>(a, soft_nearest<Float>);
  }
#if INVAR_OPTIONAL_INSTRUCTIONS
  if (has_round()) [[likely]]
    return round_lanes<Round::nearest, Float>(a);
#endif
  return vector_nearest<Float>(a);
}
template <class Float>
constexpr V128 trunc_lanes(V128 a) {
  if consteval {
    return each<Float>(a, soft_trunc<Float>);
  }
#if INVAR_OPTIONAL_INSTRUCTIONS
  if (has_round()) [[likely]]
    return round_lanes<Round::trunc, Float>(a);
#endif
  return vector_trunc<Float>(a);
}
template <class Float>
constexpr V128 floor_lanes(V128 a) {
  if consteval {
    return each<Float>(a, soft_floor<Float>);
  }
#if INVAR_OPTIONAL_INSTRUCTIONS
  if (has_round()) [[likely]]
    return round_lanes<Round::floor, Float>(a);
#endif
  return vector_floor<Float>(a);
}
template <class Float>
constexpr V128 ceil_lanes(V128 a) {
  if consteval {
    return each<Float>(a, soft_ceil<Float>);
  }
#if INVAR_OPTIONAL_INSTRUCTIONS
  if (has_round()) [[likely]]
    return round_lanes<Round::ceil, Float>(a);
#endif
  return vector_ceil<Float>(a);
}

}  // namespace detail

/// Every NaN lane made the positive canonical NaN.
constexpr V128 f32x4_canonical_nan(V128 a) {
  return v128_bitselect(a, detail::splat(detail::FloatTraits<f32>::canonical),
                        detail::compare<f32>(a, a, detail::equal));
}
constexpr V128 f64x2_canonical_nan(V128 a) {
  return v128_bitselect(a, detail::splat(detail::FloatTraits<f64>::canonical),
                        detail::compare<f64>(a, a, detail::equal));
}

// f32x4

constexpr V128 f32x4_eq(V128 a, V128 b) { return detail::compare<f32>(a, b, detail::equal); }
constexpr V128 f32x4_ne(V128 a, V128 b) { return detail::compare<f32>(a, b, detail::not_equal); }
constexpr V128 f32x4_lt(V128 a, V128 b) { return detail::compare<f32>(a, b, detail::less); }
constexpr V128 f32x4_gt(V128 a, V128 b) { return detail::compare<f32>(a, b, detail::greater); }
constexpr V128 f32x4_le(V128 a, V128 b) { return detail::compare<f32>(a, b, detail::less_equal); }
constexpr V128 f32x4_ge(V128 a, V128 b) { return detail::compare<f32>(a, b, detail::greater_equal); }

constexpr V128 f32x4_abs(V128 a) { return detail::absolute_float<f32>(a); }
constexpr V128 f32x4_neg(V128 a) { return detail::negate_float<f32>(a); }
constexpr V128 f32x4_ceil(V128 a) { return detail::ceil_lanes<f32>(a); }
constexpr V128 f32x4_floor(V128 a) { return detail::floor_lanes<f32>(a); }
constexpr V128 f32x4_trunc(V128 a) { return detail::trunc_lanes<f32>(a); }
constexpr V128 f32x4_nearest(V128 a) { return detail::nearest_lanes<f32>(a); }
constexpr V128 f32x4_sqrt(V128 a) {
#if defined(__SSE2__)
  if !consteval {
    return detail::pack(_mm_sqrt_ps(std::bit_cast<__m128>(a)));
  }
#elif defined(__aarch64__)
  if !consteval {
    return detail::pack(vsqrtq_f32(detail::vector<f32>(a)));
  }
#endif
  return detail::each<f32>(a, [](f32 x) { return detail::sqrt(x); });
}
constexpr V128 f32x4_add(V128 a, V128 b) { return detail::map<f32>(a, b, detail::plain_add); }
constexpr V128 f32x4_sub(V128 a, V128 b) { return detail::map<f32>(a, b, detail::plain_sub); }
constexpr V128 f32x4_mul(V128 a, V128 b) { return detail::map<f32>(a, b, detail::plain_mul); }
constexpr V128 f32x4_div(V128 a, V128 b) { return detail::map<f32>(a, b, detail::plain_div); }
constexpr V128 f32x4_min(V128 a, V128 b) { return detail::min_lanes<f32>(a, b); }
constexpr V128 f32x4_max(V128 a, V128 b) { return detail::max_lanes<f32>(a, b); }
constexpr V128 f32x4_pmin(V128 a, V128 b) { return detail::pseudo_min<f32>(a, b); }
constexpr V128 f32x4_pmax(V128 a, V128 b) { return detail::pseudo_max<f32>(a, b); }

// f64x2

constexpr V128 f64x2_eq(V128 a, V128 b) { return detail::compare<f64>(a, b, detail::equal); }
constexpr V128 f64x2_ne(V128 a, V128 b) { return detail::compare<f64>(a, b, detail::not_equal); }
constexpr V128 f64x2_lt(V128 a, V128 b) { return detail::compare<f64>(a, b, detail::less); }
constexpr V128 f64x2_gt(V128 a, V128 b) { return detail::compare<f64>(a, b, detail::greater); }
constexpr V128 f64x2_le(V128 a, V128 b) { return detail::compare<f64>(a, b, detail::less_equal); }
constexpr V128 f64x2_ge(V128 a, V128 b) { return detail::compare<f64>(a, b, detail::greater_equal); }

constexpr V128 f64x2_abs(V128 a) { return detail::absolute_float<f64>(a); }
constexpr V128 f64x2_neg(V128 a) { return detail::negate_float<f64>(a); }
constexpr V128 f64x2_ceil(V128 a) { return detail::ceil_lanes<f64>(a); }
constexpr V128 f64x2_floor(V128 a) { return detail::floor_lanes<f64>(a); }
constexpr V128 f64x2_trunc(V128 a) { return detail::trunc_lanes<f64>(a); }
constexpr V128 f64x2_nearest(V128 a) { return detail::nearest_lanes<f64>(a); }
constexpr V128 f64x2_sqrt(V128 a) {
#if defined(__SSE2__)
  if !consteval {
    return detail::pack(_mm_sqrt_pd(std::bit_cast<__m128d>(a)));
  }
#elif defined(__aarch64__)
  if !consteval {
    return detail::pack(vsqrtq_f64(detail::vector<f64>(a)));
  }
#endif
  return detail::each<f64>(a, [](f64 x) { return detail::sqrt(x); });
}
constexpr V128 f64x2_add(V128 a, V128 b) { return detail::map<f64>(a, b, detail::plain_add); }
constexpr V128 f64x2_sub(V128 a, V128 b) { return detail::map<f64>(a, b, detail::plain_sub); }
constexpr V128 f64x2_mul(V128 a, V128 b) { return detail::map<f64>(a, b, detail::plain_mul); }
constexpr V128 f64x2_div(V128 a, V128 b) { return detail::map<f64>(a, b, detail::plain_div); }
constexpr V128 f64x2_min(V128 a, V128 b) { return detail::min_lanes<f64>(a, b); }
constexpr V128 f64x2_max(V128 a, V128 b) { return detail::max_lanes<f64>(a, b); }
constexpr V128 f64x2_pmin(V128 a, V128 b) { return detail::pseudo_min<f64>(a, b); }
constexpr V128 f64x2_pmax(V128 a, V128 b) { return detail::pseudo_max<f64>(a, b); }

// Conversions. Those of two lanes read the low half, or clear the high half of the result.

constexpr V128 i32x4_trunc_sat_f32x4_s(V128 a) {
  if consteval {
    return detail::each<f32, u32>(a, i32_trunc_sat_f32_s);
  }
#if defined(__SSE2__)
  // The instruction gives the smallest integer for NaN and everything out of range, so that NaNs must become 0 before
  // and large numbers be complemented after.
  const V128 numbers = v128_and(a, detail::compare<f32>(a, a, detail::equal));
  const V128 over = detail::compare<f32>(a, detail::splat(0x1p31f), detail::greater_equal);
  return v128_xor(detail::pack(_mm_cvttps_epi32(std::bit_cast<__m128>(numbers))), over);
#elif defined(__aarch64__)
  return detail::pack(vcvtq_s32_f32(detail::vector<f32>(a)));
#else
  return detail::each<f32, u32>(a, i32_trunc_sat_f32_s);
#endif
}

constexpr V128 i32x4_trunc_sat_f32x4_u(V128 a) {
  if consteval {
    return detail::each<f32, u32>(a, i32_trunc_sat_f32_u);
  }
#if defined(__SSE2__)
  // Negative numbers and NaNs become 0. What is 2^31 or more is converted less 2^31 and gets it back as an integer;
  // what is 2^32 or more comes out as all ones.
  const V128 positive = detail::pseudo_max<f32>(V128{}, a);
  const V128 large = detail::compare<f32>(positive, detail::splat(0x1p31f), detail::greater_equal);
  const V128 over = detail::compare<f32>(positive, detail::splat(0x1p32f), detail::greater_equal);
  const V128 reduced = f32x4_sub(positive, v128_and(large, detail::splat(0x1p31f)));
  const V128 converted = detail::pack(_mm_cvttps_epi32(std::bit_cast<__m128>(reduced)));
  return v128_or(v128_xor(converted, i32x4_shl(large, 31)), over);
#elif defined(__aarch64__)
  return detail::pack(vcvtq_u32_f32(detail::vector<f32>(a)));
#else
  return detail::each<f32, u32>(a, i32_trunc_sat_f32_u);
#endif
}

constexpr V128 i32x4_trunc_sat_f64x2_s_zero(V128 a) {
#if defined(__SSE2__)
  if !consteval {
    // A double holds both limits exactly: clamp first.
    const V128 numbers = v128_and(a, detail::compare<f64>(a, a, detail::equal));
    const V128 clamped =
        detail::pseudo_min<f64>(detail::pseudo_max<f64>(numbers, detail::splat(-0x1p31)), detail::splat(0x1p31 - 1));
    return detail::pack(_mm_cvttpd_epi32(std::bit_cast<__m128d>(clamped)));
  }
#elif defined(__aarch64__)
  if !consteval {
    // Saturated to 64 bits, then to 32.
    return detail::pack(vcombine_s32(vqmovn_s64(vcvtq_s64_f64(detail::vector<f64>(a))), vdup_n_s32(0)));
  }
#endif
  const auto x = detail::lanes<f64>(a);
  return detail::pack(detail::Lanes<u32>{i32_trunc_sat_f64_s(x[0]), i32_trunc_sat_f64_s(x[1]), 0, 0});
}

constexpr V128 i32x4_trunc_sat_f64x2_u_zero(V128 a) {
#if defined(__SSE2__)
  if !consteval {
    // Clamped to [0, 2^32 - 1] and without a fraction, the integer is the low half of the sum with 2^52.
    const V128 clamped = detail::pseudo_min<f64>(detail::pseudo_max<f64>(V128{}, a), detail::splat(0x1p32 - 1));
    const V128 sum = f64x2_add(f64x2_trunc(clamped), detail::splat(0x1p52));
    return detail::pack(_mm_unpacklo_epi64(_mm_shuffle_epi32(std::bit_cast<__m128i>(sum), 0x08), _mm_setzero_si128()));
  }
#elif defined(__aarch64__)
  if !consteval {
    return detail::pack(vcombine_u32(vqmovn_u64(vcvtq_u64_f64(detail::vector<f64>(a))), vdup_n_u32(0)));
  }
#endif
  const auto x = detail::lanes<f64>(a);
  return detail::pack(detail::Lanes<u32>{i32_trunc_sat_f64_u(x[0]), i32_trunc_sat_f64_u(x[1]), 0, 0});
}

constexpr V128 f32x4_convert_i32x4_s(V128 a) {
  if consteval {
    return detail::each<u32, f32>(a, f32_convert_i32_s);
  }
  return detail::pack(__builtin_convertvector(detail::vector<s32>(a), detail::Vector<f32>));
}

constexpr V128 f32x4_convert_i32x4_u(V128 a) {
  if consteval {
    return detail::each<u32, f32>(a, f32_convert_i32_u);
  }
  return detail::pack(__builtin_convertvector(detail::vector<u32>(a), detail::Vector<f32>));
}

constexpr V128 f64x2_convert_low_i32x4_s(V128 a) { return detail::widen<s32, f64>(detail::half(a, false)); }
constexpr V128 f64x2_convert_low_i32x4_u(V128 a) { return detail::widen<u32, f64>(detail::half(a, false)); }
constexpr V128 f32x4_demote_f64x2_zero(V128 a) { return detail::from_halves(detail::narrow<f64, f32>(a), 0); }
constexpr V128 f64x2_promote_low_f32x4(V128 a) { return detail::widen<f32, f64>(detail::half(a, false)); }

}  // namespace invar::semantics
