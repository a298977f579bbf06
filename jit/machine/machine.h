// The machine that this build runs on. Every build compiles all machines.
#pragma once

#include "jit/x64/emission.h"
#include "jit/x64/stubs.h"

namespace invar::jit {

namespace machine = x64;

}  // namespace invar::jit
