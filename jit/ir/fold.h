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

}  // namespace invar::jit
