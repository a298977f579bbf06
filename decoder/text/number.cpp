#include "decoder/text/number.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

namespace invar::text {

namespace {

constexpr size_t npos = std::string_view::npos;

bool is_digit(char c, bool hex) {
  return (c >= '0' && c <= '9') || (hex && ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')));
}

u32 digit_value(char c) { return static_cast<u32>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10); }

/// Goes over digits with single underscores between them, at least one digit: the end, or npos.
size_t skip_digits(std::string_view text, size_t at, bool hex) {
  if (at >= text.size() || !is_digit(text[at], hex)) return npos;
  for (++at; at < text.size(); ++at) {
    if (is_digit(text[at], hex)) continue;
    if (text[at] != '_' || at + 1 >= text.size() || !is_digit(text[at + 1], hex)) break;
  }
  return at;
}

bool has_sign(std::string_view text) { return text.starts_with('+') || text.starts_with('-'); }
bool has_hex_prefix(std::string_view text) { return text.starts_with("0x"); }

std::string_view without_sign(std::string_view text) { return has_sign(text) ? text.substr(1) : text; }

/// What distinguishes the two formats.
template <class Bits>
struct Format;
template <>
struct Format<u32> {
  using Float = f32;
  static constexpr int precision = 24;
  static constexpr int min_exponent = -126;
};
template <>
struct Format<u64> {
  using Float = f64;
  static constexpr int precision = 53;
  static constexpr int min_exponent = -1022;
};

template <class Bits>
constexpr Bits sign_bit = Bits{1} << (sizeof(Bits) * 8 - 1);
template <class Bits>
constexpr Bits infinity_bits = ~Bits{0} >> Format<Bits>::precision << (Format<Bits>::precision - 1);

/// Digits of an exponent with a sign; saturates far outside of what any float or source length can use.
s64 parse_exponent(std::string_view text) {
  constexpr s64 limit = 1'000'000'000'000'000;
  const bool negative = text.starts_with('-');
  s64 value = 0;
  for (const char c : without_sign(text)) {
    if (c == '_') continue;
    value = value * 10 + digit_value(c);
    if (value > limit) value = limit;
  }
  return negative ? -value : value;
}

/// Rounds mantissa * 2^exponent, and a little more if `sticky`, to the nearest float, ties to even. Mantissa != 0.
template <class Bits>
std::optional<Bits> round_to_float(u64 mantissa, s64 exponent, bool sticky) {
  using F = Format<Bits>;
  const int shift = std::countl_zero(mantissa);
  mantissa <<= shift;
  const s64 top = exponent - shift + 63;  // The value is in [2^top, 2^(top+1)).
  constexpr s64 max_exponent = 1 - F::min_exponent;
  if (top > max_exponent) return std::nullopt;
  const bool normal = top >= F::min_exponent;
  const s64 kept = normal ? F::precision : F::precision - (F::min_exponent - top);
  if (kept < 0) return Bits{0};
  const int dropped = static_cast<int>(64 - kept);
  u64 quotient = dropped == 64 ? 0 : mantissa >> dropped;
  const u64 rest = dropped == 64 ? mantissa : mantissa << (64 - dropped);
  constexpr u64 half = u64{1} << 63;
  if (rest > half || (rest == half && (sticky || (quotient & 1) != 0))) ++quotient;
  // A carry out of the mantissa moves into the exponent by itself.
  u64 bits = quotient;
  if (normal) bits += static_cast<u64>(top - F::min_exponent) << (F::precision - 1);
  if (bits >= infinity_bits<Bits>) return std::nullopt;
  return static_cast<Bits>(bits);
}

/// `text` is the part behind "0x", without sign.
template <class Bits>
std::optional<Bits> parse_hex(std::string_view text) {
  u64 mantissa = 0;
  s64 exponent = 0;
  bool sticky = false;
  bool fraction = false;
  size_t at = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '_') continue;
    if (c == '.') {
      fraction = true;
      continue;
    }
    if (c == 'p' || c == 'P') break;
    if (mantissa >> 60 == 0) {
      mantissa = mantissa << 4 | digit_value(c);
      if (fraction) exponent -= 4;
    } else {
      sticky = sticky || c != '0';
      if (!fraction) exponent += 4;
    }
  }
  if (mantissa == 0) return Bits{0};
  if (at < text.size()) exponent += parse_exponent(text.substr(at + 1));
  return round_to_float<Bits>(mantissa, exponent, sticky);
}

/// Exponent of ten of the first non-zero digit, from 1: 0.5 has 0, 5 has 1.
s64 decimal_magnitude(std::string_view text) {
  s64 integer_digits = 0;
  s64 leading_zeros = 0;
  bool fraction = false;
  bool nonzero = false;
  size_t at = 0;
  for (; at < text.size() && text[at] != 'e' && text[at] != 'E'; ++at) {
    if (text[at] == '.') {
      fraction = true;
      continue;
    }
    nonzero = nonzero || text[at] != '0';
    if (!fraction) ++integer_digits;
    if (!nonzero) ++leading_zeros;
  }
  const s64 exponent = at < text.size() ? parse_exponent(text.substr(at + 1)) : 0;
  return integer_digits - leading_zeros + exponent;
}

template <class Bits>
std::optional<Bits> parse_decimal(std::string_view text) {
  using Float = typename Format<Bits>::Float;
  std::string digits;
  digits.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '_' || (c == '.' && (i + 1 == text.size() || !is_digit(text[i + 1], false)))) continue;
    digits += c;
  }
  Float value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error == std::errc::result_out_of_range) {
    // Too large, or so small that it rounds to zero: the library does not say which.
    if (decimal_magnitude(digits) > 0) return std::nullopt;
    value = 0;
  }
  if (std::isinf(value)) return std::nullopt;
  return std::bit_cast<Bits>(value);
}

template <class Bits>
std::optional<Bits> parse_float(std::string_view text) {
  if (!is_floating(text)) return std::nullopt;
  constexpr int payload_bits = Format<Bits>::precision - 1;
  const Bits sign = text.starts_with('-') ? sign_bit<Bits> : Bits{0};
  text = without_sign(text);
  if (text == "inf") return sign | infinity_bits<Bits>;
  if (text == "nan") return sign | infinity_bits<Bits> | Bits{1} << (payload_bits - 1);
  if (text.starts_with("nan:")) {
    const auto payload = parse_natural(text.substr(4), (u64{1} << payload_bits) - 1);
    if (!payload || *payload == 0) return std::nullopt;
    return sign | infinity_bits<Bits> | static_cast<Bits>(*payload);
  }
  const auto magnitude = has_hex_prefix(text) ? parse_hex<Bits>(text.substr(2)) : parse_decimal<Bits>(text);
  if (!magnitude) return std::nullopt;
  return sign | *magnitude;
}

}  // namespace

bool is_natural(std::string_view text) {
  const bool hex = has_hex_prefix(text);
  return skip_digits(text, hex ? 2 : 0, hex) == text.size();
}

bool is_integer(std::string_view text) { return is_natural(without_sign(text)); }

bool is_floating(std::string_view text) {
  text = without_sign(text);
  if (text == "inf" || text == "nan") return true;
  if (text.starts_with("nan:0x")) return is_natural(text.substr(4));
  const bool hex = has_hex_prefix(text);
  size_t at = skip_digits(text, hex ? 2 : 0, hex);
  if (at == npos) return false;
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (at < text.size() && is_digit(text[at], hex)) at = skip_digits(text, at, hex);
  }
  if (at < text.size() && (text[at] | 0x20) == (hex ? 'p' : 'e')) {
    ++at;
    if (has_sign(text.substr(at))) ++at;
    at = skip_digits(text, at, false);
  }
  return at == text.size();
}

std::optional<u64> parse_natural(std::string_view text, u64 max) {
  if (!is_natural(text)) return std::nullopt;
  const u64 base = has_hex_prefix(text) ? 16 : 10;
  if (base == 16) text.remove_prefix(2);
  u64 value = 0;
  for (const char c : text) {
    if (c == '_') continue;
    const u64 digit = digit_value(c);
    if (value > (std::numeric_limits<u64>::max() - digit) / base) return std::nullopt;
    value = value * base + digit;
  }
  if (value > max) return std::nullopt;
  return value;
}

std::optional<u64> parse_integer(std::string_view text, unsigned bits) {
  const u64 max = ~u64{0} >> (64 - bits);
  if (!text.starts_with('-')) return parse_natural(without_sign(text), max);
  const auto magnitude = parse_natural(text.substr(1), u64{1} << (bits - 1));
  if (!magnitude) return std::nullopt;
  return (~*magnitude + 1) & max;
}

std::optional<u32> parse_f32(std::string_view text) { return parse_float<u32>(text); }
std::optional<u64> parse_f64(std::string_view text) { return parse_float<u64>(text); }

}  // namespace invar::text
