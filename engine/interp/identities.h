// Which other instruction comes to the same, with its operands exchanged or its result turned round.
#pragma once

#include "decoder/opcode.h"

namespace invar::interp {

constexpr bool is_commutative(Op op) {
  switch (op) {
    case Op::i32_add:
    case Op::i32_mul:
    case Op::i32_and:
    case Op::i32_or:
    case Op::i32_xor:
    case Op::i32_eq:
    case Op::i32_ne:
    case Op::i64_add:
    case Op::i64_mul:
    case Op::i64_and:
    case Op::i64_or:
    case Op::i64_xor:
    case Op::i64_eq:
    case Op::i64_ne:
      return true;
    default:
      return false;
  }
}

/// The comparison that holds exactly when `op` does not; for integers only (NaN compares false both ways).
constexpr Op inverse(Op op) {
  switch (op) {
    case Op::i32_eq:
      return Op::i32_ne;
    case Op::i32_ne:
      return Op::i32_eq;
    case Op::i32_lt_s:
      return Op::i32_ge_s;
    case Op::i32_lt_u:
      return Op::i32_ge_u;
    case Op::i32_gt_s:
      return Op::i32_le_s;
    case Op::i32_gt_u:
      return Op::i32_le_u;
    case Op::i32_le_s:
      return Op::i32_gt_s;
    case Op::i32_le_u:
      return Op::i32_gt_u;
    case Op::i32_ge_s:
      return Op::i32_lt_s;
    case Op::i32_ge_u:
      return Op::i32_lt_u;
    case Op::i64_eq:
      return Op::i64_ne;
    case Op::i64_ne:
      return Op::i64_eq;
    case Op::i64_lt_s:
      return Op::i64_ge_s;
    case Op::i64_lt_u:
      return Op::i64_ge_u;
    case Op::i64_gt_s:
      return Op::i64_le_s;
    case Op::i64_gt_u:
      return Op::i64_le_u;
    case Op::i64_le_s:
      return Op::i64_gt_s;
    case Op::i64_le_u:
      return Op::i64_gt_u;
    case Op::i64_ge_s:
      return Op::i64_lt_s;
    case Op::i64_ge_u:
      return Op::i64_lt_u;
    default:
      return Op::unreachable;
  }
}

/// The comparison with its operands exchanged.
constexpr Op mirrored(Op op) {
  switch (op) {
    case Op::i32_lt_s:
      return Op::i32_gt_s;
    case Op::i32_lt_u:
      return Op::i32_gt_u;
    case Op::i32_gt_s:
      return Op::i32_lt_s;
    case Op::i32_gt_u:
      return Op::i32_lt_u;
    case Op::i32_le_s:
      return Op::i32_ge_s;
    case Op::i32_le_u:
      return Op::i32_ge_u;
    case Op::i32_ge_s:
      return Op::i32_le_s;
    case Op::i32_ge_u:
      return Op::i32_le_u;
    default:
      return op;
  }
}

}  // namespace invar::interp
