// From the graph to x86-64 instructions: instructions take over comparisons in front of branches, additions in
// addresses, loads, constants.
#pragma once

#include <optional>

#include "jit/machine/lowering_base.h"
#include "jit/x64/abi.h"
#include "jit/x64/features.h"
#include "jit/x64/instruction.h"

namespace invar::jit::x64 {

struct LoweredFunction : LoweredCode<Instruction> {
  CpuFeatures features;  ///< What it may use.
};

class Lowering : public LoweringBase<Lowering, LoweredFunction> {
 public:
  Lowering(const CompiledModule& compiled, const Function& function, LoweredFunction& out)
      : LoweringBase(compiled, function, convention, out) {}

 private:
  friend class LoweringBase<Lowering, LoweredFunction>;
  friend class VectorLowering;

  bool is_immediate(Value value, bool wide) const;
  u8 use_b(Instruction& instruction, Value value);

  void lower_own(Value value);
  bool lower_extreme(Value value);
  void lower_numeric(Value value);
  std::optional<Width> width_of_mask(Op op, Value mask) const;
  bool lower_addition(Value value);
  void lower_division(Value value);
  void lower_high_product(Value value);
  void lower_shift(Value value);
  void lower_load(Value value);
  bool can_fold_load(Value value, Width width) const;
  void use_b_or_load(Instruction& instruction, Value value);
  void lower_store(Value value);
  void lower_element(Instruction& instruction, Value place);
  void lower_address(Instruction& instruction, const Node& access, Access when = Access::early_use);
  void lower_atomic(Value value);
  void take_over_sums(Value& address, u64& offset);
  u8 take_over_scale(Value& address);
  /// Which condition holds behind lower_comparison(value) if the value is not 0. Instructions are made backwards: the
  /// user comes first.
  static Condition condition_for(Op op);
  Condition condition_of(Value value) const;
  Value opposite_truth(Value value) const;
  void lower_comparison(Value value);
  void compare(Value value);
};

}  // namespace invar::jit::x64
