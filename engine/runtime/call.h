// Calls from the host into a store. spec: exec/modules#invocation
#pragma once

#include <expected>
#include <span>

#include "engine/runtime/store.h"

namespace invar {

/// Slots that values of these types take.
u32 slots_of(std::span<const ValType> types);

/// Calls with arguments as slots (Slot in objects.h) and writes the results. The spans' sizes must be those of the
/// function's type. Callable from host functions, to a depth of StoreLimits::max_host_depth.
/// Anything but TrapKind::none: Store::pending_trap has the details; for uncaught_exception, Store::pending_exception
/// is the exception until the next call begins.
TrapKind call(Store& store, const Func& func, std::span<const Slot> arguments, std::span<Slot> results);

/// The same, the trap taken out of the store; an exception stays there.
std::expected<std::vector<Slot>, Trap> call(Store& store, const Func& func, std::span<const Slot> arguments);

/// Calls a function of the host for an instance: the arguments are the first slots of `frame`, a frame for the function
/// on the value stack, and the results become that. As for func.host, the trap's details are pending.
TrapKind call_host(const Func& func, Instance* caller, Slot* frame);

/// For a host function that fails: leaves the message for the trap and returns `kind`.
TrapKind fail_host_call(Store& store, std::string message, TrapKind kind = TrapKind::host_error);

/// The trap as lines for people: message, then the wasm backtrace.
std::string to_string(const Trap& trap);

}  // namespace invar
