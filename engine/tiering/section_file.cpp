#include "engine/tiering/section_file.h"

#include <cstring>

namespace invar {

namespace {

struct Start {
  u32 count;
  u32 zero;
};
struct Entry {
  u32 tag;
  u32 zero;
  u64 offset, size;
};

template <class T>
T read_at(std::span<const u8> bytes, u64 at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

template <class T>
void append(std::vector<u8>& out, const T& value) {
  const auto* const bytes = reinterpret_cast<const u8*>(&value);
  out.insert(out.end(), bytes, bytes + sizeof value);
}

constexpr u64 aligned(u64 at, u64 alignment) { return (at + alignment - 1) & ~(alignment - 1); }

}  // namespace

void SectionWriter::write(std::vector<u8>& out) const {
  const u64 start = out.size();
  u64 at = start + sizeof(Start) + sections_.size() * sizeof(Entry);
  append(out, Start{static_cast<u32>(sections_.size()), 0});
  for (const Section& section : sections_) {
    at = aligned(at, section.alignment);
    append(out, Entry{section.tag, 0, at - start, section.bytes.size()});
    at += section.bytes.size();
  }
  out.reserve(at);
  for (const Section& section : sections_) {
    out.resize(aligned(out.size(), section.alignment));
    out.insert(out.end(), section.bytes.begin(), section.bytes.end());
  }
}

std::optional<SectionReader> SectionReader::read(std::span<const u8> bytes) {
  if (bytes.size() < sizeof(Start)) return std::nullopt;
  const u64 count = read_at<Start>(bytes, 0).count;
  if (count > (bytes.size() - sizeof(Start)) / sizeof(Entry)) return std::nullopt;
  for (u64 i = 0; i < count; ++i) {
    const auto entry = read_at<Entry>(bytes, sizeof(Start) + i * sizeof(Entry));
    if (entry.offset > bytes.size() || entry.size > bytes.size() - entry.offset) return std::nullopt;
  }
  return SectionReader(bytes);
}

std::optional<std::span<const u8>> SectionReader::find(u32 tag) const {
  const u64 count = read_at<Start>(bytes_, 0).count;
  for (u64 i = 0; i < count; ++i) {
    const auto entry = read_at<Entry>(bytes_, sizeof(Start) + i * sizeof(Entry));
    if (entry.tag == tag) return bytes_.subspan(entry.offset, entry.size);
  }
  return std::nullopt;
}

}  // namespace invar
