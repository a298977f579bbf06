// What -O1 does to a graph that -O0 does not.
#pragma once

#include "decoder/module.h"
#include "jit/ir/function.h"

namespace invar::jit {

void optimize(Function& function, const Module& module);

}  // namespace invar::jit
