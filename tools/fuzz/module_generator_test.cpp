// Random valid modules in every configuration: a short run of what run_fuzz does for hours.
#include "tools/fuzz/module_generator.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "tools/fuzz/differential.h"

namespace invar::fuzz {
namespace {

/// Always the same modules; with --gtest_shuffle others, and with --gtest_repeat others each time: for processors that
/// have no libFuzzer. INVAR_RANDOM_MODULES says how many.
TEST(ModuleGenerator, RandomModulesRunAlikeEverywhere) {
  const char* const wanted = std::getenv("INVAR_RANDOM_MODULES");
  const u32 count = wanted == nullptr ? 400 : static_cast<u32>(std::atoi(wanted));
  ASSERT_NE(count, 0u);
  const u32 first = count * static_cast<u32>(::testing::UnitTest::GetInstance()->random_seed());
  for (u32 seed = first; seed < first + count; ++seed) {
    std::mt19937 random(seed);
    std::vector<u8> choices(random() % 8000);
    for (u8& byte : choices) byte = static_cast<u8>(random());
    const std::vector<u8> module = generate_module(choices);
    const auto problem = run_everywhere(module);
    ASSERT_FALSE(problem) << "seed " << seed << ": " << *problem;
  }
}

TEST(ModuleGenerator, AnyBytesWillDo) {
  EXPECT_EQ(run_everywhere(generate_module({})).value_or(""), "");
  const std::vector<u8> high(3000, 0xff);
  EXPECT_EQ(run_everywhere(generate_module(high)).value_or(""), "");
}

TEST(Differential, SaysWhatIsWrong) {
  const std::vector<u8> no_module = {0, 'a', 's', 'm'};
  const auto problem = run_everywhere(no_module);
  ASSERT_TRUE(problem);
  EXPECT_TRUE(problem->starts_with("not valid: ")) << *problem;
}

}  // namespace
}  // namespace invar::fuzz
