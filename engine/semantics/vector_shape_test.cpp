#include "engine/semantics/vector_shape.h"

#include "engine/semantics/test_support.h"
#include "engine/semantics/vector_relaxed.h"

namespace invar::semantics {
namespace {

using detail::lanes;

constexpr V128 counting = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}};

static_assert(i32x4_splat(7) == V128{{7, 0, 0, 0, 7, 0, 0, 0, 7, 0, 0, 0, 7, 0, 0, 0}});
static_assert(i16x8_extract_lane_u(counting, 1) == 0x0302);
static_assert(i8x16_swizzle(counting, i8x16_splat(16)) == V128{});
static_assert(v128_any_true(V128{}) == 0 && v128_any_true(counting) == 1);

TEST(VectorShape, BitwiseByteByByte) {
  test::Random random;
  for (int n = 0; n < 1'000; ++n) {
    const V128 a = random.next_vector(), b = random.next_vector(), m = random.next_vector();
    for (size_t i = 0; i < 16; ++i) {
      const u8 x = a.bytes[i], y = b.bytes[i], z = m.bytes[i];
      EXPECT_EQ(v128_not(a).bytes[i], static_cast<u8>(~x));
      EXPECT_EQ(v128_and(a, b).bytes[i], x & y);
      EXPECT_EQ(v128_andnot(a, b).bytes[i], static_cast<u8>(x & ~y));
      EXPECT_EQ(v128_or(a, b).bytes[i], x | y);
      EXPECT_EQ(v128_xor(a, b).bytes[i], x ^ y);
      const u8 selected = static_cast<u8>((x & z) | (y & ~z));
      EXPECT_EQ(v128_bitselect(a, b, m).bytes[i], selected);
      EXPECT_EQ(i8x16_relaxed_laneselect(a, b, m).bytes[i], selected);
      EXPECT_EQ(i16x8_relaxed_laneselect(a, b, m).bytes[i], selected);
      EXPECT_EQ(i32x4_relaxed_laneselect(a, b, m).bytes[i], selected);
      EXPECT_EQ(i64x2_relaxed_laneselect(a, b, m).bytes[i], selected);
    }
  }
}

TEST(VectorShape, AnyTrueSeesEveryBit) {
  EXPECT_EQ(v128_any_true(V128{}), 0u);
  for (size_t bit = 0; bit < 128; ++bit) {
    V128 one{};
    one.bytes[bit / 8] = static_cast<u8>(1 << bit % 8);
    EXPECT_EQ(v128_any_true(one), 1u);
  }
}

TEST(VectorShape, SplatsKeepTheLowBits) {
  for (u64 x : test::edge_integers<u64>()) {
    const u32 word = static_cast<u32>(x);
    for (size_t i = 0; i < 16; ++i) {
      EXPECT_EQ(i8x16_splat(word).bytes[i], static_cast<u8>(x));
      EXPECT_EQ(i16x8_splat(word).bytes[i], static_cast<u8>(x >> 8 * (i % 2)));
      EXPECT_EQ(i32x4_splat(word).bytes[i], static_cast<u8>(x >> 8 * (i % 4)));
      EXPECT_EQ(i64x2_splat(x).bytes[i], static_cast<u8>(x >> 8 * (i % 8)));
    }
  }
  // A signalling NaN is bits like any other.
  for (f32 x : test::edge_floats<f32>()) EXPECT_EQ(f32x4_splat(x), i32x4_splat(detail::bits_of(x)));
  for (f64 x : test::edge_floats<f64>()) EXPECT_EQ(f64x2_splat(x), i64x2_splat(detail::bits_of(x)));
}

TEST(VectorShape, LanesComeOutAndGoIn) {
  test::Random random;
  for (int n = 0; n < 200; ++n) {
    const V128 v = random.next_vector();
    const u64 x = random.next();
    for (u8 i = 0; i < 16; ++i) {
      EXPECT_EQ(i8x16_extract_lane_u(v, i), v.bytes[i]);
      EXPECT_EQ(i8x16_extract_lane_s(v, i), v.bytes[i] < 128 ? v.bytes[i] : v.bytes[i] - 256u);
      V128 expected = v;
      expected.bytes[i] = static_cast<u8>(x);
      EXPECT_EQ(i8x16_replace_lane(v, static_cast<u32>(x), i), expected);
    }
    for (u8 i = 0; i < 8; ++i) {
      const u32 lane = v.bytes[2 * i] + 256u * v.bytes[2 * i + 1];
      EXPECT_EQ(i16x8_extract_lane_u(v, i), lane);
      EXPECT_EQ(i16x8_extract_lane_s(v, i), lane < 0x8000 ? lane : lane - 0x1'0000);
      V128 expected = v;
      expected.bytes[2 * i] = static_cast<u8>(x);
      expected.bytes[2 * i + 1] = static_cast<u8>(x >> 8);
      EXPECT_EQ(i16x8_replace_lane(v, static_cast<u32>(x), i), expected);
    }
    for (u8 i = 0; i < 4; ++i) {
      u32 lane = 0;
      V128 expected = v;
      for (size_t byte = 0; byte < 4; ++byte) {
        lane |= u32{v.bytes[4 * i + byte]} << 8 * byte;
        expected.bytes[4 * i + byte] = static_cast<u8>(x >> 8 * byte);
      }
      EXPECT_EQ(i32x4_extract_lane(v, i), lane);
      EXPECT_EQ(detail::bits_of(f32x4_extract_lane(v, i)), lane);
      EXPECT_EQ(i32x4_replace_lane(v, static_cast<u32>(x), i), expected);
      EXPECT_EQ(f32x4_replace_lane(v, std::bit_cast<f32>(static_cast<u32>(x)), i), expected);
    }
    for (u8 i = 0; i < 2; ++i) {
      u64 lane = 0;
      V128 expected = v;
      for (size_t byte = 0; byte < 8; ++byte) {
        lane |= u64{v.bytes[8 * i + byte]} << 8 * byte;
        expected.bytes[8 * i + byte] = static_cast<u8>(x >> 8 * byte);
      }
      EXPECT_EQ(i64x2_extract_lane(v, i), lane);
      EXPECT_EQ(detail::bits_of(f64x2_extract_lane(v, i)), lane);
      EXPECT_EQ(i64x2_replace_lane(v, x, i), expected);
      EXPECT_EQ(f64x2_replace_lane(v, std::bit_cast<f64>(x), i), expected);
    }
  }
}

TEST(VectorShape, ShufflePicksFromBoth) {
  test::Random random;
  for (int n = 0; n < 1'000; ++n) {
    const V128 a = random.next_vector(), b = random.next_vector();
    V128 pick = random.next_vector();
    for (u8& lane : pick.bytes) lane %= 32;
    const V128 r = i8x16_shuffle(a, b, pick);
    EXPECT_EQ(detail::soft_shuffle(a, b, pick), r);
    EXPECT_EQ(detail::pack(detail::shuffle_without_pshufb(detail::vector<u8>(a), detail::vector<u8>(b),
                                                          detail::vector<u8>(pick))),
              r);
    for (size_t i = 0; i < 16; ++i) {
      EXPECT_EQ(r.bytes[i], pick.bytes[i] < 16 ? a.bytes[pick.bytes[i]] : b.bytes[pick.bytes[i] - 16]);
    }
  }
}

TEST(VectorShape, SwizzleOutOfRangeIsZero) {
  const V128 a = i8x16_splat(0x5a);
  for (u32 index = 0; index < 256; ++index) {
    const V128 expected = index < 16 ? a : V128{};
    EXPECT_EQ(i8x16_swizzle(a, i8x16_splat(index)), expected) << index;
    EXPECT_EQ(detail::soft_swizzle(a, i8x16_splat(index)), expected) << index;
    EXPECT_EQ(i8x16_relaxed_swizzle(a, i8x16_splat(index)), expected) << index;
  }
  test::Random random;
  for (int n = 0; n < 1'000; ++n) {
    const V128 v = random.next_vector(), indices = random.next_vector(), r = i8x16_swizzle(v, indices);
    V128 small = indices;
    for (u8& index : small.bytes) index %= 20;
    const V128 s = i8x16_swizzle(v, small);
    EXPECT_EQ(detail::soft_swizzle(v, indices), r);
    EXPECT_EQ(detail::soft_swizzle(v, small), s);
    EXPECT_EQ(detail::pack(detail::swizzle_without_pshufb(detail::vector<u8>(v), detail::vector<u8>(indices))), r);
    for (size_t i = 0; i < 16; ++i) {
      EXPECT_EQ(r.bytes[i], indices.bytes[i] < 16 ? v.bytes[indices.bytes[i]] : 0);
      EXPECT_EQ(s.bytes[i], small.bytes[i] < 16 ? v.bytes[small.bytes[i]] : 0);
    }
  }
}

}  // namespace
}  // namespace invar::semantics
