#include "decoder/text/keyword.h"

#include <array>

namespace invar::text {

namespace {

constexpr std::string_view words[] = {
    "",
#define KEYWORD(name, text) text,
#include "decoder/text/keywords.def"
#undef KEYWORD
};

constexpr size_t slot_count = 2048;
static_assert(std::size(words) + op_count < slot_count / 2);

constexpr u32 hash(std::string_view word) {
  u32 value = 2166136261;
  for (const char c : word) value = (value ^ static_cast<u8>(c)) * 16777619;
  return value ^ value >> 15;
}

struct Slot {
  std::string_view word;
  Keyword keyword = Keyword::none;
};

using Map = std::array<Slot, slot_count>;

constexpr void insert(Map& map, std::string_view word, Keyword keyword) {
  size_t slot = hash(word) % slot_count;
  while (map[slot].keyword != Keyword::none) {
    if (map[slot].word == word) return;  // The first row of a mnemonic stands for all of its rows.
    slot = (slot + 1) % slot_count;
  }
  map[slot] = {word, keyword};
}

constexpr Map map = [] {
  Map result{};
  for (size_t i = 1; i < std::size(words); ++i) insert(result, words[i], static_cast<Keyword>(i));
  for (size_t i = 0; i < op_count; ++i) insert(result, op_infos[i].mnemonic, keyword_of(static_cast<Op>(i)));
  return result;
}();

}  // namespace

Keyword find_keyword(std::string_view word) {
  for (size_t slot = hash(word) % slot_count; map[slot].keyword != Keyword::none; slot = (slot + 1) % slot_count) {
    if (map[slot].word == word) return map[slot].keyword;
  }
  return Keyword::none;
}

}  // namespace invar::text
