#include "decoder/text/parser.h"

#include "decoder/text/module_parser.h"

namespace invar::text {

namespace {

/// The strings up to the closing parenthesis, put together.
Result<std::string> string_list(Cursor& cursor) {
  std::string all;
  while (cursor.at(TokenKind::string)) {
    INVAR_TRY_ASSIGN(const std::string bytes, cursor.expect_string());
    all += bytes;
  }
  return all;
}

/// Behind `(module definition? $id?`, up to the closing parenthesis.
Result<void> module_contents(Cursor& cursor, const ParseOptions& options, ScriptModule& module) {
  const bool binary = cursor.accept(Keyword::binary);
  if (binary || cursor.accept(Keyword::quote)) {
    module.form = binary ? ModuleForm::binary : ModuleForm::quote;
    INVAR_TRY_ASSIGN(std::string bytes, string_list(cursor));
    if (binary) {
      module.bytes = std::vector<u8>(bytes.begin(), bytes.end());
    } else {
      module.quoted = std::move(bytes);
    }
    return cursor.expect_close();
  }
  ModuleParser parser{cursor, options};
  INVAR_TRY_ASSIGN(module.bytes, parser.parse(module.id));
  cursor = parser.cursor();
  return cursor.expect_close();
}

Result<std::vector<u8>> parse_source(std::string_view source, const ParseOptions& options, bool may_quote) {
  const TokenStream stream = tokenize(source, options.features.has(Feature::annotations));
  Cursor cursor{stream};
  if (!cursor.at_open(Keyword::module)) {
    ModuleParser parser{cursor, options};
    INVAR_TRY_ASSIGN(auto bytes, parser.parse(std::nullopt));
    cursor = parser.cursor();
    INVAR_TRY(cursor.expect(TokenKind::end));
    return bytes;
  }
  INVAR_TRY_ASSIGN(ScriptModule module, parse_script_module(cursor, options));
  if (!module.bytes) return std::move(module.bytes);
  INVAR_TRY(cursor.expect(TokenKind::end));
  if (module.form != ModuleForm::quote) return std::move(module.bytes);
  // A quoted source does not quote another: that is for scripts.
  if (!may_quote) return fail_at(stream, 0, ErrorCode::unexpected_token, ": quote");
  return parse_source(module.quoted, options, false);
}

}  // namespace

Result<std::vector<u8>> parse_module(std::string_view source, const ParseOptions& options) {
  return parse_source(source, options, true);
}

Result<std::vector<u8>> parse_module(std::string_view source, const Features& features) {
  return parse_module(source, ParseOptions{features, false});
}

Result<ScriptModule> parse_script_module(Cursor& cursor, const ParseOptions& options) {
  ScriptModule module{ModuleForm::text, false, {}, cursor.position(), {}, std::vector<u8>{}};
  const Cursor start = cursor;
  INVAR_TRY(cursor.expect_open(Keyword::module));
  module.is_definition = cursor.accept(Keyword::definition);
  module.id = cursor.accept_id();
  if (auto parsed = module_contents(cursor, options, module); !parsed) {
    module.bytes = std::unexpected(std::move(parsed).error());
    cursor = start;
    cursor.advance();
    cursor.skip_out();
  }
  return module;
}

}  // namespace invar::text
