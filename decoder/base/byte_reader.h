// Reads binary data with a sticky error: read on after a failure and get zeros; ask once at the end.
#pragma once

#include <cstring>
#include <span>
#include <string_view>

#include "decoder/base/error.h"
#include "decoder/base/int.h"
#include "decoder/base/leb128.h"
#include "decoder/base/utf8.h"

namespace invar {

/// A cursor over bytes. The first failure is kept and moves the cursor to the end, so that loops over counts from the
/// input stop when they check `ok()`.
class ByteReader {
 public:
  ByteReader() = default;
  /// `base` is where the offsets of errors count from: normally the module's first byte.
  ByteReader(const u8* base, const u8* begin, const u8* end) : base_(base), pos_(begin), end_(end) {}
  explicit ByteReader(std::span<const u8> bytes)
      : ByteReader(bytes.data(), bytes.data(), bytes.data() + bytes.size()) {}

  bool ok() const { return !failed_; }
  bool at_end() const { return pos_ == end_; }
  const u8* pos() const { return pos_; }
  const u8* end() const { return end_; }
  void set_pos(const u8* pos) { pos_ = pos; }
  size_t remaining() const { return static_cast<size_t>(end_ - pos_); }
  /// Offset of the next byte.
  u32 offset() const { return static_cast<u32>(pos_ - base_); }

  u8 byte() {
    if (pos_ == end_) [[unlikely]] {
      fail(ErrorCode::unexpected_end_of_section);
      return 0;
    }
    return *pos_++;
  }
  u8 peek() const { return pos_ == end_ ? 0 : *pos_; }

  u32 u32_leb() {
    if (pos_ != end_ && *pos_ < 0x80) [[likely]]
      return *pos_++;
    return take(decode_unsigned_leb<u32>(pos_, end_), 32, false);
  }
  u64 u64_leb() {
    if (pos_ != end_ && *pos_ < 0x80) [[likely]]
      return *pos_++;
    return take(decode_unsigned_leb<u64>(pos_, end_), 64, false);
  }
  s32 s32_leb() { return take(decode_signed_leb<s32>(pos_, end_), 32, true); }
  s64 s33_leb() { return take(decode_signed_leb<s64, 33>(pos_, end_), 33, true); }
  s64 s64_leb() { return take(decode_signed_leb<s64>(pos_, end_), 64, true); }

  u32 fixed32() { return fixed<u32>(); }
  u64 fixed64() { return fixed<u64>(); }
  V128 v128() { return fixed<V128>(); }

  std::span<const u8> bytes(u32 count) {
    if (count > remaining()) [[unlikely]] {
      fail(ErrorCode::unexpected_end_of_section);
      return {};
    }
    const u8* start = pos_;
    pos_ += count;
    return {start, count};
  }
  /// A length and that many bytes of UTF-8.
  std::string_view name() {
    const u32 start = offset();
    const u32 size = u32_leb();
    if (size > remaining()) [[unlikely]] {
      fail_at(ErrorCode::length_out_of_bounds, start);
      return {};
    }
    const std::span<const u8> contents = bytes(size);
    if (!is_utf8(contents)) [[unlikely]] {
      fail_at(ErrorCode::malformed_utf8, start);
      return {};
    }
    return {reinterpret_cast<const char*>(contents.data()), contents.size()};
  }

  void fail(ErrorCode code, std::string detail = {}) { fail_at(code, offset(), std::move(detail)); }
  void fail_at(ErrorCode code, u32 offset, std::string detail = {}) {
    if (!failed_) {
      failed_ = true;
      error_ = {code, std::move(detail), offset, {}, {}, {}};
    }
    pos_ = end_;
  }
  /// The first failure; only if !ok().
  const Error& error() const { return error_; }

 private:
  template <class T>
  T take(Leb<T> result, unsigned bits, bool is_signed) {
    if (result.next == nullptr) [[unlikely]] {
      fail(leb_error(pos_, end_, bits, is_signed));
      return 0;
    }
    pos_ = result.next;
    return result.value;
  }
  template <class T>
  T fixed() {
    T value{};
    const std::span<const u8> raw = bytes(sizeof(T));
    if (!raw.empty()) std::memcpy(&value, raw.data(), sizeof(T));
    return value;
  }

  const u8* base_ = nullptr;
  const u8* pos_ = nullptr;
  const u8* end_ = nullptr;
  bool failed_ = false;
  Error error_{ErrorCode::unexpected_end, {}, {}, {}, {}, {}};
};

}  // namespace invar
