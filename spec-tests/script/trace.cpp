#include "spec-tests/script/trace.h"

#include <algorithm>
#include <array>

namespace invar::spec {

namespace {

constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

u64 canonical(u64 bits, u8 bytes) {
  if (bytes == 4) return (bits & 0x7fffffffu) > 0x7f800000u ? 0x7fc00000u : bits;
  return (bits & 0x7fffffffffffffffu) > 0x7ff0000000000000u ? 0x7ff8000000000000u : bits;
}

/// The pattern among the alternatives that the value fits, or the first.
const Pattern* fitting(const Value& value, const Pattern* pattern) {
  while (pattern->kind == Pattern::Kind::either && !pattern->alternatives.empty()) {
    const auto found = std::ranges::find_if(pattern->alternatives, [&](auto& each) { return matches(value, each); });
    pattern = found == pattern->alternatives.end() ? &pattern->alternatives.front() : &*found;
  }
  return pattern;
}

}  // namespace

void Trace::add(const Failure& failure) {
  digest_.add(u64{2} + static_cast<u64>(failure.category));
  digest_.add(failure.kind);
}

void Trace::add(const std::vector<Value>& values, const std::vector<Pattern>& patterns) {
  add_success();
  digest_.add(values.size());
  const bool known = patterns.size() == values.size();
  for (size_t i = 0; i < values.size(); ++i) add(values[i], known ? &patterns[i] : nullptr);
}

void Trace::add(const Value& value, const Pattern* pattern) {
  if (racing_ && pattern != nullptr && pattern->kind == Pattern::Kind::either && matches(value, *pattern)) {
    return digest_.add("allowed");
  }
  digest_.add(static_cast<u64>(value.type));
  if (value.type == ValKind::ref) {
    digest_.add(static_cast<u64>(value.ref));
    return digest_.add(value.number.value_or(~u64{0}));
  }
  if (pattern != nullptr) pattern = fitting(value, pattern);
  if (pattern != nullptr && (pattern->kind != Pattern::Kind::number || pattern->type != value.type)) pattern = nullptr;
  u8 bytes = value.type == ValKind::i32 || value.type == ValKind::f32 ? 4 : 8;
  if (pattern != nullptr) bytes = pattern->lane_bytes;
  const size_t lanes = value.type == ValKind::v128 ? 16u / bytes : 1;
  const bool number = value.type == ValKind::i32 || value.type == ValKind::i64 ||
                      (pattern != nullptr && !pattern->floating && matches(value, *pattern));
  for (size_t lane = 0; lane < lanes; ++lane) {
    const u64 bits = lane_of(value.bits, lane, bytes);
    const LanePattern* expected = pattern != nullptr && pattern->floating ? &pattern->lanes[lane] : nullptr;
    const bool asked = expected != nullptr && expected->kind == LanePattern::Kind::bits && expected->bits == bits;
    if (exact_ || number || asked) {
      digest_.add(bits);
    } else if (pattern == nullptr && value.type == ValKind::v128) {
      // Nobody says what the lanes are: they may be floats of either size.
      const u64 halves = canonical(bits & 0xffffffffu, 4) | canonical(bits >> 32, 4) << 32;
      digest_.add(canonical(halves, 8));
    } else {
      digest_.add(bytes >= 4 ? canonical(bits, bytes) : bits);
    }
  }
}

void Trace::add(const InstanceState& state) {
  digest_.add(state.globals.size());
  for (const auto& [name, value] : state.globals) {
    digest_.add(name);
    add(value, nullptr);
  }
  digest_.add(state.memories.size());
  for (const std::span<const u8> memory : state.memories) digest_.add(memory);
  digest_.add(state.tables.size());
  for (const u64 size : state.tables) digest_.add(size);
}

std::string encode_marks(const std::vector<u32>& marks) {
  std::string text;
  text.reserve(marks.size() * 4);
  for (const u32 mark : marks) {
    for (u32 shift = 24; shift != 0; shift -= 6) text += digits[mark >> (shift - 6) & 63];
  }
  return text;
}

std::optional<std::vector<u32>> decode_marks(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::vector<u32> marks;
  marks.reserve(text.size() / 4);
  for (size_t at = 0; at < text.size(); ++at) {
    const size_t digit = digits.find(text[at]);
    if (digit == std::string_view::npos) return std::nullopt;
    if (at % 4 == 0) marks.push_back(0);
    marks.back() = marks.back() << 6 | static_cast<u32>(digit);
  }
  return marks;
}

}  // namespace invar::spec
