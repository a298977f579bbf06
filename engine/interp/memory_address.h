// Where an access to memory goes, and what it moves: shared by the handlers of plain and of atomic accesses.
#pragma once

#include <bit>
#include <cstring>

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

/// Where an access goes; nullptr if it is out of bounds (found by comparison). Field `first` is the base.
template <Op op, Access access, u32 mode, u32 first>
[[gnu::always_inline]] inline u8* locate(const u64* ip, const Slot* fp, u8* mem, const Instance* inst, u64 r0, u64 r1,
                                         Vec f0, Vec f1) {
  using Kind = AddressMode::Kind;
  constexpr AddressMode made = address_modes[mode];
  [[maybe_unused]] constexpr u32 log2_size = std::countr_zero(u32{info(op).access});
  if constexpr (made.kind == Kind::absolute) {
    return mem + upper(ip);
  } else {
    const Address<access> base = INVAR_READ(Address<access>, made.base, first);
    if constexpr (access != Access::guarded) {
      return locate_checked(*inst->memories[field(ip, 3)], base, ip[2], info(op).access);
    } else if constexpr (made.kind == Kind::plain) {
      return mem + (u64{base} + upper(ip));
    } else if constexpr (made.kind == Kind::displaced || made.kind == Kind::table) {
      const u32 scaled = made.kind == Kind::table ? base << log2_size : base;
      return mem + (u64{scaled + static_cast<u32>(ip[2])} + (ip[2] >> 32));
    } else {
      constexpr u32 shift = made.kind == Kind::scaled ? log2_size : 0;
      const u32 index = INVAR_READ(u32, made.index, 2) << shift;
      return mem + (u64{base + index} + field(ip, 3));
    }
  }
}
template <class T>
struct [[gnu::packed, gnu::may_alias]] Unaligned {
  T value;
};
typedef u64 UnalignedVector __attribute__((vector_size(16), aligned(1), may_alias));

/// The access itself is volatile: with guard pages a fault is its outcome, so it must stay where it is.
template <class T>
[[gnu::always_inline]] inline T load_raw(const u8* p) {
  if constexpr (is_vector<T>) {
    const UnalignedVector lanes = *reinterpret_cast<const volatile UnalignedVector*>(p);
    V128 value;
    std::memcpy(&value, &lanes, sizeof value);
    return value;
  } else {
    return reinterpret_cast<const volatile Unaligned<T>*>(p)->value;
  }
}

template <class T>
[[gnu::always_inline]] inline void store_raw(u8* p, T value) {
  if constexpr (is_vector<T>) {
    UnalignedVector lanes;
    std::memcpy(&lanes, &value, sizeof lanes);
    *reinterpret_cast<volatile UnalignedVector*>(p) = lanes;
  } else {
    reinterpret_cast<volatile Unaligned<T>*>(p)->value = value;
  }
}

}  // namespace invar::interp
