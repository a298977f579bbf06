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

// Has this processor what compiled code requires? Without it nothing is compiled.
#if defined(__aarch64__)
namespace machine = arm64;
inline constexpr Architecture own_architecture = Architecture::aarch64;
/// ARMv8.0 with Advanced SIMD is what every Linux has.
constexpr bool is_supported_machine() { return true; }
#else
namespace machine = x64;
inline constexpr Architecture own_architecture = Architecture::x86_64;
/// SSE 4.2 and popcnt.
inline bool is_supported_machine() {
  return __builtin_cpu_supports("sse4.2") != 0 && __builtin_cpu_supports("popcnt") != 0;
}
#endif

}  // namespace invar::jit
