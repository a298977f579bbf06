// Moves that happen at once, put into an order in which they can be made one after the other.
#pragma once

#include "jit/regalloc/allocate.h"

namespace invar::jit::regalloc {

class ParallelMoves {
 public:
  /// Cycles of moves between slots go through slots of their own, which are added to `slots` when the first is met.
  ParallelMoves(const RegisterFile& file, u32& slots) : file_(file), slots_(slots) {}

  void add(Place from, Place to, RegClass reg_class, bool wide);
  /// Appends what was added, in order, and starts again.
  void finish(u32 instruction, ScratchVector<Move>& out);

 private:
  struct Pending {
    Place from, to;
    RegClass reg_class;
    bool wide;
  };
  struct Node {
    u32 readers = 0;  // Of the moves that are left.
    u32 writer = ~u32{0};
  };

  Node& node(Place place);
  void emit(const Pending& move, u32 instruction, ScratchVector<Move>& out);
  void follow(u32 index, u32 instruction, ScratchVector<Move>& out);
  void break_cycle(u32 index, u32 instruction, ScratchVector<Move>& out);
  Place scratch(RegClass reg_class) const { return Place::in(file_.scratch[static_cast<u32>(reg_class)]); }

  const RegisterFile& file_;
  u32& slots_;
  u32 cycle_slot_ = ~u32{0};
  ScratchVector<Pending> pending_;
  ScratchVector<u32> work_;
  ScratchVector<Node> nodes_;
};

}  // namespace invar::jit::regalloc
