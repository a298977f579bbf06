// The linear scan: goes through the code once and gives each piece of each value a register or leaves it in its slot.
#pragma once

#include "jit/regalloc/allocate.h"
#include "jit/regalloc/pieces.h"

namespace invar::jit::regalloc {

/// `allocatable` as for build_intervals. `takes_first`: of the registers that are free for long enough, not the one
/// that is needed again first.
Pieces scan(const MachineCode& code, const Intervals& intervals, RegSet allocatable, bool takes_first, u32 random_seed);

}  // namespace invar::jit::regalloc
