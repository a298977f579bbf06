// The arithmetic of atomic accesses: one function per instruction, named like it. The memory side is an unsigned
// integer of the access width; making the access atomic is the caller's.
//
// A read-modify-write maps memory's value and the operand to memory's new value; its result is the old one,
// zero-extended. A compare-exchange maps memory's value, the expected one and the replacement to memory's new value;
// both operands are wrapped to the access width first.
// spec: exec/numerics, threads proposal
#pragma once

#include "decoder/base/int.h"

namespace invar::semantics {

// Loads and stores

constexpr u32 i32_atomic_load(u32 raw) { return raw; }
constexpr u64 i64_atomic_load(u64 raw) { return raw; }
constexpr u32 i32_atomic_load8_u(u8 raw) { return raw; }
constexpr u32 i32_atomic_load16_u(u16 raw) { return raw; }
constexpr u64 i64_atomic_load8_u(u8 raw) { return raw; }
constexpr u64 i64_atomic_load16_u(u16 raw) { return raw; }
constexpr u64 i64_atomic_load32_u(u32 raw) { return raw; }

constexpr u32 i32_atomic_store(u32 value) { return static_cast<u32>(value); }
constexpr u64 i64_atomic_store(u64 value) { return static_cast<u64>(value); }
constexpr u8 i32_atomic_store8(u32 value) { return static_cast<u8>(value); }
constexpr u16 i32_atomic_store16(u32 value) { return static_cast<u16>(value); }
constexpr u8 i64_atomic_store8(u64 value) { return static_cast<u8>(value); }
constexpr u16 i64_atomic_store16(u64 value) { return static_cast<u16>(value); }
constexpr u32 i64_atomic_store32(u64 value) { return static_cast<u32>(value); }

// add

constexpr u32 i32_atomic_rmw_add(u32 memory, u32 operand) { return static_cast<u32>(memory + operand); }
constexpr u64 i64_atomic_rmw_add(u64 memory, u64 operand) { return static_cast<u64>(memory + operand); }
constexpr u8 i32_atomic_rmw8_add_u(u8 memory, u32 operand) { return static_cast<u8>(memory + operand); }
constexpr u16 i32_atomic_rmw16_add_u(u16 memory, u32 operand) { return static_cast<u16>(memory + operand); }
constexpr u8 i64_atomic_rmw8_add_u(u8 memory, u64 operand) { return static_cast<u8>(memory + operand); }
constexpr u16 i64_atomic_rmw16_add_u(u16 memory, u64 operand) { return static_cast<u16>(memory + operand); }
constexpr u32 i64_atomic_rmw32_add_u(u32 memory, u64 operand) { return static_cast<u32>(memory + operand); }

// sub

constexpr u32 i32_atomic_rmw_sub(u32 memory, u32 operand) { return static_cast<u32>(memory - operand); }
constexpr u64 i64_atomic_rmw_sub(u64 memory, u64 operand) { return static_cast<u64>(memory - operand); }
constexpr u8 i32_atomic_rmw8_sub_u(u8 memory, u32 operand) { return static_cast<u8>(memory - operand); }
constexpr u16 i32_atomic_rmw16_sub_u(u16 memory, u32 operand) { return static_cast<u16>(memory - operand); }
constexpr u8 i64_atomic_rmw8_sub_u(u8 memory, u64 operand) { return static_cast<u8>(memory - operand); }
constexpr u16 i64_atomic_rmw16_sub_u(u16 memory, u64 operand) { return static_cast<u16>(memory - operand); }
constexpr u32 i64_atomic_rmw32_sub_u(u32 memory, u64 operand) { return static_cast<u32>(memory - operand); }

// and

constexpr u32 i32_atomic_rmw_and(u32 memory, u32 operand) { return static_cast<u32>(memory & operand); }
constexpr u64 i64_atomic_rmw_and(u64 memory, u64 operand) { return static_cast<u64>(memory & operand); }
constexpr u8 i32_atomic_rmw8_and_u(u8 memory, u32 operand) { return static_cast<u8>(memory & operand); }
constexpr u16 i32_atomic_rmw16_and_u(u16 memory, u32 operand) { return static_cast<u16>(memory & operand); }
constexpr u8 i64_atomic_rmw8_and_u(u8 memory, u64 operand) { return static_cast<u8>(memory & operand); }
constexpr u16 i64_atomic_rmw16_and_u(u16 memory, u64 operand) { return static_cast<u16>(memory & operand); }
constexpr u32 i64_atomic_rmw32_and_u(u32 memory, u64 operand) { return static_cast<u32>(memory & operand); }

// or

constexpr u32 i32_atomic_rmw_or(u32 memory, u32 operand) { return static_cast<u32>(memory | operand); }
constexpr u64 i64_atomic_rmw_or(u64 memory, u64 operand) { return static_cast<u64>(memory | operand); }
constexpr u8 i32_atomic_rmw8_or_u(u8 memory, u32 operand) { return static_cast<u8>(memory | operand); }
constexpr u16 i32_atomic_rmw16_or_u(u16 memory, u32 operand) { return static_cast<u16>(memory | operand); }
constexpr u8 i64_atomic_rmw8_or_u(u8 memory, u64 operand) { return static_cast<u8>(memory | operand); }
constexpr u16 i64_atomic_rmw16_or_u(u16 memory, u64 operand) { return static_cast<u16>(memory | operand); }
constexpr u32 i64_atomic_rmw32_or_u(u32 memory, u64 operand) { return static_cast<u32>(memory | operand); }

// xor

constexpr u32 i32_atomic_rmw_xor(u32 memory, u32 operand) { return static_cast<u32>(memory ^ operand); }
constexpr u64 i64_atomic_rmw_xor(u64 memory, u64 operand) { return static_cast<u64>(memory ^ operand); }
constexpr u8 i32_atomic_rmw8_xor_u(u8 memory, u32 operand) { return static_cast<u8>(memory ^ operand); }
constexpr u16 i32_atomic_rmw16_xor_u(u16 memory, u32 operand) { return static_cast<u16>(memory ^ operand); }
constexpr u8 i64_atomic_rmw8_xor_u(u8 memory, u64 operand) { return static_cast<u8>(memory ^ operand); }
constexpr u16 i64_atomic_rmw16_xor_u(u16 memory, u64 operand) { return static_cast<u16>(memory ^ operand); }
constexpr u32 i64_atomic_rmw32_xor_u(u32 memory, u64 operand) { return static_cast<u32>(memory ^ operand); }

// xchg

constexpr u32 i32_atomic_rmw_xchg(u32, u32 operand) { return static_cast<u32>(operand); }
constexpr u64 i64_atomic_rmw_xchg(u64, u64 operand) { return static_cast<u64>(operand); }
constexpr u8 i32_atomic_rmw8_xchg_u(u8, u32 operand) { return static_cast<u8>(operand); }
constexpr u16 i32_atomic_rmw16_xchg_u(u16, u32 operand) { return static_cast<u16>(operand); }
constexpr u8 i64_atomic_rmw8_xchg_u(u8, u64 operand) { return static_cast<u8>(operand); }
constexpr u16 i64_atomic_rmw16_xchg_u(u16, u64 operand) { return static_cast<u16>(operand); }
constexpr u32 i64_atomic_rmw32_xchg_u(u32, u64 operand) { return static_cast<u32>(operand); }

// cmpxchg

constexpr u32 i32_atomic_rmw_cmpxchg(u32 memory, u32 expected, u32 replacement) {
  return memory == static_cast<u32>(expected) ? static_cast<u32>(replacement) : memory;
}
constexpr u64 i64_atomic_rmw_cmpxchg(u64 memory, u64 expected, u64 replacement) {
  return memory == static_cast<u64>(expected) ? static_cast<u64>(replacement) : memory;
}
constexpr u8 i32_atomic_rmw8_cmpxchg_u(u8 memory, u32 expected, u32 replacement) {
  return memory == static_cast<u8>(expected) ? static_cast<u8>(replacement) : memory;
}
constexpr u16 i32_atomic_rmw16_cmpxchg_u(u16 memory, u32 expected, u32 replacement) {
  return memory == static_cast<u16>(expected) ? static_cast<u16>(replacement) : memory;
}
constexpr u8 i64_atomic_rmw8_cmpxchg_u(u8 memory, u64 expected, u64 replacement) {
  return memory == static_cast<u8>(expected) ? static_cast<u8>(replacement) : memory;
}
constexpr u16 i64_atomic_rmw16_cmpxchg_u(u16 memory, u64 expected, u64 replacement) {
  return memory == static_cast<u16>(expected) ? static_cast<u16>(replacement) : memory;
}
constexpr u32 i64_atomic_rmw32_cmpxchg_u(u32 memory, u64 expected, u64 replacement) {
  return memory == static_cast<u32>(expected) ? static_cast<u32>(replacement) : memory;
}

}  // namespace invar::semantics
