// A reading position in a token stream, and the few moves that parsers of s-expressions need.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "decoder/base/error.h"
#include "decoder/base/int.h"
#include "decoder/text/lexer.h"

namespace invar::text {

/// Cheap to copy: a copy is a bookmark. The stream must outlive it.
class Cursor {
 public:
  explicit Cursor(const TokenStream& stream, u32 index = 0) : stream_(&stream), index_(index) {}

  const TokenStream& stream() const { return *stream_; }
  /// Index of the current token.
  u32 index() const { return index_; }
  void seek(u32 index) { index_ = index; }

  const Token& peek() const { return stream_->tokens[index_]; }
  /// The token `ahead` places on, or the last token of the stream.
  const Token& peek(u32 ahead) const;
  /// Source text of the current token.
  std::string_view text() const { return stream_->text(peek()); }
  TextPosition position() const { return stream_->position(peek().offset); }
  /// No more tokens (a malformed rest is not the end: expect() will report it).
  bool at_end() const { return kind() == TokenKind::end; }
  TokenKind kind() const { return peek().kind; }

  bool at(TokenKind kind) const { return peek().kind == kind; }
  bool at(Keyword keyword) const { return peek().keyword == keyword; }
  /// At '(' and this keyword?
  bool at_open(Keyword keyword) const { return at(TokenKind::left_paren) && peek(1).keyword == keyword; }
  bool at_open(std::string_view keyword) const;

  /// Goes one token on; stays at the last.
  void advance() {
    if (index_ + 1 < stream_->tokens.size()) ++index_;
  }

  // Each accept_* goes on if the current token fits, and says whether it did.
  bool accept(TokenKind kind) { return at(kind) && (advance(), true); }
  bool accept(Keyword keyword) { return at(keyword) && (advance(), true); }
  bool accept_keyword(std::string_view keyword);
  bool accept_open(Keyword keyword) { return at_open(keyword) && (advance(), advance(), true); }
  bool accept_open(std::string_view keyword);
  /// The name of an id token: without '$' and, if quoted, unescaped.
  std::optional<std::string> accept_id();

  // Each expect_* goes on over what it names, or fails with `unexpected token`.
  Result<void> expect(TokenKind kind);
  Result<void> expect(Keyword keyword);
  Result<void> expect_open(Keyword keyword);
  Result<void> expect_close() { return expect(TokenKind::right_paren); }
  /// A string's bytes.
  Result<std::string> expect_string();
  /// A string's bytes, which must be UTF-8. spec: text/values#names
  Result<std::string> expect_name();
  Result<u32> expect_u32();
  Result<u64> expect_u64();

  /// Goes over one token, or over one parenthesised expression with all in it, in linear time. At a closing
  /// parenthesis, or if the source ends first: `unexpected token`.
  Result<void> skip();
  /// Goes behind the parenthesis that closes `depth` levels from here, or to the end of the source.
  void skip_out(u32 depth = 1);

  /// An error at the current token.
  std::unexpected<Error> fail(ErrorCode code, std::string detail = {}) const;
  /// The error for a token that does not belong here: `unknown operator` if it is a word that exists nowhere,
  /// the lexer's own error at the place where the source is malformed, else `unexpected token`.
  std::unexpected<Error> unexpected() const;

 private:
  const TokenStream* stream_;
  u32 index_;
};

/// An error at an offset of the source.
std::unexpected<Error> fail_at(const TokenStream& stream, u32 offset, ErrorCode code, std::string detail = {});

}  // namespace invar::text
