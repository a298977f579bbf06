// What loads and stores do to a value on its way: one function per instruction, named like it.
//
// The memory side is an unsigned integer of the access width (V128 for 16 bytes), as read from little-endian memory;
// reading, writing and bounds are the caller's. Lane accesses take the lane last; it is below the number of lanes.
// spec: exec/instructions#memory-instructions
#pragma once

#include <bit>

#include "engine/semantics/integer.h"
#include "engine/semantics/lanes.h"

namespace invar::semantics {

// Loads: memory -> value

constexpr u32 i32_load(u32 raw) { return raw; }
constexpr u64 i64_load(u64 raw) { return raw; }
constexpr f32 f32_load(u32 raw) { return std::bit_cast<f32>(raw); }
constexpr f64 f64_load(u64 raw) { return std::bit_cast<f64>(raw); }
constexpr u32 i32_load8_s(u8 raw) { return i32_extend8_s(raw); }
constexpr u32 i32_load8_u(u8 raw) { return raw; }
constexpr u32 i32_load16_s(u16 raw) { return i32_extend16_s(raw); }
constexpr u32 i32_load16_u(u16 raw) { return raw; }
constexpr u64 i64_load8_s(u8 raw) { return i64_extend8_s(raw); }
constexpr u64 i64_load8_u(u8 raw) { return raw; }
constexpr u64 i64_load16_s(u16 raw) { return i64_extend16_s(raw); }
constexpr u64 i64_load16_u(u16 raw) { return raw; }
constexpr u64 i64_load32_s(u32 raw) { return i64_extend32_s(raw); }
constexpr u64 i64_load32_u(u32 raw) { return raw; }

constexpr V128 v128_load(V128 raw) { return raw; }
constexpr V128 v128_load8x8_s(u64 raw) { return detail::widen<s8, s16>(raw); }
constexpr V128 v128_load8x8_u(u64 raw) { return detail::widen<u8, u16>(raw); }
constexpr V128 v128_load16x4_s(u64 raw) { return detail::widen<s16, s32>(raw); }
constexpr V128 v128_load16x4_u(u64 raw) { return detail::widen<u16, u32>(raw); }
constexpr V128 v128_load32x2_s(u64 raw) { return detail::widen<s32, s64>(raw); }
constexpr V128 v128_load32x2_u(u64 raw) { return detail::widen<u32, u64>(raw); }
constexpr V128 v128_load8_splat(u8 raw) { return detail::splat(raw); }
constexpr V128 v128_load16_splat(u16 raw) { return detail::splat(raw); }
constexpr V128 v128_load32_splat(u32 raw) { return detail::splat(raw); }
constexpr V128 v128_load64_splat(u64 raw) { return detail::splat(raw); }
constexpr V128 v128_load32_zero(u32 raw) { return detail::from_halves(raw, 0); }
constexpr V128 v128_load64_zero(u64 raw) { return detail::from_halves(raw, 0); }

constexpr V128 v128_load8_lane(u8 raw, V128 v, u8 lane) { return detail::replace(v, raw, lane); }
constexpr V128 v128_load16_lane(u16 raw, V128 v, u8 lane) { return detail::replace(v, raw, lane); }
constexpr V128 v128_load32_lane(u32 raw, V128 v, u8 lane) { return detail::replace(v, raw, lane); }
constexpr V128 v128_load64_lane(u64 raw, V128 v, u8 lane) { return detail::replace(v, raw, lane); }

// Stores: value -> memory

constexpr u32 i32_store(u32 value) { return value; }
constexpr u64 i64_store(u64 value) { return value; }
constexpr u32 f32_store(f32 value) { return std::bit_cast<u32>(value); }
constexpr u64 f64_store(f64 value) { return std::bit_cast<u64>(value); }
constexpr u8 i32_store8(u32 value) { return static_cast<u8>(value); }
constexpr u16 i32_store16(u32 value) { return static_cast<u16>(value); }
constexpr u8 i64_store8(u64 value) { return static_cast<u8>(value); }
constexpr u16 i64_store16(u64 value) { return static_cast<u16>(value); }
constexpr u32 i64_store32(u64 value) { return static_cast<u32>(value); }
constexpr V128 v128_store(V128 value) { return value; }

constexpr u8 v128_store8_lane(V128 v, u8 lane) { return detail::extract<u8>(v, lane); }
constexpr u16 v128_store16_lane(V128 v, u8 lane) { return detail::extract<u16>(v, lane); }
constexpr u32 v128_store32_lane(V128 v, u8 lane) { return detail::extract<u32>(v, lane); }
constexpr u64 v128_store64_lane(V128 v, u8 lane) { return detail::extract<u64>(v, lane); }

}  // namespace invar::semantics
