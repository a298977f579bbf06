// Binary format -> text format: any valid module as text that parse_module turns into the same module again.
#pragma once

#include <string>

#include "decoder/base/error.h"
#include "decoder/module.h"

namespace invar::text {

struct PrintOptions {
  /// Put each instruction's offset in the binary in front of it, as a comment.
  bool offsets = false;
  /// The text of some modules is thousands of times as large as they are (locals have no short form): `host_limit`
  /// beyond this.
  size_t max_size = size_t{1} << 30;
};

/// Prints a module in flat style, one instruction a line. Nothing is lost: custom sections become (@custom ...), names
/// become $ids and (@name ...), branch hints (@metadata.code.branch_hint ...). What the text format cannot say (long
/// LEB128 forms, redundant flags) comes back in the shortest form, so parsing and printing again changes nothing any
/// more.
Result<std::string> print_module(const Module& module, const PrintOptions& options = {});

/// A string literal with quotes and escapes; bytes that are not ASCII stay as they are if `utf8`.
std::string quote(std::string_view bytes, bool utf8);

/// A float literal that stands for exactly these bits.
std::string f32_literal(u32 bits);
std::string f64_literal(u64 bits);

}  // namespace invar::text
