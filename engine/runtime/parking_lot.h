// Where threads wait for each other: memory.atomic.wait and memory.atomic.notify.
// spec: threads proposal, exec/instructions#memory-atomic-wait
#pragma once

#include "engine/runtime/objects.h"

namespace invar {

/// What memory.atomic.wait yields.
enum class WaitOutcome : u32 { woken = 0, not_equal = 1, timed_out = 2 };

/// Waits while nobody notifies the address, if the integer there is `expected`. `bytes`: 4 or 8, its size.
/// `timeout`: nanoseconds; negative is for ever. `store` is the waiting program's, whose interrupt ends the wait.
/// Traps: unaligned_atomic, out_of_bounds_memory_access, expected_shared_memory, interrupted.
TrapKind atomic_wait(Store& store, const Memory& memory, u64 address, u64 offset, u32 bytes, u64 expected, s64 timeout,
                     WaitOutcome& outcome);

/// Wakes at most `count` of those who wait at the address, the longest waiting first; `woken` is how many.
/// Traps: unaligned_atomic, out_of_bounds_memory_access.
TrapKind atomic_notify(const Memory& memory, u64 address, u64 offset, u32 count, u32& woken);

}  // namespace invar
