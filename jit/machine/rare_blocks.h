// Which blocks are run less often than the loop, or the function, that they are in.
#pragma once

#include <vector>

#include "jit/ir/function.h"

namespace invar::jit {

/// By block: is there a way around it, to the loop's next turn or the function's end?
std::vector<bool> rare_blocks(const Function& function);

}  // namespace invar::jit
