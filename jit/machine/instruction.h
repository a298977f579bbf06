// What the machines' instructions (instruction.h of each) have in common.
#pragma once

#include "decoder/base/int.h"

namespace invar::jit {

/// Bytes of a register operand; vector ones apart.
enum class Width : u8 { w8 = 1, w16 = 2, w32 = 4, w64 = 8, vector = 16 };

inline constexpr u8 no_operand = 0xff;

}  // namespace invar::jit
