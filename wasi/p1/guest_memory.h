// The calling program's memory, for the time of one call.
#pragma once

#include <bit>
#include <cstring>
#include <type_traits>

#include "decoder/base/int.h"

namespace invar::wasi {

struct GuestMemory {
  u8* base = nullptr;
  u64 size = 0;

  bool contains(u64 address, u64 length) const { return address <= size && length <= size - address; }
};

/// Integers in memory are little endian and may stand at any address.
template <class T>
T little_endian(T value) {
  static_assert(std::is_integral_v<T>);
  if constexpr (std::endian::native == std::endian::little || sizeof(T) == 1) {
    return value;
  } else if constexpr (sizeof(T) == 2) {
    return static_cast<T>(__builtin_bswap16(static_cast<u16>(value)));
  } else if constexpr (sizeof(T) == 4) {
    return static_cast<T>(__builtin_bswap32(static_cast<u32>(value)));
  } else {
    return static_cast<T>(__builtin_bswap64(static_cast<u64>(value)));
  }
}

template <class T>
T load(const u8* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return little_endian(value);
}

template <class T>
void store(u8* at, T value) {
  value = little_endian(value);
  std::memcpy(at, &value, sizeof value);
}

}  // namespace invar::wasi
