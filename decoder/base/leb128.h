// LEB128 numbers: a fast path for the one-byte ones, and the checks that the spec wants for the rest.
// spec: binary/values#integers
#pragma once

#include "decoder/base/error.h"
#include "decoder/base/int.h"

namespace invar {

/// A decoded number and the byte behind it; `next` is null if there was none to decode.
template <class T>
struct Leb {
  T value;
  const u8* next;
};

/// Decodes an unsigned number of at most `bits` bits.
template <class T, unsigned bits = sizeof(T) * 8>
constexpr Leb<T> decode_unsigned_leb(const u8* p, const u8* end) {
  T value = 0;
  for (unsigned shift = 0; shift < bits; shift += 7) {
    if (p == end) return {0, nullptr};
    const u8 byte = *p++;
    const unsigned left = bits - shift;
    if (left < 7 && (byte & 0x7f) >> left != 0) return {0, nullptr};
    value |= static_cast<T>(static_cast<T>(byte & 0x7f) << shift);
    if ((byte & 0x80) == 0) return {value, p};
  }
  return {0, nullptr};
}

/// Decodes a signed number of at most `bits` bits into a signed type.
template <class T, unsigned bits = sizeof(T) * 8>
constexpr Leb<T> decode_signed_leb(const u8* p, const u8* end) {
  u64 value = 0;
  for (unsigned shift = 0; shift < bits; shift += 7) {
    if (p == end) return {0, nullptr};
    const u8 byte = *p++;
    const unsigned left = bits - shift;
    if (left < 7) {
      const u8 mask = (0xff << (left - 1)) & 0x7f;
      if ((byte & mask) != 0 && (byte & mask) != mask) return {0, nullptr};
    }
    value |= static_cast<u64>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) {
      if ((byte & 0x40) != 0 && shift + 7 < 64) value |= ~u64{0} << (shift + 7);
      return {static_cast<T>(static_cast<s64>(value)), p};
    }
  }
  return {0, nullptr};
}

/// Why the number of at most `bits` bits at `p` cannot be decoded.
constexpr ErrorCode leb_error(const u8* p, const u8* end, unsigned bits, bool is_signed) {
  for (unsigned shift = 0; shift < bits; shift += 7) {
    if (p == end) return ErrorCode::unexpected_end_of_section;
    const u8 byte = *p++;
    const unsigned left = bits - shift;
    if (left < 7) {
      const u8 mask = (is_signed ? 0xff << (left - 1) : 0xff << left) & 0x7f;
      const bool fits = (byte & mask) == 0 || (is_signed && (byte & mask) == mask);
      if (!fits) return ErrorCode::integer_too_large;
    }
    if ((byte & 0x80) == 0) break;
  }
  return ErrorCode::integer_representation_too_long;
}

}  // namespace invar
