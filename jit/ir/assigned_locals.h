// Which locals a block assigns: where control flow comes together, only those can need phis.
#pragma once

#include <span>

#include "decoder/module.h"
#include "jit/scratch.h"

namespace invar::jit {

/// For each block, loop, if and try of a body, in the order in which a sink is told of them.
class AssignedLocals {
 public:
  /// False if there would be too many to keep: hostile nests of blocks.
  bool scan(const Module& module, u32 function);
  std::span<const u32> of(u32 construct) const {
    const Range range = ranges_[construct];
    return {locals_.data() + range.first, range.count};
  }

 private:
  friend struct AssignedLocalsSink;
  struct Range {
    u32 first = 0, count = 0;
  };
  ScratchVector<Range> ranges_;
  ScratchVector<u32> locals_;
};

}  // namespace invar::jit
