// Several instructions for one node: noted first to last, then made backwards like everything else.
#pragma once

#include <vector>

#include "jit/arm64/lowering.h"

namespace invar::jit::arm64 {

/// What a step reads.
struct StepInput {
  enum class Kind : u8 { none, value, vreg };
  Kind kind = Kind::none;
  u32 index = 0;
};

class Steps {
 public:
  using Item = StepInput;

  Steps(Lowering& lowering, Value value) : lowering_(lowering), value_(value) {}

  Item input(u32 index) const { return {Item::Kind::value, lowering_.node(value_).inputs[index]}; }
  Item literal(const V128& bits);
  /// `bytes` bytes of the bits, over and over.
  Item repeated(u64 bits, u32 bytes);
  /// A plain instruction; its operands come from here.
  Item add(Instruction instruction, Item a, Item b = {}, Item c = {});

  // Those that there are most of: operands of one shape.
  Item unary(u32 id, Shape to, Shape from, Item a) {
    return add({.id = static_cast<u16>(id), .shape = to, .shape_a = from}, a);
  }
  Item binary(u32 id, Shape to, Shape from, Item a, Item b) {
    return add({.id = static_cast<u16>(id), .shape = to, .shape_a = from, .shape_b = from}, a, b);
  }
  Item with_number(u32 id, Shape shape, Item a, s64 number) {
    return add({.id = static_cast<u16>(id), .shape = shape, .shape_a = shape, .has_imm = true, .imm = number}, a);
  }
  /// Bits of a where the mask has them, else of b.
  Item select(Item mask, Item a, Item b);

  /// The last step makes the node's value.
  void finish();
  /// Sets the flags: compares a general register, which a step made, with 0.
  void finish_comparison(Item number, Shape shape);

 private:
  struct Step {
    Instruction instruction;
    Item from[3];
    VReg def;
  };
  u8 read(Item item);
  void make_all();

  Lowering& lowering_;
  const Value value_;
  ScratchVector<Step> steps_;
};

}  // namespace invar::jit::arm64
