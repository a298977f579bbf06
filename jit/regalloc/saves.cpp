#include "jit/regalloc/saves.h"

namespace invar::jit::regalloc {

void choose_stores(const Intervals& in, Pieces& pieces) {
  const ScratchVector<u32>& saving = in.saving;
  pieces.saved.assign(in.values.size(), false);
  size_t next = 0;  // The first that saves behind the value's start.
  for (const VReg value : in.order) {
    while (next < saving.size() && position_of(saving[next], clobbering) < in.values[value].start) ++next;
    if (next == saving.size()) return;
    if (position_of(saving[next], clobbering) >= in.end(value) || pieces.spilled[value]) continue;
    const u32 depth = in.depth_of[in.block_of[instruction_at(in.values[value].start)]];
    bool is_saved = false, is_often = false;
    for (u32 i = pieces.first[value]; i != none; i = pieces.pieces[i].next) {
      const Piece& piece = pieces.pieces[i];
      for_each_lived_through(in, value, piece.range, piece.start, piece.end, [&](u32 instruction) {
        is_saved = true;
        is_often |= in.depth_of[in.block_of[instruction]] > depth;
      });
    }
    pieces.spilled[value] = is_saved && is_often;
    pieces.saved[value] = is_saved && !is_often;
  }
}

}  // namespace invar::jit::regalloc
