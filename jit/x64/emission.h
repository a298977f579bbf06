// From allocated instructions to machine code.
#pragma once

#include <string>
#include <vector>

#include "jit/regalloc/allocate.h"
#include "jit/x64/lowering.h"

namespace invar::jit::x64 {

/// A place in machine code where running code can stop: behind a call, or at an access to memory.
struct Site {
  u32 position;  ///< In the function's code: of the access, or behind the call.
  u32 offset;    ///< Of the instruction in the wasm module.
};

struct EmittedFunction {
  std::vector<u8> code;
  std::string listing;      ///< The assembler's, if asked for.
  std::vector<Site> sites;  ///< Sorted by position.
};

/// Empty, or what the assembler refuses: an internal error.
std::string emit(const Function& function, const LoweredFunction& lowered, const Allocation& allocation,
                 bool wants_listing, EmittedFunction& out);

}  // namespace invar::jit::x64
