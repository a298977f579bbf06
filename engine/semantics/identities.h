// Which other instruction comes to the same, with its operands exchanged or its result turned round.
#pragma once

#include "decoder/opcode.h"

namespace invar::semantics {

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

namespace detail {

struct Comparison {
  Op op, inverse, mirrored;
};

inline constexpr Comparison integer_comparisons[] = {
#define INVAR_COMPARISONS(t)                                                                  \
  {Op::t##_eq, Op::t##_ne, Op::t##_eq}, {Op::t##_ne, Op::t##_eq, Op::t##_ne},                 \
      {Op::t##_lt_s, Op::t##_ge_s, Op::t##_gt_s}, {Op::t##_lt_u, Op::t##_ge_u, Op::t##_gt_u}, \
      {Op::t##_gt_s, Op::t##_le_s, Op::t##_lt_s}, {Op::t##_gt_u, Op::t##_le_u, Op::t##_lt_u}, \
      {Op::t##_le_s, Op::t##_gt_s, Op::t##_ge_s}, {Op::t##_le_u, Op::t##_gt_u, Op::t##_ge_u}, \
      {Op::t##_ge_s, Op::t##_lt_s, Op::t##_le_s}, {Op::t##_ge_u, Op::t##_lt_u, Op::t##_le_u},
    INVAR_COMPARISONS(i32) INVAR_COMPARISONS(i64)
#undef INVAR_COMPARISONS
};

/// nullptr: no comparison of integers. The ten of each type stand together, in opcodes.def as here.
constexpr const Comparison* find_comparison(Op op) {
  const Op first = op < Op::i64_eq ? Op::i32_eq : Op::i64_eq;
  const size_t at = static_cast<size_t>(op) - static_cast<size_t>(first);
  const Comparison* const row = integer_comparisons + (op < Op::i64_eq ? 0 : 10) + (at < 10 ? at : 0);
  return row->op == op ? row : nullptr;
}

}  // namespace detail

/// The comparison that holds exactly when `op` does not, or Op::unreachable; for integers only (NaN compares false both
/// ways).
constexpr Op inverse(Op op) {
  const detail::Comparison* const row = detail::find_comparison(op);
  return row ? row->inverse : Op::unreachable;
}

/// The comparison of integers with its operands exchanged; any other instruction is left as it is.
constexpr Op mirrored(Op op) {
  const detail::Comparison* const row = detail::find_comparison(op);
  return row ? row->mirrored : op;
}

static_assert(inverse(Op::i32_eq) == Op::i32_ne && inverse(Op::i64_ge_u) == Op::i64_lt_u);
static_assert(mirrored(Op::i32_lt_s) == Op::i32_gt_s && mirrored(Op::i64_le_u) == Op::i64_ge_u);
static_assert(inverse(Op::i32_eqz) == Op::unreachable && inverse(Op::f64_eq) == Op::unreachable);

}  // namespace invar::semantics
