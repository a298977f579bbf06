// Reports as JSON, and back.
#pragma once

#include <string>
#include <string_view>

#include "decoder/base/error.h"
#include "spec-tests/report/report.h"

namespace invar::spec {

/// {"format": "invar-spec-report", "version": 1, "runs": [...]}: one run for each configuration. Bytes that are not
/// UTF-8 (quoted modules hold any) are replaced.
std::string to_json(const Report& report);
/// Error: api_misuse, for a text that is no such report.
Result<Report> report_from_json(std::string_view text);

/// One script's results alone, from one process to another.
std::string to_json(const ScriptResult& result);
Result<ScriptResult> script_result_from_json(std::string_view text);

}  // namespace invar::spec
