// Every lane operation against arithmetic in 64 bits: exhaustively for 8-bit lanes, on corner cases and random lanes
// for wider ones.
#include "engine/semantics/vector_integer.h"

#include "engine/semantics/test_support.h"
#include "engine/semantics/vector_relaxed.h"

namespace invar::semantics {
namespace {

using detail::lane_count;
using detail::Lanes;
using detail::lanes;
using detail::pack;

/// Calls f(a, b) with vectors that pair all values of 8-bit lanes, or all corner cases of wider ones, and at random.
template <class T, class F>
void for_each_pair(F f) {
  using Unsigned = std::make_unsigned_t<T>;
  std::vector<Unsigned> values;
  if constexpr (sizeof(T) == 1) {
    for (int i = 0; i < 256; ++i) values.push_back(static_cast<Unsigned>(i));
  } else {
    values = test::edge_integers<Unsigned>();
  }
  constexpr size_t n = lane_count<Unsigned>;
  for (size_t i = 0; i < values.size(); ++i) {
    for (size_t j = 0; j < values.size(); j += n) {
      Lanes<Unsigned> a{}, b{};
      for (size_t lane = 0; lane < n; ++lane) {
        // Along a diagonal, so that neighbours differ in both vectors; every pair occurs.
        a[lane] = values[(i + lane) % values.size()];
        b[lane] = values[(j + lane) % values.size()];
      }
      f(pack(a), pack(b));
      for (Unsigned& lane : a) lane = values[i];
      f(pack(a), pack(b));
    }
  }
  test::Random random;
  for (int i = 0; i < 2'000; ++i) {
    const V128 a = random.next_vector(), b = random.next_vector();
    f(a, b);
  }
}

/// The lanes of f(a, b) are the low bits of reference(x, y), with the lanes of type T as s64.
template <class T, class Reference>
void expect_binary(V128 (*f)(V128, V128), Reference reference) {
  for_each_pair<T>([&](V128 a, V128 b) {
    const Lanes<T> x = lanes<T>(a), y = lanes<T>(b), r = lanes<T>(f(a, b));
    for (size_t i = 0; i < lane_count<T>; ++i) {
      ASSERT_EQ(r[i], static_cast<T>(reference(static_cast<s64>(x[i]), static_cast<s64>(y[i]))))
          << "lane " << i << ": " << +x[i] << ", " << +y[i];
    }
  });
}

template <class T, class Reference>
void expect_unary(V128 (*f)(V128), Reference reference) {
  for_each_pair<T>([&](V128 a, V128) {
    const Lanes<T> x = lanes<T>(a), r = lanes<T>(f(a));
    for (size_t i = 0; i < lane_count<T>; ++i) {
      ASSERT_EQ(r[i], static_cast<T>(reference(static_cast<s64>(x[i])))) << "lane " << i << ": " << +x[i];
    }
  });
}

template <class T>
s64 saturated(s64 value) {
  if (value < static_cast<s64>(std::numeric_limits<T>::min())) return static_cast<s64>(std::numeric_limits<T>::min());
  if (value > static_cast<s64>(std::numeric_limits<T>::max())) return static_cast<s64>(std::numeric_limits<T>::max());
  return value;
}

const auto add = [](s64 x, s64 y) { return static_cast<u64>(x) + static_cast<u64>(y); };
const auto sub = [](s64 x, s64 y) { return static_cast<u64>(x) - static_cast<u64>(y); };
const auto mul = [](s64 x, s64 y) { return static_cast<u64>(x) * static_cast<u64>(y); };
const auto neg = [](s64 x) { return 0 - static_cast<u64>(x); };
const auto abs = [](s64 x) { return x < 0 ? 0 - static_cast<u64>(x) : static_cast<u64>(x); };
const auto min = [](s64 x, s64 y) { return x < y ? x : y; };
const auto max = [](s64 x, s64 y) { return x < y ? y : x; };
const auto avgr = [](s64 x, s64 y) { return (x + y + 1) / 2; };
const auto eq = [](s64 x, s64 y) { return x == y ? -1 : 0; };
const auto ne = [](s64 x, s64 y) { return x == y ? 0 : -1; };
const auto lt = [](s64 x, s64 y) { return x < y ? -1 : 0; };
const auto gt = [](s64 x, s64 y) { return x > y ? -1 : 0; };
const auto le = [](s64 x, s64 y) { return x > y ? 0 : -1; };
const auto ge = [](s64 x, s64 y) { return x < y ? 0 : -1; };

TEST(VectorInteger, Arithmetic) {
  expect_binary<u8>(i8x16_add, add);
  expect_binary<u16>(i16x8_add, add);
  expect_binary<u32>(i32x4_add, add);
  expect_binary<u64>(i64x2_add, add);
  expect_binary<u8>(i8x16_sub, sub);
  expect_binary<u16>(i16x8_sub, sub);
  expect_binary<u32>(i32x4_sub, sub);
  expect_binary<u64>(i64x2_sub, sub);
  expect_binary<u16>(i16x8_mul, mul);
  expect_binary<u32>(i32x4_mul, mul);
  expect_binary<u64>(i64x2_mul, mul);
  expect_unary<u8>(i8x16_neg, neg);
  expect_unary<u16>(i16x8_neg, neg);
  expect_unary<u32>(i32x4_neg, neg);
  expect_unary<u64>(i64x2_neg, neg);
  expect_unary<s8>(i8x16_abs, abs);
  expect_unary<s16>(i16x8_abs, abs);
  expect_unary<s32>(i32x4_abs, abs);
  expect_unary<s64>(i64x2_abs, abs);
}

TEST(VectorInteger, SaturatingArithmetic) {
  const auto add_s8 = [](s64 x, s64 y) { return saturated<s8>(x + y); };
  const auto sub_s8 = [](s64 x, s64 y) { return saturated<s8>(x - y); };
  const auto add_u8 = [](s64 x, s64 y) { return saturated<u8>(x + y); };
  const auto sub_u8 = [](s64 x, s64 y) { return saturated<u8>(x - y); };
  const auto add_s16 = [](s64 x, s64 y) { return saturated<s16>(x + y); };
  const auto sub_s16 = [](s64 x, s64 y) { return saturated<s16>(x - y); };
  const auto add_u16 = [](s64 x, s64 y) { return saturated<u16>(x + y); };
  const auto sub_u16 = [](s64 x, s64 y) { return saturated<u16>(x - y); };
  expect_binary<s8>(i8x16_add_sat_s, add_s8);
  expect_binary<s8>(i8x16_sub_sat_s, sub_s8);
  expect_binary<u8>(i8x16_add_sat_u, add_u8);
  expect_binary<u8>(i8x16_sub_sat_u, sub_u8);
  expect_binary<s16>(i16x8_add_sat_s, add_s16);
  expect_binary<s16>(i16x8_sub_sat_s, sub_s16);
  expect_binary<u16>(i16x8_add_sat_u, add_u16);
  expect_binary<u16>(i16x8_sub_sat_u, sub_u16);
  const auto q15 = [](s64 x, s64 y) { return saturated<s16>((x * y + 0x4000) >> 15); };
  expect_binary<s16>(i16x8_q15mulr_sat_s, q15);
  expect_binary<s16>(i16x8_relaxed_q15mulr_s, q15);
}

TEST(VectorInteger, MinMaxAverage) {
  expect_binary<s8>(i8x16_min_s, min);
  expect_binary<u8>(i8x16_min_u, min);
  expect_binary<s8>(i8x16_max_s, max);
  expect_binary<u8>(i8x16_max_u, max);
  expect_binary<s16>(i16x8_min_s, min);
  expect_binary<u16>(i16x8_min_u, min);
  expect_binary<s16>(i16x8_max_s, max);
  expect_binary<u16>(i16x8_max_u, max);
  expect_binary<s32>(i32x4_min_s, min);
  expect_binary<u32>(i32x4_min_u, min);
  expect_binary<s32>(i32x4_max_s, max);
  expect_binary<u32>(i32x4_max_u, max);
  expect_binary<u8>(i8x16_avgr_u, avgr);
  expect_binary<u16>(i16x8_avgr_u, avgr);
}

TEST(VectorInteger, Comparisons) {
  expect_binary<u8>(i8x16_eq, eq);
  expect_binary<u8>(i8x16_ne, ne);
  expect_binary<s8>(i8x16_lt_s, lt);
  expect_binary<u8>(i8x16_lt_u, lt);
  expect_binary<s8>(i8x16_gt_s, gt);
  expect_binary<u8>(i8x16_gt_u, gt);
  expect_binary<s8>(i8x16_le_s, le);
  expect_binary<u8>(i8x16_le_u, le);
  expect_binary<s8>(i8x16_ge_s, ge);
  expect_binary<u8>(i8x16_ge_u, ge);
  expect_binary<u16>(i16x8_eq, eq);
  expect_binary<u16>(i16x8_ne, ne);
  expect_binary<s16>(i16x8_lt_s, lt);
  expect_binary<u16>(i16x8_lt_u, lt);
  expect_binary<s16>(i16x8_gt_s, gt);
  expect_binary<u16>(i16x8_gt_u, gt);
  expect_binary<s16>(i16x8_le_s, le);
  expect_binary<u16>(i16x8_le_u, le);
  expect_binary<s16>(i16x8_ge_s, ge);
  expect_binary<u16>(i16x8_ge_u, ge);
  expect_binary<u32>(i32x4_eq, eq);
  expect_binary<u32>(i32x4_ne, ne);
  expect_binary<s32>(i32x4_lt_s, lt);
  expect_binary<u32>(i32x4_lt_u, lt);
  expect_binary<s32>(i32x4_gt_s, gt);
  expect_binary<u32>(i32x4_gt_u, gt);
  expect_binary<s32>(i32x4_le_s, le);
  expect_binary<u32>(i32x4_le_u, le);
  expect_binary<s32>(i32x4_ge_s, ge);
  expect_binary<u32>(i32x4_ge_u, ge);
  expect_binary<u64>(i64x2_eq, eq);
  expect_binary<u64>(i64x2_ne, ne);
  expect_binary<s64>(i64x2_lt_s, lt);
  expect_binary<s64>(i64x2_gt_s, gt);
  expect_binary<s64>(i64x2_le_s, le);
  expect_binary<s64>(i64x2_ge_s, ge);
}

/// Counts from 0 to beyond twice the width, and those that only differ in high bits.
template <class T, class Reference>
void expect_shift(V128 (*f)(V128, u32), Reference reference) {
  constexpr u32 width = 8 * sizeof(T);
  for (u32 count = 0; count < 2 * width + 2; ++count) {
    for (u32 high : {0u, 0x80u, 0x8000'0000u, 0xffff'ff00u}) {
      for_each_pair<u16>([&](V128 a, V128) {
        const Lanes<T> x = lanes<T>(a), r = lanes<T>(f(a, count | high));
        for (size_t i = 0; i < lane_count<T>; ++i) {
          ASSERT_EQ(r[i], static_cast<T>(reference(static_cast<s64>(x[i]), (count | high) % width))) << count;
        }
      });
    }
  }
}

TEST(VectorInteger, Shifts) {
  const auto shl = [](s64 x, u32 n) { return static_cast<u64>(x) << n; };
  // Lanes come sign- or zero-extended according to their type, but for the two of 64 bits.
  const auto shr = [](s64 x, u32 n) { return x >> n; };
  const auto shr_u64 = [](s64 x, u32 n) { return static_cast<u64>(x) >> n; };
  expect_shift<u8>(i8x16_shl, shl);
  expect_shift<s8>(i8x16_shr_s, shr);
  expect_shift<u8>(i8x16_shr_u, shr);
  expect_shift<u16>(i16x8_shl, shl);
  expect_shift<s16>(i16x8_shr_s, shr);
  expect_shift<u16>(i16x8_shr_u, shr);
  expect_shift<u32>(i32x4_shl, shl);
  expect_shift<s32>(i32x4_shr_s, shr);
  expect_shift<u32>(i32x4_shr_u, shr);
  expect_shift<u64>(i64x2_shl, shl);
  expect_shift<s64>(i64x2_shr_s, shr);
  expect_shift<u64>(i64x2_shr_u, shr_u64);
}

TEST(VectorInteger, PopulationCount) {
  expect_unary<u8>(i8x16_popcnt, [](s64 x) {
    int ones = 0;
    for (; x != 0; x &= x - 1) ++ones;
    return ones;
  });
}

template <class T>
void expect_masks(u32 (*all_true)(V128), u32 (*bitmask)(V128)) {
  const auto expect = [&](V128 a) {
    u32 all = 1, mask = 0;
    const Lanes<T> x = lanes<T>(a);
    for (size_t i = 0; i < lane_count<T>; ++i) {
      all &= x[i] != 0;
      mask |= static_cast<u32>(x[i] < 0) << i;
    }
    ASSERT_EQ(all_true(a), all);
    ASSERT_EQ(bitmask(a), mask);
  };
  for_each_pair<T>([&](V128 a, V128 b) {
    expect(a);
    expect(b);
  });
  // One lane unlike the others, one bit at a time.
  for (size_t bit = 0; bit < 128; ++bit) {
    V128 one{};
    one.bytes[bit / 8] = static_cast<u8>(1 << bit % 8);
    expect(one);
    for (u8& byte : one.bytes) byte = static_cast<u8>(~byte);
    expect(one);
  }
  for (size_t lane = 0; lane < lane_count<T>; ++lane) {
    Lanes<T> hole;
    hole.fill(static_cast<T>(-1));
    hole[lane] = 0;
    expect(pack(hole));
  }
}

TEST(VectorInteger, AllTrueAndBitmask) {
  expect_masks<s8>(i8x16_all_true, i8x16_bitmask);
  expect_masks<s16>(i16x8_all_true, i16x8_bitmask);
  expect_masks<s32>(i32x4_all_true, i32x4_bitmask);
  expect_masks<s64>(i64x2_all_true, i64x2_bitmask);
}

template <class From, class To>
void expect_narrow(V128 (*f)(V128, V128)) {
  for_each_pair<From>([&](V128 a, V128 b) {
    const Lanes<From> x = lanes<From>(a), y = lanes<From>(b);
    const Lanes<To> r = lanes<To>(f(a, b));
    constexpr size_t n = lane_count<From>;
    for (size_t i = 0; i < n; ++i) {
      ASSERT_EQ(r[i], static_cast<To>(saturated<To>(x[i]))) << x[i];
      ASSERT_EQ(r[n + i], static_cast<To>(saturated<To>(y[i]))) << y[i];
    }
  });
}

TEST(VectorInteger, NarrowSaturates) {
  expect_narrow<s16, s8>(i8x16_narrow_i16x8_s);
  expect_narrow<s16, u8>(i8x16_narrow_i16x8_u);
  expect_narrow<s32, s16>(i16x8_narrow_i32x4_s);
  expect_narrow<s32, u16>(i16x8_narrow_i32x4_u);
}

template <class From, class To>
void expect_widening(V128 (*low)(V128), V128 (*high)(V128), V128 (*mul_low)(V128, V128), V128 (*mul_high)(V128, V128)) {
  for_each_pair<From>([&](V128 a, V128 b) {
    const Lanes<From> x = lanes<From>(a), y = lanes<From>(b);
    const Lanes<To> l = lanes<To>(low(a)), h = lanes<To>(high(a));
    const Lanes<To> ml = lanes<To>(mul_low(a, b)), mh = lanes<To>(mul_high(a, b));
    constexpr size_t n = lane_count<To>;
    for (size_t i = 0; i < n; ++i) {
      ASSERT_EQ(l[i], static_cast<To>(x[i]));
      ASSERT_EQ(h[i], static_cast<To>(x[n + i]));
      ASSERT_EQ(ml[i], static_cast<To>(mul(x[i], y[i])));
      ASSERT_EQ(mh[i], static_cast<To>(mul(x[n + i], y[n + i])));
    }
  });
}

TEST(VectorInteger, ExtendsAndMultipliesHalves) {
  expect_widening<s8, s16>(i16x8_extend_low_i8x16_s, i16x8_extend_high_i8x16_s, i16x8_extmul_low_i8x16_s,
                           i16x8_extmul_high_i8x16_s);
  expect_widening<u8, u16>(i16x8_extend_low_i8x16_u, i16x8_extend_high_i8x16_u, i16x8_extmul_low_i8x16_u,
                           i16x8_extmul_high_i8x16_u);
  expect_widening<s16, s32>(i32x4_extend_low_i16x8_s, i32x4_extend_high_i16x8_s, i32x4_extmul_low_i16x8_s,
                            i32x4_extmul_high_i16x8_s);
  expect_widening<u16, u32>(i32x4_extend_low_i16x8_u, i32x4_extend_high_i16x8_u, i32x4_extmul_low_i16x8_u,
                            i32x4_extmul_high_i16x8_u);
  expect_widening<s32, s64>(i64x2_extend_low_i32x4_s, i64x2_extend_high_i32x4_s, i64x2_extmul_low_i32x4_s,
                            i64x2_extmul_high_i32x4_s);
  expect_widening<u32, u64>(i64x2_extend_low_i32x4_u, i64x2_extend_high_i32x4_u, i64x2_extmul_low_i32x4_u,
                            i64x2_extmul_high_i32x4_u);
}

template <class From, class To>
void expect_pairwise(V128 (*f)(V128)) {
  for_each_pair<From>([&](V128 a, V128 b) {
    for (V128 v : {a, b}) {
      const Lanes<From> x = lanes<From>(v);
      const Lanes<To> r = lanes<To>(f(v));
      for (size_t i = 0; i < r.size(); ++i) {
        ASSERT_EQ(r[i], static_cast<To>(static_cast<s64>(x[2 * i]) + static_cast<s64>(x[2 * i + 1])));
      }
    }
  });
}

TEST(VectorInteger, AddsPairs) {
  expect_pairwise<s8, s16>(i16x8_extadd_pairwise_i8x16_s);
  expect_pairwise<u8, u16>(i16x8_extadd_pairwise_i8x16_u);
  expect_pairwise<s16, s32>(i32x4_extadd_pairwise_i16x8_s);
  expect_pairwise<u16, u32>(i32x4_extadd_pairwise_i16x8_u);
}

TEST(VectorInteger, DotProducts) {
  for_each_pair<s16>([](V128 a, V128 b) {
    const Lanes<s16> x = lanes<s16>(a), y = lanes<s16>(b);
    const Lanes<u32> r = lanes<u32>(i32x4_dot_i16x8_s(a, b));
    for (size_t i = 0; i < 4; ++i) {
      ASSERT_EQ(r[i], static_cast<u32>(s64{x[2 * i]} * y[2 * i] + s64{x[2 * i + 1]} * y[2 * i + 1]));
    }
  });
  const V128 lowest = detail::splat<s16>(-32768);
  EXPECT_EQ(i32x4_dot_i16x8_s(lowest, lowest), detail::splat<u32>(0x8000'0000));
}

TEST(VectorInteger, RelaxedDotProducts) {
  for_each_pair<s8>([](V128 a, V128 b) {
    const Lanes<s8> x = lanes<s8>(a), y = lanes<s8>(b);
    const Lanes<s16> r = lanes<s16>(i16x8_relaxed_dot_i8x16_i7x16_s(a, b));
    const V128 c = i32x4_mul(a, b);
    const Lanes<u32> sums = lanes<u32>(i32x4_relaxed_dot_i8x16_i7x16_add_s(a, b, c));
    for (size_t i = 0; i < 8; ++i) {
      const s64 dot = saturated<s16>(s64{x[2 * i]} * y[2 * i] + s64{x[2 * i + 1]} * y[2 * i + 1]);
      ASSERT_EQ(r[i], static_cast<s16>(dot));
    }
    for (size_t i = 0; i < 4; ++i) {
      ASSERT_EQ(sums[i], static_cast<u32>(r[2 * i] + r[2 * i + 1]) + lanes<u32>(c)[i]);
    }
  });
}

}  // namespace
}  // namespace invar::semantics
