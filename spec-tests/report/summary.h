// A suite's results for people and for programs.
#pragma once

#include <string>

#include "spec-tests/report/suite.h"

namespace invar::spec {

/// Failures first (file:line, command, expected, got), then a table by directory, then the totals of each command.
/// Expected failures only with `list_expected`.
std::string summary(const SuiteReport& report, bool list_expected);

/// Every script with its counts by command, its failures and its message mismatches.
std::string json_report(const SuiteReport& report);

/// What --list-messages prints: each error message that does not begin with the expected text.
std::string message_list(const SuiteReport& report);

}  // namespace invar::spec
