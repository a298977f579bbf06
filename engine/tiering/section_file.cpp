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
void write_at(u8* to, const T& value) {
  std::memcpy(to, &value, sizeof value);
}

constexpr u64 aligned(u64 at, u64 alignment) { return (at + alignment - 1) & ~(alignment - 1); }

}  // namespace

void SectionWriter::add(u32 tag, std::span<const u8> bytes, u64 alignment) {
  const auto copy = [bytes](u8* out) {
    if (!bytes.empty()) std::memcpy(out, bytes.data(), bytes.size());
  };
  sections_.push_back({tag, bytes.size(), copy, alignment});
}

void SectionWriter::add(u32 tag, u64 size, std::function<void(u8*)> write_contents, u64 alignment) {
  sections_.push_back({tag, size, std::move(write_contents), alignment});
}

u64 SectionWriter::size(u64 start) const {
  u64 end = start + sizeof(Start) + sections_.size() * sizeof(Entry);
  for (const Section& section : sections_) end = aligned(end, section.alignment) + section.size;
  return end - start;
}

void SectionWriter::write(u8* out, u64 start) const {
  write_at(out, Start{static_cast<u32>(sections_.size()), 0});
  u64 entry = sizeof(Start), end = start + sizeof(Start) + sections_.size() * sizeof(Entry);
  for (const Section& section : sections_) {
    const u64 at = aligned(end, section.alignment);
    write_at(out + entry, Entry{section.tag, 0, at - start, section.size});
    section.write(out + (at - start));
    entry += sizeof(Entry);
    end = at + section.size;
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
