// The order of blocks.
#pragma once

#include "jit/ir/function.h"

namespace invar::jit {

/// Blocks stand in the order of the program, and a loop has with it what is written in it. What never leads back to the
/// loop's begin comes to stand behind it: there it does not count as part of the loop.
void tighten_loops(Function& function);

/// Puts the blocks in an order, given by their numbers so far. The last block of each loop is to stay its last.
void order_blocks(Function& function, std::span<const u32> order);

}  // namespace invar::jit
