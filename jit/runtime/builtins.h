// Functions of the runtime that compiled code calls: on the host's stack, with the instance as first argument.
#pragma once

#include "engine/runtime/objects.h"
#include "jit/ir/function.h"

namespace invar::jit {

/// Does it return a TrapKind, so that the caller must look at it?
constexpr bool can_trap(Builtin builtin) {
  return (builtin >= Builtin::memory_fill && builtin <= Builtin::memory_init) ||
         (builtin >= Builtin::table_fill && builtin <= Builtin::table_init) ||
         (builtin >= Builtin::array_fill && builtin <= Builtin::array_init_elem);
}
/// Does it return a reference to what it made, or a number, or else a TrapKind, which is less than any of those?
constexpr bool makes_object(Builtin builtin) {
  return (builtin >= Builtin::struct_allocate && builtin <= Builtin::array_new_elem) || builtin >= Builtin::atomic_wait;
}
inline constexpr u32 max_trap_result = 0xff;
/// Of those that make a number: it comes with so much added.
inline constexpr u32 first_number_result = max_trap_result + 1;

/// What is thrown: a tag by number with its arguments, or an exception (arguments: nullptr), or what the host has
/// thrown (both null). `pc` and `frame`: of the instruction that throws. On TrapKind::none, MachineState::landing_ip
/// and so on say where to go on in the interpreter or, by way of its code, in compiled code.
u64 throw_from_machine(Instance* instance, u64 what, const Slot* arguments, const u8* pc, const u64* frame);

/// Their addresses, by Builtin.
const void* const* builtin_table();

/// Calls the function of the host that the Code is of: see call_host. Returns a TrapKind.
u64 call_host_from_machine(Instance* caller, const Code* code, Slot* frame);

// Called through gates that keep all registers; they return a TrapKind.

/// See Compiler::bind.
u64 bind_entry(Instance* instance, Code* code);

/// Is the program to be interrupted?
u64 poll_interrupt(Instance* instance);

/// The slow half of call_indirect's check: is the function of a subtype of `wanted`? The trap's message is left in the
/// store.
u64 check_indirect_call(Instance* instance, const Func* func, u32 wanted, u64 index);

}  // namespace invar::jit
