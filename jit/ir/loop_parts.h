// What those passes ask that change loops.
#pragma once

#include "jit/ir/function.h"

namespace invar::jit {

/// Of what is computed with an i32.
inline constexpr u64 modulus = u64{1} << 32;

/// A comparison of integers.
struct Comparison {
  Op relation;
  Value left;
  Value right;  ///< no_value: zero.
};

/// What it means for a branch's condition, that it is or is not zero.
Comparison comparison_of(const Function& function, Value condition, bool is_zero);

/// By value: does anything with an effect depend on it?
ScratchVector<bool> live_nodes(const Function& function);

}  // namespace invar::jit
