// Reports for other programs and for browsers.
#pragma once

#include <string>

#include "spec-tests/report/report.h"

namespace invar::spec {

/// JUnit XML, as build servers read it: a suite for each configuration, a case for each script; and for each command
/// that fails a case of its own ("skipped", with the reason, if that is expected).
std::string to_junit(const Report& report);

/// TAP 14: a point for each script of each configuration, with its failures as YAML. Scripts that fail as expected are
/// marked TODO.
std::string to_tap(const Report& report);

/// One page that needs nothing else: the matrix of directories and configurations, and every failure.
std::string to_html(const Report& report);

}  // namespace invar::spec
