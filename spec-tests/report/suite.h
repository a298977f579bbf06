// Runs many scripts in several configurations, and judges each by its expectations.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "spec-tests/report/discovery.h"
#include "spec-tests/report/expectations.h"
#include "spec-tests/report/processes.h"
#include "spec-tests/report/report.h"

namespace invar::spec {

struct SuiteOptions {
  bool strict_messages = false;
  const Expectations* expectations = nullptr;
  /// Run one command alone: "ID", or "NAME#ID" with the script's name. Nothing is expected to fail then.
  std::string only = {};
  Shard shard = {};
  ProcessOptions processes = {};
  /// Called as scripts end, in whatever order. May be empty.
  std::function<void(const ScriptReport& script, size_t done, size_t total)> on_end = {};
};

/// Runs each script, and for a directory all *.wast below it. Each runs in a process that does not suffer from what the
/// others do: a crash, a hang or an excess of memory is a failure at the command that was run. The caller must have no
/// other threads. Errors: io_error, for a path that is not there; api_misuse, if no script has the command `only`, or
/// if an expectation names a script that is not in its folder.
Result<Report> run_suite(const std::vector<std::string>& paths, const Runtime& runtime,
                         const std::vector<Configuration>& configurations, const SuiteOptions& options);

}  // namespace invar::spec
