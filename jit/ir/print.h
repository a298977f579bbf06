// The graph as text, for developers.
#pragma once

#include <string>

#include "jit/ir/function.h"

namespace invar::jit {

std::string to_string(const Function& function);

/// A node's offset in the module, and whose instruction it is if that is another function's.
std::string told_offset(const Function& function, u32 offset);

}  // namespace invar::jit
