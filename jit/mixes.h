// For tests of compiled functions among interpreted ones.
#pragma once

#include "jit/testing.h"

namespace invar::jit {

/// Which functions are compiled, and when.
struct Mix {
  std::string_view name;
  unsigned first = 0, last = ~0u;
  bool tiers_up = false, stress = false, inlines = true;
};

inline std::string name_of_mix(const testing::TestParamInfo<Mix>& of) { return std::string(of.param.name); }

class MixTest : public testing::TestWithParam<Mix> {
 protected:
  void SetUp() override { INVAR_NEED_COMPILER(compiler); }

  EngineConfig config() const {
    EngineConfig made;
    made.stress_collection = GetParam().stress;
    made.compiler = compiler.get();
    made.tier_up = GetParam().tiers_up;
    made.tier_up_patience = 50;
    return made;
  }

  const TestCompiler compiler{{.check = true,
                               .inlines = GetParam().inlines,
                               .first_function = GetParam().first,
                               .last_function = GetParam().last}};
};

}  // namespace invar::jit
