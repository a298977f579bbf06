// From validated bytecode to threaded code, one function at a time.
#pragma once

#include "engine/runtime/objects.h"

namespace invar::interp {

/// Lowers the function if no other thread has done so, and publishes it through `code.entry`.
/// call_stack_exhausted: its frame is larger than frames can be. allocation_failure: no memory for the code.
TrapKind lower(Code& code);

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
