// Signatures of instructions as data, made from the rows of opcodes.def at compile time.
#pragma once

#include <array>
#include <span>

#include "decoder/opcode_lookup.h"
#include "decoder/types.h"

namespace invar {

/// Operand and result types of an instruction whose type does not depend on the context. The address type of a memory
/// instruction stands as i32: as the first operand if `has_address`, as the only result if `returns_address`.
struct Signature {
  bool depends_on_context = false;
  bool has_address = false;
  bool returns_address = false;
  u8 param_count = 0;
  u8 result_count = 0;
  ValType params[4];
  ValType results[2];
};

namespace detail {

consteval ValType type_of_letter(char letter) {
  switch (letter) {
    case 'i':
    case 'a':
      return type_i32;
    case 'l':
      return type_i64;
    case 'f':
      return type_f32;
    case 'd':
      return type_f64;
    case 'v':
      return type_v128;
    default:
      throw "a letter that the signatures of opcodes.def do not have";
  }
}

consteval Signature parse_signature(std::string_view text) {
  Signature signature;
  if (text == "*") {
    signature.depends_on_context = true;
    return signature;
  }
  bool results = false;
  for (char letter : text) {
    if (letter == ':') {
      results = true;
      continue;
    }
    if (letter == 'a') (results ? signature.returns_address : signature.has_address) = true;
    if (results) {
      signature.results[signature.result_count++] = type_of_letter(letter);
    } else {
      signature.params[signature.param_count++] = type_of_letter(letter);
    }
  }
  return signature;
}

consteval std::array<Signature, op_count> make_signatures() {
  std::array<Signature, op_count> table;
  for (size_t i = 0; i < op_count; ++i) table[i] = parse_signature(op_infos[i].signature);
  return table;
}

inline constexpr std::array<Signature, op_count> signatures = make_signatures();

}  // namespace detail

constexpr const Signature& signature_of(Op op) { return detail::signatures[static_cast<size_t>(op)]; }

/// Lanes of the vector shape that the mnemonic begins with ("i8x16.extract_lane_s"), or that a lane of the accessed
/// width gives.
constexpr u32 lane_count(Op op) {
  const OpInfo& row = info(op);
  if (row.access != 0) return 16u / row.access;
  const size_t x = row.mnemonic.find('x');
  return row.mnemonic[x + 1] == '1' ? 16 : static_cast<u32>(row.mnemonic[x + 1] - '0');
}
static_assert(lane_count(Op::i8x16_replace_lane) == 16 && lane_count(Op::f64x2_extract_lane) == 2);

/// May the instruction stand in a constant expression? spec: valid/instructions#constant-expressions
constexpr bool is_constant(Op op, const Features& features) {
  switch (op) {
    case Op::i32_add:
    case Op::i32_sub:
    case Op::i32_mul:
    case Op::i64_add:
    case Op::i64_sub:
    case Op::i64_mul:
      return features.has(Feature::extended_const);
    case Op::ref_null:
    case Op::ref_func:
    case Op::global_get:
    case Op::end:
    case Op::struct_new:
    case Op::struct_new_default:
    case Op::struct_new_desc:
    case Op::struct_new_default_desc:
    case Op::array_new:
    case Op::array_new_default:
    case Op::array_new_fixed:
    case Op::ref_i31:
    case Op::any_convert_extern:
    case Op::extern_convert_any:
      return true;
    default:
      return info(op).family == Family::Const;
  }
}

}  // namespace invar
