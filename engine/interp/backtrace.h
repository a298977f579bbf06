// From positions in threaded code back to functions and offsets in their modules.
#pragma once

#include "engine/runtime/objects.h"

namespace invar::interp {

struct HandlerTable;

/// Where a function's threaded code lies, and its table of handlers if it has one.
struct CodeRange {
  const u64* begin;
  const u64* end;
  const Code* code;
  const HandlerTable* handlers;
};

/// Remembers a range until `forget_code`.
void register_code(const CodeRange& range);
void forget_code(const u64* begin);

/// The range that the word belongs to; its code is nullptr if there is none.
CodeRange find_code_range(const u64* ip);
inline const Code* find_code(const u64* ip) { return find_code_range(ip).code; }

/// Appends the frames from the instruction at `ip` in frame `fp` outwards, down to the call from the host, to
/// Store::pending_trap. Long backtraces keep their ends.
void append_backtrace(Store& store, const u64* ip, const Slot* fp);
/// The same from a position in compiled code.
void append_machine_backtrace(Store& store, const u8* pc, const u64* frame);

}  // namespace invar::interp
