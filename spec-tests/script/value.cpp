#include "spec-tests/script/value.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace invar::spec {

static_assert(std::endian::native == std::endian::little, "lanes are read from the bytes as they stand");

namespace {

/// spec: syntax/values#canonical-nan
bool is_canonical_nan(u64 bits, u8 lane_bytes) {
  return lane_bytes == 4 ? (bits & 0x7fffffffu) == 0x7fc00000u : (bits & 0x7fffffffffffffffu) == 0x7ff8000000000000u;
}

/// spec: syntax/values#arithmetic-nan
bool is_arithmetic_nan(u64 bits, u8 lane_bytes) {
  return lane_bytes == 4 ? (bits & 0x7fc00000u) == 0x7fc00000u : (bits & 0x7ff8000000000000u) == 0x7ff8000000000000u;
}

bool matches_lane(u64 bits, const LanePattern& pattern, u8 lane_bytes) {
  switch (pattern.kind) {
    case LanePattern::Kind::bits:
      return bits == pattern.bits;
    case LanePattern::Kind::nan_canonical:
      return is_canonical_nan(bits, lane_bytes);
    case LanePattern::Kind::nan_arithmetic:
      return is_arithmetic_nan(bits, lane_bytes);
  }
  return false;
}

std::string number_text(ValKind type, u64 bits) {
  switch (type) {
    case ValKind::i32:
      return fmt::format("i32.const {}", static_cast<s32>(static_cast<u32>(bits)));
    case ValKind::i64:
      return fmt::format("i64.const {}", static_cast<s64>(bits));
    case ValKind::f32:
      return fmt::format("f32.const {} ({:#010x})", std::bit_cast<f32>(static_cast<u32>(bits)), bits);
    case ValKind::f64:
      return fmt::format("f64.const {} ({:#018x})", std::bit_cast<f64>(bits), bits);
    default:
      return "?";
  }
}

std::string_view ref_text(RefKind kind) {
  switch (kind) {
    case RefKind::null_:
      return "ref.null";
    case RefKind::func:
      return "ref.func";
    case RefKind::extern_:
      return "ref.extern";
    case RefKind::host:
      return "ref.host";
    case RefKind::i31:
      return "ref.i31";
    case RefKind::struct_:
      return "ref.struct";
    case RefKind::array:
      return "ref.array";
    case RefKind::exn:
      return "ref.exn";
    case RefKind::unknown:
      break;
  }
  return "a reference";
}

std::string ref_text(RefKind kind, const std::optional<u64>& number) {
  return number ? fmt::format("{} {}", ref_text(kind), *number) : std::string{ref_text(kind)};
}

template <class T>
std::string list_text(const std::vector<T>& items) {
  if (items.empty()) return "nothing";
  std::string out;
  for (const T& item : items) out += (out.empty() ? "(" : " (") + to_string(item) + ")";
  return out;
}

}  // namespace

u64 lane_of(const V128& bits, size_t lane, u8 lane_bytes) {
  u64 value = 0;
  std::memcpy(&value, bits.bytes + lane * lane_bytes, lane_bytes);
  return value;
}

Value Value::number_value(ValKind type, u64 low_bits) {
  Value value;
  value.type = type;
  std::memcpy(value.bits.bytes, &low_bits, sizeof low_bits);
  return value;
}

u64 Value::low() const { return lane_of(bits, 0, 8); }

bool matches(const Value& value, const Pattern& pattern) {
  switch (pattern.kind) {
    case Pattern::Kind::number:
      if (value.type != pattern.type) return false;
      for (size_t lane = 0; lane < pattern.lanes.size(); ++lane) {
        if (!matches_lane(lane_of(value.bits, lane, pattern.lane_bytes), pattern.lanes[lane], pattern.lane_bytes)) {
          return false;
        }
      }
      return true;
    case Pattern::Kind::ref:
      return value.type == ValKind::ref && value.ref == pattern.ref &&
             (!pattern.number || pattern.number == value.number);
    case Pattern::Kind::any_ref:
      return value.type == ValKind::ref && (value.ref == RefKind::host || value.ref == RefKind::i31 ||
                                            value.ref == RefKind::struct_ || value.ref == RefKind::array);
    case Pattern::Kind::eq_ref:
      return value.type == ValKind::ref &&
             (value.ref == RefKind::i31 || value.ref == RefKind::struct_ || value.ref == RefKind::array);
    case Pattern::Kind::either:
      return std::ranges::any_of(pattern.alternatives, [&](const Pattern& each) { return matches(value, each); });
  }
  return false;
}

std::string to_string(const Value& value) {
  if (value.type == ValKind::ref) return ref_text(value.ref, value.number);
  if (value.type != ValKind::v128) return number_text(value.type, value.low());
  std::string out = "v128.const i32x4";
  for (size_t lane = 0; lane < 4; ++lane) out += fmt::format(" {:#010x}", lane_of(value.bits, lane, 4));
  return out;
}

std::string to_string(const Pattern& pattern) {
  switch (pattern.kind) {
    case Pattern::Kind::ref:
      return ref_text(pattern.ref, pattern.number);
    case Pattern::Kind::any_ref:
      return "ref.any";
    case Pattern::Kind::eq_ref:
      return "ref.eq";
    case Pattern::Kind::either:
      return "either " + list_text(pattern.alternatives);
    case Pattern::Kind::number:
      break;
  }
  const bool vector = pattern.type == ValKind::v128;
  if (!vector && pattern.lanes[0].kind == LanePattern::Kind::bits) {
    return number_text(pattern.type, pattern.lanes[0].bits);
  }
  std::string out = vector ? fmt::format("v128.const {}{}x{}", pattern.floating ? 'f' : 'i', pattern.lane_bytes * 8,
                                         pattern.lanes.size())
                           : fmt::format("{}.const", invar::to_string(ValType{pattern.type}));
  for (const LanePattern& lane : pattern.lanes) {
    switch (lane.kind) {
      case LanePattern::Kind::bits:
        out += fmt::format(" {:#0{}x}", lane.bits, pattern.lane_bytes * 2 + 2);
        break;
      case LanePattern::Kind::nan_canonical:
        out += " nan:canonical";
        break;
      case LanePattern::Kind::nan_arithmetic:
        out += " nan:arithmetic";
        break;
    }
  }
  return out;
}

std::string to_string(const std::vector<Value>& values) { return list_text(values); }
std::string to_string(const std::vector<Pattern>& patterns) { return list_text(patterns); }

}  // namespace invar::spec
