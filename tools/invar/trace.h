// --trace: what a program does, for developers.
#pragma once

#include "engine/runtime/objects.h"

namespace invar::tool {

/// Writes one line to standard error: the function and its arguments. For EngineConfig::trace_call.
void print_call(const Instance& instance, u32 function, const Slot* arguments);

}  // namespace invar::tool
