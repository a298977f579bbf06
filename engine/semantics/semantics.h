// The meaning of every numeric, vector, memory-access and atomic instruction, as constexpr functions.
//
// `semantics::i32_add(a, b)` is i32.add. Types: i32 u32, i64 u64, f32 float, f64 double, v128 V128; truth values are
// u32 0 or 1. This is the only place where rounding, saturation, shift counts, signs of zeros and NaNs are decided:
// interpreter handlers call these functions, compilers fold constants with them, and machine code is tested against
// them. By header:
//
//   trapping.h         Trapping<T>, what instructions that can trap return
//   nan.h              which results may hold NaNs, and how they are made the same everywhere
//   integer.h          i32, i64, and 128-bit pairs (Pair)
//   floating.h         f32, f64 (rounding.h: ceil, floor, trunc, nearest, sqrt without library calls)
//   conversion.h       between integers and floats
//   vector_shape.h     v128: bits, splats, lanes, shuffles (lanes.h: applying an operation to lanes)
//   vector_integer.h   i8x16, i16x8, i32x4, i64x2
//   vector_floating.h  f32x4, f64x2
//   vector_relaxed.h   relaxed SIMD, with fixed results
//   memory_access.h    what loads and stores do to the value
//   atomic.h           the same for atomics, and read-modify-write arithmetic
//   identities.h       which instruction comes to the same with operands exchanged, or to the opposite
//   cpu.h              x86-64 instructions beyond the baseline, used where the processor has them
//
// This header adds `function_of<op>`: the same functions by enumerator.
#pragma once

#include "decoder/opcode.h"
#include "engine/semantics/atomic.h"
#include "engine/semantics/conversion.h"
#include "engine/semantics/floating.h"
#include "engine/semantics/integer.h"
#include "engine/semantics/memory_access.h"
#include "engine/semantics/nan.h"
#include "engine/semantics/vector_floating.h"
#include "engine/semantics/vector_integer.h"
#include "engine/semantics/vector_relaxed.h"
#include "engine/semantics/vector_shape.h"

namespace invar::semantics {

/// Has the family's every instruction a function here?
constexpr bool has_function(Family family) {
  using enum Family;
  for (Family with : {Load, Store, Test, Compare, Unary, Binary, Ternary, Wide, Shuffle, ExtractLane, ReplaceLane,
                      LoadLane, StoreLane, AtomicLoad, AtomicStore, AtomicRmw, AtomicCmpxchg}) {
    if (family == with) return true;
  }
  return false;
}

/// A pointer to the instruction's function, nullptr if it has none; calls through it are inlined like others.
template <Op op>
inline constexpr auto function_of = nullptr;

// `name` is looked up in this namespace only for rows whose family has functions: the other rows expand to nothing.
#define INVAR_FUNCTION(name) \
  template <>                \
  inline constexpr auto function_of<Op::name> = &semantics::name;
#define INVAR_NONE(name)
#define INVAR_FUNCTION_Control INVAR_NONE
#define INVAR_FUNCTION_Call INVAR_NONE
#define INVAR_FUNCTION_Parametric INVAR_NONE
#define INVAR_FUNCTION_Variable INVAR_NONE
#define INVAR_FUNCTION_Table INVAR_NONE
#define INVAR_FUNCTION_Memory INVAR_NONE
#define INVAR_FUNCTION_Const INVAR_NONE
#define INVAR_FUNCTION_Reference INVAR_NONE
#define INVAR_FUNCTION_Gc INVAR_NONE
#define INVAR_FUNCTION_AtomicWait INVAR_NONE
#define INVAR_FUNCTION_AtomicNotify INVAR_NONE
#define INVAR_FUNCTION_AtomicFence INVAR_NONE
#define INVAR_FUNCTION_Load INVAR_FUNCTION
#define INVAR_FUNCTION_Store INVAR_FUNCTION
#define INVAR_FUNCTION_Test INVAR_FUNCTION
#define INVAR_FUNCTION_Compare INVAR_FUNCTION
#define INVAR_FUNCTION_Unary INVAR_FUNCTION
#define INVAR_FUNCTION_Binary INVAR_FUNCTION
#define INVAR_FUNCTION_Ternary INVAR_FUNCTION
#define INVAR_FUNCTION_Wide INVAR_FUNCTION
#define INVAR_FUNCTION_Shuffle INVAR_FUNCTION
#define INVAR_FUNCTION_ExtractLane INVAR_FUNCTION
#define INVAR_FUNCTION_ReplaceLane INVAR_FUNCTION
#define INVAR_FUNCTION_LoadLane INVAR_FUNCTION
#define INVAR_FUNCTION_StoreLane INVAR_FUNCTION
#define INVAR_FUNCTION_AtomicLoad INVAR_FUNCTION
#define INVAR_FUNCTION_AtomicStore INVAR_FUNCTION
#define INVAR_FUNCTION_AtomicRmw INVAR_FUNCTION
#define INVAR_FUNCTION_AtomicCmpxchg INVAR_FUNCTION
#define OP(name, prefix, code, mnemonic, immediates, signature, family, feature, access) INVAR_FUNCTION_##family(name)
#include "decoder/opcodes.def"
#undef OP
#undef INVAR_FUNCTION_AtomicCmpxchg
#undef INVAR_FUNCTION_AtomicRmw
#undef INVAR_FUNCTION_AtomicStore
#undef INVAR_FUNCTION_AtomicLoad
#undef INVAR_FUNCTION_StoreLane
#undef INVAR_FUNCTION_LoadLane
#undef INVAR_FUNCTION_ReplaceLane
#undef INVAR_FUNCTION_ExtractLane
#undef INVAR_FUNCTION_Shuffle
#undef INVAR_FUNCTION_Wide
#undef INVAR_FUNCTION_Ternary
#undef INVAR_FUNCTION_Binary
#undef INVAR_FUNCTION_Unary
#undef INVAR_FUNCTION_Compare
#undef INVAR_FUNCTION_Test
#undef INVAR_FUNCTION_Store
#undef INVAR_FUNCTION_Load
#undef INVAR_FUNCTION_AtomicFence
#undef INVAR_FUNCTION_AtomicNotify
#undef INVAR_FUNCTION_AtomicWait
#undef INVAR_FUNCTION_Gc
#undef INVAR_FUNCTION_Reference
#undef INVAR_FUNCTION_Const
#undef INVAR_FUNCTION_Memory
#undef INVAR_FUNCTION_Table
#undef INVAR_FUNCTION_Variable
#undef INVAR_FUNCTION_Parametric
#undef INVAR_FUNCTION_Call
#undef INVAR_FUNCTION_Control
#undef INVAR_NONE
#undef INVAR_FUNCTION

}  // namespace invar::semantics
