#include "jit/x64/features.h"

#include <asmjit/core.h>

namespace invar::jit::x64 {

const CpuFeatures& cpu_features() {
  static const CpuFeatures features = [] {
    using Id = asmjit::CpuFeatures::X86;
    const auto& x86 = asmjit::CpuInfo::host().features().x86();
    CpuFeatures found;
    found.bmi1 = x86.has(Id::kBMI);
    found.bmi2 = x86.has(Id::kBMI2);
    found.lzcnt = x86.has(Id::kLZCNT);
    found.avx = x86.has(Id::kAVX);
    found.avx2 = x86.has(Id::kAVX2);
    return found;
  }();
  return features;
}

std::string to_string(const CpuFeatures& features) {
  std::string text = "x86_64";
  const auto add = [&text](bool has, std::string_view name) {
    if (has) (text += ',') += name;
  };
  add(features.bmi1, "bmi1");
  add(features.bmi2, "bmi2");
  add(features.lzcnt, "lzcnt");
  add(features.avx, "avx");
  add(features.avx2, "avx2");
  return text;
}

}  // namespace invar::jit::x64
