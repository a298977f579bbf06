// Every lane behaves like the scalar instruction, which has tests of its own.
#include "engine/semantics/vector_floating.h"

#include <cmath>

#include "engine/semantics/test_support.h"
#include "engine/semantics/vector_relaxed.h"

namespace invar::semantics {
namespace {

using detail::lane_count;
using detail::Lanes;
using detail::lanes;
using detail::pack;
using test::is_nan;
using test::same;

/// Calls f(a, b) with vectors that pair all corner cases, in all lanes, and at random.
template <class Float, class F>
void for_each_pair(F f) {
  const std::vector<Float> values = test::edge_floats<Float>();
  for (size_t i = 0; i < values.size(); ++i) {
    for (size_t j = 0; j < values.size(); ++j) {
      Lanes<Float> a{}, b{};
      for (size_t lane = 0; lane < lane_count<Float>; ++lane) {
        a[lane] = values[(i + lane) % values.size()];
        b[lane] = values[(j + 3 * lane) % values.size()];
      }
      f(pack(a), pack(b));
    }
  }
  test::Random random;
  for (int i = 0; i < 10'000; ++i) {
    const V128 a = random.next_vector(), b = random.next_vector();
    f(a, b);
  }
}

template <class Float>
void expect_unary(V128 (*f)(V128), Float (*scalar)(Float)) {
  for_each_pair<Float>([&](V128 a, V128) {
    const Lanes<Float> x = lanes<Float>(a), r = lanes<Float>(f(a));
    for (size_t i = 0; i < x.size(); ++i) ASSERT_TRUE(same(r[i], scalar(x[i]))) << x[i];
  });
}

template <class Float>
void expect_binary(V128 (*f)(V128, V128), Float (*scalar)(Float, Float)) {
  for_each_pair<Float>([&](V128 a, V128 b) {
    const Lanes<Float> x = lanes<Float>(a), y = lanes<Float>(b), r = lanes<Float>(f(a, b));
    for (size_t i = 0; i < x.size(); ++i) {
      ASSERT_TRUE(same(r[i], scalar(x[i], y[i]))) << x[i] << ", " << y[i];
      // Canonical NaNs stay canonical next to numbers.
      if (is_nan(r[i]) && (!is_nan(x[i]) || test::is_canonical_nan(x[i])) &&
          (!is_nan(y[i]) || test::is_canonical_nan(y[i]))) {
        ASSERT_TRUE(test::is_canonical_nan(r[i])) << x[i] << ", " << y[i];
      }
    }
  });
}

/// As expect_binary, and NaNs too have the very bits.
template <class Float>
void expect_exact(V128 (*f)(V128, V128), Float (*scalar)(Float, Float)) {
  for_each_pair<Float>([&](V128 a, V128 b) {
    const Lanes<Float> x = lanes<Float>(a), y = lanes<Float>(b), r = lanes<Float>(f(a, b));
    for (size_t i = 0; i < x.size(); ++i) ASSERT_EQ(detail::bits_of(r[i]), detail::bits_of(scalar(x[i], y[i])));
  });
}

template <class Float>
void expect_comparison(V128 (*f)(V128, V128), u32 (*scalar)(Float, Float)) {
  for_each_pair<Float>([&](V128 a, V128 b) {
    const Lanes<Float> x = lanes<Float>(a), y = lanes<Float>(b);
    const auto r = lanes<typename detail::FloatTraits<Float>::Signed>(f(a, b));
    for (size_t i = 0; i < x.size(); ++i) ASSERT_EQ(r[i], scalar(x[i], y[i]) ? -1 : 0) << x[i] << ", " << y[i];
  });
}

TEST(VectorFloating, Arithmetic) {
  expect_binary<f32>(f32x4_add, f32_add);
  expect_binary<f32>(f32x4_sub, f32_sub);
  expect_binary<f32>(f32x4_mul, f32_mul);
  expect_binary<f32>(f32x4_div, f32_div);
  expect_unary<f32>(f32x4_sqrt, f32_sqrt);
  expect_binary<f64>(f64x2_add, f64_add);
  expect_binary<f64>(f64x2_sub, f64_sub);
  expect_binary<f64>(f64x2_mul, f64_mul);
  expect_binary<f64>(f64x2_div, f64_div);
  expect_unary<f64>(f64x2_sqrt, f64_sqrt);
}

TEST(VectorFloating, MinAndMax) {
  expect_binary<f32>(f32x4_min, f32_min);
  expect_binary<f32>(f32x4_max, f32_max);
  expect_binary<f64>(f64x2_min, f64_min);
  expect_binary<f64>(f64x2_max, f64_max);
  expect_binary<f32>(f32x4_relaxed_min, f32_min);
  expect_binary<f32>(f32x4_relaxed_max, f32_max);
  expect_binary<f64>(f64x2_relaxed_min, f64_min);
  expect_binary<f64>(f64x2_relaxed_max, f64_max);
}

TEST(VectorFloating, PseudoMinAndMaxSelectBits) {
  expect_exact<f32>(f32x4_pmin, [](f32 x, f32 y) { return y < x ? y : x; });
  expect_exact<f32>(f32x4_pmax, [](f32 x, f32 y) { return x < y ? y : x; });
  expect_exact<f64>(f64x2_pmin, [](f64 x, f64 y) { return y < x ? y : x; });
  expect_exact<f64>(f64x2_pmax, [](f64 x, f64 y) { return x < y ? y : x; });
}

TEST(VectorFloating, SignOperations) {
  expect_exact<f32>([](V128 a, V128) { return f32x4_abs(a); }, [](f32 x, f32) { return f32_abs(x); });
  expect_exact<f32>([](V128 a, V128) { return f32x4_neg(a); }, [](f32 x, f32) { return f32_neg(x); });
  expect_exact<f64>([](V128 a, V128) { return f64x2_abs(a); }, [](f64 x, f64) { return f64_abs(x); });
  expect_exact<f64>([](V128 a, V128) { return f64x2_neg(a); }, [](f64 x, f64) { return f64_neg(x); });
}

TEST(VectorFloating, Rounding) {
  expect_unary<f32>(f32x4_ceil, f32_ceil);
  expect_unary<f32>(f32x4_floor, f32_floor);
  expect_unary<f32>(f32x4_trunc, f32_trunc);
  expect_unary<f32>(f32x4_nearest, f32_nearest);
  expect_unary<f64>(f64x2_ceil, f64_ceil);
  expect_unary<f64>(f64x2_floor, f64_floor);
  expect_unary<f64>(f64x2_trunc, f64_trunc);
  expect_unary<f64>(f64x2_nearest, f64_nearest);
  // And without the instructions that x86-64 processors may have.
  expect_unary<f32>(detail::vector_ceil<f32>, detail::soft_ceil<f32>);
  expect_unary<f32>(detail::vector_floor<f32>, detail::soft_floor<f32>);
  expect_unary<f32>(detail::vector_trunc<f32>, detail::soft_trunc<f32>);
  expect_unary<f32>(detail::vector_nearest<f32>, detail::soft_nearest<f32>);
  expect_unary<f64>(detail::vector_ceil<f64>, detail::soft_ceil<f64>);
  expect_unary<f64>(detail::vector_floor<f64>, detail::soft_floor<f64>);
  expect_unary<f64>(detail::vector_trunc<f64>, detail::soft_trunc<f64>);
  expect_unary<f64>(detail::vector_nearest<f64>, detail::soft_nearest<f64>);
}

TEST(VectorFloating, Comparisons) {
  expect_comparison<f32>(f32x4_eq, f32_eq);
  expect_comparison<f32>(f32x4_ne, f32_ne);
  expect_comparison<f32>(f32x4_lt, f32_lt);
  expect_comparison<f32>(f32x4_gt, f32_gt);
  expect_comparison<f32>(f32x4_le, f32_le);
  expect_comparison<f32>(f32x4_ge, f32_ge);
  expect_comparison<f64>(f64x2_eq, f64_eq);
  expect_comparison<f64>(f64x2_ne, f64_ne);
  expect_comparison<f64>(f64x2_lt, f64_lt);
  expect_comparison<f64>(f64x2_gt, f64_gt);
  expect_comparison<f64>(f64x2_le, f64_le);
  expect_comparison<f64>(f64x2_ge, f64_ge);
}

TEST(VectorFloating, TruncationsSaturate) {
  for_each_pair<f32>([](V128 a, V128) {
    const Lanes<f32> x = lanes<f32>(a);
    const Lanes<u32> s = lanes<u32>(i32x4_trunc_sat_f32x4_s(a)), u = lanes<u32>(i32x4_trunc_sat_f32x4_u(a));
    for (size_t i = 0; i < 4; ++i) {
      ASSERT_EQ(s[i], i32_trunc_sat_f32_s(x[i])) << x[i];
      ASSERT_EQ(u[i], i32_trunc_sat_f32_u(x[i])) << x[i];
    }
    ASSERT_EQ(pack(s), i32x4_relaxed_trunc_f32x4_s(a));
    ASSERT_EQ(pack(u), i32x4_relaxed_trunc_f32x4_u(a));
  });
  const auto expect = [](V128 a) {
    const Lanes<f64> x = lanes<f64>(a);
    const Lanes<u32> s = lanes<u32>(i32x4_trunc_sat_f64x2_s_zero(a)), u = lanes<u32>(i32x4_trunc_sat_f64x2_u_zero(a));
    ASSERT_EQ(s, (Lanes<u32>{i32_trunc_sat_f64_s(x[0]), i32_trunc_sat_f64_s(x[1]), 0, 0})) << x[0] << ' ' << x[1];
    ASSERT_EQ(u, (Lanes<u32>{i32_trunc_sat_f64_u(x[0]), i32_trunc_sat_f64_u(x[1]), 0, 0})) << x[0] << ' ' << x[1];
    ASSERT_EQ(pack(s), i32x4_relaxed_trunc_f64x2_s_zero(a));
    ASSERT_EQ(pack(u), i32x4_relaxed_trunc_f64x2_u_zero(a));
  };
  for_each_pair<f64>([&](V128 a, V128) { expect(a); });
  test::Random random;
  for (int i = 0; i < 20'000; ++i) {
    // Numbers with fractions about the limits: exponents 2^-2 to 2^34.
    Lanes<u64> bits = {random.next(), random.next()};
    for (u64& lane : bits) lane = (lane & 0x800f'ffff'ffff'ffff) | (1021 + random.next() % 37) << 52;
    expect(pack(bits));
    Lanes<u32> words{};
    for (u32& lane : words) {
      lane = static_cast<u32>((random.next() & 0x807f'ffff) | (125 + random.next() % 37) << 23);
      const f32 x = std::bit_cast<f32>(lane);
      ASSERT_EQ(lanes<u32>(i32x4_trunc_sat_f32x4_s(f32x4_splat(x)))[2], i32_trunc_sat_f32_s(x)) << x;
      ASSERT_EQ(lanes<u32>(i32x4_trunc_sat_f32x4_u(f32x4_splat(x)))[1], i32_trunc_sat_f32_u(x)) << x;
    }
  }
}

TEST(VectorFloating, Conversions) {
  const auto expect = [](V128 a) {
    const Lanes<u32> x = lanes<u32>(a);
    const Lanes<f32> s = lanes<f32>(f32x4_convert_i32x4_s(a)), u = lanes<f32>(f32x4_convert_i32x4_u(a));
    for (size_t i = 0; i < 4; ++i) {
      ASSERT_EQ(s[i], f32_convert_i32_s(x[i])) << x[i];
      ASSERT_EQ(u[i], f32_convert_i32_u(x[i])) << x[i];
    }
    const Lanes<f64> ds = lanes<f64>(f64x2_convert_low_i32x4_s(a)), du = lanes<f64>(f64x2_convert_low_i32x4_u(a));
    for (size_t i = 0; i < 2; ++i) {
      ASSERT_EQ(ds[i], f64_convert_i32_s(x[i])) << x[i];
      ASSERT_EQ(du[i], f64_convert_i32_u(x[i])) << x[i];
    }
  };
  test::Random random;
  for (int i = 0; i < 50'000; ++i) expect(random.next_vector());
  const std::vector<u32> values = test::edge_integers<u32>();
  for (size_t i = 0; i + 4 <= values.size(); ++i) {
    expect(pack(Lanes<u32>{values[i], values[i + 1], values[i + 2], values[i + 3]}));
  }
}

TEST(VectorFloating, PromoteAndDemote) {
  for_each_pair<f32>([](V128 a, V128) {
    const Lanes<f64> r = lanes<f64>(f64x2_promote_low_f32x4(a));
    for (size_t i = 0; i < 2; ++i) ASSERT_TRUE(same(r[i], f64_promote_f32(lanes<f32>(a)[i])));
  });
  for_each_pair<f64>([](V128 a, V128) {
    const V128 v = f32x4_demote_f64x2_zero(a);
    for (size_t i = 0; i < 2; ++i) ASSERT_TRUE(same(lanes<f32>(v)[i], f32_demote_f64(lanes<f64>(a)[i])));
    ASSERT_EQ(lanes<u64>(v)[1], 0u);
  });
}

TEST(VectorFloating, RelaxedMaddRoundsTwice) {
  // (1 + e)(1 - e) = 1 - e^2 rounds to 1: fused, the result would be -e^2 and not 0.
  const V128 a = f32x4_splat(1 + 0x1p-20f), b = f32x4_splat(1 - 0x1p-20f), minus_one = f32x4_splat(-1.0f);
  EXPECT_EQ(f32x4_relaxed_madd(a, b, minus_one), f32x4_splat(0.0f));
  EXPECT_EQ(f32x4_relaxed_nmadd(a, b, f32x4_splat(1.0f)), f32x4_splat(0.0f));
  const V128 c = f64x2_splat(1 + 0x1p-40), d = f64x2_splat(1 - 0x1p-40);
  EXPECT_EQ(f64x2_relaxed_madd(c, d, f64x2_splat(-1.0)), f64x2_splat(0.0));
  EXPECT_EQ(f64x2_relaxed_nmadd(c, d, f64x2_splat(1.0)), f64x2_splat(0.0));
  for_each_pair<f32>([](V128 x, V128 y) {
    const V128 z = f32x4_neg(x);
    const Lanes<f32> xs = lanes<f32>(x), ys = lanes<f32>(y), zs = lanes<f32>(z);
    const Lanes<f32> m = lanes<f32>(f32x4_relaxed_madd(x, y, z)), n = lanes<f32>(f32x4_relaxed_nmadd(x, y, z));
    for (size_t i = 0; i < 4; ++i) {
      const f32 product = f32_mul(xs[i], ys[i]);
      ASSERT_TRUE(same(m[i], f32_add(product, zs[i])));
      ASSERT_TRUE(same(n[i], f32_sub(zs[i], product)));
    }
  });
}

TEST(VectorFloating, CanonicalNan) {
  for_each_pair<f32>([](V128 a, V128 b) {
    const Lanes<f32> x = lanes<f32>(a), r = lanes<f32>(f32x4_canonical_nan(a));
    for (size_t i = 0; i < 4; ++i) ASSERT_EQ(detail::bits_of(r[i]), detail::bits_of(canonical_nan(x[i])));
    const Lanes<f64> y = lanes<f64>(b), d = lanes<f64>(f64x2_canonical_nan(b));
    for (size_t i = 0; i < 2; ++i) ASSERT_EQ(detail::bits_of(d[i]), detail::bits_of(canonical_nan(y[i])));
  });
}

}  // namespace
}  // namespace invar::semantics
