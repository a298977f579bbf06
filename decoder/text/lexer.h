// The lexical format: source text -> tokens with positions. spec: text/lexical
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decoder/base/error.h"
#include "decoder/base/int.h"
#include "decoder/text/keyword.h"

namespace invar::text {

enum class TokenKind : u8 {
  end,          ///< Behind the last token.
  error,        ///< The source is malformed from here on; TokenStream::error says why. The last token if there is one.
  left_paren,   //
  right_paren,  //
  keyword,      ///< A word that begins with a lower-case letter, known or not.
  natural,      ///< 42, 0x2a, 1_000
  integer,      ///< +42, -0x2a
  floating,     ///< 1.5, 0x1p3, 4e2, inf, -nan, nan:0x7
  string,       ///< "..." with escapes
  id,           ///< $name or $"name"
  reserved,     ///< Anything else that runs together: always an error if the parser meets it.
};

struct Token {
  u32 offset = 0;  ///< In the source, in bytes.
  u32 size = 0;
  Keyword keyword = Keyword::none;  ///< If kind is keyword.
  TokenKind kind = TokenKind::end;
};

/// An annotation that means something to us: (@custom ...), (@name ...), (@metadata.code.branch_hint ...).
/// All others are skipped like comments. spec: text/lexical#annotations
enum class AnnotationKind : u8 { custom, name, branch_hint };
struct Annotation {
  AnnotationKind kind;
  u32 before = 0;  ///< Index of the token that follows the annotation.
  u32 offset = 0;  ///< Of its "(@", in the source.
  u32 first = 0;   ///< The tokens between its id and its closing parenthesis, in TokenStream::annotation_tokens.
  u32 count = 0;
};

/// A source and its tokens. The source text must outlive it.
struct TokenStream {
  std::string_view source;
  std::vector<Token> tokens;            ///< Ends with one token of kind `end` or `error`.
  std::vector<Annotation> annotations;  ///< In source order.
  std::vector<Token> annotation_tokens;
  std::vector<u32> line_starts;
  std::optional<Error> error;

  std::string_view text(const Token& token) const { return source.substr(token.offset, token.size); }
  /// Line and column of a byte of the source, both from 1; columns count bytes.
  TextPosition position(u32 offset) const;
};

/// Splits a source into tokens, in linear time. Never fails outright: a malformed source has an error token where it
/// goes wrong, so that a parser reports what comes first. With `annotations` off, "(@" has no meaning of its own.
TokenStream tokenize(std::string_view source, bool annotations = true);

/// The bytes that a string token denotes, quotes and escapes removed. The token must come from the lexer.
std::string unescape(std::string_view token);

/// The name that an id token denotes: without '$', unescaped if quoted.
std::string id_name(std::string_view token);

}  // namespace invar::text
