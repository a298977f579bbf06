// Words of the text format: structural keywords (keywords.def) and instruction mnemonics (opcodes.def) in one map.
#pragma once

#include <optional>
#include <string_view>

#include "decoder/base/int.h"
#include "decoder/opcode.h"

namespace invar::text {

/// One enumerator per row of keywords.def. `none` is any other word; values from `first_mnemonic` on are mnemonics.
enum class Keyword : u16 {
  none,
#define KEYWORD(name, text) name,
#include "decoder/text/keywords.def"
#undef KEYWORD
  offset_eq,  ///< offset=N
  align_eq,   ///< align=N
  first_mnemonic,
};

/// Finds a word; `none` if there is no such. `offset=` and `align=` carry a number: the lexer finds those itself.
Keyword find_keyword(std::string_view word);

/// The row of opcodes.def that a mnemonic names: the first one if two rows share it (select, ref.test, ref.cast).
constexpr std::optional<Op> op_of(Keyword keyword) {
  if (keyword < Keyword::first_mnemonic) return std::nullopt;
  return static_cast<Op>(static_cast<u16>(keyword) - static_cast<u16>(Keyword::first_mnemonic));
}

/// The keyword of a mnemonic.
constexpr Keyword keyword_of(Op op) {
  return static_cast<Keyword>(static_cast<u16>(Keyword::first_mnemonic) + static_cast<u16>(op));
}

}  // namespace invar::text
