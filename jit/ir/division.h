// Division by constants without dividing.
#pragma once

#include "jit/ir/node_maker.h"

namespace invar::jit {

/// The result of div_s, div_u, rem_s or rem_u by a constant, by multiplication with its reciprocal; no_value where that
/// does not do: 0, and -1 for the signed ones, which may trap.
Value divide_by_constant(NodeMaker& maker, Op op, Value dividend, u64 divisor);

}  // namespace invar::jit
