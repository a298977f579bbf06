// Proves of one allocation that every operand finds its value. Knows nothing of how the allocator works.
#pragma once

#include <string>

#include "jit/regalloc/allocate.h"

namespace invar::jit {

/// Empty if the allocation is right, else what is wrong and where. `allocatable` is what operands may be in that are
/// not fixed. Follows what each place holds along all ways through the code until nothing changes: for tests and
/// debugging, not for use in production.
std::string check_allocation(const MachineCode& code, const RegisterFile& file, const Allocation& allocation);

}  // namespace invar::jit
