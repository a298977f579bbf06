// Where values are live.
#pragma once

#include "jit/regalloc/intervals.h"

namespace invar::jit::regalloc {

/// Fills first_range and ranges from the starts and uses of the values. Exact as long as the work is in proportion to
/// the code: many values that live through many blocks get ranges without holes. If `coarse`, all that live through
/// several do.
void build_ranges(const MachineCode& code, Intervals& intervals, bool coarse);

}  // namespace invar::jit::regalloc
