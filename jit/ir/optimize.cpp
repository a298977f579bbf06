#include "jit/ir/optimize.h"

#include "jit/ir/block_order.h"
#include "jit/ir/bulk_loops.h"
#include "jit/ir/inductions.h"
#include "jit/ir/rare_blocks.h"

namespace invar::jit {

std::span<const Pass> passes() {
  static constexpr Pass in_order[] = {
      {"tighten loops", [](Function& function, const Module&) { tighten_loops(function); }},
      {"bound inductions", [](Function& function, const Module&) { bound_inductions(function); }},
      {"find bulk loops", find_bulk_loops},
      {"find rare blocks", [](Function& function, const Module&) { find_rare_blocks(function); }},
  };
  return in_order;
}

}  // namespace invar::jit
