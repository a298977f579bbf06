// What the processor can do beyond what compiled code requires.
#pragma once

#include <string>

namespace invar::jit::x64 {

struct CpuFeatures {
  bool bmi2 = false;
  bool lzcnt = false;
  bool bmi1 = false;
  bool avx = false;
  bool avx2 = false;
};

/// The processor and what is used of it, separated by commas: "x86_64,avx".
std::string to_string(const CpuFeatures& features);

/// Of this machine.
const CpuFeatures& cpu_features();

}  // namespace invar::jit::x64
