// Number literals of the text format. spec: text/values
#pragma once

#include <optional>
#include <string_view>

#include "decoder/base/int.h"

namespace invar::text {

// Is the whole text such a literal?
bool is_natural(std::string_view text);   ///< num or 0xhexnum, with underscores between digits
bool is_integer(std::string_view text);   ///< with or without sign
bool is_floating(std::string_view text);  ///< any float literal, integers and nan:0x... included

// The values; nullopt if the text is no such literal or out of range.

/// An unsigned number up to `max`.
std::optional<u64> parse_natural(std::string_view text, u64 max);
/// An integer of `bits` bits, from -2^(bits-1) to 2^bits - 1, as two's complement: bits above `bits` are zero.
std::optional<u64> parse_integer(std::string_view text, unsigned bits);
/// The bits of a float, correctly rounded from the decimal or hexadecimal digits (ties to even). Out of range if it
/// rounds to infinity, or if a NaN's payload does not fit.
std::optional<u32> parse_f32(std::string_view text);
std::optional<u64> parse_f64(std::string_view text);

}  // namespace invar::text
