// From the graph to AArch64 instructions: instructions take over comparisons in front of branches, shifts, extensions
// and products in front of additions, constants.
#pragma once

#include "jit/arm64/abi.h"
#include "jit/arm64/features.h"
#include "jit/arm64/instruction.h"
#include "jit/machine/lowering_base.h"

namespace invar::jit::arm64 {

struct LoweredFunction : LoweredCode<Instruction> {
  CpuFeatures features;  ///< What it may use.
};

class Lowering : public LoweringBase<Lowering, LoweredFunction> {
 public:
  Lowering(const CompiledModule& compiled, const Function& function, LoweredFunction& out)
      : LoweringBase(compiled, function, convention, out) {}

  struct Pattern;
  /// Of the table in patterns.def; its way is nullptr if the instruction has none.
  static const Pattern& pattern_of(Op op);

  // The ways of the table.
  void unary(Value value, const Pattern& pattern);
  void binary(Value value, const Pattern& pattern);
  void addition(Value value, const Pattern& pattern);
  void subtraction(Value value, const Pattern& pattern);
  void product(Value value, const Pattern& pattern);
  void logical(Value value, const Pattern& pattern);
  void shift(Value value, const Pattern& pattern);
  void division(Value value, const Pattern& pattern);
  void count_trailing(Value value, const Pattern& pattern);
  void count_bits(Value value, const Pattern& pattern);
  void copysign(Value value, const Pattern& pattern);
  void truncation(Value value, const Pattern& pattern);
  void comparison(Value value, const Pattern& pattern);
  void truth(Value value, const Pattern& pattern);     // comparison of a vector's lanes with 0
  void inverted(Value value, const Pattern& pattern);  // not (a, b)
  void reversed(Value value, const Pattern& pattern);  // b, a
  void vector_logic(Value value, const Pattern& pattern);
  void vector_shift(Value value, const Pattern& pattern);
  void bit_select(Value value, const Pattern& pattern);
  void product_64(Value value, const Pattern& pattern);
  void dot_product(Value value, const Pattern& pattern);
  void narrowing(Value value, const Pattern& pattern);
  void lane_signs(Value value, const Pattern& pattern);
  void pseudo_extreme(Value value, const Pattern& pattern);  // condition: of a and b, for b
  void convert_low(Value value, const Pattern& pattern);
  void truncate_low(Value value, const Pattern& pattern);
  void shuffle(Value value, const Pattern& pattern);
  void extract_lane(Value value, const Pattern& pattern);
  void replace_lane(Value value, const Pattern& pattern);
  void load_extended(Value value, const Pattern& pattern);
  void load_lane(Value value, const Pattern& pattern);
  void store_lane(Value value, const Pattern& pattern);
  void load(Value value, const Pattern& pattern);
  void store(Value value, const Pattern& pattern);
  void nothing(Value value, const Pattern& pattern);  // the operand as it is; see unextended()

 private:
  friend class LoweringBase<Lowering, LoweredFunction>;
  friend class Steps;

  void lower_own(Value value);
  void lower_numeric(Value value);
  void lower_select(Value value);
  void lower_branch(Value value);
  void lower_atomic(Value value);

  void unary_form(Form form, Value value, const Pattern& pattern);
  Instruction& draft_of(Form form, Value value, const Pattern& pattern);
  static bool is_logical(u64 bits, Shape shape);
  bool is_zero(Value value) const { return function_.nodes[value].kind == Kind::constant && node(value).imm == 0; }
  /// An integer that is 0 need not be in a register.
  u8 use_or_zero(Value value);
  /// What to read the lower 32 bits from.
  Value narrowed(Value value, Shape shape);
  void define_result(Value value) { draft_.instruction.def = define(vreg_of(value)); }
  /// Adds or subtracts (is_sub) a constant, if it fits in the instruction.
  bool add_constant(Value value, const Pattern& pattern, Value to, s64 constant);
  /// What instructions can do with their last operand.
  enum class Shifts : u8 { plain, with_extension, with_rotation };
  /// The last operand, with the shift that makes it.
  void use_shifted(Instruction& instruction, Value value, Shifts shifts);
  bool is_shifted(Value value, bool wide, Shifts shifts) const;
  bool takes_product(Value value, const Pattern& pattern, Value product, Value other, u16 id);
  bool extract_bits(Value value, const Pattern& pattern, Value from, u64 mask);

  // Comparisons. Instructions are made backwards: the user comes first.
  struct Test {
    Value value = no_value;  ///< The comparison to take over, if there is one.
    Condition condition = Condition::ne;
    Value inverse = no_value;  ///< The i32.eqz of it.
  };
  struct ZeroTest {
    Value value = no_value;  ///< None: the flags are needed.
    Shape shape = Shape::none;
    Condition condition = Condition::eq;  ///< Or ne.
    u64 bit = 0;                          ///< That alone matters, or 0.
    Value mask = no_value;                ///< The `and` with it.
  };
  bool is_comparison(Value value) const;
  ZeroTest zero_test_of(const Test& test, Value condition) const;
  Test test_of(Value value) const;
  void lower_test(const Test& test, Value value);
  void compare(Value value);
  void compare_truth(Value value);
  void compare_with_zero(Value value, Shape shape);
  Memory address_of(const Node& access, Access when = Access::early_use);
  Memory element(Value place);
  void canonical_nans(Value value);
  bool permute(Value value, Value a, Value b, const u8 (&wanted)[16], u32 mask);
};

struct Lowering::Pattern {
  void (Lowering::*way)(Value value, const Pattern& pattern) = nullptr;
  u16 id = 0;
  Shape shape = Shape::none, shape_in = Shape::none;
  Condition condition = Condition::eq;
};

}  // namespace invar::jit::arm64
