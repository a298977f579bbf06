#include "engine/semantics/floating.h"

#include <cmath>

#include "engine/semantics/test_support.h"

namespace invar::semantics {
namespace {

using test::edge_floats;
using test::is_canonical_nan;
using test::is_nan;
using test::is_quiet_nan;
using test::same;

// Constant evaluation.
static_assert(f64_nearest(2.5) == 2 && f64_nearest(3.5) == 4 && f64_nearest(-0.5) == 0 &&
              f32_nearest(8388607.5f) == 8388608.0f);
static_assert(f64_ceil(-0.5) == 0 && f64_floor(-0.5) == -1 && f64_trunc(-1.9) == -1 && f32_ceil(0.1f) == 1);
static_assert(std::bit_cast<u64>(f64_ceil(-0.5)) == std::bit_cast<u64>(-0.0));
static_assert(std::bit_cast<u32>(f32_min(0.0f, -0.0f)) == 0x8000'0000 && std::bit_cast<u32>(f32_max(-0.0f, 0.0f)) == 0);
static_assert(f64_sqrt(2.0) == 0x1.6a09e667f3bcdp0 && f64_sqrt(0x1p-1074) == 0x1p-537 && f32_sqrt(9.0f) == 3);
static_assert(f32_add(1, 2) == 3 && f64_div(1, 4) == 0.25 && f32_copysign(1, -2) == -1 && f64_lt(1, 2) == 1);

template <class Float>
struct Scalar;
template <>
struct Scalar<f32> {
  static constexpr auto abs = f32_abs, neg = f32_neg, ceil = f32_ceil, floor = f32_floor, trunc = f32_trunc,
                        nearest = f32_nearest, sqrt = f32_sqrt;
  static constexpr auto add = f32_add, sub = f32_sub, mul = f32_mul, div = f32_div, min = f32_min, max = f32_max,
                        copysign = f32_copysign;
  static constexpr auto eq = f32_eq, ne = f32_ne, lt = f32_lt, gt = f32_gt, le = f32_le, ge = f32_ge;
};
template <>
struct Scalar<f64> {
  static constexpr auto abs = f64_abs, neg = f64_neg, ceil = f64_ceil, floor = f64_floor, trunc = f64_trunc,
                        nearest = f64_nearest, sqrt = f64_sqrt;
  static constexpr auto add = f64_add, sub = f64_sub, mul = f64_mul, div = f64_div, min = f64_min, max = f64_max,
                        copysign = f64_copysign;
  static constexpr auto eq = f64_eq, ne = f64_ne, lt = f64_lt, gt = f64_gt, le = f64_le, ge = f64_ge;
};

template <class Float>
class Floating : public ::testing::Test {
 public:
  using Op = Scalar<Float>;
  using Traits = detail::FloatTraits<Float>;
  using Bits = typename Traits::Bits;

  /// The C library's rounding functions as the reference, and what the soft versions give.
  static void expect_rounding(Float x) {
    ASSERT_TRUE(same(Op::ceil(x), std::ceil(x)));
    ASSERT_TRUE(same(Op::floor(x), std::floor(x)));
    ASSERT_TRUE(same(Op::trunc(x), std::trunc(x)));
    ASSERT_TRUE(same(Op::nearest(x), std::nearbyint(x)));
    ASSERT_TRUE(same(Op::sqrt(x), std::sqrt(x)));
    ASSERT_TRUE(same(detail::soft_ceil(x), std::ceil(x)));
    ASSERT_TRUE(same(detail::soft_floor(x), std::floor(x)));
    ASSERT_TRUE(same(detail::soft_trunc(x), std::trunc(x)));
    ASSERT_TRUE(same(detail::soft_nearest(x), std::nearbyint(x)));
    ASSERT_TRUE(same(detail::soft_sqrt(x), std::sqrt(x)));
  }
};

using FloatTypes = ::testing::Types<f32, f64>;
TYPED_TEST_SUITE(Floating, FloatTypes);

TYPED_TEST(Floating, RoundsCornerCases) {
  for (TypeParam x : edge_floats<TypeParam>()) TestFixture::expect_rounding(x);
}

TYPED_TEST(Floating, RoundsNumbersOfEverySize) {
  using FloatBits = typename TestFixture::Bits;
  test::Random random;
  for (int i = 0; i < 200'000; ++i) {
    // Random bits are mostly huge or tiny: half of the exponents are drawn from where fractions matter.
    FloatBits bits = static_cast<FloatBits>(random.next());
    if (i % 2) {
      const int spread = static_cast<int>(random.next() % (TestFixture::Traits::mantissa_bits + 6));
      const auto exponent = static_cast<FloatBits>(TestFixture::Traits::exponent_bias - 3 + spread);
      bits = (bits & (TestFixture::Traits::sign | ((FloatBits{1} << TestFixture::Traits::mantissa_bits) - 1))) |
             exponent << TestFixture::Traits::mantissa_bits;
    }
    TestFixture::expect_rounding(std::bit_cast<TypeParam>(bits));
  }
}

TYPED_TEST(Floating, RoundingQuietsNansAndKeepsPayloads) {
  using Ops = Scalar<TypeParam>;
  using FloatTraits = detail::FloatTraits<TypeParam>;
  for (TypeParam x : edge_floats<TypeParam>()) {
    if (!is_nan(x)) continue;
    const auto expected = detail::bits_of(x) | FloatTraits::quiet;
    EXPECT_EQ(detail::bits_of(detail::soft_ceil(x)), expected);
    EXPECT_EQ(detail::bits_of(detail::soft_floor(x)), expected);
    EXPECT_EQ(detail::bits_of(detail::soft_trunc(x)), expected);
    EXPECT_EQ(detail::bits_of(detail::soft_nearest(x)), expected);
    EXPECT_EQ(detail::bits_of(Ops::ceil(x)), expected);
    EXPECT_EQ(detail::bits_of(Ops::floor(x)), expected);
    EXPECT_EQ(detail::bits_of(Ops::trunc(x)), expected);
    EXPECT_EQ(detail::bits_of(Ops::nearest(x)), expected);
    EXPECT_EQ(detail::bits_of(canonical_nan(x)), FloatTraits::canonical);
  }
}

TYPED_TEST(Floating, SignOperationsTouchOnlyTheSign) {
  using Ops = Scalar<TypeParam>;
  constexpr auto sign = TestFixture::Traits::sign;
  for (TypeParam x : edge_floats<TypeParam>()) {
    const auto bits = detail::bits_of(x);
    EXPECT_EQ(detail::bits_of(Ops::abs(x)), bits & ~sign);
    EXPECT_EQ(detail::bits_of(Ops::neg(x)), bits ^ sign);
    for (TypeParam y : edge_floats<TypeParam>()) {
      EXPECT_EQ(detail::bits_of(Ops::copysign(x, y)), (bits & ~sign) | (detail::bits_of(y) & sign));
    }
  }
}

TYPED_TEST(Floating, MinAndMax) {
  using Ops = Scalar<TypeParam>;
  for (TypeParam x : edge_floats<TypeParam>()) {
    for (TypeParam y : edge_floats<TypeParam>()) {
      const TypeParam low = Ops::min(x, y), high = Ops::max(x, y);
      if (is_nan(x) || is_nan(y)) {
        EXPECT_TRUE(is_quiet_nan(low));
        EXPECT_TRUE(is_quiet_nan(high));
        // Canonical NaNs give canonical NaNs, even next to a number.
        if ((!is_nan(x) || is_canonical_nan(x)) && (!is_nan(y) || is_canonical_nan(y))) {
          EXPECT_TRUE(is_canonical_nan(low));
          EXPECT_TRUE(is_canonical_nan(high));
        }
        continue;
      }
      // -0 is less than +0: among numbers, the order of sign and magnitude.
      const bool x_first = x < y || (x == y && std::signbit(x));
      EXPECT_TRUE(same(low, x_first ? x : y));
      EXPECT_TRUE(same(high, x_first ? y : x));
    }
  }
}

TYPED_TEST(Floating, ArithmeticIsIeee) {
  using Ops = Scalar<TypeParam>;
  for (TypeParam x : edge_floats<TypeParam>()) {
    for (TypeParam y : edge_floats<TypeParam>()) {
      const bool nan = is_nan(x) || is_nan(y);
      for (TypeParam result : {Ops::add(x, y), Ops::sub(x, y), Ops::mul(x, y), Ops::div(x, y)}) {
        EXPECT_TRUE(!nan || is_quiet_nan(result));
        // What is made of numbers alone, or of canonical NaNs, is canonical.
        if (is_nan(result) && (!is_nan(x) || is_canonical_nan(x)) && (!is_nan(y) || is_canonical_nan(y))) {
          EXPECT_TRUE(is_canonical_nan(result));
        }
      }
      if (nan) continue;
      EXPECT_TRUE(same(Ops::sub(x, y), Ops::add(x, Ops::neg(y))));
      EXPECT_TRUE(same(Ops::mul(Ops::neg(x), y), Ops::neg(Ops::mul(x, y))));
      if constexpr (sizeof(TypeParam) == 4) {
        // A double holds sums and products of floats well enough for one more rounding to be exact.
        EXPECT_TRUE(same(Ops::add(x, y), static_cast<f32>(static_cast<f64>(x) + static_cast<f64>(y))));
        EXPECT_TRUE(same(Ops::mul(x, y), static_cast<f32>(static_cast<f64>(x) * static_cast<f64>(y))));
        EXPECT_TRUE(same(Ops::div(x, y), static_cast<f32>(static_cast<f64>(x) / static_cast<f64>(y))));
      }
    }
  }
  const TypeParam tiny = std::numeric_limits<TypeParam>::denorm_min(),
                  infinity = std::numeric_limits<TypeParam>::infinity();
  EXPECT_TRUE(same(Ops::add(tiny, tiny), std::bit_cast<TypeParam>(typename TestFixture::Bits{2})));
  EXPECT_TRUE(is_canonical_nan(Ops::sub(infinity, infinity)));
  EXPECT_TRUE(is_canonical_nan(Ops::mul(infinity, TypeParam{0})));
  EXPECT_TRUE(is_canonical_nan(Ops::sqrt(TypeParam{-1})));
  EXPECT_TRUE(same(Ops::div(TypeParam{-1}, TypeParam{0}), -infinity));
  EXPECT_TRUE(same(Ops::sqrt(Ops::neg(TypeParam{0})), Ops::neg(TypeParam{0})));
}

TYPED_TEST(Floating, ComparisonsWithNanAreFalseButNe) {
  using Ops = Scalar<TypeParam>;
  for (TypeParam x : edge_floats<TypeParam>()) {
    for (TypeParam y : edge_floats<TypeParam>()) {
      if (is_nan(x) || is_nan(y)) {
        EXPECT_EQ(Ops::eq(x, y) + Ops::lt(x, y) + Ops::gt(x, y) + Ops::le(x, y) + Ops::ge(x, y), 0u);
        EXPECT_EQ(Ops::ne(x, y), 1u);
        continue;
      }
      // Numbers are ordered like their bits, sign and magnitude turned into two's complement; both zeros are 0.
      using Signed = typename TestFixture::Traits::Signed;
      const auto key = [](TypeParam number) {
        const auto bits = detail::bits_of(number);
        const auto size = static_cast<Signed>(bits & ~TestFixture::Traits::sign);
        return bits & TestFixture::Traits::sign ? -size : size;
      };
      EXPECT_EQ(Ops::eq(x, y), u32{key(x) == key(y)});
      EXPECT_EQ(Ops::ne(x, y), u32{key(x) != key(y)});
      EXPECT_EQ(Ops::lt(x, y), u32{key(x) < key(y)});
      EXPECT_EQ(Ops::gt(x, y), u32{key(x) > key(y)});
      EXPECT_EQ(Ops::le(x, y), u32{key(x) <= key(y)});
      EXPECT_EQ(Ops::ge(x, y), u32{key(x) >= key(y)});
    }
  }
}

TYPED_TEST(Floating, CanonicalNanKeepsNumbers) {
  for (TypeParam x : edge_floats<TypeParam>()) {
    EXPECT_TRUE(is_nan(x) || same(canonical_nan(x), x));
  }
}

}  // namespace
}  // namespace invar::semantics
