// Vector instructions in terms of others: what every machine does alike.
#pragma once

#include "jit/ir/node_maker.h"

namespace invar::jit {

/// A relaxed instruction by those that it is the same as here (engine/semantics/vector_relaxed.h), or a constant
/// instead of a constant's splat; no_value if the instruction stays itself.
Value other_form(NodeMaker& maker, const Function& function, Op op, Value a, Value b, Value c);

}  // namespace invar::jit
