// The machine that this build runs on.
#pragma once

#if defined(__aarch64__)
#include "jit/arm64/emission.h"
#include "jit/arm64/stubs.h"
#else
#include "jit/x64/emission.h"
#include "jit/x64/stubs.h"
#endif

namespace invar::jit {

#if defined(__aarch64__)
namespace machine = arm64;
#else
namespace machine = x64;
#endif

}  // namespace invar::jit
