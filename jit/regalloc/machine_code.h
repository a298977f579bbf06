// A function as the register allocator sees it: blocks of instructions whose operands are virtual registers, in SSA
// form. The lowering of each machine makes it, the allocator places the operands, and the emission reads it again.
#pragma once

#include <span>

#include "decoder/base/int.h"
#include "jit/scratch.h"

namespace invar::jit {

/// A virtual register: it has one definition, either as a block's parameter or as an instruction's operand.
using VReg = u32;
inline constexpr VReg no_vreg = ~u32{0};

/// Which registers a value can be in: f32, f64 and v128 share one file.
enum class RegClass : u8 { integer, vector };
inline constexpr u32 registers_per_class = 32;

/// A machine register: the integer file first, then the vector file.
using Reg = u8;
inline constexpr Reg no_reg = 0xff;
inline constexpr u32 register_count = 2 * registers_per_class;
constexpr Reg integer_register(u32 number) { return static_cast<Reg>(number); }
constexpr Reg vector_register(u32 number) { return static_cast<Reg>(registers_per_class + number); }
constexpr RegClass class_of(Reg reg) { return reg < registers_per_class ? RegClass::integer : RegClass::vector; }
constexpr u32 number_of(Reg reg) { return reg % registers_per_class; }

/// A set of machine registers, a bit for each.
using RegSet = u64;
constexpr RegSet set_of(Reg reg) { return RegSet{1} << reg; }
inline constexpr RegSet all_of_class[] = {0x0000'0000'ffff'ffff, 0xffff'ffff'0000'0000};

/// What the allocator may use. Scratch registers are outside `allocatable`; moves between slots and cycles of moves
/// go through them.
struct RegisterFile {
  RegSet allocatable = 0;
  Reg scratch[2] = {no_reg, no_reg};  ///< By RegClass.
};

/// When an instruction reads or writes an operand. It reads early operands, then is its clobbers destroyed, then it
/// writes its definitions: a definition may have the register of an early use that ends there, never that of a late
/// use; an early definition or a temporary shares with no other operand of the instruction.
enum class Access : u8 { early_use, late_use, definition, early_definition, temporary };
constexpr bool is_use(Access access) { return access <= Access::late_use; }

enum class Constraint : u8 {
  any,    ///< A register or a stack slot. Uses only.
  reg,    ///< Some register of its class.
  fixed,  ///< Operand::reg.
  tied,   ///< The register of the instruction's first operand, an early use (constraint reg). Definitions only.
};

/// `value` is no_vreg for temporaries. After allocation `place` says where it is.
struct Operand {
  VReg value = no_vreg;
  Access access = Access::early_use;
  Constraint constraint = Constraint::reg;
  Reg reg = no_reg;                        ///< If the constraint is fixed.
  RegClass reg_class = RegClass::integer;  ///< Of a temporary.
};

/// Where a value is: in a register, or in a spill slot of the frame.
class Place {
 public:
  constexpr Place() = default;
  static constexpr Place in(Reg reg) { return Place(reg); }
  static constexpr Place slot(u32 index) { return Place(first_slot + index); }
  constexpr bool is_register() const { return bits_ < register_count; }
  constexpr bool is_slot() const { return bits_ >= first_slot && bits_ != nowhere; }
  constexpr Reg reg() const { return static_cast<Reg>(bits_); }
  constexpr u32 slot_index() const { return bits_ - first_slot; }  ///< In units of 8 bytes from the area's start.
  constexpr bool operator==(const Place&) const = default;

 private:
  static constexpr u32 first_slot = 0x100, nowhere = ~u32{0};
  explicit constexpr Place(u32 bits) : bits_(bits) {}
  u32 bits_ = nowhere;
};

struct MachineInstruction {
  RegSet clobbers = 0;    ///< Destroyed, but for what a definition then writes (which may be clobbered too).
  u32 first_operand = 0;  ///< In MachineCode::operands.
  u16 operand_count = 0;
  /// Values in registers are to stay there as if it clobbered nothing, and to be stored in front of it and loaded
  /// behind it: for calls that are rarely made. It clobbers all that can be allocated, its operands are early uses and
  /// definitions in fixed registers, and it is not a block's last.
  bool saves = false;
};

/// Instructions are numbered through all blocks in their order, without gaps; the last of each is its terminator.
/// A block with several successors has no edge to a block with several predecessors (critical edges are split), and a
/// block with arguments for its successor has a terminator without operands.
struct MachineBlock {
  u32 first_instruction = 0, end_instruction = 0;
  u32 first_parameter = 0, parameter_count = 0;      ///< In MachineCode::parameters.
  u32 first_predecessor = 0, predecessor_count = 0;  ///< In MachineCode::edges: block numbers.
  u32 first_successor = 0, successor_count = 0;      ///< Likewise.
  /// What the block passes to its only successor's parameters, if that has some. In MachineCode::arguments.
  u32 first_argument = 0, argument_count = 0;
  /// The last instruction destroys all registers, and may go on in the last successor as if it had written nothing.
  bool unwinds = false;
  u32 loop_depth = 0;
  /// Of a loop's header: one behind the loop's last block, whose blocks are those from the header on. Else 0.
  u32 loop_end = 0;
};

struct VRegInfo {
  RegClass reg_class = RegClass::integer;
  bool wide = false;  ///< Takes two slots (v128).
  /// A register that it would well be in, or no_reg.
  Reg hint = no_reg;
};

/// The entry block has no predecessors, and no parameters: what a function gets, its first instruction defines. The
/// terminator of a block whose successor has several predecessors has neither operands nor clobbers. Where an
/// instruction clobbers a whole class of registers, its temporaries and early definitions may lie in one of them.
/// Blocks are in reverse post-order and every loop's are contiguous; the only edges to a block that is not behind
/// are to loop headers that hold the edge's start. All blocks can be reached.
struct MachineCode {
  ScratchVector<MachineBlock> blocks;
  ScratchVector<MachineInstruction> instructions;
  ScratchVector<Operand> operands;
  ScratchVector<VReg> parameters;
  ScratchVector<VReg> arguments;
  ScratchVector<u32> edges;
  ScratchVector<VRegInfo> vregs;

  std::span<const Operand> operands_of(u32 instruction) const {
    const MachineInstruction& i = instructions[instruction];
    return {operands.data() + i.first_operand, i.operand_count};
  }
};

}  // namespace invar::jit
