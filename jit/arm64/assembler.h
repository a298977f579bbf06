// The assembler's names for what this machine's code is made of.
#pragma once

#include <asmjit/arm.h>
#include <asmjit/arm/a64assembler.h>
#include <asmjit/arm/a64utils.h>

#include <bit>

#include "engine/runtime/objects.h"
#include "jit/arm64/abi.h"
#include "jit/arm64/instruction.h"

namespace invar::jit::arm64 {

using Assembler = asmjit::a64::Assembler;
using Mem = asmjit::a64::Mem;

/// General registers; 31 is the stack pointer.
inline asmjit::a64::GpX gp64(Reg reg) { return asmjit::a64::x(number_of(reg)); }
inline asmjit::a64::GpW gp32(Reg reg) { return asmjit::a64::w(number_of(reg)); }
inline asmjit::a64::VecV vec(Reg reg) { return asmjit::a64::v(number_of(reg)); }

inline asmjit::a64::CondCode cond_code(Condition condition) {
  return static_cast<asmjit::a64::CondCode>((static_cast<u32>(condition) + 2) & 15);
}

/// Do fmov's 8 bits make the number? (asmjit's own answer is wrong for some of 64 bits.)
constexpr bool is_float_immediate_32(u32 bits) {
  const u32 exponent = bits >> 25 & 0x3f;
  return (bits & 0x7'ffff) == 0 && (exponent == 0x20 || exponent == 0x1f);
}
constexpr bool is_float_immediate_64(u64 bits) {
  const u64 exponent = bits >> 54 & 0x1ff;
  return bits << 16 == 0 && (exponent == 0x100 || exponent == 0xff);
}

/// Does an access's instruction have the offset?
constexpr bool fits(s64 offset, u32 bytes) {
  const bool scaled = offset >= 0 && offset % bytes == 0 && offset / bytes < 4096;
  return scaled || (offset >= -256 && offset < 256);
}

/// What lies there; far away it takes the register `through`.
inline Mem at(Assembler& as, Reg base, s64 offset, u32 bytes = 8, Reg through = second_scratch) {
  if (fits(offset, bytes)) return asmjit::a64::ptr(gp64(base), static_cast<s32>(offset));
  as.mov(gp64(through), asmjit::Imm(offset));
  return asmjit::a64::ptr(gp64(base), gp64(through));
}

// Stores that release, as words: the assembler takes stlr for another instruction, and stlxr of 64 bits for none.

/// stlr, stlrb or stlrh: `value` goes to where `base` says.
constexpr u32 store_release(u32 bytes, u32 value, u32 base) {
  return static_cast<u32>(std::countr_zero(bytes)) << 30 | 0x089f'fc00 | base << 5 | value;
}
/// stlxr, stlxrb or stlxrh; `failed` becomes 0 or 1.
constexpr u32 store_release_exclusive(u32 bytes, u32 failed, u32 value, u32 base) {
  return static_cast<u32>(std::countr_zero(bytes)) << 30 | 0x0800'fc00 | failed << 16 | base << 5 | value;
}

/// A field of the running instance.
inline Mem instance_field(u64 offset) { return asmjit::a64::ptr(gp64(instance), static_cast<s32>(offset)); }
inline Mem context_field(u64 offset) { return instance_field(offsetof(Instance, machine) + offset); }

/// The register as the shape says; `lane` of those that are one.
asmjit::Operand shaped(Reg reg, Shape shape, u32 lane);

}  // namespace invar::jit::arm64
