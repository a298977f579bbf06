// What -O1 does to a graph that -O0 does not.
#pragma once

#include "jit/ir/function.h"

namespace invar::jit {

void optimize(Function& function);

}  // namespace invar::jit
