#include "jit/x64/features.h"

#include <asmjit/core.h>

namespace invar::jit::x64 {

const CpuFeatures& cpu_features() {
  static const CpuFeatures features = [] {
    using Id = asmjit::CpuFeatures::X86;
    const auto& x86 = asmjit::CpuInfo::host().features().x86();
    CpuFeatures found;
    found.required = x86.has(Id::kSSE4_2) && x86.has(Id::kPOPCNT);
    found.bmi1 = x86.has(Id::kBMI);
    found.bmi2 = x86.has(Id::kBMI2);
    found.lzcnt = x86.has(Id::kLZCNT);
    found.avx = x86.has(Id::kAVX);
    found.avx2 = x86.has(Id::kAVX2);
    return found;
  }();
  return features;
}

}  // namespace invar::jit::x64
