// Random functions of all that MachineCode can say, for tests.
#pragma once

#include "jit/regalloc/machine_code.h"

namespace invar::jit {

struct RandomCodeOptions {
  u32 seed = 1;
  u32 registers = 4;  ///< How many of each class the allocator will have (small_file), at least 3.
  u32 size = 40;      ///< Roughly the number of instructions.
};

MachineCode random_code(const RandomCodeOptions& options);

/// What is wrong with the code itself, in the terms of machine_code.h; null if nothing is.
const char* fault_of(const MachineCode& code);

}  // namespace invar::jit
