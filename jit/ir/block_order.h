// The order of blocks.
#pragma once

#include "jit/ir/function.h"

namespace invar::jit {

/// Blocks stand in the order of the program, and a loop has with it what is written in it. What never leads back to the
/// loop's begin comes to stand behind it: there it does not count as part of the loop.
void tighten_loops(Function& function);

}  // namespace invar::jit
