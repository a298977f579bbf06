// Joins the reports of shards and of configurations.
#pragma once

#include "decoder/base/error.h"
#include "spec-tests/report/report.h"

namespace invar::spec {

/// One run for each configuration, in the order in which they appear, with the scripts of all its parts. Error:
/// api_misuse, if a script is there twice for one configuration.
Result<Report> merge(std::vector<Report> reports);

}  // namespace invar::spec
