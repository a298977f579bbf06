#include "engine/semantics/memory_access.h"

#include "engine/semantics/atomic.h"
#include "engine/semantics/test_support.h"

namespace invar::semantics {
namespace {

using test::edge_floats;
using test::edge_integers;

static_assert(i32_load8_s(0x80) == 0xffff'ff80 && i32_load8_u(0x80) == 0x80 &&
              i64_load32_s(0x8000'0000) == 0xffff'ffff'8000'0000);
static_assert(i64_store8(0x1234) == 0x34 && i32_store16(0x12345678) == 0x5678);
static_assert(v128_load32_zero(0x0403'0201) == V128{{1, 2, 3, 4}});
static_assert(v128_load8x8_s(0x80) == V128{{0x80, 0xff}});

u64 sign_extended(u64 raw, int bits) { return raw >> (bits - 1) ? raw - (u64{1} << bits) : raw; }

TEST(MemoryAccess, ScalarLoadsExtend) {
  for (u64 a : edge_integers<u64>()) {
    const u8 b8 = static_cast<u8>(a);
    const u16 b16 = static_cast<u16>(a);
    const u32 b32 = static_cast<u32>(a);
    EXPECT_EQ(i32_load(b32), b32);
    EXPECT_EQ(i64_load(a), a);
    EXPECT_EQ(i32_load8_s(b8), static_cast<u32>(sign_extended(b8, 8)));
    EXPECT_EQ(i32_load8_u(b8), b8);
    EXPECT_EQ(i32_load16_s(b16), static_cast<u32>(sign_extended(b16, 16)));
    EXPECT_EQ(i32_load16_u(b16), b16);
    EXPECT_EQ(i64_load8_s(b8), sign_extended(b8, 8));
    EXPECT_EQ(i64_load8_u(b8), b8);
    EXPECT_EQ(i64_load16_s(b16), sign_extended(b16, 16));
    EXPECT_EQ(i64_load16_u(b16), b16);
    EXPECT_EQ(i64_load32_s(b32), sign_extended(b32, 32));
    EXPECT_EQ(i64_load32_u(b32), b32);
    EXPECT_EQ(i32_store(b32), b32);
    EXPECT_EQ(i32_store8(b32), a % 256);
    EXPECT_EQ(i32_store16(b32), a % 65536);
    EXPECT_EQ(i64_store(a), a);
    EXPECT_EQ(i64_store8(a), a % 256);
    EXPECT_EQ(i64_store16(a), a % 65536);
    EXPECT_EQ(i64_store32(a), a % (u64{1} << 32));
  }
}

TEST(MemoryAccess, FloatsKeepEveryBit) {
  for (f32 x : edge_floats<f32>()) {
    EXPECT_EQ(f32_store(x), detail::bits_of(x));
    EXPECT_EQ(detail::bits_of(f32_load(detail::bits_of(x))), detail::bits_of(x));
  }
  for (f64 x : edge_floats<f64>()) {
    EXPECT_EQ(f64_store(x), detail::bits_of(x));
    EXPECT_EQ(detail::bits_of(f64_load(detail::bits_of(x))), detail::bits_of(x));
  }
}

/// The lanes of `v`, of `bytes` bytes each, as numbers.
std::vector<u64> numbers(V128 v, size_t bytes) {
  std::vector<u64> result;
  for (size_t i = 0; i < 16; i += bytes) {
    u64 lane = 0;
    for (size_t byte = 0; byte < bytes; ++byte) lane |= u64{v.bytes[i + byte]} << 8 * byte;
    result.push_back(lane);
  }
  return result;
}

TEST(MemoryAccess, VectorLoads) {
  for (u64 a : edge_integers<u64>()) {
    // Lanes of 1, 2, 4 bytes widened to twice that.
    const auto expect = [a](V128 with_sign, V128 without, size_t bytes) {
      const u64 mask = (u64{1} << 8 * bytes) - 1, wide_mask = bytes == 4 ? ~u64{0} : (u64{1} << 16 * bytes) - 1;
      const std::vector<u64> s = numbers(with_sign, 2 * bytes), u = numbers(without, 2 * bytes);
      for (size_t i = 0; i < 8 / bytes; ++i) {
        const u64 lane = a >> 8 * bytes * i & mask;
        EXPECT_EQ(u[i], lane);
        EXPECT_EQ(s[i], sign_extended(lane, static_cast<int>(8 * bytes)) & wide_mask);
      }
    };
    expect(v128_load8x8_s(a), v128_load8x8_u(a), 1);
    expect(v128_load16x4_s(a), v128_load16x4_u(a), 2);
    expect(v128_load32x2_s(a), v128_load32x2_u(a), 4);
    EXPECT_EQ(numbers(v128_load8_splat(static_cast<u8>(a)), 1), std::vector<u64>(16, a & 0xff));
    EXPECT_EQ(numbers(v128_load16_splat(static_cast<u16>(a)), 2), std::vector<u64>(8, a & 0xffff));
    EXPECT_EQ(numbers(v128_load32_splat(static_cast<u32>(a)), 4), std::vector<u64>(4, a & 0xffff'ffff));
    EXPECT_EQ(numbers(v128_load64_splat(a), 8), std::vector<u64>(2, a));
    EXPECT_EQ(numbers(v128_load32_zero(static_cast<u32>(a)), 8), (std::vector<u64>{a & 0xffff'ffff, 0}));
    EXPECT_EQ(numbers(v128_load64_zero(a), 8), (std::vector<u64>{a, 0}));
  }
}

TEST(MemoryAccess, LaneAccesses) {
  test::Random random;
  const auto expect = [&](size_t bytes, auto load, auto store) {
    const V128 v = random.next_vector();
    const u64 raw = random.next();
    const u64 mask = bytes == 8 ? ~u64{0} : (u64{1} << 8 * bytes) - 1;
    for (u8 lane = 0; lane < 16 / bytes; ++lane) {
      std::vector<u64> expected = numbers(v, bytes);
      EXPECT_EQ(store(v, lane), expected[lane]);
      expected[lane] = raw & mask;
      EXPECT_EQ(numbers(load(raw, v, lane), bytes), expected);
    }
  };
  for (int i = 0; i < 100; ++i) {
    expect(
        1, [](u64 raw, V128 v, u8 lane) { return v128_load8_lane(static_cast<u8>(raw), v, lane); }, v128_store8_lane);
    expect(
        2, [](u64 raw, V128 v, u8 lane) { return v128_load16_lane(static_cast<u16>(raw), v, lane); },
        v128_store16_lane);
    expect(
        4, [](u64 raw, V128 v, u8 lane) { return v128_load32_lane(static_cast<u32>(raw), v, lane); },
        v128_store32_lane);
    expect(8, v128_load64_lane, v128_store64_lane);
    const V128 v = random.next_vector();
    EXPECT_EQ(v128_load(v), v);
    EXPECT_EQ(v128_store(v), v);
  }
}

/// One width of every atomic instruction, against arithmetic in 64 bits cut to that width.
template <class Raw, class Value>
void expect_atomics(Value (*load)(Raw), Raw (*store)(Value), Raw (*add)(Raw, Value), Raw (*sub)(Raw, Value),
                    Raw (*and_)(Raw, Value), Raw (*or_)(Raw, Value), Raw (*xor_)(Raw, Value), Raw (*xchg)(Raw, Value),
                    Raw (*cmpxchg)(Raw, Value, Value)) {
  for (u64 a : edge_integers<u64>()) {
    const Raw memory = static_cast<Raw>(a);
    EXPECT_EQ(load(memory), memory);
    EXPECT_EQ(store(static_cast<Value>(a)), memory);
    for (u64 b : edge_integers<u64>()) {
      const Value operand = static_cast<Value>(b);
      EXPECT_EQ(add(memory, operand), static_cast<Raw>(a + b));
      EXPECT_EQ(sub(memory, operand), static_cast<Raw>(a - b));
      EXPECT_EQ(and_(memory, operand), static_cast<Raw>(a & b));
      EXPECT_EQ(or_(memory, operand), static_cast<Raw>(a | b));
      EXPECT_EQ(xor_(memory, operand), static_cast<Raw>(a ^ b));
      EXPECT_EQ(xchg(memory, operand), static_cast<Raw>(b));
      // The expected value counts only as far as the access is wide.
      const Raw replacement = static_cast<Raw>(~b);
      EXPECT_EQ(cmpxchg(memory, operand, static_cast<Value>(~b)), static_cast<Raw>(b) == memory ? replacement : memory);
      EXPECT_EQ(cmpxchg(memory, static_cast<Value>(a), static_cast<Value>(~b)), replacement);
    }
  }
}

TEST(Atomic, ReadModifyWrite) {
  expect_atomics<u32, u32>(i32_atomic_load, i32_atomic_store, i32_atomic_rmw_add, i32_atomic_rmw_sub,
                           i32_atomic_rmw_and, i32_atomic_rmw_or, i32_atomic_rmw_xor, i32_atomic_rmw_xchg,
                           i32_atomic_rmw_cmpxchg);
  expect_atomics<u64, u64>(i64_atomic_load, i64_atomic_store, i64_atomic_rmw_add, i64_atomic_rmw_sub,
                           i64_atomic_rmw_and, i64_atomic_rmw_or, i64_atomic_rmw_xor, i64_atomic_rmw_xchg,
                           i64_atomic_rmw_cmpxchg);
  expect_atomics<u8, u32>(i32_atomic_load8_u, i32_atomic_store8, i32_atomic_rmw8_add_u, i32_atomic_rmw8_sub_u,
                          i32_atomic_rmw8_and_u, i32_atomic_rmw8_or_u, i32_atomic_rmw8_xor_u, i32_atomic_rmw8_xchg_u,
                          i32_atomic_rmw8_cmpxchg_u);
  expect_atomics<u16, u32>(i32_atomic_load16_u, i32_atomic_store16, i32_atomic_rmw16_add_u, i32_atomic_rmw16_sub_u,
                           i32_atomic_rmw16_and_u, i32_atomic_rmw16_or_u, i32_atomic_rmw16_xor_u,
                           i32_atomic_rmw16_xchg_u, i32_atomic_rmw16_cmpxchg_u);
  expect_atomics<u8, u64>(i64_atomic_load8_u, i64_atomic_store8, i64_atomic_rmw8_add_u, i64_atomic_rmw8_sub_u,
                          i64_atomic_rmw8_and_u, i64_atomic_rmw8_or_u, i64_atomic_rmw8_xor_u, i64_atomic_rmw8_xchg_u,
                          i64_atomic_rmw8_cmpxchg_u);
  expect_atomics<u16, u64>(i64_atomic_load16_u, i64_atomic_store16, i64_atomic_rmw16_add_u, i64_atomic_rmw16_sub_u,
                           i64_atomic_rmw16_and_u, i64_atomic_rmw16_or_u, i64_atomic_rmw16_xor_u,
                           i64_atomic_rmw16_xchg_u, i64_atomic_rmw16_cmpxchg_u);
  expect_atomics<u32, u64>(i64_atomic_load32_u, i64_atomic_store32, i64_atomic_rmw32_add_u, i64_atomic_rmw32_sub_u,
                           i64_atomic_rmw32_and_u, i64_atomic_rmw32_or_u, i64_atomic_rmw32_xor_u,
                           i64_atomic_rmw32_xchg_u, i64_atomic_rmw32_cmpxchg_u);
}

}  // namespace
}  // namespace invar::semantics
