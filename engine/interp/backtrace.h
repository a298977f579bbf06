// From positions in threaded code back to functions and offsets in their modules.
#pragma once

#include "engine/runtime/objects.h"

namespace invar::interp {

/// Remembers where a function's threaded code lies, until `forget_code`.
void register_code(const u64* begin, const u64* end, const Code& code);
void forget_code(const u64* begin);

/// The function that the word belongs to; nullptr if none.
const Code* find_code(const u64* ip);

/// Appends the frames from the instruction at `ip` in frame `fp` outwards, down to the call from the host, to
/// Store::pending_trap. Long backtraces keep their ends.
void append_backtrace(Store& store, const u64* ip, const Slot* fp);

}  // namespace invar::interp
