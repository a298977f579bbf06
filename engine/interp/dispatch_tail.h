// Dispatch by tail calls: each handler jumps to the next. All state stays in registers (preserve_none), nothing is
// pushed between handlers, so threaded code of any length runs in constant native stack.
//
// This file and dispatch_loop.h define the same names; the build chooses one of them.
#pragma once

#include "decoder/base/int.h"
#include "engine/interp/vector_register.h"
#include "engine/runtime/objects.h"

namespace invar::interp {

#define INVAR_PRESERVE_NONE __attribute__((preserve_none))

/// The machine state of running code, in registers: instruction pointer, frame, base of memory 0, instance, then the
/// accumulators. The first two come first because faults are resolved by where they are (platform/fault.h).
#define INVAR_STATE_PARAMETERS                                                                                    \
  [[maybe_unused]] const u64 *ip, [[maybe_unused]] Slot *fp, [[maybe_unused]] u8 *mem,                            \
      [[maybe_unused]] Instance *inst, [[maybe_unused]] u64 r0, [[maybe_unused]] u64 r1, [[maybe_unused]] Vec f0, \
      [[maybe_unused]] Vec f1
#define INVAR_STATE ip, fp, mem, inst, r0, r1, f0, f1

using Handler = INVAR_PRESERVE_NONE u64 (*)(const u64* ip, Slot* fp, u8* mem, Instance* inst, u64 r0, u64 r1, Vec f0,
                                            Vec f1);

/// Opens the definition of a handler: `INVAR_HANDLER(name) { INVAR_ENTER; ... INVAR_NEXT(2); }`.
#define INVAR_HANDLER(name) INVAR_PRESERVE_NONE static u64 name(INVAR_STATE_PARAMETERS)
#define INVAR_ENTER static_cast<void>(0)

/// Goes on with the instruction `words` further on, or at `ip` as it stands.
#define INVAR_DISPATCH() [[clang::musttail]] return reinterpret_cast<Handler>(*ip)(INVAR_STATE)
#define INVAR_NEXT(words) \
  do {                    \
    ip += (words);        \
    INVAR_DISPATCH();     \
  } while (false)

/// Leaves running code.
#define INVAR_EXIT() return static_cast<u64>(TrapKind::none)
#define INVAR_TRAP(kind) return leave_with_trap(ip, fp, inst, kind)

/// Keeps `ip` as it was at the handler's entry until here: stands behind every access that may fault, so that the
/// fault handler finds the faulting instruction in its register.
#define INVAR_PIN_IP() asm volatile("" : "+r"(ip), "+r"(fp))

u64 leave_with_trap(const u64* ip, Slot* fp, Instance* inst, TrapKind kind);

/// Runs threaded code until it exits or traps. A fault is taken by the caller's landing. (What it calls may be compiled
/// code, which has no type in front of it for the sanitizer to compare, perhaps not even memory.)
__attribute__((no_sanitize("function"))) inline TrapKind run_threaded_code(const u64* ip, Slot* fp, Instance* inst) {
  Vec zero{};
  return static_cast<TrapKind>(
      reinterpret_cast<Handler>(*ip)(ip, fp, inst ? inst->memory0 : nullptr, inst, 0, 0, zero, zero));
}

/// Nothing to undo after a fault: the state was in registers.
struct DispatchMark {};
inline DispatchMark mark_dispatch() { return {}; }
inline void unwind_dispatch(DispatchMark) {}

/// The faulting instruction and its frame, from what the fault handler saved.
inline const u64* faulting_ip(u64 register0) { return reinterpret_cast<const u64*>(register0); }
inline Slot* faulting_fp(u64 register1) { return reinterpret_cast<Slot*>(register1); }

}  // namespace invar::interp
