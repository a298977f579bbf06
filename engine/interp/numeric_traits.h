// What the lowering asks of every numeric instruction, side by side.
#pragma once

#include <array>

#include "decoder/validate/signature.h"
#include "engine/interp/operand_stack.h"
#include "engine/semantics/identities.h"

namespace invar::interp {

/// Of an instruction with one result.
constexpr ValType result_type(Op op) { return signature_of(op).results[0]; }

struct NumericTraits {
  ValType result;
  File file = File::integer;  ///< Of the first operand.
  char second = 0;            ///< The second operand's type as opcodes.def has it, if there are two.
  bool compares = false;      ///< Of family Compare.
  bool commutes = false;      ///< See semantics::is_commutative.
};

namespace detail {

consteval NumericTraits numeric_traits(Op op) {
  const OpInfo& row = info(op);
  const bool has_two = row.family == Family::Compare || row.family == Family::Binary;
  if (!has_two && row.family != Family::Test && row.family != Family::Unary) return {};
  return {.result = result_type(op),
          .file = file_of(signature_of(op).params[0]),
          .second = has_two ? row.signature[1] : '\0',
          .compares = row.family == Family::Compare,
          .commutes = semantics::is_commutative(op)};
}

inline constexpr std::array<NumericTraits, op_count> numeric_traits_table = {
#define OP(name, prefix, code, mnemonic, immediates, signature, family, feature, access) numeric_traits(Op::name),
#include "decoder/opcodes.def"
#undef OP
};

}  // namespace detail

/// Families Test, Unary, Compare and Binary.
constexpr const NumericTraits& traits_of(Op op) { return detail::numeric_traits_table[static_cast<size_t>(op)]; }

}  // namespace invar::interp
