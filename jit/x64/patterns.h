// patterns.def as data.
#pragma once

#include <array>

#include "jit/x64/instruction.h"

namespace invar::jit::x64 {

/// Is it what 32 bits become when their sign is extended?
constexpr bool fits_s32(u64 value) { return static_cast<s64>(value) == static_cast<s32>(value); }

struct Pattern {
  Form form = Form::trap;  ///< trap: there is none.
  Condition condition = Condition::equal;
  Width width = Width::w32, width_b = Width::w32;
  u16 id = 0;
};

inline constexpr std::array<Pattern, op_count> patterns = [] {
  std::array<Pattern, op_count> table{};
#define PATTERN(op, form, instruction, width, width_b, condition)                                       \
  table[static_cast<size_t>(Op::op)] = {Form::form, Condition::condition, Width::width, Width::width_b, \
                                        asmjit::x86::Inst::kId##instruction};
#include "jit/x64/patterns.def"
#undef PATTERN
  return table;
}();

constexpr const Pattern& pattern_of(Op op) { return patterns[static_cast<size_t>(op)]; }

}  // namespace invar::jit::x64
