// Loops that do nothing but copy memory, or fill it, piece by piece: most of it is done at once in front of them.
#pragma once

#include "decoder/module.h"
#include "jit/ir/function.h"

namespace invar::jit {

void find_bulk_loops(Function& function, const Module& module);

}  // namespace invar::jit
