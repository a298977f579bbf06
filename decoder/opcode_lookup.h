// From bytes to rows of opcodes.def.
#pragma once

#include <array>

#include "decoder/opcode.h"

namespace invar {

/// Stands for "no such instruction".
inline constexpr Op no_op = static_cast<Op>(0xffff);

namespace detail {

/// One past the greatest code behind `prefix`.
consteval size_t code_limit(u8 prefix) {
  size_t limit = 0;
  for (const OpInfo& row : op_infos) {
    if (row.prefix == prefix) limit = row.code + size_t{1};
  }
  return limit;
}

template <u8 prefix>
consteval auto code_table() {
  std::array<Op, code_limit(prefix)> table;
  table.fill(no_op);
  for (size_t i = 0; i < op_count; ++i) {
    if (op_infos[i].prefix == prefix) table[op_infos[i].code] = static_cast<Op>(i);
  }
  return table;
}

template <u8 prefix>
inline constexpr auto codes = code_table<prefix>();

template <u8 prefix>
constexpr Op find_code(u32 code) {
  return code < codes<prefix>.size() ? codes<prefix>[code] : no_op;
}

}  // namespace detail

constexpr bool is_prefix(u8 byte) { return byte >= 0xfb && byte <= 0xfe; }

/// The instruction of a one-byte opcode, or no_op.
constexpr Op find_op(u8 code) { return detail::find_code<0>(code); }

/// The instruction of a number behind a prefix, or no_op.
constexpr Op find_op(u8 prefix, u32 code) {
  switch (prefix) {
    case 0xfb:
      return detail::find_code<0xfb>(code);
    case 0xfc:
      return detail::find_code<0xfc>(code);
    case 0xfd:
      return detail::find_code<0xfd>(code);
    case 0xfe:
      return detail::find_code<0xfe>(code);
    default:
      return no_op;
  }
}

}  // namespace invar
