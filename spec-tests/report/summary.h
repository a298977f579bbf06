// A suite's results for people.
#pragma once

#include <string>

#include "spec-tests/report/report.h"

namespace invar::spec {

/// For each configuration: failures first (place, command, expected, got), then a table by directory, then the totals
/// of each command; at the end, whether the configurations agree. Expected failures only with `list_expected`.
std::string summary(const Report& report, bool list_expected);

/// What --list-messages prints: each error message that does not begin with the expected text.
std::string message_list(const Report& report);

/// The counts of the scripts of one directory, or of all.
struct Row {
  u64 scripts = 0, modules = 0, others = 0, assertions = 0, passed = 0, failed = 0, expected = 0;
  void add(const ScriptReport& script);
};

}  // namespace invar::spec
