#include "spec-tests/report/verdict.h"

#include <fmt/format.h>

#include <algorithm>

namespace invar::spec {

namespace {

void judge_script(ScriptReport& script, const Expectation& line) {
  ScriptResult& result = script.result;
  script.reason = line.reason;
  if (result.failures.empty()) {
    script.verdict = Verdict::unexpected_pass;
    script.complaints.push_back(fmt::format("passes, but is expected to fail ({}): remove its line", line.reason));
    return;
  }
  for (CommandFailure& failure : result.failures) failure.excuse = line.reason;
  script.verdict = Verdict::expected_failure;
  if (!line.failures || *line.failures == result.failures.size()) return;
  script.verdict = Verdict::unexpected_failures;
  script.complaints.push_back(
      fmt::format("{} commands fail, {} are expected to ({})", result.failures.size(), *line.failures, line.reason));
}

void judge_commands(ScriptReport& script, const std::vector<const Expectation*>& lines) {
  ScriptResult& result = script.result;
  for (const Expectation* line : lines) {
    const auto failure = std::ranges::find(result.failures, line->id, &CommandFailure::id);
    if (failure == result.failures.end()) {
      script.complaints.push_back(
          fmt::format("#{} does not fail, but is expected to ({}): remove its line", line->id, line->reason));
    } else {
      failure->excuse = line->reason;
      script.reason = line->reason;
    }
  }
  const bool excused = std::ranges::none_of(result.failures, &std::string::empty, &CommandFailure::excuse);
  script.verdict = !excused                     ? Verdict::failed
                   : !script.complaints.empty() ? Verdict::unexpected_pass
                                                : Verdict::expected_failure;
}

}  // namespace

void judge(ScriptReport& script, const std::vector<const Expectation*>& lines) {
  ScriptResult& result = script.result;
  if (!result.error.empty() || lines.empty()) {
    script.verdict = result.passed() ? Verdict::passed : Verdict::failed;
  } else if (lines.front()->id.empty()) {
    judge_script(script, *lines.front());
  } else {
    judge_commands(script, lines);
  }

  for (size_t kind = 0; kind < command_kind_count; ++kind) {
    if (info(static_cast<CommandKind>(kind)).kind != CommandClass::assertion) continue;
    const CommandCount& each = result.counts[kind];
    script.assertions += each.run;
    script.passed += each.run - each.failed;
  }
  for (const CommandFailure& failure : result.failures) ++(failure.excuse.empty() ? script.failed : script.expected);
  script.failed += script.complaints.size() + (result.error.empty() ? 0 : 1);
  if (script.verdict == Verdict::unexpected_failures) script.expected = 0;  // nobody knows which of them
}

}  // namespace invar::spec
