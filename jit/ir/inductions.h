// How large numbers become that loops count with. Addresses that are known not to wrap around can be sums in memory
// operands; compilers to WebAssembly like to count from a negative number up to zero, which does wrap around, so that
// such counters are made to begin with zero.
#pragma once

#include "jit/ir/function.h"

namespace invar::jit {

/// Notes upper bounds of phis (in their `imm`) and rewrites counters. Time is linear.
void bound_inductions(Function& function);

}  // namespace invar::jit
