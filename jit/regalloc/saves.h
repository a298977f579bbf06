// Values that live in registers through instructions that save them.
#pragma once

#include <algorithm>

#include "jit/regalloc/pieces.h"

namespace invar::jit::regalloc {

/// Says of the values in question whether they are stored behind their definition (`spilled`), which is where that is
/// run less often, or by the instructions that save (`saved`).
void choose_stores(const Intervals& intervals, Pieces& pieces);

/// Tells `see` of each of the instructions through which the value lives from `start` up to `end`. `range`: its first
/// one that ends behind `start`.
template <class See>
void for_each_lived_through(const Intervals& in, VReg value, u32 range, Position start, Position end, See see) {
  const ScratchVector<u32>& saving = in.saving;
  if (saving.empty()) return;
  for (; range < in.first_range[value + 1] && in.ranges[range].start < end; ++range) {
    const Position from = std::max(start, in.ranges[range].start), to = std::min(end, in.ranges[range].end);
    const auto first = std::ranges::lower_bound(saving, from, {}, [](u32 i) { return position_of(i, clobbering); });
    for (auto it = first; it != saving.end() && position_of(*it, clobbering) < to; ++it) see(*it);
  }
}

}  // namespace invar::jit::regalloc
