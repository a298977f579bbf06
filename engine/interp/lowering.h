// From validated bytecode to threaded code, one function at a time.
#pragma once

#include "engine/runtime/objects.h"

namespace invar::interp {

/// Lowers the function if no other thread has done so, and publishes it through `code.entry`.
/// call_stack_exhausted: its frame is larger than frames can be. allocation_failure: no memory for the code.
TrapKind lower(Code& code);

/// For tier_up(): the function as a whole, or a loop that cannot be entered.
inline constexpr u32 no_block = 0xffff'ffff, inner_loop = 0xffff'fffe;
/// A function has run for long: compiles it, once. Where to go on in machine code, with the frame as it is: from the
/// function's start, or from the loop `block` on (Compiler::compile_loop); nullptr: in the interpreter.
const u64* tier_up(Code& code, u32 block);

/// Which instruction each word of a function's threaded code was made for. Lowers the function again to find out:
/// only backtraces ask.
class OffsetTable {
 public:
  explicit OffsetTable(const Code& code);
  /// Module offset of the instruction that the word at `position` belongs to.
  u32 at(size_t position) const;

 private:
  std::vector<std::pair<u32, u32>> offsets_;  ///< Positions in the threaded code, module offsets.
};

}  // namespace invar::interp
