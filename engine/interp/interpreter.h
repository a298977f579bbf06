// The threaded interpreter's face to the rest of the engine.
#pragma once

#include "engine/runtime/objects.h"

namespace invar {

/// Calls `func` with its arguments in slots[0...] and leaves the results there. `slots` must lie on the store's value
/// stack with everything above it free. On a trap, the backtrace is left in the store (Store::pending_trap).
TrapKind interpret(Store& store, const Func& func, Slot* slots);

/// The entry of a function that was not lowered yet: a stub that lowers and goes on. Shared by all functions.
const u64* lowering_stub();

/// Makes threaded code that calls the host function `func`; the words must outlive it.
std::vector<u64> host_call_code(const Func& func);
/// Whose code begins with those words.
inline const Func& host_function_of(const Code& code) { return *reinterpret_cast<const Func*>(code.entry[1]); }

}  // namespace invar
