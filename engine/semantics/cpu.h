// Instructions that baseline x86-64 lacks and nearly every processor has: used where one replaces ten or more, behind a
// test that costs a load and a predicted branch.
//
// They are inline assembly because a function compiled for another target cannot be inlined into the handlers. Each has
// a portable version next to its use, with the same results to the bit.
#pragma once

#include "decoder/base/int.h"

// Built for a processor that has them anyway, the compiler's own code is as good.
#if defined(__x86_64__) && !defined(__SSE4_2__)
#define INVAR_OPTIONAL_INSTRUCTIONS 1
#include <emmintrin.h>
#else
#define INVAR_OPTIONAL_INSTRUCTIONS 0
#endif

#if INVAR_OPTIONAL_INSTRUCTIONS
namespace invar::semantics::detail {

inline bool has_pshufb() { return __builtin_cpu_supports("ssse3"); }
inline bool has_round() { return __builtin_cpu_supports("sse4.1"); }
inline bool has_popcnt() { return __builtin_cpu_supports("popcnt"); }

/// r[i] = table[index[i] & 15], or 0 if the index has its top bit set.
inline __m128i pshufb(__m128i table, __m128i index) {
  asm("pshufb %1, %0" : "+x"(table) : "x"(index));
  return table;
}

/// The instructions' rounding modes; 8 keeps them from raising the inexact flag.
enum class Round : int { nearest = 8, floor = 9, ceil = 10, trunc = 11 };

template <Round mode>
f32 round(f32 x) {
  asm("roundss %1, %0, %0" : "+x"(x) : "i"(static_cast<int>(mode)));
  return x;
}
template <Round mode>
f64 round(f64 x) {
  asm("roundsd %1, %0, %0" : "+x"(x) : "i"(static_cast<int>(mode)));
  return x;
}
template <Round mode>
__m128 round(__m128 x) {
  asm("roundps %1, %0, %0" : "+x"(x) : "i"(static_cast<int>(mode)));
  return x;
}
template <Round mode>
__m128d round(__m128d x) {
  asm("roundpd %1, %0, %0" : "+x"(x) : "i"(static_cast<int>(mode)));
  return x;
}

inline u32 popcnt(u32 x) {
  asm("popcntl %0, %0" : "+r"(x) : : "cc");
  return x;
}
inline u64 popcnt(u64 x) {
  asm("popcntq %0, %0" : "+r"(x) : : "cc");
  return x;
}

}  // namespace invar::semantics::detail
#endif
