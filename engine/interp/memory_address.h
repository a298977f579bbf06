// Where an access to memory goes, and what it moves: shared by the handlers of plain and of atomic accesses.
#pragma once

#include "engine/interp/handlers.h"

namespace invar::interp {

namespace detail {

template <u32 bytes>
struct RawOfSize;
template <>
struct RawOfSize<1> : std::type_identity<u8> {};
template <>
struct RawOfSize<2> : std::type_identity<u16> {};
template <>
struct RawOfSize<4> : std::type_identity<u32> {};
template <>
struct RawOfSize<8> : std::type_identity<u64> {};
template <>
struct RawOfSize<16> : std::type_identity<V128> {};

}  // namespace detail

/// What an access of the instruction moves to or from memory.
template <Op op>
using Raw = typename detail::RawOfSize<info(op).access>::type;

template <Access access>
using Address = std::conditional_t<access == Access::checked_64, u64, u32>;

/// Where an access of `size` bytes at address + offset goes; nullptr if it is out of bounds.
[[gnu::always_inline]] inline u8* locate_checked(const Memory& memory, u64 address, u64 offset, u64 size) {
  const u64 length = memory.length();
  u64 sum;
  if (__builtin_add_overflow(address, offset, &sum) || length < size || sum > length - size) return nullptr;
  return memory.base + sum;
}

}  // namespace invar::interp
