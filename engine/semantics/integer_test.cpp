#include "engine/semantics/integer.h"

#include "engine/semantics/test_support.h"

namespace invar::semantics {
namespace {

using test::edge_integers;

constexpr u32 min32 = 0x8000'0000;
constexpr u64 min64 = 0x8000'0000'0000'0000;

// Values from the spec's definitions, at compile time.
static_assert(i32_add(0xffff'ffff, 1) == 0 && i32_sub(0, 1) == 0xffff'ffff && i32_mul(min32, 2) == 0);
static_assert(i32_clz(0) == 32 && i32_ctz(0) == 32 && i32_popcnt(0xffff'ffff) == 32);
static_assert(i64_clz(0) == 64 && i64_ctz(0) == 64 && i64_popcnt(0x5555'5555'5555'5555) == 32);
static_assert(i32_shl(1, 33) == 2 && i32_shr_s(min32, 31) == 0xffff'ffff && i32_shr_u(min32, 63) == 1);
static_assert(i64_shl(1, 65) == 2 && i64_shr_s(min64, 127) == ~u64{0} && i64_shr_u(min64, 63) == 1);
static_assert(i32_rotl(0x8000'0001, 33) == 3 && i32_rotr(3, 1) == 0x8000'0001 && i32_rotl(5, 32) == 5);
static_assert(i64_rotl(min64 | 1, 1) == 3 && i64_rotr(3, 65) == (min64 | 1) && i64_rotr(5, 64) == 5);
static_assert(i32_extend8_s(0x180) == 0xffff'ff80 && i32_extend16_s(0x1'7fff) == 0x7fff);
static_assert(i64_extend8_s(0x80) == 0xffff'ffff'ffff'ff80 && i64_extend32_s(min32) == 0xffff'ffff'8000'0000);
static_assert(i64_extend_i32_s(min32) == 0xffff'ffff'8000'0000 && i64_extend_i32_u(min32) == min32);
static_assert(i32_wrap_i64(0xdead'beef'0000'0001) == 1);

template <class T>
Trapping<T> value(u64 x) {
  return {static_cast<T>(x)};
}

TEST(Integer, DivisionTraps) {
  constexpr auto by_zero32 = trapped<u32>(TrapKind::integer_divide_by_zero);
  constexpr auto by_zero64 = trapped<u64>(TrapKind::integer_divide_by_zero);
  for (u32 a : edge_integers<u32>()) {
    EXPECT_EQ(i32_div_s(a, 0), by_zero32);
    EXPECT_EQ(i32_div_u(a, 0), by_zero32);
    EXPECT_EQ(i32_rem_s(a, 0), by_zero32);
    EXPECT_EQ(i32_rem_u(a, 0), by_zero32);
    EXPECT_EQ(i32_rem_s(a, 0xffff'ffff), value<u32>(0));
  }
  for (u64 a : edge_integers<u64>()) {
    EXPECT_EQ(i64_div_s(a, 0), by_zero64);
    EXPECT_EQ(i64_div_u(a, 0), by_zero64);
    EXPECT_EQ(i64_rem_s(a, 0), by_zero64);
    EXPECT_EQ(i64_rem_u(a, 0), by_zero64);
    EXPECT_EQ(i64_rem_s(a, ~u64{0}), value<u64>(0));
  }
  EXPECT_EQ(i32_div_s(min32, 0xffff'ffff), trapped<u32>(TrapKind::integer_overflow));
  EXPECT_EQ(i64_div_s(min64, ~u64{0}), trapped<u64>(TrapKind::integer_overflow));
  EXPECT_EQ(i32_div_s(min32 + 1, 0xffff'ffff), value<u32>(0x7fff'ffff));
  EXPECT_EQ(i64_div_s(min64 + 1, ~u64{0}), value<u64>(0x7fff'ffff'ffff'ffff));
  EXPECT_EQ(i32_div_u(min32, 0xffff'ffff), value<u32>(0));
  EXPECT_EQ(i64_div_u(min64, ~u64{0}), value<u64>(0));
}

TEST(Integer, DivisionTruncatesTowardsZero) {
  EXPECT_EQ(i32_div_s(static_cast<u32>(-7), 2), value<u32>(static_cast<u32>(-3)));
  EXPECT_EQ(i32_rem_s(static_cast<u32>(-7), 2), value<u32>(static_cast<u32>(-1)));
  EXPECT_EQ(i32_rem_s(7, static_cast<u32>(-2)), value<u32>(1));
  // a = (a / b) * b + a % b with |a % b| < |b|, over all corner cases, in arithmetic wide enough not to wrap.
  for (u64 a : edge_integers<u64>()) {
    for (u64 b : edge_integers<u64>()) {
      if (b == 0) continue;
      const u64 q = i64_div_u(a, b).value, r = i64_rem_u(a, b).value;
      EXPECT_TRUE(r < b && q * b + r == a && q <= a / b);
      if (a == min64 && b == ~u64{0}) continue;
      const s64 qs = static_cast<s64>(i64_div_s(a, b).value), rs = static_cast<s64>(i64_rem_s(a, b).value);
      const auto exact = static_cast<detail::s128>(qs) * static_cast<s64>(b) + rs;
      EXPECT_TRUE(exact == static_cast<s64>(a) && (rs == 0 || (rs < 0) == (static_cast<s64>(a) < 0)));
      const u64 size_r = static_cast<u64>(rs < 0 ? -rs : rs), size_b = static_cast<s64>(b) < 0 ? 0 - b : b;
      EXPECT_LT(size_r, size_b);
    }
  }
  for (u32 a : edge_integers<u32>()) {
    for (u32 b : edge_integers<u32>()) {
      if (b == 0) continue;
      const s64 wide_a = static_cast<s32>(a), wide_b = static_cast<s32>(b);
      EXPECT_EQ(i32_div_u(a, b), value<u32>(u64{a} / u64{b}));
      EXPECT_EQ(i32_rem_u(a, b), value<u32>(u64{a} % u64{b}));
      EXPECT_EQ(i32_rem_s(a, b), value<u32>(static_cast<u64>(wide_a % wide_b)));
      if (a == min32 && b == 0xffff'ffff) continue;
      EXPECT_EQ(i32_div_s(a, b), value<u32>(static_cast<u64>(wide_a / wide_b)));
    }
  }
}

TEST(Integer, ArithmeticWraps) {
  for (u32 a : edge_integers<u32>()) {
    for (u32 b : edge_integers<u32>()) {
      EXPECT_EQ(i32_add(a, b), static_cast<u32>(u64{a} + b));
      EXPECT_EQ(i32_sub(a, b), static_cast<u32>((u64{1} << 32) + a - b));
      EXPECT_EQ(i32_mul(a, b), static_cast<u32>(u64{a} * b));
      EXPECT_EQ(i32_and(a, b), ~(~a | ~b));
      EXPECT_EQ(i32_or(a, b), (a & b) + (a ^ b));
      EXPECT_EQ(i32_xor(a, b), (a | b) - (a & b));
    }
  }
  for (u64 a : edge_integers<u64>()) {
    for (u64 b : edge_integers<u64>()) {
      EXPECT_EQ(i64_sub(i64_add(a, b), b), a);
      EXPECT_EQ(i64_add(a, b), (a ^ b) + 2 * (a & b));
      EXPECT_EQ(i64_mul(a, b), static_cast<u64>(static_cast<detail::u128>(a) * b));
      EXPECT_EQ(i64_and(a, b), ~(~a | ~b));
      EXPECT_EQ(i64_or(a, b), (a & b) + (a ^ b));
      EXPECT_EQ(i64_xor(a, b), (a | b) - (a & b));
    }
  }
}

TEST(Integer, ComparisonsOrderSignedAndUnsigned) {
  for (u64 a : edge_integers<u64>()) {
    for (u64 b : edge_integers<u64>()) {
      // Flipping the sign bit turns the signed order into the unsigned one.
      const u64 fa = a ^ min64, fb = b ^ min64;
      EXPECT_EQ(i64_lt_s(a, b), i64_lt_u(fa, fb));
      EXPECT_EQ(i64_le_s(a, b), i64_le_u(fa, fb));
      EXPECT_EQ(i64_gt_s(a, b), i64_lt_s(b, a));
      EXPECT_EQ(i64_ge_s(a, b), 1 - i64_lt_s(a, b));
      EXPECT_EQ(i64_lt_u(a, b), (static_cast<detail::u128>(a) - b) >> 127 ? 1u : 0u);
      EXPECT_EQ(i64_gt_u(a, b), i64_lt_u(b, a));
      EXPECT_EQ(i64_ge_u(a, b), 1 - i64_lt_u(a, b));
      EXPECT_EQ(i64_le_u(a, b), 1 - i64_gt_u(a, b));
      EXPECT_EQ(i64_eq(a, b), i64_eqz(a ^ b));
      EXPECT_EQ(i64_ne(a, b), 1 - i64_eq(a, b));
      // The same of the low halves, by way of 64-bit integers.
      const u32 x = static_cast<u32>(a), y = static_cast<u32>(b);
      const u64 sx = i64_extend_i32_s(x), sy = i64_extend_i32_s(y);
      EXPECT_EQ(i32_lt_s(x, y), i64_lt_s(sx, sy));
      EXPECT_EQ(i32_gt_s(x, y), i64_gt_s(sx, sy));
      EXPECT_EQ(i32_le_s(x, y), i64_le_s(sx, sy));
      EXPECT_EQ(i32_ge_s(x, y), i64_ge_s(sx, sy));
      EXPECT_EQ(i32_lt_u(x, y), i64_lt_u(x, y));
      EXPECT_EQ(i32_gt_u(x, y), i64_gt_u(x, y));
      EXPECT_EQ(i32_le_u(x, y), i64_le_u(x, y));
      EXPECT_EQ(i32_ge_u(x, y), i64_ge_u(x, y));
      EXPECT_EQ(i32_eq(x, y), i64_eq(x, y));
      EXPECT_EQ(i32_ne(x, y), i64_ne(x, y));
      EXPECT_EQ(i32_eqz(x), i64_eqz(x));
    }
  }
}

TEST(Integer, ShiftsAndRotationsBitByBit) {
  for (u64 a : edge_integers<u64>()) {
    for (u64 n : {0, 1, 5, 31, 32, 33, 63, 64, 65, 127, -1}) {
      u64 shl = a, shr_u = a, shr_s = a, rotl = a, rotr = a;
      for (u64 i = 0; i < n % 64; ++i) {
        shl = shl + shl;
        shr_u /= 2;
        shr_s = shr_s / 2 | (a & min64);
        rotl = (rotl + rotl) | (rotl / min64);
        rotr = (rotr / 2) | (rotr % 2 * min64);
      }
      EXPECT_EQ(i64_shl(a, n), shl);
      EXPECT_EQ(i64_shr_u(a, n), shr_u);
      EXPECT_EQ(i64_shr_s(a, n), shr_s);
      EXPECT_EQ(i64_rotl(a, n), rotl);
      EXPECT_EQ(i64_rotr(a, n), rotr);
      const u32 x = static_cast<u32>(a), m = static_cast<u32>(n);
      u32 shl32 = x, shr_u32 = x, shr_s32 = x, rotl32 = x, rotr32 = x;
      for (u32 i = 0; i < m % 32; ++i) {
        shl32 = shl32 + shl32;
        shr_u32 /= 2;
        shr_s32 = shr_s32 / 2 | (x & min32);
        rotl32 = (rotl32 + rotl32) | (rotl32 / min32);
        rotr32 = (rotr32 / 2) | (rotr32 % 2 * min32);
      }
      EXPECT_EQ(i32_shl(x, m), shl32);
      EXPECT_EQ(i32_shr_u(x, m), shr_u32);
      EXPECT_EQ(i32_shr_s(x, m), shr_s32);
      EXPECT_EQ(i32_rotl(x, m), rotl32);
      EXPECT_EQ(i32_rotr(x, m), rotr32);
    }
  }
}

TEST(Integer, CountsBits) {
  for (u64 a : edge_integers<u64>()) {
    u64 leading = 64, trailing = 64, ones = 0;
    for (u64 i = 0; i < 64; ++i) {
      if ((a >> i & 1) == 0) continue;
      leading = 63 - i;
      if (ones++ == 0) trailing = i;
    }
    EXPECT_EQ(i64_clz(a), leading);
    EXPECT_EQ(i64_ctz(a), trailing);
    EXPECT_EQ(i64_popcnt(a), ones);
    const u32 x = static_cast<u32>(a);
    EXPECT_EQ(i32_clz(x), i64_clz(x) - 32);
    EXPECT_EQ(i32_ctz(x), i64_ctz(x | u64{1} << 32));
    EXPECT_EQ(i32_popcnt(x), i64_popcnt(x));
  }
}

TEST(Integer, SignExtension) {
  for (u64 a : edge_integers<u64>()) {
    const auto extended = [a](int bits) {
      const u64 low = a & ((u64{1} << bits) - 1);
      return low >> (bits - 1) ? low - (u64{1} << bits) : low;
    };
    EXPECT_EQ(i64_extend8_s(a), extended(8));
    EXPECT_EQ(i64_extend16_s(a), extended(16));
    EXPECT_EQ(i64_extend32_s(a), extended(32));
    EXPECT_EQ(i32_extend8_s(static_cast<u32>(a)), static_cast<u32>(extended(8)));
    EXPECT_EQ(i32_extend16_s(static_cast<u32>(a)), static_cast<u32>(extended(16)));
    EXPECT_EQ(i64_extend_i32_s(static_cast<u32>(a)), extended(32));
    EXPECT_EQ(i64_extend_i32_u(static_cast<u32>(a)), a % (u64{1} << 32));
    EXPECT_EQ(i32_wrap_i64(a), a % (u64{1} << 32));
  }
}

TEST(Integer, WideArithmetic) {
  for (u64 a : edge_integers<u64>()) {
    for (u64 b : edge_integers<u64>()) {
      // The product by halves of 32 bits.
      const u64 al = a & 0xffff'ffff, ah = a >> 32, bl = b & 0xffff'ffff, bh = b >> 32;
      const u64 middle = (al * bl >> 32) + (ah * bl & 0xffff'ffff) + (al * bh & 0xffff'ffff);
      const u64 high = ah * bh + (ah * bl >> 32) + (al * bh >> 32) + (middle >> 32);
      const u64 low = a * b;
      EXPECT_EQ(i64_mul_wide_u(a, b), (Pair{low, high}));
      // Signed: a negative operand counts 2^64 less.
      const u64 signed_high = high - (a >> 63 ? b : 0) - (b >> 63 ? a : 0);
      EXPECT_EQ(i64_mul_wide_s(a, b), (Pair{low, signed_high}));
      const u64 c = ~a * 3, d = b ^ 0x1234;
      EXPECT_EQ(i64_add128(a, c, b, d), (Pair{a + b, c + d + (a + b < a)}));
      EXPECT_EQ(i64_sub128(a, c, b, d), (Pair{a - b, c - d - (a < b)}));
    }
  }
}

}  // namespace
}  // namespace invar::semantics
