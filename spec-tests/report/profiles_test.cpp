#include "spec-tests/report/profiles.h"

#include <gtest/gtest.h>

namespace invar::spec {
namespace {

TEST(Profiles, DirectoriesOfProposalsHaveTheirOwn) {
  EXPECT_EQ(features_for("/suite/spec/core/i32.wast"), Features{});

  const Features threads = features_for("/suite/proposals/threads/threads/LB.wast");
  EXPECT_TRUE(threads.has(Feature::threads));
  EXPECT_TRUE(threads.has(Feature::simd));
  EXPECT_FALSE(threads.has(Feature::multi_memory));
  EXPECT_FALSE(threads.has(Feature::memory64));

  const Features wide = features_for("proposals/wide-arithmetic/wide-arithmetic.wast");
  EXPECT_TRUE(wide.has(Feature::wide_arithmetic));
  EXPECT_TRUE(wide.has(Feature::memory64));
  EXPECT_FALSE(wide.has(Feature::threads));

  EXPECT_TRUE(features_for("x/proposals/custom-page-sizes/a.wast").has(Feature::custom_page_sizes));
  EXPECT_EQ(features_for("x/proposals/threadsafe/a.wast"), Features{});
}

}  // namespace
}  // namespace invar::spec
