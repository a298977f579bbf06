// Code that is no function's: between compiled code, the interpreter and the runtime. Each machine makes it
// (stubs.cpp).
#pragma once

#include <asmjit/core.h>

#include <vector>

#include "decoder/base/int.h"

namespace invar::jit {

/// Offsets in the code that make_type_stubs makes.
struct TypeStubs {
  std::vector<u8> code;
  u32 enter = 0;              ///< A handler of threaded code: calls the function of the Code behind it.
  u32 enter_loop = 0;         ///< Likewise: goes on in a loop, with the code whose address stands behind the Code.
  u32 return_to_machine = 0;  ///< A handler: what an interpreted function that compiled code called returns to.
  u32 to_interpreter = 0;     ///< Called like a compiled function.
};

struct Gates {
  std::vector<u8> code;
  u32 trap = 0, builtin = 0, check = 0, poll = 0, throw_ = 0, land = 0;
  u32 bind = 0;                              ///< See Compiler::unbound_entry.
  u32 enter = 0, entered = 0, restored = 0;  ///< See MachineContext.
};
struct GateTargets {
  const void* trap;   ///< u64 (Instance*, u32 kind, const u8* pc, const u64* frame); returns to who ran the interpreter
  const void* check;  ///< check_indirect_call
  const void* poll;   ///< poll_interrupt
  const void* bind;   ///< bind_entry
  const void* throw_;  ///< throw_from_machine
};

/// The machine code in a holder, at no address in particular.
std::vector<u8> code_of(asmjit::CodeHolder& holder);

}  // namespace invar::jit
