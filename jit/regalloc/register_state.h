// Which piece has each register now, which ones come back to it behind a hole, and when an instruction claims it.
#pragma once

#include <algorithm>
#include <utility>

#include "jit/regalloc/pieces.h"

namespace invar::jit::regalloc {

/// Pieces are given as indices. Time only goes forward.
class RegisterState {
 public:
  RegisterState(const Intervals& intervals, ScratchVector<Piece>& pieces) : intervals_(intervals), pieces_(pieces) {}

  RegSet occupied() const { return occupied_; }
  u32 occupant(Reg reg) const { return state_[reg].piece; }

  void advance(Position now) {
    if (now >= next_event_) update(now);
  }

  void occupy(Reg reg, u32 index) {
    const Piece& piece = pieces_[index];
    enter(reg, index, piece.range);
  }

  void release(Reg reg) { occupied_ &= ~set_of(reg); }

  /// Where the piece would have to leave the register again for another piece that comes back to it or for an
  /// instruction that claims it; at least the piece's end if nothing of the sort happens.
  Position blocked_from(Reg reg, const Piece& piece) {
    const bool is_left_alone = (waiting_ & set_of(reg)) == 0 && piece.end <= state_[reg].fixed_start;
    return is_left_alone ? never : find_block(reg, piece);
  }

 private:
  struct Waiting {
    Position start;
    u32 piece, range;
    // The earliest is a heap's top.
    bool operator<(const Waiting& other) const { return start > other.start; }
  };
  struct State {
    u32 piece = none, range = 0;
    Position until = 0;        // The end of that range.
    u32 fixed = 0;             // The next of Intervals::fixed,
    Position fixed_start = 0;  // and where that starts, or before.
    ScratchVector<Waiting> waiting;
  };

  void enter(Reg reg, u32 index, u32 range);
  void update(Position now);
  Position find_block(Reg reg, const Piece& piece);

  const Intervals& intervals_;
  ScratchVector<Piece>& pieces_;
  State state_[register_count];
  RegSet occupied_ = 0, waiting_ = 0;
  Position next_event_ = never;
};

}  // namespace invar::jit::regalloc
