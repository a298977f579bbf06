// The graph as text, for developers.
#pragma once

#include <string>

#include "jit/ir/function.h"

namespace invar::jit {

std::string to_string(const Function& function);

}  // namespace invar::jit
