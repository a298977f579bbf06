#include "engine/platform/build_id.h"

#include <elf.h>
#include <fmt/format.h>
#include <link.h>

#include <cstring>

#include "decoder/base/int.h"

extern "C" {
// The program's own ELF header, from the linker.
// NOLINTNEXTLINE(bugprone-reserved-identifier)
extern const ElfW(Ehdr) __ehdr_start __attribute__((weak, visibility("hidden")));
}

namespace invar::platform {

namespace {

constexpr u64 round_to_words(u64 size) { return (size + 3) & ~u64{3}; }

/// The build id among notes.
std::string find_id(const u8* at, u64 size) {
  while (size >= sizeof(ElfW(Nhdr))) {
    ElfW(Nhdr) note;
    std::memcpy(&note, at, sizeof note);
    const u64 name_size = round_to_words(note.n_namesz),
              whole = sizeof note + name_size + round_to_words(note.n_descsz);
    if (whole > size) break;
    const u8* const name = at + sizeof note;
    if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && std::memcmp(name, "GNU", 4) == 0) {
      std::string id;
      for (u32 i = 0; i < note.n_descsz; ++i) id += fmt::format("{:02x}", name[name_size + i]);
      return id;
    }
    at += whole;
    size -= whole;
  }
  return {};
}

}  // namespace

std::string build_id() {
  const ElfW(Ehdr)* const header = &__ehdr_start;
  if (header == nullptr) return {};
  const auto* const start = reinterpret_cast<const u8*>(header);
  const auto* const segments = reinterpret_cast<const ElfW(Phdr)*>(start + header->e_phoff);
  // Where the linker thinks that the header is: the program may have been loaded elsewhere.
  u64 expected = 0;
  for (u32 i = 0; i < header->e_phnum; ++i) {
    if (segments[i].p_type == PT_LOAD && segments[i].p_offset == 0) expected = segments[i].p_vaddr;
  }
  for (u32 i = 0; i < header->e_phnum; ++i) {
    if (segments[i].p_type != PT_NOTE) continue;
    if (std::string id = find_id(start + (segments[i].p_vaddr - expected), segments[i].p_memsz); !id.empty()) return id;
  }
  return {};
}

}  // namespace invar::platform
