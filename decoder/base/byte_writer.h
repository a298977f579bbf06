// Builds binary data: bytes, LEB128 numbers, names, sections. Cannot fail.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "decoder/base/int.h"

namespace invar {

/// Grows a vector of bytes. spec: binary/values
class ByteWriter {
 public:
  const std::vector<u8>& data() const { return bytes_; }
  std::vector<u8> take() && { return std::move(bytes_); }
  size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }
  void clear() { bytes_.clear(); }

  void byte(u8 value) { bytes_.push_back(value); }
  void bytes(std::span<const u8> values) { bytes_.insert(bytes_.end(), values.begin(), values.end()); }
  void bytes(std::string_view values) { bytes_.insert(bytes_.end(), values.begin(), values.end()); }
  /// Bytes in little-endian order.
  void fixed32(u32 value) { fixed(value, 4); }
  void fixed64(u64 value) { fixed(value, 8); }
  void v128(const V128& value) { bytes(std::span<const u8>(value.bytes)); }

  /// Unsigned LEB128.
  void u32_leb(u32 value) { u64_leb(value); }
  void u64_leb(u64 value) {
    while (value >= 0x80) {
      byte(static_cast<u8>(value | 0x80));
      value >>= 7;
    }
    byte(static_cast<u8>(value));
  }
  /// Signed LEB128. The form of s33 is the same, its range is wider.
  void s32_leb(s32 value) { s64_leb(value); }
  void s33_leb(s64 value) { s64_leb(value); }
  void s64_leb(s64 value) {
    while (value < -0x40 || value >= 0x40) {
      byte(static_cast<u8>(value | 0x80));
      value >>= 7;
    }
    byte(static_cast<u8>(value & 0x7f));
  }

  /// A vector of bytes with its length in front; names are the same.
  void name(std::string_view value) {
    u64_leb(value.size());
    bytes(value);
  }
  /// `contents` with its size in front: a section without its id, a function body.
  void sized(std::span<const u8> contents) {
    u64_leb(contents.size());
    bytes(contents);
  }
  void sized(const ByteWriter& contents) { sized(std::span<const u8>(contents.data())); }

 private:
  void fixed(u64 value, int count) {
    for (int i = 0; i < count; ++i) byte(static_cast<u8>(value >> (8 * i)));
  }
  std::vector<u8> bytes_;
};

}  // namespace invar
