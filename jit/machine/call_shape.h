// Where compiled functions pass what to each other: the rule, of which each machine has the registers (abi.h).
//
// Arguments go in registers of their class in order, the rest on the stack, 8 bytes each (vectors: 16), the first
// lowest; the callee takes them off the stack, so that a tail call can leave others in their place. Results come back
// in registers, the rest in MachineState::results.
#pragma once

#include <span>
#include <vector>

#include "jit/ir/function.h"
#include "jit/regalloc/machine_code.h"

namespace invar::jit {

struct CallConvention {
  std::span<const Reg> integer_arguments, integer_results;
  u32 vector_arguments, vector_results;  ///< As many registers, from the first on.
  Reg callee;                            ///< Gets a call_indirect's index, a call_ref's reference.
  std::span<const Reg> builtin_arguments;
  Reg builtin_result;
  RegSet clobbered;  ///< By calls.
};

/// Where an argument or a result is: a register, or a word of the stack area or of MachineState::results by number.
struct ArgumentPlace {
  Type type;
  Reg reg = no_reg;
  u32 stack = 0;
  u32 slot = 0;  ///< Its first one on the value stack.

  u32 words() const { return type == Type::v128 ? 2 : 1; }
};

/// Tells `see` of the places that are registers.
template <class See>
void for_each_register(std::span<const ArgumentPlace> places, See see) {
  for (const ArgumentPlace& place : places) {
    if (place.reg != no_reg) see(place);
  }
}

struct CallShape {
  std::vector<ArgumentPlace> arguments, results;
  u32 stack_arguments = 0, stack_results = 0;  ///< Words.

  CallShape() = default;
  CallShape(const FuncType& type, const CallConvention& convention) { set(type, convention); }
  /// Makes it another type's; takes no memory where it was a larger one's.
  void set(const FuncType& type, const CallConvention& convention);
};

}  // namespace invar::jit
