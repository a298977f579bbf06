// Another entry for a function.
#pragma once

#include "jit/ir/function.h"

namespace invar::jit {

/// Makes `entry`, which nothing leads to and in front of which nothing stands that it leads to, the function's first
/// block, and drops what is not reached from there.
void start_at(Function& function, u32 entry);

}  // namespace invar::jit
