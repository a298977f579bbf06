#include "decoder/text/cursor.h"

#include <algorithm>
#include <limits>

#include "decoder/base/utf8.h"
#include "decoder/text/number.h"

namespace invar::text {

const Token& Cursor::peek(u32 ahead) const {
  return stream_->tokens[std::min<size_t>(size_t{index_} + ahead, stream_->tokens.size() - 1)];
}

bool Cursor::at_open(std::string_view keyword) const {
  if (!at(TokenKind::left_paren)) return false;
  const Token& next = peek(1);
  return next.kind == TokenKind::keyword && stream_->text(next) == keyword;
}

bool Cursor::accept_keyword(std::string_view keyword) {
  if (!at(TokenKind::keyword) || text() != keyword) return false;
  advance();
  return true;
}

bool Cursor::accept_open(std::string_view keyword) {
  if (!at_open(keyword)) return false;
  advance();
  advance();
  return true;
}

std::optional<std::string> Cursor::accept_id() {
  if (!at(TokenKind::id)) return std::nullopt;
  std::string name = id_name(text());
  advance();
  return name;
}

Result<void> Cursor::expect(TokenKind kind) {
  if (!accept(kind)) return unexpected();
  return {};
}

Result<void> Cursor::expect(Keyword keyword) {
  if (!accept(keyword)) return unexpected();
  return {};
}

Result<void> Cursor::expect_open(Keyword keyword) {
  INVAR_TRY(expect(TokenKind::left_paren));
  return expect(keyword);
}

Result<std::string> Cursor::expect_string() {
  if (!at(TokenKind::string)) return unexpected();
  std::string bytes = unescape(text());
  advance();
  return bytes;
}

Result<std::string> Cursor::expect_name() {
  if (!at(TokenKind::string)) return unexpected();
  std::string name = unescape(text());
  if (!is_utf8(name)) return fail(ErrorCode::malformed_utf8);
  advance();
  return name;
}

Result<u32> Cursor::expect_u32() {
  if (!at(TokenKind::natural)) return unexpected();
  const auto value = parse_natural(text(), std::numeric_limits<u32>::max());
  if (!value) return fail(ErrorCode::i32_constant_out_of_range);
  advance();
  return static_cast<u32>(*value);
}

Result<u64> Cursor::expect_u64() {
  if (!at(TokenKind::natural)) return unexpected();
  const auto value = parse_natural(text(), std::numeric_limits<u64>::max());
  if (!value) return fail(ErrorCode::i64_constant_out_of_range);
  advance();
  return *value;
}

Result<void> Cursor::skip() {
  size_t depth = 0;
  do {
    switch (kind()) {
      case TokenKind::left_paren:
        ++depth;
        break;
      case TokenKind::right_paren:
        if (depth == 0) return unexpected();
        --depth;
        break;
      case TokenKind::end:
      case TokenKind::error:
        return unexpected();
      default:
        break;
    }
    advance();
  } while (depth != 0);
  return {};
}

void Cursor::skip_out(u32 depth) {
  for (; depth != 0 && kind() != TokenKind::end && kind() != TokenKind::error; advance()) {
    if (at(TokenKind::left_paren)) ++depth;
    if (at(TokenKind::right_paren)) --depth;
  }
}

std::unexpected<Error> fail_at(const TokenStream& stream, u32 offset, ErrorCode code, std::string detail) {
  Error error{code, std::move(detail), {}, {}, {}, {}};
  error.position = stream.position(offset);
  return std::unexpected(std::move(error));
}

std::unexpected<Error> Cursor::fail(ErrorCode code, std::string detail) const {
  return fail_at(*stream_, peek().offset, code, std::move(detail));
}

std::unexpected<Error> Cursor::unexpected() const {
  constexpr size_t shown = 60;  // Tokens can be megabytes long.
  std::string quoted{text().substr(0, shown)};
  if (text().size() > shown) quoted += "...";
  switch (kind()) {
    case TokenKind::error:
      return std::unexpected(*stream_->error);
    case TokenKind::end:
      return fail(ErrorCode::unexpected_token, ": end of input");
    case TokenKind::reserved:
      return fail(ErrorCode::unknown_operator, " " + quoted);
    case TokenKind::keyword:
      if (peek().keyword == Keyword::none) return fail(ErrorCode::unknown_operator, " " + quoted);
      [[fallthrough]];
    default:
      return fail(ErrorCode::unexpected_token, ": " + quoted);
  }
}

}  // namespace invar::text
