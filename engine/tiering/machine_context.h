// What compiled code and the engine share: the fields that compiled code reads by offset, and the state of the native
// stack that it runs on.
#pragma once

#include "decoder/base/int.h"

namespace invar {

struct Code;
struct Instance;

/// One for each store. Compiled code runs on a stack of its own; functions of the runtime and of the host, and the
/// interpreter, run on the host's.
struct MachineState {
  u64* host_stack = nullptr;          ///< The host's stack pointer as the interpreter's handlers have it.
  u64* host_frame = nullptr;          ///< The frame pointer, which handlers keep; on AArch64 that stack has it.
  u64* stack = nullptr;               ///< Compiled code's stack pointer while something else runs.
  u64* value_top = nullptr;           ///< Free from here on, on the value stack.
  u64* stack_base = nullptr;          ///< Where the stack begins (its highest address).
  u64* stack_limit = nullptr;         ///< Frames end above it.
  s64* fuel = nullptr;                ///< Store::fuel
  const void* interrupted = nullptr;  ///< 32 bits, not 0 if the program is to be interrupted.
  u64* results = nullptr;             ///< Where functions leave results that registers have no room for.
  // Where an exception arrives: for who threw it in compiled code,
  const u64* landing_ip = nullptr;
  u64* landing_frame = nullptr;
  Instance* landing_instance = nullptr;
  // in compiled code (MachineContext::land),
  const void* landing_pc = nullptr;
  const u64* landing_stack = nullptr;
  // and what its handler there finds: the clause by number, the tag's arguments, the exception if it asks for that.
  u64 caught_clause = 0;
  const u64* caught_arguments = nullptr;
  u64 caught_exception = 0;
};

/// In every instance, at offsets that compiled code has as constants.
struct MachineContext {
  Code* codes = nullptr;  ///< The module's, by function index.
  MachineState* state = nullptr;
  u64* stack_limit = nullptr;
  const void* trap_gate = nullptr;     ///< Called with a TrapKind in the first result register; does not return.
  const void* builtin_gate = nullptr;  ///< Calls a runtime function on the host's stack.
  const void* check_gate = nullptr;    ///< The slow half of call_indirect's check.
  const void* poll_gate = nullptr;     ///< Interrupts the program, or keeps all registers.
  const void* throw_gate = nullptr;    ///< Called with what throw_from_machine gets; does not return.
  const u64* land = nullptr;           ///< Threaded code: goes on where MachineState says, the frame being a machine's.
  const void* enter_gate = nullptr;    ///< Makes the call of an entry from the interpreter.
  const void* entered = nullptr;       ///< The return address of that call,
  const void* restored = nullptr;      ///< and the one under a TailFrame.
  const void* const* builtins = nullptr;
};

/// Frames of compiled code form a chain: a frame begins with the caller's frame, then the return address. What an entry
/// from the interpreter keeps below its frame, at these indices:
struct EntryFrame {
  static constexpr int value_frame = -1;   ///< The callee's frame on the value stack.
  static constexpr int value_top = -2;     ///< MachineState::value_top as it was.
  static constexpr int code = -3;          ///< The callee's Code,
  static constexpr int instance = -4;      ///< and its instance.
  static constexpr int continuation = -5;  ///< Where the entry goes on when the callee has returned.
#if defined(__x86_64__)
  static constexpr int caller_stack = 1;  ///< Where compiled code's stack pointer was before.
#else
  static constexpr int caller_stack = 2;  ///< Likewise; it is a multiple of 16.
#endif
};

/// A frame of a function that catches exceptions has its instance at this index.
struct CatchingFrame {
  static constexpr int instance = -1;
};

/// A tail call into another instance leaves a frame where its caller's was, once for a whole chain of such calls: the
/// callee returns to `restored`, which restores the instance that is kept there, and memory 0, and returns.
struct TailFrame {
  static constexpr int instance = -1;
};

}  // namespace invar
