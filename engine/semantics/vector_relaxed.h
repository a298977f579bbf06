// Relaxed SIMD: of the results that the spec allows, always the same one, on every processor and in every tier. It is
// the first alternative, which is also what the deterministic profile asks for:
//
//   swizzle        out-of-range indices give 0, as i8x16.swizzle
//   trunc          saturates, NaN gives 0, as trunc_sat
//   madd, nmadd    two roundings: the product's, then the sum's; never fused
//   laneselect     every bit by its own mask bit, as v128.bitselect
//   min, max       NaNs and zeros as in min and max
//   q15mulr        -1 * -1 saturates
//   dot            both operands are signed; the sum of two products saturates to 16 bits
//
// spec: exec/relaxed
#pragma once

#include "engine/semantics/vector_floating.h"
#include "engine/semantics/vector_integer.h"
#include "engine/semantics/vector_shape.h"

namespace invar::semantics {

constexpr V128 i8x16_relaxed_swizzle(V128 a, V128 indices) { return i8x16_swizzle(a, indices); }

constexpr V128 i32x4_relaxed_trunc_f32x4_s(V128 a) { return i32x4_trunc_sat_f32x4_s(a); }
constexpr V128 i32x4_relaxed_trunc_f32x4_u(V128 a) { return i32x4_trunc_sat_f32x4_u(a); }
constexpr V128 i32x4_relaxed_trunc_f64x2_s_zero(V128 a) { return i32x4_trunc_sat_f64x2_s_zero(a); }
constexpr V128 i32x4_relaxed_trunc_f64x2_u_zero(V128 a) { return i32x4_trunc_sat_f64x2_u_zero(a); }

/// a * b + c. The build forbids the compiler to fuse (-ffp-contract=off).
constexpr V128 f32x4_relaxed_madd(V128 a, V128 b, V128 c) { return f32x4_add(f32x4_mul(a, b), c); }
/// -(a * b) + c
constexpr V128 f32x4_relaxed_nmadd(V128 a, V128 b, V128 c) { return f32x4_add(f32x4_neg(f32x4_mul(a, b)), c); }
constexpr V128 f64x2_relaxed_madd(V128 a, V128 b, V128 c) { return f64x2_add(f64x2_mul(a, b), c); }
constexpr V128 f64x2_relaxed_nmadd(V128 a, V128 b, V128 c) { return f64x2_add(f64x2_neg(f64x2_mul(a, b)), c); }

constexpr V128 i8x16_relaxed_laneselect(V128 a, V128 b, V128 mask) { return v128_bitselect(a, b, mask); }
constexpr V128 i16x8_relaxed_laneselect(V128 a, V128 b, V128 mask) { return v128_bitselect(a, b, mask); }
constexpr V128 i32x4_relaxed_laneselect(V128 a, V128 b, V128 mask) { return v128_bitselect(a, b, mask); }
constexpr V128 i64x2_relaxed_laneselect(V128 a, V128 b, V128 mask) { return v128_bitselect(a, b, mask); }

constexpr V128 f32x4_relaxed_min(V128 a, V128 b) { return f32x4_min(a, b); }
constexpr V128 f32x4_relaxed_max(V128 a, V128 b) { return f32x4_max(a, b); }
constexpr V128 f64x2_relaxed_min(V128 a, V128 b) { return f64x2_min(a, b); }
constexpr V128 f64x2_relaxed_max(V128 a, V128 b) { return f64x2_max(a, b); }

constexpr V128 i16x8_relaxed_q15mulr_s(V128 a, V128 b) { return i16x8_q15mulr_sat_s(a, b); }

constexpr V128 i16x8_relaxed_dot_i8x16_i7x16_s(V128 a, V128 b) {
  const V128 low = i32x4_dot_i16x8_s(i16x8_extend_low_i8x16_s(a), i16x8_extend_low_i8x16_s(b));
  const V128 high = i32x4_dot_i16x8_s(i16x8_extend_high_i8x16_s(a), i16x8_extend_high_i8x16_s(b));
  return i16x8_narrow_i32x4_s(low, high);
}

constexpr V128 i32x4_relaxed_dot_i8x16_i7x16_add_s(V128 a, V128 b, V128 c) {
  return i32x4_add(i32x4_extadd_pairwise_i16x8_s(i16x8_relaxed_dot_i8x16_i7x16_s(a, b)), c);
}

}  // namespace invar::semantics
