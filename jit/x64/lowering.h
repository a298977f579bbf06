// From the graph to x86-64 instructions with virtual registers. Goes backwards, so that an instruction can take over
// what made its operands: comparisons in front of branches, additions in addresses, constants.
#pragma once

#include <vector>

#include "engine/runtime/compiled_module.h"
#include "jit/x64/abi.h"
#include "jit/x64/features.h"
#include "jit/x64/instruction.h"

namespace invar::jit::x64 {

/// A function on its way through the allocator to the emission.
struct LoweredFunction {
  CpuFeatures features;  ///< What it may use.
  MachineCode code;
  std::vector<Instruction> instructions;  ///< Beside code.instructions.
  u32 stack_arguments = 0;                ///< Most that a call passes.
  bool has_calls = false;
  std::vector<V128> literals;  ///< Vector constants in memory.
};

class Lowering {
 public:
  Lowering(const CompiledModule& compiled, const Function& function, LoweredFunction& out)
      : module_(compiled.module()), function_(function), out_(out) {}

  /// False if it needs something that the machine's calls do not have.
  bool lower();

 private:
  friend class VectorLowering;

  // Building one instruction; uses and definitions are operands in the order of the calls.
  struct Draft {
    Instruction instruction;
    RegSet clobbers = 0;
    std::vector<Operand> operands;
  };
  Draft& draft(Form form, u32 node);
  u8 add(const Operand& operand);
  u8 use(Value value, Access access = Access::early_use, Constraint constraint = Constraint::reg, Reg reg = no_reg);
  u8 define(VReg vreg, Constraint constraint = Constraint::reg, Reg reg = no_reg);
  u8 temporary(RegClass reg_class);
  void finish();
  VReg new_vreg(RegClass reg_class, bool wide = false);
  VReg new_vreg_for(Type type);
  u32 literal(const V128& bits);
  Value unextended(Value value) const;
  VReg vreg_of(Value value);
  VReg readable(Value value);

  // Values.
  const Node& node(Value value) const { return function_.nodes[value]; }
  bool is_constant(Value value) const { return function_.is_constant(value); }
  bool is_immediate(Value value, bool wide) const;
  /// May the only user, in this block, take over what the value's node does?
  bool can_take_over(Value value) const;
  bool is_numeric(Value value, Op op) const { return node(value).kind == Kind::numeric && node(value).op == op; }
  void take_over(Value value) { --uses_[value]; }
  u8 use_b(Instruction& instruction, Value value);

  void count_uses();
  void lower_block(u32 block);
  void lower_arguments(u32 block);
  std::span<const Value> results_of(Value call) const;
  void lower_node(Value value);
  void lower_numeric(Value value);
  bool lower_addition(Value value);
  void lower_division(Value value);
  void lower_shift(Value value);
  void lower_load(Value value);
  bool can_fold_load(Value value, Width width) const;
  void use_b_or_load(Instruction& instruction, Value value);
  void lower_store(Value value);
  void lower_address(Instruction& instruction, const Node& access);
  void lower_call(Value value);
  void lower_builtin(Value value);
  void lower_return(Value value);
  void lower_entry();
  /// Which condition holds behind lower_comparison(value) if the value is not 0. Instructions are made backwards: the
  /// user comes first.
  static Condition condition_for(Op op);
  Condition condition_of(Value value) const;
  Value opposite_truth(Value value) const;
  void lower_comparison(Value value);
  void compare(Value value);

  const Module& module_;
  const Function& function_;
  LoweredFunction& out_;
  std::vector<u32> uses_;
  std::vector<u32> block_of_;
  std::vector<bool> folded_;  ///< Loads that became part of another instruction.
  std::vector<VReg> vregs_;
  Draft draft_;
  struct Pending {
    VReg vreg;
    Value constant;
  };
  std::vector<Pending> pending_;  ///< Constants that the instruction in hand needs in registers.
  u32 block_ = 0;
  u32 position_ = 0;  ///< Of the node in hand among the block's.
  bool supported_ = true;
};

}  // namespace invar::jit::x64
