#include "decoder/text/lexer.h"

#include <gtest/gtest.h>

#include "decoder/text/cursor.h"

namespace invar::text {
namespace {

std::vector<TokenKind> kinds(std::string_view source) {
  const TokenStream stream = tokenize(source);
  std::vector<TokenKind> result;
  for (const Token& token : stream.tokens) result.push_back(token.kind);
  return result;
}

TokenKind first_kind(std::string_view source) { return kinds(source).front(); }

/// The text of the lexical error, or "" if there is none.
std::string lexical_error(std::string_view source) {
  const TokenStream stream = tokenize(source);
  if (!stream.error) return "";
  EXPECT_EQ(stream.tokens.back().kind, TokenKind::error);
  return std::string{text_of(stream.error->code)};
}

using enum TokenKind;

TEST(Lexer, TokensByTheirFirstCharacters) {
  EXPECT_EQ(kinds("(module $m \"s\" 1 -1 1.5 i32)"),
            (std::vector{left_paren, keyword, id, string, natural, integer, floating, keyword, right_paren, end}));
  EXPECT_EQ(first_kind("0x1F"), natural);
  EXPECT_EQ(first_kind("1_000"), natural);
  EXPECT_EQ(first_kind("+0x1"), integer);
  EXPECT_EQ(first_kind("1e5"), floating);
  EXPECT_EQ(first_kind("0x1.8p-3"), floating);
  EXPECT_EQ(first_kind("-inf"), floating);
  EXPECT_EQ(first_kind("nan:0x1"), floating);
  EXPECT_EQ(first_kind("nan:1"), keyword);
  EXPECT_EQ(first_kind("info"), keyword);
}

TEST(Lexer, TokensThatRunTogetherAreOne) {
  EXPECT_EQ(kinds("0$l"), (std::vector{reserved, end}));
  EXPECT_EQ(kinds("\"a\"\"b\""), (std::vector{reserved, end}));
  EXPECT_EQ(kinds("$l\"a\""), (std::vector{reserved, end}));
  EXPECT_EQ(kinds("data\"a\""), (std::vector{reserved, end}));
  EXPECT_EQ(kinds("0drop"), (std::vector{reserved, end}));
  EXPECT_EQ(kinds("1__0"), (std::vector{reserved, end}));
  EXPECT_EQ(kinds("0x"), (std::vector{reserved, end}));
  EXPECT_EQ(kinds("Abc"), (std::vector{reserved, end}));
  EXPECT_EQ(kinds("@a"), (std::vector{reserved, end}));
}

TEST(Lexer, KnownWords) {
  EXPECT_EQ(tokenize("module").tokens[0].keyword, Keyword::module);
  EXPECT_EQ(tokenize("i32.add").tokens[0].keyword, keyword_of(Op::i32_add));
  EXPECT_EQ(tokenize("select").tokens[0].keyword, keyword_of(Op::select));
  EXPECT_EQ(tokenize("ref.test").tokens[0].keyword, keyword_of(Op::ref_test));
  EXPECT_EQ(tokenize("offset=4").tokens[0].keyword, Keyword::offset_eq);
  EXPECT_EQ(tokenize("offset=-4").tokens[0].keyword, Keyword::none);
  EXPECT_EQ(tokenize("get_local").tokens[0].keyword, Keyword::none);
}

TEST(Lexer, EveryMnemonicIsFound) {
  for (size_t i = 0; i < op_count; ++i) {
    const auto op = op_of(find_keyword(op_infos[i].mnemonic));
    ASSERT_TRUE(op) << op_infos[i].mnemonic;
    EXPECT_EQ(info(*op).mnemonic, op_infos[i].mnemonic);
    EXPECT_LE(static_cast<size_t>(*op), i);
  }
}

TEST(Lexer, Comments) {
  EXPECT_EQ(kinds(";; (x\n(;(;nested;) \" ;)module;;end"), (std::vector{keyword, end}));
  EXPECT_EQ(kinds("a(;;)b"), (std::vector{keyword, keyword, end}));
  EXPECT_EQ(kinds("(;\x01\xC3\xA9;)"), (std::vector{end}));
  EXPECT_EQ(lexical_error("(; (; ;)"), "unclosed comment");
  EXPECT_EQ(lexical_error(";; \xff"), "malformed UTF-8 encoding");
  EXPECT_EQ(lexical_error("(; \xc0\x80 ;)"), "malformed UTF-8 encoding");
}

TEST(Lexer, Strings) {
  EXPECT_EQ(unescape(R"("a\t\n\r\"\'\\\41\u{42}\u{20_AC}")"), "a\t\n\r\"'\\AB\xE2\x82\xAC");
  EXPECT_EQ(unescape(R"("\u{1F600}\u{7ff}")"), "\xF0\x9F\x98\x80\xDF\xBF");
  EXPECT_EQ(lexical_error("\"abc"), "unclosed string");
  EXPECT_EQ(lexical_error("\"abc\n\""), "unclosed string");
  EXPECT_EQ(lexical_error("\"\\"), "unclosed string");
  EXPECT_EQ(lexical_error("\"\\q\""), "illegal escape");
  EXPECT_EQ(lexical_error("\"\\4\""), "illegal escape");
  EXPECT_EQ(lexical_error("\"\\u{d800}\""), "illegal escape");
  EXPECT_EQ(lexical_error("\"\\u{110000}\""), "illegal escape");
  EXPECT_EQ(lexical_error("\"\\u{}\""), "illegal escape");
  EXPECT_EQ(lexical_error("\"\\u{41\""), "illegal escape");
  EXPECT_EQ(lexical_error("\"\x01\""), "illegal character");
  EXPECT_EQ(lexical_error("\"\xff\""), "malformed UTF-8 encoding");
  EXPECT_EQ(lexical_error("\"\xC3\xA9\""), "");
}

TEST(Lexer, Ids) {
  EXPECT_EQ(id_name("$a$b"), "a$b");
  EXPECT_EQ(id_name("$\"a b\\41\""), "a bA");
  EXPECT_EQ(lexical_error("$"), "empty identifier");
  EXPECT_EQ(lexical_error("$\"\""), "empty identifier");
  EXPECT_EQ(lexical_error("$ \"a\""), "empty identifier");
  EXPECT_EQ(lexical_error("$\"a\nb\""), "empty identifier");
  EXPECT_EQ(lexical_error("$\"\\ef\""), "malformed UTF-8 encoding");
}

TEST(Lexer, OtherCharacters) {
  EXPECT_EQ(lexical_error("\x01"), "illegal character");
  EXPECT_EQ(lexical_error("\x7f"), "illegal character");
  EXPECT_EQ(lexical_error("W\xC3\xBCrst"), "illegal character");
  EXPECT_EQ(lexical_error("\xff"), "malformed UTF-8 encoding");
  EXPECT_EQ(kinds(", ; [ ] { }"), (std::vector{reserved, reserved, reserved, reserved, reserved, reserved, end}));
}

TEST(Lexer, UnknownAnnotationsAreSkipped) {
  EXPECT_EQ(kinds("a (@x y (z \")\" (;;) ( ;) [) (; ) ;) ;; )\n) b"), (std::vector{keyword, keyword, end}));
  EXPECT_EQ(kinds("(@\"an id\" $) b"), (std::vector{keyword, end}));
  EXPECT_EQ(kinds("((@a)@b)"), (std::vector{left_paren, reserved, right_paren, end}));
  EXPECT_EQ(lexical_error("(@)"), "empty annotation id");
  EXPECT_EQ(lexical_error("(@ x)"), "empty annotation id");
  EXPECT_EQ(lexical_error("(@\"\")"), "empty annotation id");
  EXPECT_EQ(lexical_error("(@\"\n\")"), "empty annotation id");
  EXPECT_EQ(lexical_error("(@\"\\ef\")"), "malformed UTF-8 encoding");
  EXPECT_EQ(lexical_error("(@x (y)"), "unclosed annotation");
  EXPECT_EQ(lexical_error("(@x \")"), "unclosed string");
  EXPECT_EQ(lexical_error("(@x \x01)"), "illegal character");
  EXPECT_EQ(lexical_error("(@x \x80)"), "malformed UTF-8 encoding");
}

TEST(Lexer, AnnotationsAreAFeature) {
  const TokenStream stream = tokenize("(@x)", false);
  EXPECT_EQ(stream.tokens[1].kind, reserved);
}

TEST(Lexer, KnownAnnotationsKeepTheirTokens) {
  const TokenStream stream = tokenize("(module (@custom \"x\" (after func) \"y\") (@name \"n\"))");
  ASSERT_EQ(stream.annotations.size(), 2u);
  EXPECT_EQ(stream.annotations[0].kind, AnnotationKind::custom);
  EXPECT_EQ(stream.annotations[0].before, 2u);
  EXPECT_EQ(stream.annotations[0].count, 6u);
  EXPECT_EQ(stream.annotations[1].kind, AnnotationKind::name);
  EXPECT_EQ(stream.annotations[1].first, 6u);
  EXPECT_EQ(stream.annotations[1].count, 1u);
}

TEST(Lexer, PositionsCountFromOne) {
  const TokenStream stream = tokenize("a\n  b\n\nc");
  EXPECT_EQ(stream.position(stream.tokens[0].offset).line, 1u);
  EXPECT_EQ(stream.position(stream.tokens[1].offset).line, 2u);
  EXPECT_EQ(stream.position(stream.tokens[1].offset).column, 3u);
  EXPECT_EQ(stream.position(stream.tokens[2].offset).line, 4u);
  EXPECT_EQ(stream.position(stream.tokens[2].offset).column, 1u);
}

TEST(Lexer, AnErrorComesWhereTheSourceGoesWrong) {
  EXPECT_EQ(kinds("(func \x01 drop"), (std::vector{left_paren, keyword, error}));
}

TEST(Cursor, SkipsBalancedExpressions) {
  const TokenStream stream = tokenize("(a (b \")\" c) d) e )");
  Cursor cursor{stream};
  ASSERT_TRUE(cursor.skip());
  EXPECT_EQ(cursor.text(), "e");
  ASSERT_TRUE(cursor.skip());
  EXPECT_EQ(cursor.skip().error().code, ErrorCode::unexpected_token);
  Cursor inside{stream, 4};
  inside.skip_out(2);
  EXPECT_EQ(inside.text(), "e");
  const TokenStream open = tokenize("((((");
  EXPECT_FALSE(Cursor{open}.skip());
}

TEST(Cursor, ExpectsAndAccepts) {
  const TokenStream stream = tokenize("(module $m \"\\ff\" \"n\" 7)");
  Cursor cursor{stream};
  EXPECT_FALSE(cursor.accept_open("func"));
  EXPECT_TRUE(cursor.accept_open("module"));
  EXPECT_EQ(cursor.accept_id(), "m");
  EXPECT_EQ(cursor.accept_id(), std::nullopt);
  EXPECT_EQ(cursor.expect_name().error().code, ErrorCode::malformed_utf8);
  EXPECT_EQ(cursor.expect_string().value(), "\xff");
  EXPECT_EQ(cursor.expect_name().value(), "n");
  EXPECT_EQ(cursor.expect_u32().value(), 7u);
  EXPECT_TRUE(cursor.expect_close());
  EXPECT_TRUE(cursor.at_end());
}

TEST(Cursor, SaysWhatIsWrongWithAToken) {
  const TokenStream stream = tokenize("module foo [ \x01");
  Cursor cursor{stream};
  EXPECT_EQ(cursor.unexpected().error().message(), "unexpected token: module (line 1, column 1)");
  cursor.advance();
  EXPECT_EQ(cursor.unexpected().error().message(), "unknown operator foo (line 1, column 8)");
  cursor.advance();
  EXPECT_EQ(cursor.unexpected().error().code, ErrorCode::unknown_operator);
  cursor.advance();
  EXPECT_EQ(cursor.unexpected().error().code, ErrorCode::illegal_character);
}

}  // namespace
}  // namespace invar::text
