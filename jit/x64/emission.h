// From allocated instructions to machine code.
#pragma once

#include "jit/machine/emission.h"
#include "jit/regalloc/allocate.h"
#include "jit/x64/lowering.h"

namespace invar::jit::x64 {

/// Empty, or what the assembler refuses: an internal error.
std::string emit(const Function& function, const LoweredFunction& lowered, const Allocation& allocation,
                 bool wants_lines, EmittedFunction& out);

}  // namespace invar::jit::x64
