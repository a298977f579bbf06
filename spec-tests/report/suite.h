// Runs many scripts, and judges each by its expectation.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "spec-tests/adapters/adapter.h"
#include "spec-tests/report/expectations.h"
#include "spec-tests/script/runner.h"

namespace invar::spec {

enum class Verdict : u8 {
  passed,
  failed,
  expected_failure,
  unexpected_pass,      ///< The expectation is out of date.
  unexpected_failures,  ///< It fails, yet not as many commands as expected.
};

struct ScriptReport {
  ScriptResult result;
  std::string directory;  ///< For people: the argument's last part, and the folders below it.
  Verdict verdict = Verdict::passed;
  const Expectation* expectation = nullptr;

  u64 assertions = 0;  ///< That were run.
  u64 passed = 0;      ///< Assertions that held.
  u64 failed = 0;      ///< Failing commands; 1 for a script that could not be read or an expectation that is wrong.
  u64 expected = 0;    ///< Failing commands of a script that is expected to fail.
};

struct SuiteReport {
  std::vector<ScriptReport> scripts;  ///< In the order of the paths.
  // Sums over the scripts.
  u64 passed = 0;
  u64 failed = 0;
  u64 expected = 0;
};

/// Makes an adapter for one script; called on several threads at once.
using AdapterFactory = std::function<std::unique_ptr<Adapter>(const Features& features)>;

struct SuiteOptions {
  bool strict_messages = false;
  const Expectations* expectations = nullptr;
  u32 jobs = 1;
  /// Called with each script's path before it is run, on several threads at once. May be empty.
  std::function<void(const std::string& path)> on_start;
};

/// Runs each script, and for a directory all *.wast below it. Error: io_error, for a path that is not there.
Result<SuiteReport> run_suite(const std::vector<std::string>& paths, const AdapterFactory& make_adapter,
                              const SuiteOptions& options);

}  // namespace invar::spec
