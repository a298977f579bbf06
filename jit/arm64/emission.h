// From allocated instructions to machine code.
#pragma once

#include "jit/arm64/lowering.h"
#include "jit/machine/emission.h"
#include "jit/regalloc/allocate.h"

namespace invar::jit::arm64 {

/// Empty, or what the assembler refuses: an internal error.
std::string emit(const Function& function, const LoweredFunction& lowered, const Allocation& allocation,
                 bool wants_lines, EmittedFunction& out);

}  // namespace invar::jit::arm64
