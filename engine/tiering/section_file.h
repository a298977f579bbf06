// Bytes in sections by tag: what compiled code is kept in.
//
//   u32 number of sections, u32 0, then for each: u32 tag, u32 0, u64 offset, u64 size; then the sections' contents
//
// Numbers are little-endian. A reader skips sections that it does not know; what they mean is for their tag to say.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

#include "decoder/base/int.h"

namespace invar {

/// Four letters as a number.
constexpr u32 section_tag(const char (&letters)[5]) {
  u32 tag = 0;
  for (int i = 3; i >= 0; --i) tag = tag << 8 | static_cast<u8>(letters[i]);
  return tag;
}

class SectionWriter {
 public:
  /// The bytes must live until `write`. `alignment`: a power of two; see there.
  void add(u32 tag, std::span<const u8> bytes, u64 alignment = 8);
  /// Contents that come to be as they are written: `write_contents` is given `size` zeros to write on.
  void add(u32 tag, u64 size, std::function<void(u8*)> write_contents, u64 alignment = 8);
  /// Of numbers, or of structures of numbers without gaps.
  template <class T>
  void add_array(u32 tag, std::span<const T> items) {
    static_assert(std::has_unique_object_representations_v<T>);
    add(tag, {reinterpret_cast<const u8*>(items.data()), items.size_bytes()});
  }
  /// What `write` will write, if contents are aligned as seen from `start` bytes in front of it.
  u64 size(u64 start = 0) const;
  /// `out`: as many zeros.
  void write(u8* out, u64 start = 0) const;

 private:
  struct Section {
    u32 tag;
    u64 size;
    std::function<void(u8*)> write;
    u64 alignment;
  };
  std::vector<Section> sections_;
};

class SectionReader {
 public:
  /// nullopt if the bytes are not such.
  static std::optional<SectionReader> read(std::span<const u8> bytes);
  /// nullopt if there is no such section.
  std::optional<std::span<const u8>> find(u32 tag) const;
  /// The same as an array; nullopt also if it is no whole one, or not aligned.
  template <class T>
  std::optional<std::span<const T>> find_array(u32 tag) const {
    static_assert(std::has_unique_object_representations_v<T>);
    const auto bytes = find(tag);
    if (!bytes || bytes->size() % sizeof(T) != 0 || reinterpret_cast<uintptr_t>(bytes->data()) % alignof(T) != 0) {
      return std::nullopt;
    }
    return std::span{reinterpret_cast<const T*>(bytes->data()), bytes->size() / sizeof(T)};
  }

 private:
  explicit SectionReader(std::span<const u8> bytes) : bytes_(bytes) {}
  std::span<const u8> bytes_;
};

}  // namespace invar
