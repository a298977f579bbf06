// Frames on the value stack.
//
//   slot 0 ...            parameters; the results take their place at the end
//   Code::link            return instruction pointer
//   Code::link + 1        caller's frame
//   Code::link + 2        this function's instance, while a callee of another instance runs
//   Code::link + 3 ...    declared locals, then operands
//
// A callee's frame begins where its arguments lie among the caller's operands, so nothing is copied.
#pragma once

#include <bit>

#include "engine/runtime/objects.h"

namespace invar::interp {

inline constexpr u32 link_slots = 3;
/// So many slots behind the link are cleared whatever a function declares: a loop over so few would cost more. Stacks
/// have as many more behind their limit.
inline constexpr u32 cleared_slots = 4;

struct Link {
  const u64* return_ip;
  Slot* caller_fp;
};

[[gnu::always_inline]] inline Link load_link(const Slot* fp, u32 link) {
  return {reinterpret_cast<const u64*>(fp[link]), reinterpret_cast<Slot*>(fp[link + 1])};
}

[[gnu::always_inline]] inline void store_link(Slot* fp, u32 link, const Link& value) {
  Slot* const at = fp + link;
  at[0] = reinterpret_cast<Slot>(value.return_ip);
  at[1] = reinterpret_cast<Slot>(value.caller_fp);
}

// A function may be lowered by one thread while another pushes a frame for it: both fields at once, so that they
// belong together whenever they are read.

[[gnu::always_inline]] inline FrameSize load_frame_size(const Code& code) {
  return std::bit_cast<FrameSize>(__atomic_load_n(reinterpret_cast<const u64*>(&code.frame), __ATOMIC_RELAXED));
}

inline void store_frame_size(Code& code, FrameSize size) {
  __atomic_store_n(reinterpret_cast<u64*>(&code.frame), std::bit_cast<u64>(size), __ATOMIC_RELAXED);
}

/// What a tail call into another instance leaves below its callee's frame, once for a whole chain of such calls: the
/// callee returns to tail_return_code(), which restores the instance and moves the results to where they belong.
struct TailLink {
  Link link;
  Instance* instance;
  u64 result_slots;
};
inline constexpr u32 tail_link_slots = sizeof(TailLink) / sizeof(Slot);

}  // namespace invar::interp
