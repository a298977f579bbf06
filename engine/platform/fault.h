// Memory faults as control flow: a fault inside a registered reservation, while wasm runs, returns into the native
// function that entered wasm. Any other fault is passed on to whoever handled the signal before.
#pragma once

#include <atomic>
#include <csetjmp>

#include "decoder/base/int.h"

namespace invar::platform {

/// What the fault handler saved. `arg0` and `arg1` are the registers that carry the first two arguments of functions
/// with the preserve_none convention: the interpreter's instruction pointer and frame.
struct FaultState {
  u64 address = 0;
  u64 arg0 = 0;
  u64 arg1 = 0;
  u64 pc = 0;     ///< The faulting instruction,
  u64 frame = 0;  ///< and the frame pointer.
};

/// Where a fault of this thread returns to. Lives in the frame of the function that calls `_setjmp`:
///
///     TrapLanding landing;
///     if (_setjmp(landing.env) == 0) {
///       push_landing(landing);
///       run();
///       pop_landing(landing);
///     } else {
///       // landing.fault says where; the landing is popped already
///     }
///
/// The function must not own anything with a destructor that run() creates, for the return skips it.
struct TrapLanding {
  jmp_buf env;
  FaultState fault;
  TrapLanding* previous = nullptr;
  u64 stack = 0;  ///< Below the frame that it lives in, and those of what it calls, which may still be looked at.
};

/// Installs the process's handlers (once) and this thread's alternate signal stack (once per thread), then makes
/// `landing` the thread's innermost. Not inlined: what is below its own frame's address is free when a fault returns.
[[gnu::noinline]] void push_landing(TrapLanding& landing);
/// `landing` must be the thread's innermost.
void pop_landing(TrapLanding& landing);

/// The thread's innermost.
extern constinit thread_local TrapLanding* current_landing;

/// While one lives, faults of this thread are nobody's: code of the host runs that has no business faulting, and
/// must not be left half-way.
class LandingSuspension {
 public:
  LandingSuspension() : suspended_(current_landing) {
    current_landing = nullptr;
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }
  ~LandingSuspension() {
    std::atomic_signal_fence(std::memory_order_seq_cst);
    current_landing = suspended_;
  }
  LandingSuspension(const LandingSuspension&) = delete;
  LandingSuspension& operator=(const LandingSuspension&) = delete;

 private:
  TrapLanding* suspended_;
};

/// The least size of a reservation that can be registered: what lets the registry be a flat table.
inline constexpr u64 min_registered_size = u64{1} << 33;

/// Makes faults within [base, base + size) ours. False if the address space is larger than the registry knows
/// (then the caller must use explicit checks). Constant time for each 4 GiB; safe beside running faults.
bool register_reservation(const u8* base, u64 size);
void unregister_reservation(const u8* base, u64 size);
/// Does the address lie in a registered reservation? Callable from signal handlers.
bool is_registered(u64 address);

}  // namespace invar::platform
