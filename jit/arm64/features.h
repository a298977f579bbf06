// What the processor can do beyond what compiled code requires.
#pragma once

namespace invar::jit::arm64 {

struct CpuFeatures {
  bool required = true;  ///< ARMv8.0 with Advanced SIMD: what every Linux on AArch64 has.
  bool lse = false;      ///< Atomic instructions that read, modify and write at once.
};

/// Of this machine.
const CpuFeatures& cpu_features();

}  // namespace invar::jit::arm64
