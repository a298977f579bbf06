// Where frames of the interpreter and frames of compiled code meet.
//
// Compiled code that calls an interpreted function leaves a frame of one slot on the value stack, which has the address
// of its own frame; the callee's frame begins behind it. The return address then stands behind the word
// call_from_machine. An interpreted function that calls compiled code has made the callee's frame on the value stack as
// for any other, with a link.
//
// A tail call by a compiled function that the interpreter entered, to one that is interpreted, leaves nothing of the
// entry: its frame on the value stack, and the link there, become the callee's (tail_call_from_machine). So chains of
// tail calls take no stack whoever is next.
#pragma once

#include "engine/interp/frame.h"
#include "engine/interp/handlers.h"
#include "engine/tiering/compiler.h"

namespace invar::interp {

/// Is it the return address of a call from compiled code? Not to be asked of exit_code() and tail_return_code().
/// (The word may be another thread's, and come by way of handlers: ThreadSanitizer does not see them.)
__attribute__((no_sanitize("thread"))) inline bool returns_to_machine(const u64* return_ip) {
  return reinterpret_cast<Handler>(return_ip[-1]) == control_handlers.call_from_machine;
}

/// A frame of compiled code, and where in its function it stands.
struct MachinePosition {
  const u8* pc;
  const u64* frame;
};

/// Where the call was made from that left `frame` on the value stack.
inline MachinePosition machine_caller(const Slot* frame) {
  const auto* const callee = reinterpret_cast<const u64*>(frame[0]);
  return {reinterpret_cast<const u8*>(callee[1]), reinterpret_cast<const u64*>(callee[0])};
}

/// Where that frame's function was called.
inline MachinePosition caller_of(MachinePosition at) {
  return {reinterpret_cast<const u8*>(at.frame[1]), reinterpret_cast<const u64*>(at.frame[0])};
}

/// Goes outwards through frames of compiled code to that of their entry from the interpreter; tells `see` of each
/// site.
template <class See>
const u64* find_entry(const Compiler& compiler, MachinePosition at, See see) {
  for (;;) {
    MachineSite site = compiler.find(at.pc, 0);
    if (site.is_entry) return at.frame;
    if (site.code != nullptr) see(site);
    for (u32 level = 1; site.is_inlined; ++level) {
      site = compiler.find(at.pc, level);
      see(site);
    }
    at = caller_of(at);
  }
}

/// The link of the function that the entry called: to whom compiled code would have returned.
inline Link link_of_entry(const u64* entry) {
  const auto* const code = reinterpret_cast<const Code*>(entry[EntryFrame::code]);
  return load_link(reinterpret_cast<const Slot*>(entry[EntryFrame::value_frame]), code->link);
}

}  // namespace invar::interp
