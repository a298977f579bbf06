// What a script's results mean in the light of what was expected.
#pragma once

#include "spec-tests/report/expectations.h"
#include "spec-tests/report/report.h"

namespace invar::spec {

/// Fills in the verdict, the failures' excuses, the complaints and the counts; `lines` are those for the script.
void judge(ScriptReport& script, const std::vector<const Expectation*>& lines);

}  // namespace invar::spec
