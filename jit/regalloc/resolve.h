// From pieces to places of operands and moves.
#pragma once

#include "jit/regalloc/allocate.h"
#include "jit/regalloc/locations.h"

namespace invar::jit::regalloc {

/// Fills in all of the allocation.
void resolve(const MachineCode& code, const RegisterFile& file, const Intervals& intervals, Pieces& pieces,
             Allocation& out);

}  // namespace invar::jit::regalloc
