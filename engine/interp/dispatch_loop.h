// Dispatch by a loop, for compilers without guaranteed tail calls: each handler is a function that the loop calls with
// the machine state in memory. (Handlers come from templates, which labels for computed gotos cannot.)
//
// This file and dispatch_tail.h define the same names; the build chooses one of them.
#pragma once

#include "decoder/base/int.h"
#include "engine/interp/vector_register.h"
#include "engine/runtime/objects.h"

namespace invar::interp {

/// The machine state of running code; see dispatch_tail.h.
struct LoopState {
  const u64* ip;
  Slot* fp;
  u8* mem;
  Instance* inst;
  u64 r0, r1;
  Vec f0, f1;
};

inline constexpr u64 keep_running = ~u64{0};

using Handler = u64 (*)(LoopState& state);

#define INVAR_HANDLER(name) static u64 name(LoopState& state)
#define INVAR_ENTER [[maybe_unused]] auto& [ip, fp, mem, inst, r0, r1, f0, f1] = state
#define INVAR_DISPATCH() return keep_running
#define INVAR_NEXT(words) \
  do {                    \
    ip += (words);        \
    return keep_running;  \
  } while (false)
#define INVAR_EXIT() return static_cast<u64>(TrapKind::none)
#define INVAR_TRAP(kind) return leave_with_trap(ip, fp, inst, kind)
#define INVAR_PIN_IP() asm volatile("" ::: "memory")

u64 leave_with_trap(const u64* ip, Slot* fp, Instance* inst, TrapKind kind);

/// The state of the innermost loop of this thread: where the fault handler's caller finds the faulting instruction.
inline thread_local const LoopState* innermost_state = nullptr;

inline TrapKind run_threaded_code(const u64* ip, Slot* fp, Instance* inst) {
  LoopState state{ip, fp, inst ? inst->memory0 : nullptr, inst, 0, 0, {}, {}};
  const LoopState* previous = innermost_state;
  innermost_state = &state;
  u64 status = keep_running;
  while (status == keep_running) status = reinterpret_cast<Handler>(*state.ip)(state);
  innermost_state = previous;
  return static_cast<TrapKind>(status);
}

/// Where this thread's loops stood before a call, to go back there after a fault has left them.
using DispatchMark = const LoopState*;
inline DispatchMark mark_dispatch() { return innermost_state; }
inline void unwind_dispatch(DispatchMark mark) { innermost_state = mark; }

inline const u64* faulting_ip(u64) { return innermost_state->ip; }
inline Slot* faulting_fp(u64) { return innermost_state->fp; }

}  // namespace invar::interp
