// How compiled functions call each other on x86-64.
//
// Integers go in rdi, rsi, ..., floats and vectors in xmm0 to xmm7; rax is the callee's Code. Results come back in
// integer_results and from xmm0 on. Nothing is preserved but what is pinned: rbp (frames form a chain), r14 (base of
// memory 0), r15 (the instance).
#pragma once

#include <iterator>

#include "jit/machine/call_shape.h"

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
static_assert(std::size(integer_results) == result_registers);
inline constexpr Reg builtin_arguments[] = {rsi, rdx, rcx, r8, r9};  // rdi is the instance
inline constexpr CallConvention convention{.integer_arguments = integer_arguments,
                                           .integer_results = integer_results,
                                           .vector_arguments = 8,
                                           .vector_results = result_registers,
                                           .callee = rax,
                                           .builtin_arguments = builtin_arguments,
                                           .builtin_result = rax,
                                           .clobbered = allocatable_integers | allocatable_vectors};

}  // namespace invar::jit::x64
