#include "tools/invar/value_text.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>

#include "decoder/text/number.h"
#include "engine/runtime/reference.h"

namespace invar::tool {

namespace {

/// One bit pattern has one text: the shortest decimal that reads back the same, or the NaN's sign and payload.
template <class Float, class Bits>
std::string float_text(Bits bits) {
  const auto value = std::bit_cast<Float>(bits);
  if (!std::isnan(value)) return fmt::format("{}", value);
  constexpr int payload_bits = sizeof(Bits) == 4 ? 23 : 52;
  const Bits payload = bits & ((Bits{1} << payload_bits) - 1);
  const std::string_view sign = std::signbit(value) ? "-" : "";
  if (payload == Bits{1} << (payload_bits - 1)) return fmt::format("{}nan", sign);
  return fmt::format("{}nan:{:#x}", sign, payload);
}

bool append_vector(std::vector<Slot>& slots, std::string_view text) {
  if (text.size() != 34 || !text.starts_with("0x")) return false;
  const auto high = text::parse_natural(fmt::format("0x{}", text.substr(2, 16)), ~u64{0});
  const auto low = text::parse_natural(fmt::format("0x{}", text.substr(18)), ~u64{0});
  if (!high || !low) return false;
  slots.push_back(*low);
  slots.push_back(*high);
  return true;
}

bool append_reference(std::vector<Slot>& slots, std::string_view text, ValType type) {
  if (text == "null" && type.nullable()) {
    slots.push_back(null_ref);
    return true;
  }
  const auto number = text::parse_natural(text, (u64{1} << 62) - 1);
  if (!number || type.heap().kind != Heap::extern_) return false;
  slots.push_back(ref_of_host(*number));
  return true;
}

std::string reference_text(Ref ref, HeapType heap) {
  if (ref == null_ref) return "null";
  if (is_host(ref)) return fmt::format("{}", host_value(ref));
  if (is_i31(ref)) return fmt::format("i31 {}", i31_signed(ref));
  return heap.kind == Heap::func ? "func" : "object";
}

template <class T>
bool append(std::vector<Slot>& slots, const std::optional<T>& bits) {
  if (bits) slots.push_back(*bits);
  return bits.has_value();
}

}  // namespace

bool append_value(std::vector<Slot>& slots, std::string_view text, ValType type) {
  switch (type.kind()) {
    case ValKind::i32:
      return append(slots, text::parse_integer(text, 32));
    case ValKind::i64:
      return append(slots, text::parse_integer(text, 64));
    case ValKind::f32:
      return append(slots, text::parse_f32(text));
    case ValKind::f64:
      return append(slots, text::parse_f64(text));
    case ValKind::v128:
      return append_vector(slots, text);
    case ValKind::ref:
      return append_reference(slots, text, type);
    case ValKind::bottom_ref:
    case ValKind::bottom:
      break;
  }
  return false;
}

std::string value_text(const Slot* slots, ValType type) {
  switch (type.kind()) {
    case ValKind::i32:
      return fmt::format("{}", static_cast<s32>(static_cast<u32>(slots[0])));
    case ValKind::i64:
      return fmt::format("{}", static_cast<s64>(slots[0]));
    case ValKind::f32:
      return float_text<f32>(static_cast<u32>(slots[0]));
    case ValKind::f64:
      return float_text<f64>(slots[0]);
    case ValKind::v128:
      return fmt::format("0x{:016x}{:016x}", slots[1], slots[0]);
    case ValKind::ref:
      return reference_text(slots[0], type.heap());
    case ValKind::bottom_ref:
    case ValKind::bottom:
      break;
  }
  return {};
}

}  // namespace invar::tool
