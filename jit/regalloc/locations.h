// Where each value is at each point, after the scan.
#pragma once

#include "jit/regalloc/pieces.h"

namespace invar::jit::regalloc {

/// Spill slots of values.
struct Slots {
  ScratchVector<u32> slot_of;  ///< Of a value that has one.
  u32 count = 0;             ///< In units of 8 bytes.
};

/// Values whose lives do not overlap share slots, a parameter and its argument if they can.
Slots assign_slots(const MachineCode& code, const Intervals& intervals, const Pieces& pieces);

struct Location {
  Position start, end;
  Place place;
};

/// The pieces of each value in order, pieces of one place that follow each other made one.
class Locations {
 public:
  Locations(const Intervals& intervals, const Pieces& pieces, const Slots& slots);

  std::span<const Location> of(VReg value) const {
    return {locations_.data() + first_[value], first_[value + 1] - first_[value]};
  }

  /// Nowhere in front of the value's start. Behind a hole's start it is where it was last.
  Place at(VReg value, Position position) const {
    const std::span<const Location> all = of(value);
    if (all.empty() || position < all.front().start) return {};
    return all.size() == 1 ? all.front().place : find(all, position);
  }

 private:
  static Place find(std::span<const Location> all, Position position);

  ScratchVector<u32> first_;
  ScratchVector<Location> locations_;
};

}  // namespace invar::jit::regalloc
