// Which blocks are run less often than the loop, or the function, that they are in.
#pragma once

#include "jit/ir/function.h"

namespace invar::jit {

/// Sets Block::is_rare of those around which there is a way, to the loop's next turn or the function's end.
void find_rare_blocks(Function& function);

}  // namespace invar::jit
