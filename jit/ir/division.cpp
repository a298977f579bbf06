#include "jit/ir/division.h"

#include <bit>

namespace invar::jit {

namespace {

class Divider {
 public:
  Divider(NodeMaker& maker, Value dividend) : maker_(maker), x_(dividend) {}

  /// For a divisor that is no power of two: the least power p of two for which M = ceil(2^p / d) gives every quotient
  /// as x * M / 2^p. M may have 33 bits.
  Value unsigned_quotient(u32 divisor) {
    const u64 d = divisor;
    for (u32 shift = 0; shift < 32; ++shift) {
      const u64 power = u64{1} << (32 + shift);
      const u64 multiplier = power / d + 1;
      if (multiplier >= u64{1} << 32) break;
      if (multiplier * d - power <= u64{1} << shift) {
        return wrap(shift_right(multiply(extended(), multiplier), 32 + shift));
      }
    }
    // 33 bits: x * M = x * 2^32 + x * (M - 2^32), whose sum would not fit.
    const u32 log2 = 32 - static_cast<u32>(std::countl_zero(divisor));
    const u64 low = (((u64{1} << log2) - d) << 32) / d + 1;
    const Value product = shift_right(multiply(extended(), low), 32);
    const Value half = shift_right(numeric(Op::i64_sub, extended(), product), 1);
    return wrap(shift_right(numeric(Op::i64_add, half, product), log2 - 1));
  }

  /// Rounds towards zero: a negative number's quotient is one more than what shifting gives.
  Value signed_quotient(s32 divisor) {
    const u64 d = divisor < 0 ? 0 - static_cast<u64>(static_cast<s64>(divisor)) : static_cast<u64>(divisor);
    Value quotient;
    if (std::has_single_bit(d)) {
      const u32 log2 = static_cast<u32>(std::countr_zero(d));
      const Value sign = numeric(Op::i32_shr_s, x_, maker_.i32(31));
      const Value bias = numeric(Op::i32_shr_u, sign, maker_.i32(32 - log2));
      quotient = numeric(Op::i32_shr_s, numeric(Op::i32_add, x_, bias), maker_.i32(log2));
    } else {
      // The dividend that comes nearest to the next quotient decides how exact the multiplier must be.
      const u64 bound = (u64{1} << 31) + (divisor < 0 ? 1 : 0);
      const u64 nearest = bound - 1 - bound % d;
      u32 p = 32;
      while ((u64{1} << p) <= nearest * (d - (u64{1} << p) % d)) ++p;
      const u64 multiplier = ((u64{1} << p) + d - (u64{1} << p) % d) / d;
      const Value product = multiply(numeric(Op::i64_extend_i32_s, x_), multiplier);
      const Value floor = wrap(numeric(Op::i64_shr_s, product, maker_.i64(p)));
      quotient = numeric(Op::i32_add, floor, numeric(Op::i32_shr_u, x_, maker_.i32(31)));
    }
    return divisor < 0 ? numeric(Op::i32_sub, maker_.i32(0), quotient) : quotient;
  }

  Value remainder(Value quotient, u32 divisor) {
    return numeric(Op::i32_sub, x_, numeric(Op::i32_mul, quotient, maker_.i32(divisor)));
  }

 private:
  Value numeric(Op op, Value a, Value b = no_value) { return maker_.numeric(op, a, b); }
  Value extended() { return numeric(Op::i64_extend_i32_u, x_); }
  Value multiply(Value a, u64 by) { return numeric(Op::i64_mul, a, maker_.i64(by)); }
  Value shift_right(Value a, u32 by) { return numeric(Op::i64_shr_u, a, maker_.i64(by)); }
  Value wrap(Value a) { return numeric(Op::i32_wrap_i64, a); }

  NodeMaker& maker_;
  Value x_;
};

}  // namespace

Value divide_by_constant(NodeMaker& maker, Op op, Value dividend, u32 divisor) {
  const bool is_signed = op == Op::i32_div_s || op == Op::i32_rem_s;
  const bool is_remainder = op == Op::i32_rem_s || op == Op::i32_rem_u;
  if (divisor == 0 || (is_signed && divisor == ~u32{0})) return no_value;
  if (divisor == 1) return is_remainder ? maker.i32(0) : dividend;
  if (!is_signed && std::has_single_bit(divisor)) {
    const u32 log2 = static_cast<u32>(std::countr_zero(divisor));
    return is_remainder ? maker.numeric(Op::i32_and, dividend, maker.i32(divisor - 1))
                        : maker.numeric(Op::i32_shr_u, dividend, maker.i32(log2));
  }
  Divider divider(maker, dividend);
  const Value quotient =
      is_signed ? divider.signed_quotient(static_cast<s32>(divisor)) : divider.unsigned_quotient(divisor);
  return is_remainder ? divider.remainder(quotient, divisor) : quotient;
}

}  // namespace invar::jit
