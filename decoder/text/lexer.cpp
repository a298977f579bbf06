#include "decoder/text/lexer.h"

#include <algorithm>
#include <array>
#include <limits>

#include "decoder/base/utf8.h"
#include "decoder/text/number.h"

namespace invar::text {

namespace {

constexpr bool is_id_char(char c) {
  if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) return true;
  return c != '\0' && std::string_view{"!#$%&'*+-./:<=>?@\\^_`|~"}.find(c) != std::string_view::npos;
}

constexpr std::array<bool, 256> id_chars = [] {
  std::array<bool, 256> table{};
  for (int c = 0; c < 256; ++c) table[static_cast<size_t>(c)] = is_id_char(static_cast<char>(c));
  return table;
}();

constexpr bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

constexpr u32 hex_value(char c) { return static_cast<u32>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10); }

/// Length of the well-formed UTF-8 sequence at the start, or 0. spec: binary/values#names
size_t utf8_length(std::string_view bytes) {
  const auto at = [&](size_t i) { return i < bytes.size() ? static_cast<u8>(bytes[i]) : u8{0}; };
  const auto continues = [&](size_t i) { return (at(i) & 0xc0) == 0x80; };
  const u8 lead = at(0);
  if (lead < 0x80) return bytes.empty() ? 0 : 1;
  if (lead < 0xc2) return 0;
  if (lead < 0xe0) return continues(1) ? 2 : 0;
  if (lead < 0xf0) {
    if (!continues(1) || !continues(2)) return 0;
    if (lead == 0xe0 && at(1) < 0xa0) return 0;   // overlong
    if (lead == 0xed && at(1) >= 0xa0) return 0;  // surrogate
    return 3;
  }
  if (lead > 0xf4 || !continues(1) || !continues(2) || !continues(3)) return 0;
  if (lead == 0xf0 && at(1) < 0x90) return 0;
  if (lead == 0xf4 && at(1) >= 0x90) return 0;  // above U+10FFFF
  return 4;
}

void append_utf8(std::string& out, u32 code_point) {
  const auto put = [&](u32 byte) { out += static_cast<char>(byte); };
  if (code_point < 0x80) return put(code_point);
  if (code_point < 0x800) {
    put(0xc0 | code_point >> 6);
  } else {
    if (code_point < 0x10000) {
      put(0xe0 | code_point >> 12);
    } else {
      put(0xf0 | code_point >> 18);
      put(0x80 | (code_point >> 12 & 63));
    }
    put(0x80 | (code_point >> 6 & 63));
  }
  put(0x80 | (code_point & 63));
}

class Lexer {
 public:
  Lexer(std::string_view source, bool annotations) : source_(source), annotations_(annotations) {
    stream_.source = source;
  }

  TokenStream run() {
    if (source_.size() >= std::numeric_limits<u32>::max()) {
      source_ = {};
      report(0, ErrorCode::host_limit, ": a source may have up to 4 GiB");
    } else {
      find_lines();
      stream_.tokens.reserve(source_.size() / 5 + 16);
      while (step()) {
      }
    }
    const TokenKind last = stream_.error ? TokenKind::error : TokenKind::end;
    stream_.tokens.push_back({error_offset_.value_or(static_cast<u32>(source_.size())), 0, Keyword::none, last});
    return std::move(stream_);
  }

 private:
  void find_lines() {
    stream_.line_starts.push_back(0);
    for (size_t at = source_.find('\n'); at != std::string_view::npos; at = source_.find('\n', at + 1)) {
      stream_.line_starts.push_back(static_cast<u32>(at + 1));
    }
  }

  /// Records the error; always false, for `return report(...)`.
  bool report(size_t offset, ErrorCode code, std::string detail = {}) {
    Error error{code, std::move(detail), {}, {}, {}, {}};
    error.position = stream_.position(static_cast<u32>(offset));
    error_offset_ = static_cast<u32>(offset);
    if (depth_ != 0 && known_annotation_) stream_.annotations.pop_back();  // It has no end.
    stream_.error = std::move(error);
    return false;
  }

  char at(size_t offset) const { return offset < source_.size() ? source_[offset] : '\0'; }
  bool starts(std::string_view text) const { return source_.substr(position_, text.size()) == text; }

  /// Lexes one token, comment or blank. False at the end and on errors.
  bool step() {
    if (position_ >= source_.size()) {
      if (depth_ == 0) return false;
      return report(annotation_start_, ErrorCode::unclosed_annotation);
    }
    const char c = source_[position_];
    switch (c) {
      case ' ':
      case '\t':
      case '\n':
      case '\r':
        ++position_;
        return true;
      case '(':
        return left_paren();
      case ')':
        return right_paren();
      case ';':
        if (at(position_ + 1) == ';') return line_comment();
        return punctuation();
      case ',':
      case '[':
      case ']':
      case '{':
      case '}':
        return punctuation();
      default:
        break;
    }
    if (c == '"' || id_chars[static_cast<u8>(c)]) return word();
    return bad_character();
  }

  bool bad_character() {
    const std::string_view rest = source_.substr(position_);
    return report(position_, utf8_length(rest) == 0 ? ErrorCode::malformed_utf8 : ErrorCode::illegal_character);
  }

  void push(TokenKind kind, size_t begin, Keyword keyword = Keyword::none) {
    const Token token{static_cast<u32>(begin), static_cast<u32>(position_ - begin), keyword, kind};
    if (depth_ == 0) {
      stream_.tokens.push_back(token);
    } else if (known_annotation_) {
      stream_.annotation_tokens.push_back(token);
    }
  }

  bool punctuation() {
    ++position_;
    push(TokenKind::reserved, position_ - 1);
    return true;
  }

  bool left_paren() {
    if (at(position_ + 1) == ';') return block_comment();
    if (at(position_ + 1) == '@' && annotations_ && depth_ == 0) return annotation();
    ++position_;
    push(TokenKind::left_paren, position_ - 1);
    if (depth_ != 0) ++depth_;
    return true;
  }

  bool right_paren() {
    ++position_;
    if (depth_ == 1) {
      depth_ = 0;
      if (known_annotation_) {
        Annotation& annotation = stream_.annotations.back();
        annotation.count = static_cast<u32>(stream_.annotation_tokens.size()) - annotation.first;
      }
      return true;
    }
    push(TokenKind::right_paren, position_ - 1);
    if (depth_ != 0) --depth_;
    return true;
  }

  bool annotation() {
    annotation_start_ = position_;
    position_ += 2;
    std::string id;
    const size_t begin = position_;
    if (at(begin) == '"') {
      // A line break in the quoted id leaves no id at all, as the reference has it.
      if (const size_t end = closing_quote(begin); end == 0) {
        return report(annotation_start_, ErrorCode::empty_annotation_id);
      }
      if (!string()) return false;
      id = unescape(source_.substr(begin, position_ - begin));
      if (!is_utf8(id)) return report(begin, ErrorCode::malformed_utf8);
    } else {
      while (position_ < source_.size() && id_chars[static_cast<u8>(source_[position_])]) ++position_;
      id = source_.substr(begin, position_ - begin);
    }
    if (id.empty()) return report(annotation_start_, ErrorCode::empty_annotation_id);
    depth_ = 1;
    known_annotation_ = true;
    AnnotationKind kind = AnnotationKind::custom;
    if (id == "name") {
      kind = AnnotationKind::name;
    } else if (id == "metadata.code.branch_hint") {
      kind = AnnotationKind::branch_hint;
    } else if (id != "custom") {
      known_annotation_ = false;
    }
    if (known_annotation_) {
      stream_.annotations.push_back({kind, static_cast<u32>(stream_.tokens.size()), static_cast<u32>(annotation_start_),
                                     static_cast<u32>(stream_.annotation_tokens.size()), 0});
    }
    return true;
  }

  bool line_comment() {
    size_t end = source_.find_first_of("\n\r", position_);
    if (end == std::string_view::npos) end = source_.size();
    return comment_text(end);
  }

  /// Goes to `end`, checking that it is UTF-8 up to there.
  bool comment_text(size_t end) {
    while (position_ < end) {
      if (static_cast<u8>(source_[position_]) < 0x80) {
        ++position_;
        continue;
      }
      const size_t length = utf8_length(source_.substr(position_, end - position_));
      if (length == 0) return report(position_, ErrorCode::malformed_utf8);
      position_ += length;
    }
    return true;
  }

  bool block_comment() {
    const size_t begin = position_;
    position_ += 2;
    size_t depth = 1;
    while (depth != 0) {
      size_t next = source_.find_first_of("(;", position_);
      if (next == std::string_view::npos) {
        if (!comment_text(source_.size())) return false;
        return report(begin, ErrorCode::unclosed_comment);
      }
      if (!comment_text(next)) return false;
      if (starts("(;")) {
        ++depth;
        position_ += 2;
      } else if (starts(";)")) {
        --depth;
        position_ += 2;
      } else {
        ++position_;
      }
    }
    return true;
  }

  /// Offset of the quote that closes the string at `begin`; 0 if the line ends first.
  size_t closing_quote(size_t begin) const {
    for (size_t i = begin + 1; i < source_.size(); ++i) {
      const char c = source_[i];
      if (c == '"') return i;
      if (static_cast<u8>(c) < 0x20) return 0;
      if (c == '\\') ++i;
    }
    return 0;
  }

  /// Goes over the string at the current position, checking it.
  bool string() {
    const size_t begin = position_++;
    for (;;) {
      if (position_ >= source_.size()) return report(begin, ErrorCode::unclosed_string);
      const char c = source_[position_];
      const u8 byte = static_cast<u8>(c);
      if (c == '"') {
        ++position_;
        return true;
      }
      if (c == '\\') {
        if (!escape(begin)) return false;
      } else if (byte >= 0x80) {
        const size_t length = utf8_length(source_.substr(position_));
        if (length == 0) return report(position_, ErrorCode::malformed_utf8);
        position_ += length;
      } else if (c == '\n' || c == '\r') {
        return report(begin, ErrorCode::unclosed_string);
      } else if (byte < 0x20 || byte == 0x7f) {
        return report(position_, ErrorCode::illegal_character, " in a string");
      } else {
        ++position_;
      }
    }
  }

  bool escape(size_t string_begin) {
    const char c = at(position_ + 1);
    if (c != '\0' && std::string_view{"tnr\"'\\"}.find(c) != std::string_view::npos) {
      position_ += 2;
      return true;
    }
    if (is_hex(c) && is_hex(at(position_ + 2))) {
      position_ += 3;
      return true;
    }
    if (c == 'u' && at(position_ + 2) == '{') {
      size_t end = position_ + 3;
      while (is_hex(at(end)) || at(end) == '_') ++end;
      const std::string digits = "0x" + std::string{source_.substr(position_ + 3, end - position_ - 3)};
      const auto value = parse_natural(digits, 0x10ffff);
      if (at(end) == '}' && value && (*value < 0xd800 || *value >= 0xe000)) {
        position_ = end + 1;
        return true;
      }
    }
    if (position_ + 1 >= source_.size()) return report(string_begin, ErrorCode::unclosed_string);
    return report(position_, ErrorCode::illegal_escape);
  }

  /// A run of id characters and strings without anything between them: one token.
  bool word() {
    const size_t begin = position_;
    size_t pieces = 0;
    size_t strings = 0;
    size_t first_string = 0;
    while (position_ < source_.size()) {
      const char c = source_[position_];
      if (c == '"') {
        if (begin + 1 == position_ && source_[begin] == '$' && depth_ == 0 && closing_quote(position_) == 0) {
          return report(begin, ErrorCode::empty_identifier);
        }
        if (strings++ == 0) first_string = position_;
        if (!string()) return false;
      } else if (id_chars[static_cast<u8>(c)]) {
        do {
          ++position_;
        } while (position_ < source_.size() && id_chars[static_cast<u8>(source_[position_])]);
      } else {
        break;
      }
      ++pieces;
    }
    const std::string_view text = source_.substr(begin, position_ - begin);
    if (strings == 0) return plain_word(text, begin);
    if (pieces == 1) {
      push(TokenKind::string, begin);
      return true;
    }
    if (pieces == 2 && text[0] == '$' && first_string == begin + 1) {
      if (depth_ == 0) {
        const std::string name = unescape(text.substr(1));
        if (name.empty()) return report(begin, ErrorCode::empty_identifier);
        if (!is_utf8(name)) return report(begin, ErrorCode::malformed_utf8);
      }
      push(TokenKind::id, begin);
      return true;
    }
    push(TokenKind::reserved, begin);
    return true;
  }

  bool plain_word(std::string_view text, size_t begin) {
    const char c = text[0];
    if (c == '$') {
      if (text.size() == 1) {
        if (depth_ == 0) return report(begin, ErrorCode::empty_identifier);
        push(TokenKind::reserved, begin);
      } else {
        push(TokenKind::id, begin);
      }
    } else if (c >= 'a' && c <= 'z') {
      if ((c == 'i' || c == 'n') && is_floating(text)) {
        push(TokenKind::floating, begin);
      } else {
        push(TokenKind::keyword, begin, keyword(text));
      }
    } else if (is_natural(text)) {
      push(TokenKind::natural, begin);
    } else if (is_integer(text)) {
      push(TokenKind::integer, begin);
    } else if (is_floating(text)) {
      push(TokenKind::floating, begin);
    } else {
      push(TokenKind::reserved, begin);
    }
    return true;
  }

  static Keyword keyword(std::string_view text) {
    if (text.starts_with("offset=")) return is_natural(text.substr(7)) ? Keyword::offset_eq : Keyword::none;
    if (text.starts_with("align=")) return is_natural(text.substr(6)) ? Keyword::align_eq : Keyword::none;
    return find_keyword(text);
  }

  std::string_view source_;
  bool annotations_;
  TokenStream stream_;
  size_t position_ = 0;
  std::optional<u32> error_offset_;
  // Inside an annotation:
  size_t depth_ = 0;  ///< Open parentheses, its own included.
  size_t annotation_start_ = 0;
  bool known_annotation_ = false;
};

}  // namespace

TextPosition TokenStream::position(u32 offset) const {
  if (line_starts.empty()) return {1, 1};
  const auto next = std::upper_bound(line_starts.begin(), line_starts.end(), offset);
  return {static_cast<u32>(next - line_starts.begin()), offset - *(next - 1) + 1};
}

TokenStream tokenize(std::string_view source, bool annotations) { return Lexer{source, annotations}.run(); }

std::string unescape(std::string_view token) {
  std::string out;
  token = token.substr(1, token.size() - 2);
  out.reserve(token.size());
  for (size_t i = 0; i < token.size();) {
    if (token[i] != '\\') {
      out += token[i++];
      continue;
    }
    const char c = token[i + 1];
    i += 2;
    switch (c) {
      case 't':
        out += '\t';
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 'u': {
        u32 code_point = 0;
        for (++i; token[i] != '}'; ++i) {
          if (token[i] != '_') code_point = code_point << 4 | hex_value(token[i]);
        }
        ++i;
        append_utf8(out, code_point);
        break;
      }
      default:
        if (is_hex(c)) {
          out += static_cast<char>(hex_value(c) << 4 | hex_value(token[i]));
          ++i;
        } else {
          out += c;  // a quote or a backslash
        }
    }
  }
  return out;
}

std::string id_name(std::string_view token) {
  token.remove_prefix(1);
  return token.starts_with('"') ? unescape(token) : std::string{token};
}

}  // namespace invar::text
