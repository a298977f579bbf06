// What the processor can do beyond what compiled code requires.
#pragma once

namespace invar::jit::arm64 {

struct CpuFeatures {
  bool required = true;  ///< ARMv8.0 with Advanced SIMD: what every Linux on AArch64 has.
};

/// Of this machine.
constexpr CpuFeatures cpu_features() { return {}; }

}  // namespace invar::jit::arm64
