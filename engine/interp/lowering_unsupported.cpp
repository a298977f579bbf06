// Instructions that this interpreter does not execute yet. Functions that contain them can be called; reaching one is a
// trap of its own kind.
#include "engine/interp/lowering_sink.h"

namespace invar::interp {

void LoweringSink::unsupported(u32 operands, std::span<const ValType> results) {
  bulk(control_handlers.unsupported, operands, results, 0);
}

}  // namespace invar::interp
