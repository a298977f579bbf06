// From validated bytecode to threaded code, one function at a time.
#pragma once

#include "engine/runtime/objects.h"

namespace invar::interp {

/// Lowers the function if no other thread has done so, and publishes it through `code.entry`.
/// call_stack_exhausted: its frame is larger than frames can be. allocation_failure: no memory for the code.
TrapKind lower(Code& code);

/// The module offset of the instruction that the word at `position` of the function's threaded code was made for.
/// Lowers the function again to find out: only backtraces ask.
u32 find_offset(const Code& code, size_t position);

}  // namespace invar::interp
