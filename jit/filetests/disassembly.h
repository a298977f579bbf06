// The instructions of a function's machine code as text, read from its bytes.
#pragma once

#include <string>

#include "jit/machine/emission.h"

namespace invar::jit {

enum class Architecture : u8 { x86_64, aarch64 };

/// A line for each instruction, each ending in a newline; places that branches lead to have labels. Bytes that are no
/// instruction are told as such.
std::string disassemble(const EmittedFunction& function, Architecture architecture);

}  // namespace invar::jit
