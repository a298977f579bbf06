// How large numbers can be, as far as that can be seen at a glance.
#pragma once

#include "jit/ir/function.h"

namespace invar::jit {

/// An integer's upper bound, without sign. Looks at a few nodes only.
u64 upper_bound(const Function& function, Value value);

}  // namespace invar::jit
