// From text to a decoded module and back, for tests.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "decoder/binary/module_decoder.h"
#include "decoder/text/parser.h"
#include "decoder/text/printer.h"

namespace invar::text {

/// What is wrong with a module, "" if nothing is. It must be well-formed text.
inline std::string error_of(std::string_view fields, const Features& features = Features::all()) {
  const auto bytes = parse_module(fields, features);
  EXPECT_TRUE(bytes) << bytes.error().message();
  if (!bytes) return "not well-formed";
  const auto module = decode_module(*bytes, features);
  return module ? "" : module.error().message();
}

/// What is wrong with the text.
inline std::string syntax_error_of(std::string_view fields) {
  const auto bytes = parse_module(fields, Features::all());
  return bytes ? "" : bytes.error().message();
}

/// Text -> binary -> text -> binary: both binaries must be equal. Returns the printed text.
inline std::string reprinted(std::string_view fields) {
  const auto bytes = parse_module(fields, Features::all());
  EXPECT_TRUE(bytes) << bytes.error().message();
  if (!bytes) return "";
  const auto module = decode_module(*bytes, Features::all());
  EXPECT_TRUE(module) << module.error().message();
  if (!module) return "";
  const auto text = print_module(**module);
  EXPECT_TRUE(text) << text.error().message();
  if (!text) return "";
  const auto again = parse_module(*text, Features::all());
  EXPECT_TRUE(again) << again.error().message() << "\n" << *text;
  if (again) EXPECT_EQ(*bytes, *again) << *text;
  return *text;
}

}  // namespace invar::text
