// Constant folding, by the one semantics (engine/semantics), and what needs no computation at all.
#pragma once

#include <optional>

#include "jit/ir/function.h"

namespace invar::jit {

/// The bits of a numeric instruction's result for constant operands (b is ignored if there is one operand). Nothing if
/// it traps, or if an operand or the result is a vector.
std::optional<u64> fold(Op op, u64 a, u64 b);

/// Can the instruction trap on numbers?
bool can_trap(Op op);

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

/// The comparison that holds when `op` of integers does not (or `op` itself where there is none: floats).
Op negated(Op op);
/// The comparison with its operands the other way around.
Op swapped(Op op);

}  // namespace invar::jit
