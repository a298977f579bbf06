#include "spec-tests/report/verdict.h"

#include <gtest/gtest.h>

namespace invar::spec {
namespace {

/// Ten assertions were run; those with the ids failed.
ScriptReport script(const std::vector<std::string>& failing) {
  ScriptReport report;
  report.name = "spec/a.wast";
  CommandCount& count = report.result.counts[static_cast<size_t>(CommandKind::assert_return)];
  count = {10, static_cast<u32>(failing.size())};
  for (const std::string& id : failing) {
    CommandFailure failure;
    failure.id = id;
    failure.kind = CommandKind::assert_return;
    report.result.failures.push_back(failure);
  }
  return report;
}

ScriptReport judged(ScriptReport report, std::string_view lines) {
  const Result<Expectations> expectations = Expectations::parse(lines);
  EXPECT_TRUE(expectations);
  judge(report, expectations->find(report.name));
  return report;
}

void expect_counts(const ScriptReport& report, Verdict verdict, u64 passed, u64 failed, u64 expected) {
  EXPECT_EQ(report.verdict, verdict) << to_string(report.verdict);
  EXPECT_EQ(report.passed, passed);
  EXPECT_EQ(report.failed, failed);
  EXPECT_EQ(report.expected, expected);
}

TEST(Judge, WithoutALineEveryFailureCounts) {
  expect_counts(judged(script({}), ""), Verdict::passed, 10, 0, 0);
  expect_counts(judged(script({"00000001", "00000002"}), ""), Verdict::failed, 8, 2, 0);
}

TEST(Judge, ALineForTheScript) {
  expect_counts(judged(script({"00000001"}), "spec/a.wast: reason"), Verdict::expected_failure, 9, 0, 1);
  expect_counts(judged(script({"00000001"}), "spec/a.wast [1]: reason"), Verdict::expected_failure, 9, 0, 1);
  expect_counts(judged(script({"00000001"}), "spec/a.wast [2]: reason"), Verdict::unexpected_failures, 9, 1, 0);
  expect_counts(judged(script({}), "spec/a.wast: reason"), Verdict::unexpected_pass, 10, 1, 0);
  EXPECT_EQ(judged(script({"00000001"}), "spec/a.wast: reason").result.failures[0].excuse, "reason");
}

TEST(Judge, LinesForCommands) {
  const std::string lines = "spec/a.wast#00000001: one\nspec/a.wast#00000002.2: two";
  expect_counts(judged(script({"00000001", "00000002.2"}), lines), Verdict::expected_failure, 8, 0, 2);
  expect_counts(judged(script({"00000001"}), lines), Verdict::unexpected_pass, 9, 1, 1);
  expect_counts(judged(script({"00000001", "00000002.2", "00000003"}), lines), Verdict::failed, 7, 1, 2);
  const ScriptReport passing = judged(script({}), lines);
  expect_counts(passing, Verdict::unexpected_pass, 10, 2, 0);
  EXPECT_EQ(passing.complaints[0], "#00000001 does not fail, but is expected to (one): remove its line");
}

TEST(Judge, NoLineExcusesAScriptThatDidNotEnd) {
  for (const char* line : {"", "spec/a.wast: reason", "spec/a.wast#00000001: reason"}) {
    ScriptReport report = script({"00000001"});
    report.result.error = "killed";
    expect_counts(judged(report, line), Verdict::failed, 9, 2, 0);
  }
}

}  // namespace
}  // namespace invar::spec
