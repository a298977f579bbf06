// Which function, and which instruction, a position in machine code belongs to.
#pragma once

#include <map>
#include <mutex>
#include <vector>

#include "engine/interp/handler_table.h"
#include "engine/tiering/compiler.h"
#include "jit/ir/function.h"
#include "jit/machine/emission.h"

namespace invar::jit {

/// Thread-safe.
class CodeMap {
 public:
  void add_function(const u8* begin, const Code* code, EmittedFunction&& emitted, interp::HandlerTable&& handlers,
                    InlinedCode&& inlined);
  void add_entry(const u8* begin, u64 size);
  void remove(const u8* begin);
  MachineSite find(const u8* pc, u32 level) const;

 private:
  struct Range {
    const u8* end;
    const Code* code;  ///< Null: the code that enters from the interpreter.
    std::vector<Site> sites;
    InlinedCode inlined;
    interp::HandlerTable handlers;
    u32 frame_bytes = 0;
  };
  mutable std::mutex mutex_;
  std::map<const u8*, Range> ranges_;
};

}  // namespace invar::jit
