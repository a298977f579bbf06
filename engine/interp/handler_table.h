// Where a function's exceptions are caught. Made by the lowering beside the function's words, and read only when
// something is thrown: entering and leaving a try block costs nothing.
#pragma once

#include <algorithm>
#include <vector>

#include "decoder/base/int.h"

namespace invar::interp {

/// The try blocks of one function; functions without any have no table.
struct HandlerTable {
  static constexpr u32 none = ~u32{0};

  /// One catch clause. At its target the registers hold nothing, as at every label.
  struct Clause {
    u32 tag;           ///< Index in the module; none: it catches every exception.
    u32 target;        ///< Position in the function's code.
    u32 payload_slot;  ///< Where the exception's arguments go, if it has a tag.
    u32 ref_slot;      ///< Where the reference goes, or none.
    u32 next;          ///< The scope's next clause, or none.
  };
  /// A try block: its clauses in order, then those of the block around it, or of what it delegates to.
  struct Scope {
    u32 first_clause;
    u32 outer;
  };
  /// From a position in the code to the next range's.
  struct Range {
    u32 begin;
    u32 scope;
  };

  std::vector<Range> ranges;
  std::vector<Scope> scopes;
  std::vector<Clause> clauses;

  /// The innermost scope around the position, or none.
  u32 scope_at(u32 position) const {
    const auto behind = std::ranges::upper_bound(ranges, position, {}, &Range::begin);
    return behind == ranges.begin() ? none : std::prev(behind)->scope;
  }
};

}  // namespace invar::interp
