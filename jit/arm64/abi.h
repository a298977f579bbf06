// How compiled functions call each other on AArch64.
//
// Integers go in x0 to x7, floats and vectors in v0 to v7; x8 is the callee's Code. Results come back in x0 to x3 and
// v0 to v3. Nothing is preserved but what is pinned: x29 (frames form a chain), x22 (base of memory 0), x23 (the
// instance); the last two are the interpreter's registers too. x18 belongs to the system.
#pragma once

#include <iterator>

#include "jit/machine/call_shape.h"

namespace invar::jit::arm64 {

constexpr Reg x(u32 number) { return integer_register(number); }

inline constexpr Reg memory_base = x(22), instance = x(23), frame_pointer = x(29), return_address = x(30),
                     stack_pointer = x(31);
inline constexpr Reg code_register = x(8);  ///< Of a call: the callee's Code.
inline constexpr Reg callee = x(9);         ///< Of a call: its index in the table, or the reference.

/// Never allocated. The second is for addresses that take a register more.
inline constexpr Reg scratch = x(16), second_scratch = x(17);
inline constexpr Reg vector_scratch = vector_register(31);

inline constexpr RegSet allocatable_integers =
    0x1fff'ffff & ~(set_of(scratch) | set_of(second_scratch) | set_of(x(18)) | set_of(memory_base) | set_of(instance));
inline constexpr RegSet allocatable_vectors = RegSet{0x7fff'ffff} << registers_per_class;
inline constexpr RegisterFile register_file{.allocatable = allocatable_integers | allocatable_vectors,
                                            .scratch = {scratch, vector_scratch}};

inline constexpr Reg integer_arguments[] = {x(0), x(1), x(2), x(3), x(4), x(5), x(6), x(7)};
inline constexpr Reg integer_results[] = {x(0), x(1), x(2), x(3)};
static_assert(std::size(integer_results) == result_registers);
inline constexpr Reg builtin_arguments[] = {x(1), x(2), x(3), x(4), x(5)};  // x0 is the instance
inline constexpr CallConvention convention{.integer_arguments = integer_arguments,
                                           .integer_results = integer_results,
                                           .vector_arguments = 8,
                                           .vector_results = result_registers,
                                           .callee = callee,
                                           .builtin_arguments = builtin_arguments,
                                           .builtin_result = x(0),
                                           .clobbered = allocatable_integers | allocatable_vectors};

}  // namespace invar::jit::arm64
