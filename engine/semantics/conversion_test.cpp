#include "engine/semantics/conversion.h"

#include <cmath>

#include "engine/semantics/test_support.h"

namespace invar::semantics {
namespace {

using test::edge_floats;
using test::edge_integers;
using test::is_nan;
using test::same;

constexpr auto invalid = TrapKind::invalid_conversion_to_integer;
constexpr auto overflow = TrapKind::integer_overflow;

// The last float inside and the first outside on either side of each range.
static_assert(i32_trunc_f32_s(0x1.fffffep30f).value == 0x7fff'ff80 && i32_trunc_f32_s(0x1p31f).trap == overflow);
static_assert(i32_trunc_f32_s(-0x1p31f).value == 0x8000'0000 && i32_trunc_f32_s(-0x1.000002p31f).trap == overflow);
static_assert(i32_trunc_f64_s(0x1.fffffffffffffp30).value == 0x7fff'ffff && i32_trunc_f64_s(0x1p31).trap == overflow);
static_assert(i32_trunc_f64_s(-2147483648.9).value == 0x8000'0000 && i32_trunc_f64_s(-2147483649.0).trap == overflow);
static_assert(i32_trunc_f64_u(4294967295.9).value == 0xffff'ffff && i32_trunc_f64_u(0x1p32).trap == overflow);
static_assert(i32_trunc_f32_u(-0x1.fffffep-1f).value == 0 && i32_trunc_f32_u(-1.0f).trap == overflow);
static_assert(i64_trunc_f64_s(-0x1p63).value == 0x8000'0000'0000'0000 && i64_trunc_f64_s(0x1p63).trap == overflow);
static_assert(i64_trunc_f64_s(-0x1.0000000000001p63).trap == overflow);
static_assert(i64_trunc_f64_u(0x1.fffffffffffffp63).value == 0xffff'ffff'ffff'f800 &&
              i64_trunc_f64_u(0x1p64).trap == overflow);
static_assert(i64_trunc_f32_u(0x1.fffffep63f).value == 0xffff'ff00'0000'0000 &&
              i64_trunc_f32_u(0x1p64f).trap == overflow);
static_assert(i32_trunc_f32_s(std::bit_cast<f32>(0x7fc0'0000)).trap == invalid);
static_assert(i64_trunc_f64_u(std::bit_cast<f64>(0xfff0'0000'0000'0001)).trap == invalid);
static_assert(i32_trunc_sat_f32_s(1e30f) == 0x7fff'ffff && i32_trunc_sat_f32_s(-1e30f) == 0x8000'0000);
static_assert(i64_trunc_sat_f64_u(-5.0) == 0 && i64_trunc_sat_f64_u(1e300) == ~u64{0});

/// Both truncations of x to Integer, against the C library and comparisons in a wider float.
template <class Integer, class Float, class Trap, class Saturate>
void expect_truncation(Float x, Trap trapping, Saturate saturating) {
  using Unsigned = std::make_unsigned_t<Integer>;
  using Limits = std::numeric_limits<Integer>;
  const Trapping<Unsigned> result = trapping(x);
  if (is_nan(x)) {
    EXPECT_EQ(result.trap, invalid);
    EXPECT_EQ(saturating(x), Unsigned{0});
    return;
  }
  // A long double has at least 64 bits of precision on the machines that matter.
  static_assert(std::numeric_limits<long double>::digits >= 64);
  const long double whole = std::trunc(static_cast<long double>(x));
  if (whole < static_cast<long double>(Limits::min())) {
    EXPECT_EQ(result.trap, overflow) << x;
    EXPECT_EQ(saturating(x), static_cast<Unsigned>(Limits::min())) << x;
  } else if (whole > static_cast<long double>(Limits::max())) {
    EXPECT_EQ(result.trap, overflow) << x;
    EXPECT_EQ(saturating(x), static_cast<Unsigned>(Limits::max())) << x;
  } else {
    const Unsigned expected = static_cast<Unsigned>(static_cast<Integer>(whole));
    EXPECT_EQ(result, (Trapping<Unsigned>{expected})) << x;
    EXPECT_EQ(saturating(x), expected) << x;
  }
}

void expect_truncations(f32 x) {
  expect_truncation<s32>(x, i32_trunc_f32_s, i32_trunc_sat_f32_s);
  expect_truncation<u32>(x, i32_trunc_f32_u, i32_trunc_sat_f32_u);
  expect_truncation<s64>(x, i64_trunc_f32_s, i64_trunc_sat_f32_s);
  expect_truncation<u64>(x, i64_trunc_f32_u, i64_trunc_sat_f32_u);
}

void expect_truncations(f64 x) {
  expect_truncation<s32>(x, i32_trunc_f64_s, i32_trunc_sat_f64_s);
  expect_truncation<u32>(x, i32_trunc_f64_u, i32_trunc_sat_f64_u);
  expect_truncation<s64>(x, i64_trunc_f64_s, i64_trunc_sat_f64_s);
  expect_truncation<u64>(x, i64_trunc_f64_u, i64_trunc_sat_f64_u);
}

TEST(Conversion, TruncationsOfCornerCases) {
  for (f32 x : edge_floats<f32>()) expect_truncations(x);
  for (f64 x : edge_floats<f64>()) expect_truncations(x);
  for (f64 limit : {-2147483649.0, -2147483648.0, 2147483647.0, 2147483648.0, 4294967295.0, 4294967296.0, -1.0, 0.0}) {
    for (f64 delta : {-1.0, -0.9999, -0.5, -0.0001, 0.0, 0.0001, 0.5, 0.9999, 1.0}) expect_truncations(limit + delta);
  }
}

TEST(Conversion, TruncationsOfRandomNumbers) {
  test::Random random;
  for (int i = 0; i < 100'000; ++i) {
    // Exponents around those of the integers.
    const u64 bits = random.next();
    expect_truncations(std::bit_cast<f32>(static_cast<u32>((bits & 0x807f'ffff) | (120 + random.next() % 75) << 23)));
    expect_truncations(std::bit_cast<f64>((bits & 0x800f'ffff'ffff'ffff) | (1015 + random.next() % 55) << 52));
  }
}

/// The nearest float to an integer below 2^64, ties to even, digit by digit.
template <class Float>
Float nearest_float(u64 size) {
  constexpr int digits = std::numeric_limits<Float>::digits;
  const int width = 64 - std::countl_zero(size);
  if (width <= digits) return std::ldexp(static_cast<Float>(static_cast<s64>(size)), 0);
  const int dropped = width - digits;
  const u64 kept = size >> dropped, rest = size & ((u64{1} << dropped) - 1), half = u64{1} << (dropped - 1);
  const u64 rounded = kept + (rest > half || (rest == half && kept % 2) ? 1 : 0);
  return std::ldexp(static_cast<Float>(static_cast<s64>(rounded)), dropped);
}

template <class Float>
Float nearest_signed(s64 value) {
  return value < 0 ? -nearest_float<Float>(0 - static_cast<u64>(value)) : nearest_float<Float>(static_cast<u64>(value));
}

void expect_conversions(u64 a) {
  const u32 x = static_cast<u32>(a);
  EXPECT_TRUE(same(f32_convert_i32_s(x), nearest_signed<f32>(static_cast<s32>(x))));
  EXPECT_TRUE(same(f32_convert_i32_u(x), nearest_float<f32>(x)));
  EXPECT_TRUE(same(f32_convert_i64_s(a), nearest_signed<f32>(static_cast<s64>(a))));
  EXPECT_TRUE(same(f32_convert_i64_u(a), nearest_float<f32>(a)));
  EXPECT_TRUE(same(f64_convert_i32_s(x), nearest_signed<f64>(static_cast<s32>(x))));
  EXPECT_TRUE(same(f64_convert_i32_u(x), nearest_float<f64>(x)));
  EXPECT_TRUE(same(f64_convert_i64_s(a), nearest_signed<f64>(static_cast<s64>(a))));
  EXPECT_TRUE(same(f64_convert_i64_u(a), nearest_float<f64>(a)));
}

TEST(Conversion, IntegersRoundToNearestEven) {
  for (u64 a : edge_integers<u64>()) expect_conversions(a);
  // Around ties: a kept part, then exactly half, a little less and a little more.
  for (int width = 25; width <= 64; ++width) {
    for (int digits : {24, 53}) {
      if (width <= digits) continue;
      for (u64 last : {0, 1}) {
        const u64 kept = (u64{1} << (digits - 1)) | last;
        const u64 tie = (kept << (width - digits)) + (u64{1} << (width - digits - 1));
        for (u64 a : {tie - 1, tie, tie + 1}) {
          expect_conversions(a);
          expect_conversions(0 - a);
        }
      }
    }
  }
  test::Random random;
  for (int i = 0; i < 100'000; ++i) expect_conversions(random.next() >> random.next() % 64);
}

TEST(Conversion, DemoteRoundsAndPromoteIsExact) {
  EXPECT_TRUE(same(f32_demote_f64(0x1.fffffe8p127), 0x1.fffffep127f));
  EXPECT_TRUE(same(f32_demote_f64(0x1.ffffffp127), std::numeric_limits<f32>::infinity()));
  EXPECT_TRUE(same(f32_demote_f64(0x1.fffffefffffffp127), 0x1.fffffep127f));
  EXPECT_TRUE(same(f32_demote_f64(0x1p-150), 0.0f));
  EXPECT_TRUE(same(f32_demote_f64(-0x1p-150), -0.0f));
  EXPECT_TRUE(same(f32_demote_f64(0x1.0000000000001p-150), 0x1p-149f));
  EXPECT_TRUE(same(f32_demote_f64(0x1.000001p0), 1.0f));  // A tie, to even.
  EXPECT_TRUE(same(f32_demote_f64(0x1.000003p0), 0x1.000004p0f));
  for (f32 x : edge_floats<f32>()) {
    // Volatile, because compilers take the two conversions for nothing at all, which is wrong for signalling NaNs.
    const volatile f64 promoted = f64_promote_f32(x);
    EXPECT_TRUE(same(f32_demote_f64(promoted), x));
    EXPECT_EQ(test::is_quiet_nan(f64{promoted}), is_nan(x));
  }
  // Canonical NaNs stay canonical.
  EXPECT_TRUE(test::is_canonical_nan(f64_promote_f32(std::bit_cast<f32>(0x7fc0'0000))));
  EXPECT_TRUE(test::is_canonical_nan(f32_demote_f64(std::bit_cast<f64>(0xfff8'0000'0000'0000))));
  EXPECT_TRUE(test::is_quiet_nan(f32_demote_f64(std::bit_cast<f64>(0x7ff0'0000'0000'0001))));
}

TEST(Conversion, ReinterpretationKeepsEveryBit) {
  for (f32 x : edge_floats<f32>())
    EXPECT_EQ(detail::bits_of(f32_reinterpret_i32(i32_reinterpret_f32(x))), detail::bits_of(x));
  for (f64 x : edge_floats<f64>())
    EXPECT_EQ(detail::bits_of(f64_reinterpret_i64(i64_reinterpret_f64(x))), detail::bits_of(x));
  EXPECT_EQ(i32_reinterpret_f32(-1.0f), 0xbf80'0000);
  EXPECT_EQ(i64_reinterpret_f64(2.0), 0x4000'0000'0000'0000);
}

}  // namespace
}  // namespace invar::semantics
