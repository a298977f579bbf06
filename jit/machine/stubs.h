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

/// Where the gates are in their code (see MachineContext). That is known before they are made: they are made when there
/// is something for them to do.
struct Gates {
  static constexpr u32 trap = 0, builtin = 128, throw_ = 256, land = 512;
  static constexpr u32 entered = 768;  ///< In front of it is the call that returns there.
  static constexpr u32 restored = 896;
  static constexpr u32 check = 1024, poll = 2048, bind = 3072;  ///< bind: see Compiler::unbound_entry.
  static constexpr u32 bytes = 4096;
};
struct GateTargets {
  const void* trap;   ///< u64 (Instance*, u32 kind, const u8* pc, const u64* frame); returns to who ran the interpreter
  const void* check;  ///< check_indirect_call
  const void* poll;   ///< poll_interrupt
  const void* bind;   ///< bind_entry
  const void* throw_;  ///< throw_from_machine
};

/// Pads the code up to the offset, where a gate begins or the code ends.
void pad_to(asmjit::BaseAssembler& as, u32 offset);

/// The machine code in a holder, at no address in particular.
std::vector<u8> code_of(asmjit::CodeHolder& holder);

}  // namespace invar::jit
