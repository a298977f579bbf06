// What the processor can do beyond what compiled code requires.
#pragma once

namespace invar::jit::x64 {

struct CpuFeatures {
  bool required = false;  ///< SSE 4.2 and popcnt: without them nothing is compiled.
  bool bmi2 = false;
  bool lzcnt = false;
  bool bmi1 = false;
  bool avx = false;
  bool avx2 = false;
};

/// Of this machine.
const CpuFeatures& cpu_features();

}  // namespace invar::jit::x64
