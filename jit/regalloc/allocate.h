// Register allocation: linear scan over SSA with lifetime holes and splitting.
#pragma once

#include "jit/regalloc/machine_code.h"

namespace invar::jit {

/// A copy that the emission makes in front of an instruction. Those of one instruction are in the order in which they
/// are to be made, one after the other; either place may be a slot.
struct Move {
  u32 instruction;
  Place from, to;
  RegClass reg_class;
  bool wide;
};

struct Allocation {
  ScratchVector<Place> places;  ///< Of each operand of MachineCode::operands.
  ScratchVector<Move> moves;    ///< Sorted by instruction.
  u32 slots = 0;                ///< The spill area's size in units of 8 bytes. Wide values lie at even slots.
};

struct AllocationOptions {
  /// Takes values to be live from their first to their last instruction without holes, and the first register that will
  /// do: quicker, and more of them in slots.
  bool coarse = false;
  /// Tests: makes only so many registers of each class usable (0: all), and splits and spills at random places.
  u32 register_limit = 0;
  u32 random_seed = 0;
};

/// Time is close to linear in the size of the code.
Allocation allocate_registers(const MachineCode& code, const RegisterFile& file, const AllocationOptions& options = {});

}  // namespace invar::jit
