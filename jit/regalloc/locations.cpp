#include "jit/regalloc/locations.h"

#include <algorithm>
#include <queue>

namespace invar::jit::regalloc {
namespace {

// Free slots of one size.
class SlotPool {
 public:
  explicit SlotPool(u32 size) : size_(size) {}

  /// `wanted` if it is free, or any.
  u32 take(u32 wanted, u32& count) {
    if (wanted != none && wanted < free_.size() && free_[wanted]) {
      free_[wanted] = false;
      return wanted;
    }
    while (!list_.empty()) {
      const u32 slot = list_.back();
      list_.pop_back();
      if (!free_[slot]) continue;  // Taken because it was wanted.
      free_[slot] = false;
      return slot;
    }
    count = (count + size_ - 1) / size_ * size_;
    const u32 slot = count;
    count += size_;
    return slot;
  }

  void give_back(u32 slot) {
    if (slot >= free_.size()) free_.resize(slot + 1, false);
    free_[slot] = true;
    list_.push_back(slot);
  }

 private:
  const u32 size_;
  ScratchVector<bool> free_;
  ScratchVector<u32> list_;
};

}  // namespace

Slots assign_slots(const MachineCode& code, const Intervals& intervals, const Pieces& pieces) {
  Slots slots;
  slots.slot_of.assign(intervals.values.size(), none);
  const auto has_slot = [&](VReg value) { return pieces.spilled[value] || pieces.saved[value]; };
  // What a parameter is given, and what an argument is given to.
  ScratchVector<VReg> partner(intervals.values.size(), no_vreg);
  for (VReg value = 0; value < code.vregs.size(); ++value) {
    if (!has_slot(value)) continue;
    for (u32 i = intervals.first_use[value]; i < intervals.first_use[value + 1]; ++i) {
      const Use& use = intervals.uses[i];
      if (use.kind != UseKind::argument || !has_slot(use.related)) continue;
      partner[value] = use.related;
      partner[use.related] = value;
    }
  }
  struct Busy {
    Position end;
    VReg value;
    bool operator<(const Busy& other) const { return end > other.end; }
  };
  std::priority_queue<Busy, ScratchVector<Busy>> busy;
  SlotPool pools[] = {SlotPool(1), SlotPool(2)};
  for (VReg value : intervals.order) {
    if (!has_slot(value)) continue;
    while (!busy.empty() && busy.top().end <= intervals.values[value].start) {
      const VReg done = busy.top().value;
      busy.pop();
      pools[intervals.values[done].wide].give_back(slots.slot_of[done]);
    }
    const u32 wanted = partner[value] == no_vreg ? none : slots.slot_of[partner[value]];
    slots.slot_of[value] = pools[intervals.values[value].wide].take(wanted, slots.count);
    busy.push({intervals.end(value), value});
  }
  return slots;
}

Locations::Locations(const Intervals& intervals, const Pieces& pieces, const Slots& slots) {
  const size_t count = intervals.values.size();
  values_.reserve(count + 1);
  locations_.reserve(pieces.pieces.size());
  for (VReg value = 0; value < count; ++value) {
    const size_t first = locations_.size();
    OfValue& known = values_.emplace_back();
    known.first = static_cast<u32>(first);
    for (u32 i = pieces.first[value]; i != none; i = pieces.pieces[i].next) {
      const Piece& piece = pieces.pieces[i];
      const Place place = piece.reg != no_reg ? Place::in(piece.reg) : Place::slot(slots.slot_of[value]);
      if (locations_.size() > first && locations_.back().place == place) {
        locations_.back().end = piece.end;
      } else {
        locations_.push_back({piece.start, piece.end, place});
      }
    }
    if (locations_.size() > first) known.place = locations_[first].place;
    known.several = locations_.size() > first + 1;
  }
  values_.emplace_back().first = static_cast<u32>(locations_.size());
}

Place Locations::find(std::span<const Location> all, Position position) {
  if (position < all.front().start) return {};
  // Few values have many.
  constexpr size_t few = 8;
  if (all.size() <= few) {
    size_t last = all.size() - 1;
    while (all[last].start > position) --last;
    return all[last].place;
  }
  const auto behind = std::upper_bound(all.begin(), all.end(), position,
                                       [](Position at, const Location& location) { return at < location.start; });
  return behind[-1].place;
}

}  // namespace invar::jit::regalloc
