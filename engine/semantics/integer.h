// i32 and i64 arithmetic: one function per instruction, named like it.
//
// Values are unsigned; an instruction that reads them as signed converts inside. Everything wraps. Shift and rotate
// counts are taken modulo the width. Truth values are 0 and 1. Division returns Trapping<T>.
// spec: exec/numerics#integer-operations
#pragma once

#include <bit>

#include "decoder/base/int.h"
#include "engine/semantics/cpu.h"
#include "engine/semantics/trapping.h"

namespace invar::semantics {

// Tests and comparisons

constexpr u32 i32_eqz(u32 a) { return a == 0; }
constexpr u32 i32_eq(u32 a, u32 b) { return a == b; }
constexpr u32 i32_ne(u32 a, u32 b) { return a != b; }
constexpr u32 i32_lt_s(u32 a, u32 b) { return static_cast<s32>(a) < static_cast<s32>(b); }
constexpr u32 i32_lt_u(u32 a, u32 b) { return a < b; }
constexpr u32 i32_gt_s(u32 a, u32 b) { return static_cast<s32>(a) > static_cast<s32>(b); }
constexpr u32 i32_gt_u(u32 a, u32 b) { return a > b; }
constexpr u32 i32_le_s(u32 a, u32 b) { return static_cast<s32>(a) <= static_cast<s32>(b); }
constexpr u32 i32_le_u(u32 a, u32 b) { return a <= b; }
constexpr u32 i32_ge_s(u32 a, u32 b) { return static_cast<s32>(a) >= static_cast<s32>(b); }
constexpr u32 i32_ge_u(u32 a, u32 b) { return a >= b; }

constexpr u32 i64_eqz(u64 a) { return a == 0; }
constexpr u32 i64_eq(u64 a, u64 b) { return a == b; }
constexpr u32 i64_ne(u64 a, u64 b) { return a != b; }
constexpr u32 i64_lt_s(u64 a, u64 b) { return static_cast<s64>(a) < static_cast<s64>(b); }
constexpr u32 i64_lt_u(u64 a, u64 b) { return a < b; }
constexpr u32 i64_gt_s(u64 a, u64 b) { return static_cast<s64>(a) > static_cast<s64>(b); }
constexpr u32 i64_gt_u(u64 a, u64 b) { return a > b; }
constexpr u32 i64_le_s(u64 a, u64 b) { return static_cast<s64>(a) <= static_cast<s64>(b); }
constexpr u32 i64_le_u(u64 a, u64 b) { return a <= b; }
constexpr u32 i64_ge_s(u64 a, u64 b) { return static_cast<s64>(a) >= static_cast<s64>(b); }
constexpr u32 i64_ge_u(u64 a, u64 b) { return a >= b; }

// Counting bits: clz and ctz of zero are the width.

namespace detail {

template <class T>
constexpr T population_count(T a) {
#if INVAR_OPTIONAL_INSTRUCTIONS
  if !consteval {
    if (has_popcnt()) [[likely]]
      return popcnt(a);
  }
#endif
  return static_cast<T>(std::popcount(a));
}

}  // namespace detail

constexpr u32 i32_clz(u32 a) { return static_cast<u32>(std::countl_zero(a)); }
constexpr u32 i32_ctz(u32 a) { return static_cast<u32>(std::countr_zero(a)); }
constexpr u32 i32_popcnt(u32 a) { return detail::population_count(a); }
constexpr u64 i64_clz(u64 a) { return static_cast<u64>(std::countl_zero(a)); }
constexpr u64 i64_ctz(u64 a) { return static_cast<u64>(std::countr_zero(a)); }
constexpr u64 i64_popcnt(u64 a) { return detail::population_count(a); }

// Arithmetic

constexpr u32 i32_add(u32 a, u32 b) { return a + b; }
constexpr u32 i32_sub(u32 a, u32 b) { return a - b; }
constexpr u32 i32_mul(u32 a, u32 b) { return a * b; }
constexpr u64 i64_add(u64 a, u64 b) { return a + b; }
constexpr u64 i64_sub(u64 a, u64 b) { return a - b; }
constexpr u64 i64_mul(u64 a, u64 b) { return a * b; }

namespace detail {

template <class Unsigned, class Signed>
constexpr Trapping<Unsigned> divide_signed(Unsigned a, Unsigned b) {
  // One test for the common case: b is neither 0 nor -1.
  if (static_cast<Unsigned>(b + 1) > 1) [[likely]] {
    return {static_cast<Unsigned>(static_cast<Signed>(a) / static_cast<Signed>(b))};
  }
  if (b == 0) return trapped<Unsigned>(TrapKind::integer_divide_by_zero);
  const Unsigned negated = Unsigned{0} - a;
  if (negated == a && a != 0) return trapped<Unsigned>(TrapKind::integer_overflow);
  return {negated};
}

template <class Unsigned, class Signed>
constexpr Trapping<Unsigned> remainder_signed(Unsigned a, Unsigned b) {
  if (static_cast<Unsigned>(b + 1) > 1) [[likely]] {
    return {static_cast<Unsigned>(static_cast<Signed>(a) % static_cast<Signed>(b))};
  }
  if (b == 0) return trapped<Unsigned>(TrapKind::integer_divide_by_zero);
  return {0};  // A remainder by -1 is 0, for the smallest integer too.
}

}  // namespace detail

constexpr Trapping<u32> i32_div_s(u32 a, u32 b) { return detail::divide_signed<u32, s32>(a, b); }
constexpr Trapping<u32> i32_rem_s(u32 a, u32 b) { return detail::remainder_signed<u32, s32>(a, b); }
constexpr Trapping<u32> i32_div_u(u32 a, u32 b) {
  if (b == 0) [[unlikely]]
    return trapped<u32>(TrapKind::integer_divide_by_zero);
  return {a / b};
}
constexpr Trapping<u32> i32_rem_u(u32 a, u32 b) {
  if (b == 0) [[unlikely]]
    return trapped<u32>(TrapKind::integer_divide_by_zero);
  return {a % b};
}
constexpr Trapping<u64> i64_div_s(u64 a, u64 b) { return detail::divide_signed<u64, s64>(a, b); }
constexpr Trapping<u64> i64_rem_s(u64 a, u64 b) { return detail::remainder_signed<u64, s64>(a, b); }
constexpr Trapping<u64> i64_div_u(u64 a, u64 b) {
  if (b == 0) [[unlikely]]
    return trapped<u64>(TrapKind::integer_divide_by_zero);
  return {a / b};
}
constexpr Trapping<u64> i64_rem_u(u64 a, u64 b) {
  if (b == 0) [[unlikely]]
    return trapped<u64>(TrapKind::integer_divide_by_zero);
  return {a % b};
}

// Bits

constexpr u32 i32_and(u32 a, u32 b) { return a & b; }
constexpr u32 i32_or(u32 a, u32 b) { return a | b; }
constexpr u32 i32_xor(u32 a, u32 b) { return a ^ b; }
constexpr u32 i32_shl(u32 a, u32 b) { return a << (b & 31); }
constexpr u32 i32_shr_s(u32 a, u32 b) { return static_cast<u32>(static_cast<s32>(a) >> (b & 31)); }
constexpr u32 i32_shr_u(u32 a, u32 b) { return a >> (b & 31); }
constexpr u32 i32_rotl(u32 a, u32 b) { return std::rotl(a, static_cast<int>(b & 31)); }
constexpr u32 i32_rotr(u32 a, u32 b) { return std::rotr(a, static_cast<int>(b & 31)); }

constexpr u64 i64_and(u64 a, u64 b) { return a & b; }
constexpr u64 i64_or(u64 a, u64 b) { return a | b; }
constexpr u64 i64_xor(u64 a, u64 b) { return a ^ b; }
constexpr u64 i64_shl(u64 a, u64 b) { return a << (b & 63); }
constexpr u64 i64_shr_s(u64 a, u64 b) { return static_cast<u64>(static_cast<s64>(a) >> (b & 63)); }
constexpr u64 i64_shr_u(u64 a, u64 b) { return a >> (b & 63); }
constexpr u64 i64_rotl(u64 a, u64 b) { return std::rotl(a, static_cast<int>(b & 63)); }
constexpr u64 i64_rotr(u64 a, u64 b) { return std::rotr(a, static_cast<int>(b & 63)); }

// Widths

constexpr u32 i32_wrap_i64(u64 a) { return static_cast<u32>(a); }
constexpr u64 i64_extend_i32_s(u32 a) { return static_cast<u64>(static_cast<s64>(static_cast<s32>(a))); }
constexpr u64 i64_extend_i32_u(u32 a) { return a; }
constexpr u32 i32_extend8_s(u32 a) { return static_cast<u32>(static_cast<s32>(static_cast<s8>(a))); }
constexpr u32 i32_extend16_s(u32 a) { return static_cast<u32>(static_cast<s32>(static_cast<s16>(a))); }
constexpr u64 i64_extend8_s(u64 a) { return static_cast<u64>(static_cast<s64>(static_cast<s8>(a))); }
constexpr u64 i64_extend16_s(u64 a) { return static_cast<u64>(static_cast<s64>(static_cast<s16>(a))); }
constexpr u64 i64_extend32_s(u64 a) { return static_cast<u64>(static_cast<s64>(static_cast<s32>(a))); }

// Wide arithmetic: 128-bit integers as pairs of i64, low half first.

/// The two results of an instruction of family Wide, in the order in which they are pushed.
struct Pair {
  u64 low, high;
  friend constexpr bool operator==(const Pair&, const Pair&) = default;
};

namespace detail {
__extension__ using u128 = unsigned __int128;
__extension__ using s128 = __int128;
constexpr u128 join(u64 low, u64 high) { return static_cast<u128>(high) << 64 | low; }
constexpr Pair split(u128 value) { return {static_cast<u64>(value), static_cast<u64>(value >> 64)}; }
}  // namespace detail

constexpr Pair i64_add128(u64 a_low, u64 a_high, u64 b_low, u64 b_high) {
  return detail::split(detail::join(a_low, a_high) + detail::join(b_low, b_high));
}
constexpr Pair i64_sub128(u64 a_low, u64 a_high, u64 b_low, u64 b_high) {
  return detail::split(detail::join(a_low, a_high) - detail::join(b_low, b_high));
}
constexpr Pair i64_mul_wide_s(u64 a, u64 b) {
  return detail::split(static_cast<detail::u128>(static_cast<detail::s128>(static_cast<s64>(a)) * static_cast<s64>(b)));
}
constexpr Pair i64_mul_wide_u(u64 a, u64 b) { return detail::split(static_cast<detail::u128>(a) * b); }

}  // namespace invar::semantics
