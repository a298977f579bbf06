// How compiled functions call each other on x86-64.
//
// Integers go in rdi, rsi, ..., floats and vectors in xmm0 to xmm7, the rest on the stack, 8 bytes each (vectors: 16),
// the first lowest; rax is
// the callee's Code. Results come back in integer_results and vector_results. Nothing is preserved but what is pinned:
// rbp (frames form a chain), r14 (base of memory 0), r15 (the instance).
#pragma once

#include <algorithm>
#include <vector>

#include "jit/ir/function.h"
#include "jit/regalloc/machine_code.h"

namespace invar::jit::x64 {

inline constexpr Reg rax = integer_register(0), rcx = integer_register(1), rdx = integer_register(2),
                     rbx = integer_register(3), rsp = integer_register(4), rbp = integer_register(5),
                     rsi = integer_register(6), rdi = integer_register(7), r8 = integer_register(8),
                     r9 = integer_register(9), r10 = integer_register(10), r11 = integer_register(11),
                     r12 = integer_register(12), r13 = integer_register(13), r14 = integer_register(14),
                     r15 = integer_register(15);
inline constexpr Reg scratch = r11;
inline constexpr Reg vector_scratch = vector_register(15);
inline constexpr RegSet allocatable_integers = set_of(rax) | set_of(rcx) | set_of(rdx) | set_of(rbx) | set_of(rsi) |
                                               set_of(rdi) | set_of(r8) | set_of(r9) | set_of(r10) | set_of(r12) |
                                               set_of(r13);
inline constexpr RegSet allocatable_vectors = RegSet{0x7fff} << registers_per_class;
inline constexpr RegisterFile register_file{.allocatable = allocatable_integers | allocatable_vectors,
                                            .scratch = {scratch, vector_scratch}};

inline constexpr Reg integer_arguments[] = {rdi, rsi, rdx, rcx, r8, r9, rbx, r10};
inline constexpr Reg integer_results[] = {rax, rdx, rcx, rsi};
inline constexpr u32 vector_arguments = 8;  // from xmm0 on
inline constexpr u32 vector_results = 4;

/// Where an argument or a result is: a register, or 8 bytes of the stack area by number.
struct ArgumentPlace {
  Type type;
  Reg reg = no_reg;
  u32 stack = 0;
  u32 slot = 0;  ///< Its first one on the value stack.
};

struct CallShape {
  std::vector<ArgumentPlace> arguments, results;
  u32 stack_arguments = 0;
  bool is_supported = true;  ///< Are there registers for all results?

  explicit CallShape(const FuncType& type);
};

}  // namespace invar::jit::x64
