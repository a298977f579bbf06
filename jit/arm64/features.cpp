#include "jit/arm64/features.h"

#include <asmjit/core.h>

namespace invar::jit::arm64 {

const CpuFeatures& cpu_features() {
  static const CpuFeatures features = [] {
    const asmjit::CpuInfo& host = asmjit::CpuInfo::host();
    CpuFeatures found;
    found.lse = host.arch() == asmjit::Arch::kAArch64 && host.features().arm().has(asmjit::CpuFeatures::ARM::kLSE);
    return found;
  }();
  return features;
}

std::string to_string(const CpuFeatures& features) { return features.lse ? "aarch64,lse" : "aarch64"; }

}  // namespace invar::jit::arm64
