// The results of a suite: for each configuration, for each script. What every kind of report is made from.
#pragma once

#include <string>
#include <vector>

#include "spec-tests/adapters/runtime.h"
#include "spec-tests/script/runner.h"

namespace invar::spec {

enum class Verdict : u8 {
  passed,
  failed,
  expected_failure,
  unexpected_pass,      ///< The expectation is out of date.
  unexpected_failures,  ///< It fails, yet not as many commands as expected.
};
std::string_view to_string(Verdict verdict);

struct ScriptReport {
  ScriptResult result;
  std::string name;       ///< The path from the suite's root on ("spec/core/i32.wast"): the same on every machine.
  std::string directory;  ///< Of the name.
  double seconds = 0;
  Verdict verdict = Verdict::passed;
  std::string reason;                   ///< Of an expected failure.
  std::vector<std::string> complaints;  ///< What is wrong with its expectations.

  u64 assertions = 0;  ///< That were run.
  u64 passed = 0;      ///< Assertions that held.
  u64 failed = 0;      ///< Failing commands without an excuse; 1 for a script that could not be run to its end, and for
                       ///< each complaint.
  u64 expected = 0;    ///< Failing commands that are expected to fail.
};

/// One configuration's results.
struct RunReport {
  Configuration configuration;
  std::string shard;                  ///< "2/4"; empty if all scripts were run.
  std::vector<ScriptReport> scripts;  ///< In the order of the names.

  u64 passed() const { return sum(&ScriptReport::passed); }
  u64 failed() const { return sum(&ScriptReport::failed); }
  u64 expected() const { return sum(&ScriptReport::expected); }
  u64 sum(u64 ScriptReport::* count) const {
    u64 total = 0;
    for (const ScriptReport& script : scripts) total += script.*count;
    return total;
  }
  /// Of all scripts.
  u64 digest() const;
};

struct Report {
  std::vector<RunReport> runs;

  u64 passed() const;
  u64 failed() const;
};

/// What a shell runs to see this failure alone.
std::string reproduction(const Configuration& configuration, const ScriptReport& script, const CommandFailure& failure);

/// For people: control characters become '?', long texts are cut.
std::string one_line(const std::string& text);

}  // namespace invar::spec
