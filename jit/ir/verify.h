// Is a graph what function.h says? For tests and developers.
#pragma once

#include <string>

#include "jit/ir/function.h"

namespace invar::jit {

/// Empty, or what is wrong.
std::string verify(const Function& function);

}  // namespace invar::jit
