// Which blocks are run less often than the loop, or the function, that they are in.
#pragma once

#include "jit/ir/function.h"
#include "jit/scratch.h"

namespace invar::jit {

/// By block: is there a way around it, to the loop's next turn or the function's end?
ScratchVector<bool> rare_blocks(const Function& function);

}  // namespace invar::jit
