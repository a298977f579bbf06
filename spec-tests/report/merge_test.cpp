#include "spec-tests/report/merge.h"

#include <gtest/gtest.h>

#include "spec-tests/report/compare.h"
#include "spec-tests/report/testing.h"

namespace invar::spec {
namespace {

Report part(const std::string& shard, std::vector<ScriptReport> scripts, const std::string& memory = "guard") {
  Report report{{test_run(std::move(scripts), memory)}};
  report.runs[0].shard = shard;
  return report;
}

TEST(Merge, ShardsBecomeOneRun) {
  const auto merged = merge({part("2/2", {test_script("spec/b.wast")}),
                             part("1/2", {test_script("spec/a.wast"), failing_script("spec/c.wast")})});
  ASSERT_TRUE(merged);
  ASSERT_EQ(merged->runs.size(), 1u);
  const RunReport& run = merged->runs[0];
  EXPECT_EQ(run.shard, "");
  ASSERT_EQ(run.scripts.size(), 3u);
  EXPECT_EQ(run.scripts[0].name, "spec/a.wast");
  EXPECT_EQ(run.scripts[2].name, "spec/c.wast");
  EXPECT_EQ(merged->passed(), 8u);
  EXPECT_EQ(merged->failed(), 1u);
  // As if there had been no shards.
  EXPECT_EQ(run.digest(),
            test_run({test_script("spec/a.wast"), test_script("spec/b.wast"), failing_script("spec/c.wast")}).digest());
}

TEST(Merge, AMissingShardIsSeen) {
  const auto merged = merge({part("1/3", {test_script("spec/a.wast")}), part("3/3", {test_script("spec/b.wast")})});
  ASSERT_TRUE(merged);
  EXPECT_EQ(merged->runs[0].shard, "1/3, 3/3");
}

TEST(Merge, ConfigurationsStandSideBySide) {
  const auto merged =
      merge({part("", {test_script("spec/a.wast")}), part("", {test_script("spec/a.wast")}, "explicit")});
  ASSERT_TRUE(merged);
  EXPECT_EQ(merged->runs.size(), 2u);
  EXPECT_EQ(merged->passed(), 6u);
}

TEST(Merge, AScriptMustNotBeThereTwice) {
  const auto merged = merge({part("", {test_script("spec/a.wast")}), part("", {test_script("spec/a.wast")})});
  ASSERT_FALSE(merged);
  EXPECT_NE(merged.error().message().find("spec/a.wast is there twice for interp-guard-x86_64"), std::string::npos);
}

TEST(Compare, EqualRunsAgree) {
  const Report report{{test_run({test_script("spec/a.wast")}), test_run({test_script("spec/a.wast")}, "explicit")}};
  EXPECT_TRUE(compare(report).empty());
  EXPECT_EQ(comparison(report), "2 configurations agree on every command of every script\n");
}

TEST(Compare, TheFirstCommandThatDiffersIsNamed) {
  const RunReport a = test_run({test_script("spec/a.wast", 1, {1, 2, 3})});
  const RunReport b = test_run({test_script("spec/a.wast", 2, {1, 5, 6})}, "explicit");
  const std::vector<Difference> differences = compare(a, b);
  ASSERT_EQ(differences.size(), 1u);
  EXPECT_EQ(differences[0].command, 1u);
  EXPECT_EQ(comparison(differences, 2),
            "spec/a.wast: interp-guard-x86_64 and interp-explicit-x86_64 differ: command 2 of 3\n");
}

TEST(Compare, FinalStatesAndMissingScripts) {
  const RunReport a = test_run({test_script("spec/a.wast", 1), test_script("spec/b.wast")});
  const RunReport b = test_run({test_script("spec/a.wast", 2), test_script("spec/c.wast")}, "explicit");
  const std::vector<Difference> differences = compare(a, b);
  ASSERT_EQ(differences.size(), 3u);
  EXPECT_EQ(differences[0].what, "globals, memories or tables differ at the end");
  EXPECT_FALSE(differences[0].command);
  EXPECT_EQ(differences[1].what, "was run in one of them only");
  EXPECT_EQ(differences[2].script, "spec/c.wast");
}

TEST(Compare, DeterministicRunsAmongThemselves) {
  RunReport deterministic = test_run({test_script("spec/a.wast", 2)});
  deterministic.configuration.deterministic = true;
  const Report report{{test_run({test_script("spec/a.wast", 1)}), deterministic}};
  EXPECT_TRUE(compare(report).empty());
}

}  // namespace
}  // namespace invar::spec
