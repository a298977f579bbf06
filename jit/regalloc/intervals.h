// What the scan knows of the code: for each value where it is live and used, and for each register where an
// instruction claims it.
#pragma once

#include "jit/regalloc/machine_code.h"

namespace invar::jit::regalloc {

/// A point in the code: four for each instruction. The moves in front of an instruction take place between its first
/// and its second point.
using Position = u32;
inline constexpr Position never = ~u32{0};
inline constexpr u32 none = ~u32{0};
enum Step : u32 { before_moves, reading, clobbering, writing };
constexpr Position position_of(u32 instruction, Step step) { return 4 * instruction + step; }
constexpr u32 instruction_at(Position position) { return position / 4; }
constexpr Step step_of(Position position) { return static_cast<Step>(position % 4); }

/// From `start` up to `end`, exclusive.
struct Range {
  Position start, end;
};

enum class UseKind : u8 {
  fixed,     ///< A move takes it from where it is to Use::reg.
  tied,      ///< A move takes it to the register of the definition Use::related.
  early,     ///< In a register.
  late,      ///< In a register up to the end of the instruction.
  any,       ///< Where it happens to be. A late one may find it in its slot only, having been in a register before.
  argument,  ///< At the end of a block, for the parameter Use::related.
};

struct Use {
  Position position;
  UseKind kind;
  Reg reg;
  VReg related;
};
constexpr bool needs_register(const Use& use) { return use.kind == UseKind::early || use.kind == UseKind::late; }
/// Where the value may go, as far as this use is concerned.
constexpr Position end_of(const Use& use) { return use.position + (use.kind == UseKind::late ? 3 : 1); }

/// A register that an instruction claims, for a value or for itself (no_vreg). That value's intervals may have it, too.
struct FixedRange {
  Position start, end;
  VReg owner;
};

struct Value {
  RegClass reg_class = RegClass::integer;
  bool wide = false;
  bool parameter = false;
  /// Its definition has to be there.
  Reg fixed = no_reg;
  Reg hint = no_reg;
  /// A clobber of the very register by the instruction that defines it does no harm.
  bool survives_clobbers = false;
  /// Of a tied definition: the value that it has its register from.
  VReg tied_to = no_vreg;
  Position start = never;
  /// A definition has to stay in its register until then; `start` of a parameter.
  Position held_until = 0;
};

struct Loop {
  Position start, end;
  u32 parent;
  bool clobbered[2];  ///< Whether some instruction clobbers all registers of the class.
};

/// Values are the virtual registers, followed by one for each temporary that is not fixed.
struct Intervals {
  ScratchVector<u32> block_of;  ///< Of an instruction.
  ScratchVector<Loop> loops;
  ScratchVector<u32> loop_of;   ///< Of a block: the innermost, or `none`.
  ScratchVector<u32> depth_of;  ///< Of a block.
  ScratchVector<Value> values;
  ScratchVector<VReg> order;       ///< Values by start; those that are not live anywhere are missing.
  ScratchVector<u32> first_range;  ///< Of a value, in `ranges`; one more at the end.
  ScratchVector<Range> ranges;
  ScratchVector<u32> first_use;                  ///< Likewise.
  ScratchVector<Use> uses;                       ///< Ordered by position, then by end.
  ScratchVector<std::pair<VReg, VReg>> related;  ///< Values and Use::related of their uses.
  ScratchVector<FixedRange> fixed[register_count];
  ScratchVector<u32> saving;                 ///< Instructions that save, in order.
  ScratchVector<Position> full_clobbers[2];  ///< Where an instruction clobbers all registers of the class.

  bool live(VReg value) const { return first_range[value] != first_range[value + 1]; }
  Position end(VReg value) const { return ranges[first_range[value + 1] - 1].end; }
};

/// `allocatable` are the registers that the scan gives away. `coarse`: lives have no holes.
Intervals build_intervals(const MachineCode& code, RegSet allocatable, bool coarse);

}  // namespace invar::jit::regalloc
