// What the processor can do beyond what compiled code requires.
#pragma once

#include <string>

namespace invar::jit::arm64 {

struct CpuFeatures {
  bool lse = false;  ///< Atomic instructions that read, modify and write at once.
};

/// The processor and what is used of it, separated by commas: "aarch64,lse".
std::string to_string(const CpuFeatures& features);

/// Of this machine.
const CpuFeatures& cpu_features();

}  // namespace invar::jit::arm64
