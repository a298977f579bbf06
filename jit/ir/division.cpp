#include "jit/ir/division.h"

#include <bit>
#include <optional>

namespace invar::jit {

namespace {

__extension__ using u128 = unsigned __int128;

/// Of dividends of `bits_` bits. A quotient is the dividend times a multiplier, without the product's lower bits.
class Divider {
 public:
  Divider(NodeMaker& maker, Value dividend, bool is_wide)
      : maker_(maker), x_(dividend), is_wide_(is_wide), bits_(is_wide ? 64 : 32) {}

  /// For a divisor that is no power of two: the least shift for which the multiplier ceil(2^p / d) gives every
  /// quotient.
  Value unsigned_quotient(u64 divisor) {
    if (const auto found = unsigned_multiplier(divisor, 0)) return product(x_, found->by, found->shift, false);
    // Without zeros at the ends of both there are bits to spare.
    if (const u32 zeros = static_cast<u32>(std::countr_zero(divisor)); zeros != 0) {
      const auto found = unsigned_multiplier(divisor >> zeros, zeros);
      return product(shifted(x_, zeros), found->by, found->shift, false);
    }
    // The multiplier has a bit more: x * M = x * 2^bits + x * (M - 2^bits), whose sum would not fit.
    const u32 log2 = 64 - static_cast<u32>(std::countl_zero(divisor));
    const u64 low = static_cast<u64>((((u128{1} << log2) - divisor) << bits_) / divisor + 1);
    const Value part = product(x_, low, 0, false);
    const Value half = shifted(numeric(Op::i32_sub, Op::i64_sub, x_, part), 1);
    return shifted(numeric(Op::i32_add, Op::i64_add, half, part), log2 - 1);
  }

  /// Rounds towards zero: a negative number's quotient is one more than what shifting gives.
  Value signed_quotient(s64 divisor) {
    const u64 d = divisor < 0 ? 0 - static_cast<u64>(divisor) : static_cast<u64>(divisor);
    Value quotient;
    if (std::has_single_bit(d)) {
      const u32 log2 = static_cast<u32>(std::countr_zero(d));
      const Value bias = shifted(shifted_signed(x_, bits_ - 1), bits_ - log2);
      quotient = shifted_signed(numeric(Op::i32_add, Op::i64_add, x_, bias), log2);
    } else {
      // The dividend that comes nearest to the next quotient decides how exact the multiplier must be.
      const u64 bound = (u64{1} << (bits_ - 1)) + (divisor < 0 ? 1 : 0);
      const u64 nearest = bound - 1 - bound % d;
      u32 p = bits_;
      const auto missing = [&] { return d - static_cast<u64>((u128{1} << p) % d); };
      while ((u128{1} << p) <= u128{nearest} * missing()) ++p;
      const u64 multiplier = static_cast<u64>(((u128{1} << p) + missing()) / d);
      const Value floor = product(x_, multiplier, p - bits_, true);
      quotient = numeric(Op::i32_add, Op::i64_add, floor, shifted(x_, bits_ - 1));
    }
    return divisor < 0 ? numeric(Op::i32_sub, Op::i64_sub, number(0), quotient) : quotient;
  }

  Value remainder(Value quotient, u64 divisor) {
    return numeric(Op::i32_sub, Op::i64_sub, x_, numeric(Op::i32_mul, Op::i64_mul, quotient, number(divisor)));
  }

  Value numeric(Op narrow, Op wide, Value a, Value b) { return maker_.numeric(is_wide_ ? wide : narrow, a, b); }
  Value number(u64 value) { return is_wide_ ? maker_.i64(value) : maker_.i32(static_cast<u32>(value)); }
  Value shifted(Value a, u32 by) { return by == 0 ? a : numeric(Op::i32_shr_u, Op::i64_shr_u, a, number(by)); }

 private:
  struct Multiplier {
    u64 by;
    u32 shift;
  };
  /// For dividends with so many zeros above.
  std::optional<Multiplier> unsigned_multiplier(u64 divisor, u32 zeros) const {
    for (u32 shift = 0; shift < bits_; ++shift) {
      const u128 power = u128{1} << (bits_ + shift), multiplier = power / divisor + 1;
      if (multiplier >> bits_ != 0) break;
      if (multiplier * divisor - power <= u128{1} << (shift + zeros)) return {{static_cast<u64>(multiplier), shift}};
    }
    return std::nullopt;
  }
  Value shifted_signed(Value a, u32 by) { return by == 0 ? a : numeric(Op::i32_shr_s, Op::i64_shr_s, a, number(by)); }
  /// a * M without that many bits below the upper half.
  Value product(Value a, u64 by, u32 shift, bool is_signed) {
    if (!is_wide_) {
      const Value wide = maker_.numeric(is_signed ? Op::i64_extend_i32_s : Op::i64_extend_i32_u, a);
      const Value whole = maker_.numeric(Op::i64_mul, wide, maker_.i64(by));
      const Op shr = is_signed ? Op::i64_shr_s : Op::i64_shr_u;
      return maker_.numeric(Op::i32_wrap_i64, maker_.numeric(shr, whole, maker_.i64(32 + shift)));
    }
    Value high = maker_.numeric(is_signed ? Op::i64_mul_wide_s : Op::i64_mul_wide_u, a, maker_.i64(by));
    if (!is_signed) return shifted(high, shift);
    // The multiplier may have been taken for a negative number, which is 2^64 less.
    if (by >> 63 != 0) high = maker_.numeric(Op::i64_add, high, a);
    return shifted_signed(high, shift);
  }

  NodeMaker& maker_;
  const Value x_;
  const bool is_wide_;
  const u32 bits_;
};

}  // namespace

Value divide_by_constant(NodeMaker& maker, Op op, Value dividend, u64 divisor) {
  const bool is_wide = op == Op::i64_div_s || op == Op::i64_div_u || op == Op::i64_rem_s || op == Op::i64_rem_u;
  const bool is_signed = op == Op::i32_div_s || op == Op::i32_rem_s || op == Op::i64_div_s || op == Op::i64_rem_s;
  const bool is_remainder = op == Op::i32_rem_s || op == Op::i32_rem_u || op == Op::i64_rem_s || op == Op::i64_rem_u;
  const s64 signed_divisor = is_wide ? static_cast<s64>(divisor) : static_cast<s32>(divisor);
  if (divisor == 0 || (is_signed && signed_divisor == -1)) return no_value;
  Divider divider(maker, dividend, is_wide);
  if (divisor == 1) return is_remainder ? divider.number(0) : dividend;
  if (!is_signed && std::has_single_bit(divisor)) {
    return is_remainder ? divider.numeric(Op::i32_and, Op::i64_and, dividend, divider.number(divisor - 1))
                        : divider.shifted(dividend, static_cast<u32>(std::countr_zero(divisor)));
  }
  const Value quotient = is_signed ? divider.signed_quotient(signed_divisor) : divider.unsigned_quotient(divisor);
  return is_remainder ? divider.remainder(quotient, divisor) : quotient;
}

}  // namespace invar::jit
