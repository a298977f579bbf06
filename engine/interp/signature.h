// The C++ types of an instruction's operands and result, read from its row in opcodes.def, and its semantics function.
#pragma once

#include <type_traits>

#include "decoder/opcode.h"

namespace invar::interp {

namespace detail {

template <char letter>
struct TypeOfLetter;
template <>
struct TypeOfLetter<'i'> : std::type_identity<u32> {};
template <>
struct TypeOfLetter<'l'> : std::type_identity<u64> {};
template <>
struct TypeOfLetter<'f'> : std::type_identity<f32> {};
template <>
struct TypeOfLetter<'d'> : std::type_identity<f64> {};
template <>
struct TypeOfLetter<'v'> : std::type_identity<V128> {};

}  // namespace detail

template <Op op>
struct Signature {
  static constexpr std::string_view text = info(op).signature;
  static constexpr size_t colon = text.find(':');
  template <u32 i>
  using Operand = typename detail::TypeOfLetter<text[i]>::type;
  static constexpr bool yields_vector = text.ends_with('v');
};

}  // namespace invar::interp
