#include "jit/ir/vector_forms.h"

#include <cstring>

namespace invar::jit {

namespace {

/// The constant with `bytes` bytes of the bits in every lane.
V128 repeated(u64 bits, u32 bytes) {
  V128 result{};
  for (u32 at = 0; at < 16; at += bytes) std::memcpy(result.bytes + at, &bits, bytes);
  return result;
}

Value dot(NodeMaker& maker, Value a, Value b) {
  const auto half = [&](Op extend) {
    return maker.numeric(Op::i32x4_dot_i16x8_s, maker.numeric(extend, a), maker.numeric(extend, b));
  };
  const Value low = half(Op::i16x8_extend_low_i8x16_s);
  return maker.numeric(Op::i16x8_narrow_i32x4_s, low, half(Op::i16x8_extend_high_i8x16_s));
}

}  // namespace

Value other_form(NodeMaker& maker, const Function& function, Op op, Value a, Value b, Value c) {
  const auto splat = [&](u32 bytes) {
    return function.is_constant(a) ? maker.constant(repeated(function.nodes[a].imm, bytes)) : no_value;
  };
  const auto select = [&] {
    return maker.pure({.kind = Kind::numeric, .type = Type::v128, .op = Op::v128_bitselect, .inputs = {a, b, c}});
  };
  switch (op) {
    case Op::i8x16_splat:
      return splat(1);
    case Op::i16x8_splat:
      return splat(2);
    case Op::i32x4_splat:
    case Op::f32x4_splat:
      return splat(4);
    case Op::i64x2_splat:
    case Op::f64x2_splat:
      return splat(8);
    case Op::i8x16_relaxed_swizzle:
      return maker.numeric(Op::i8x16_swizzle, a, b);
    case Op::i32x4_relaxed_trunc_f32x4_s:
      return maker.numeric(Op::i32x4_trunc_sat_f32x4_s, a);
    case Op::i32x4_relaxed_trunc_f32x4_u:
      return maker.numeric(Op::i32x4_trunc_sat_f32x4_u, a);
    case Op::i32x4_relaxed_trunc_f64x2_s_zero:
      return maker.numeric(Op::i32x4_trunc_sat_f64x2_s_zero, a);
    case Op::i32x4_relaxed_trunc_f64x2_u_zero:
      return maker.numeric(Op::i32x4_trunc_sat_f64x2_u_zero, a);
    case Op::f32x4_relaxed_madd:
      return maker.numeric(Op::f32x4_add, maker.numeric(Op::f32x4_mul, a, b), c);
    case Op::f64x2_relaxed_madd:
      return maker.numeric(Op::f64x2_add, maker.numeric(Op::f64x2_mul, a, b), c);
    case Op::f32x4_relaxed_nmadd:
      return maker.numeric(Op::f32x4_add, maker.numeric(Op::f32x4_neg, maker.numeric(Op::f32x4_mul, a, b)), c);
    case Op::f64x2_relaxed_nmadd:
      return maker.numeric(Op::f64x2_add, maker.numeric(Op::f64x2_neg, maker.numeric(Op::f64x2_mul, a, b)), c);
    case Op::i8x16_relaxed_laneselect:
    case Op::i16x8_relaxed_laneselect:
    case Op::i32x4_relaxed_laneselect:
    case Op::i64x2_relaxed_laneselect:
      return select();
    case Op::f32x4_relaxed_min:
      return maker.numeric(Op::f32x4_min, a, b);
    case Op::f32x4_relaxed_max:
      return maker.numeric(Op::f32x4_max, a, b);
    case Op::f64x2_relaxed_min:
      return maker.numeric(Op::f64x2_min, a, b);
    case Op::f64x2_relaxed_max:
      return maker.numeric(Op::f64x2_max, a, b);
    case Op::i16x8_relaxed_q15mulr_s:
      return maker.numeric(Op::i16x8_q15mulr_sat_s, a, b);
    case Op::i16x8_relaxed_dot_i8x16_i7x16_s:
      return dot(maker, a, b);
    case Op::i32x4_relaxed_dot_i8x16_i7x16_add_s:
      return maker.numeric(Op::i32x4_add, maker.numeric(Op::i32x4_extadd_pairwise_i16x8_s, dot(maker, a, b)), c);
    default:
      return no_value;
  }
}

}  // namespace invar::jit
