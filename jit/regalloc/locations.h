// Where each value is at each point, after the scan.
#pragma once

#include "jit/regalloc/pieces.h"

namespace invar::jit::regalloc {

/// Spill slots of values.
struct Slots {
  ScratchVector<u32> slot_of;  ///< Of a value that has one.
  u32 count = 0;               ///< In units of 8 bytes.
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
    const u32 first = values_[value].first, end = values_[value + 1].first;
    return {locations_.data() + first, end - first};
  }
  bool has_several(VReg value) const { return values_[value].several; }

  /// Of a value with several: nowhere in front of its start. Behind a hole's start it is where it was last.
  Place at(VReg value, Position position) const {
    const OfValue& known = values_[value];
    return known.several ? find(of(value), position) : known.place;
  }
  Place first_of(VReg value) const { return values_[value].place; }

 private:
  struct OfValue {
    u32 first : 31 = 0;  ///< In locations_.
    u32 several : 1 = 0;
    Place place;  ///< The first.
  };
  static Place find(std::span<const Location> all, Position position);

  ScratchVector<OfValue> values_;  ///< One more at the end.
  ScratchVector<Location> locations_;
};

}  // namespace invar::jit::regalloc
