// Writes MachineCode by hand, for tests: blocks come in their final order, the rest is worked out at the end.
#pragma once

#include <initializer_list>
#include <utility>
#include <vector>

#include "jit/regalloc/machine_code.h"

namespace invar::jit {

/// For tests: scratch memory of its own.
class OwnScratch {
  Arena arena_;
  ScratchScope scope_{arena_};
};

class CodeBuilder {
 public:
  VReg value(RegClass reg_class = RegClass::integer, bool wide = false) {
    code_.vregs.push_back({reg_class, wide, no_reg});
    return static_cast<VReg>(code_.vregs.size() - 1);
  }

  /// Begins the next block.
  u32 block(std::vector<VReg> parameters = {}) {
    blocks_.push_back({std::move(parameters), {}, {}, {}, 0, false});
    return static_cast<u32>(blocks_.size() - 1);
  }
  u32 current() const { return static_cast<u32>(blocks_.size() - 1); }

  /// Of the block that was begun last.
  void add(std::vector<Operand> operands, RegSet clobbers = 0, bool saves = false) {
    blocks_.back().instructions.push_back({std::move(operands), clobbers, saves});
  }

  /// Ends the block, which may be an earlier one.
  void jump(u32 from, u32 to, std::vector<VReg> arguments = {}) {
    blocks_[from].successors.push_back(to);
    blocks_[from].arguments = std::move(arguments);
  }

  /// The loop's header, and the block behind its last.
  void loop(u32 header, u32 end) { blocks_[header].loop_end = end; }

  /// Of the block that was begun last, whose last instruction is there: MachineBlock::unwinds.
  void unwind() { blocks_.back().unwinds = true; }

  MachineCode finish();

  MachineCode& code() { return code_; }

 private:
  struct Instruction {
    std::vector<Operand> operands;
    RegSet clobbers;
    bool saves;
  };
  struct Block {
    std::vector<VReg> parameters;
    std::vector<Instruction> instructions;
    std::vector<u32> successors;
    std::vector<VReg> arguments;
    u32 loop_end;
    bool unwinds;
  };
  MachineCode code_;
  std::vector<Block> blocks_;
};

inline Operand use(VReg value, Constraint constraint = Constraint::reg, Reg reg = no_reg) {
  return {value, Access::early_use, constraint, reg, RegClass::integer};
}
inline Operand late_use(VReg value, Constraint constraint = Constraint::reg, Reg reg = no_reg) {
  return {value, Access::late_use, constraint, reg, RegClass::integer};
}
inline Operand define(VReg value, Constraint constraint = Constraint::reg, Reg reg = no_reg) {
  return {value, Access::definition, constraint, reg, RegClass::integer};
}
inline Operand define_early(VReg value, Constraint constraint = Constraint::reg, Reg reg = no_reg) {
  return {value, Access::early_definition, constraint, reg, RegClass::integer};
}
inline Operand temporary(RegClass reg_class, Constraint constraint = Constraint::reg, Reg reg = no_reg) {
  return {no_vreg, Access::temporary, constraint, reg, reg_class};
}

/// `count` registers of each class are to be had; scratch are the last of each class.
inline RegisterFile small_file(u32 count) {
  const RegSet low = (RegSet{1} << count) - 1;
  return {low | low << registers_per_class, {integer_register(31), vector_register(31)}};
}

}  // namespace invar::jit
