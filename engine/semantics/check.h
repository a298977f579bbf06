// Proves at compile time that every row of opcodes.def that ought to have a function has one, of the row's signature.
#pragma once

#include <string_view>

#include "engine/semantics/semantics.h"

namespace invar::semantics::detail {

/// A function type or a signature in the letters of opcodes.def ("operands:results"), with b and h for u8 and u16.
struct Letters {
  char text[12] = {};
  size_t size = 0;

  constexpr Letters& operator+=(char letter) {
    text[size++] = letter;
    return *this;
  }
  constexpr Letters& operator+=(std::string_view letters) {
    for (char letter : letters) *this += letter;
    return *this;
  }
  friend constexpr bool operator==(const Letters&, const Letters&) = default;
};

template <class T>
inline constexpr std::string_view letters_of_type = "?";
template <>
inline constexpr std::string_view letters_of_type<u8> = "b";
template <>
inline constexpr std::string_view letters_of_type<u16> = "h";
template <>
inline constexpr std::string_view letters_of_type<u32> = "i";
template <>
inline constexpr std::string_view letters_of_type<u64> = "l";
template <>
inline constexpr std::string_view letters_of_type<f32> = "f";
template <>
inline constexpr std::string_view letters_of_type<f64> = "d";
template <>
inline constexpr std::string_view letters_of_type<V128> = "v";
template <>
inline constexpr std::string_view letters_of_type<Pair> = "ll";
template <class T>
inline constexpr std::string_view letters_of_type<Trapping<T>> = letters_of_type<T>;

/// What the function takes and returns.
template <class Result, class... Operands>
constexpr Letters letters_of(Result (*)(Operands...)) {
  Letters letters;
  ((letters += letters_of_type<Operands>), ...);
  letters += ':';
  return letters += letters_of_type<Result>;
}
constexpr Letters letters_of(std::nullptr_t) { return {}; }

/// What a function for the row should take and return: memory is an unsigned integer of the access width in place of
/// the address, and a lane index comes last.
constexpr Letters expected_letters(const OpInfo& row) {
  using enum Family;
  const size_t colon = row.signature.find(':');
  const std::string_view operands = row.signature.substr(0, colon), results = row.signature.substr(colon + 1);
  const bool memory = operands.starts_with('a');
  const std::string_view values = operands.substr(memory ? 1 : 0);
  const char raw = row.access == 1 ? 'b' : row.access == 2 ? 'h' : row.access == 4 ? 'i' : row.access == 8 ? 'l' : 'v';
  const bool writes_only = row.family == Store || row.family == StoreLane || row.family == AtomicStore;
  const bool has_lane =
      row.family == ExtractLane || row.family == ReplaceLane || row.family == LoadLane || row.family == StoreLane;
  Letters letters;
  if (memory && !writes_only) letters += raw;
  letters += values;
  if (row.family == Shuffle) letters += 'v';
  if (has_lane) letters += 'b';
  letters += ':';
  if (writes_only || row.family == AtomicRmw || row.family == AtomicCmpxchg)
    letters += raw;
  else
    letters += results;
  return letters;
}

#define OP(name, prefix, code, mnemonic, immediates, signature, family, feature, access)                      \
  static_assert(                                                                                              \
      !has_function(Family::family) || letters_of(function_of<Op::name>) == expected_letters(info(Op::name)), \
      "the function " #name " must exist and have its row's signature: " signature);
#include "decoder/opcodes.def"
#undef OP

}  // namespace invar::semantics::detail
