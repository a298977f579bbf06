// The pieces that the lives of values are cut into, each of which is in one place.
#pragma once

#include "jit/regalloc/intervals.h"

namespace invar::jit::regalloc {

struct Piece {
  VReg value;
  Position start, end;    ///< Both within the value's ranges, which say where it is live in between.
  u32 range;              ///< The first that ends behind `start`.
  u32 use;                ///< The first at or behind `start`; the scan moves it on.
  u32 next = none;        ///< The value's next piece.
  Reg reg = no_reg;       ///< Else it is in the value's slot.
  bool optional = false;  ///< It would pay to have it in a register if one is free.
};

/// What the scan decides.
struct Pieces {
  ScratchVector<Piece> pieces;
  ScratchVector<u32> first;     ///< Of a value.
  ScratchVector<bool> spilled;  ///< Of a value: whether it has a slot, where it is stored behind its definition.
  ScratchVector<bool> saved;    ///< Whether it has one that it is stored in where instructions save it. See saves.h
};

}  // namespace invar::jit::regalloc
