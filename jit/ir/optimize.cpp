#include "jit/ir/optimize.h"

#include "jit/ir/block_order.h"
#include "jit/ir/bulk_loops.h"
#include "jit/ir/inductions.h"
#include "jit/ir/rare_blocks.h"

namespace invar::jit {

void optimize(Function& function, const Module& module) {
  tighten_loops(function);
  bound_inductions(function);
  find_bulk_loops(function, module);
  find_rare_blocks(function);
}

}  // namespace invar::jit
