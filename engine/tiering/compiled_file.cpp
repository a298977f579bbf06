#include "engine/tiering/compiled_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "decoder/base/checksum.h"
#include "engine/platform/virtual_memory.h"
#include "engine/tiering/section_file.h"

namespace invar {

namespace {

constexpr u8 magic[8] = {0x7f, 'i', 'n', 'v', 'a', 'r', 0x1a, 1};

struct Header {
  u8 magic[8];
  u64 size;       ///< Of the file.
  Checksum rest;  ///< Of everything behind the header.
};
static_assert(sizeof(Header) % 8 == 0);

constexpr u32 key_tag = section_tag("key "), module_tag = section_tag("wasm"), code_tag = section_tag("code");

std::unexpected<Error> bad(std::string_view why) {
  return fail(ErrorCode::bad_compiled_file, fmt::format(": {}", why));
}

/// The words of a key, separated by spaces.
std::vector<std::string_view> words_of(std::string_view text, char separator) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const size_t end = std::min(text.find(separator), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

std::string_view name_of(std::string_view word) { return word.substr(0, word.find('=')); }

}  // namespace

bool is_compiled_file(std::span<const u8> bytes) {
  return bytes.size() >= sizeof magic && std::memcmp(bytes.data(), magic, sizeof magic) == 0;
}

Result<CompiledFile> read_compiled_file(ModuleBytes file) {
  const std::span<const u8> bytes = file.bytes;
  if (!is_compiled_file(bytes)) return bad("it begins otherwise");
  Header header{};
  if (bytes.size() < sizeof header) return bad("it ends too soon");
  std::memcpy(&header, bytes.data(), sizeof header);
  if (header.size != bytes.size()) return bad("it is not as long as it says");
  const std::span<const u8> rest = bytes.subspan(sizeof header);
  if (header.rest != checksum(rest)) return bad("the checksum is wrong");
  const auto sections = SectionReader::read(rest);
  if (!sections) return bad("its sections are not in it");
  const auto key = sections->find(key_tag), module = sections->find(module_tag), code = sections->find(code_tag);
  if (!key || !module || !code) return bad("a section is missing");
  return CompiledFile{{reinterpret_cast<const char*>(key->data()), key->size()}, *module, *code, std::move(file.owner)};
}

std::vector<u8> write_compiled_file(std::string_view key, std::span<const u8> module, const SavedCode& code) {
  SectionWriter writer;
  writer.add(key_tag, {reinterpret_cast<const u8*>(key.data()), key.size()});
  writer.add(module_tag, module);
  // The code stands at the beginning of a page of the file: it can be run where the file is mapped.
  writer.add(code_tag, code.size, code.write, platform::page_size());
  Header header{};
  std::vector<u8> file(sizeof header + writer.size(sizeof header));
  writer.write(file.data() + sizeof header, sizeof header);
  std::memcpy(header.magic, magic, sizeof magic);
  header.size = file.size();
  header.rest = checksum(std::span{file}.subspan(sizeof header));
  std::memcpy(file.data(), &header, sizeof header);
  return file;
}

std::string explain_mismatch(std::string_view made, std::string_view wanted) {
  const std::vector<std::string_view> ours = words_of(wanted, ' ');
  for (const std::string_view word : words_of(made, ' ')) {
    const auto same = std::ranges::find(ours, name_of(word), name_of);
    if (same == ours.end()) return fmt::format("compiled with {}", word);
    if (*same == word || name_of(word) == "effort" || name_of(word) == "inlines") continue;
    if (name_of(word) == "cpu") {
      // What it needs must be here; there may be more.
      const std::vector<std::string_view> here = words_of(same->substr(4), ',');
      const auto is_here = [&](std::string_view feature) { return std::ranges::find(here, feature) != here.end(); };
      if (std::ranges::all_of(words_of(word.substr(4), ','), is_here)) continue;
    }
    return fmt::format("compiled with {}, but here it is {}", word, *same);
  }
  return {};
}

}  // namespace invar
