// Reports for tests.
#pragma once

#include "spec-tests/report/report.h"
#include "spec-tests/report/verdict.h"

namespace invar::spec {

inline Configuration test_configuration(const std::string& memory = "guard") {
  return {"invar", "interp", memory, "x86_64", false};
}

/// A script of three assertions that all hold, with its digest and marks.
inline ScriptReport test_script(const std::string& name, u64 digest = 1, std::vector<u32> marks = {1, 2, 3}) {
  ScriptReport script;
  script.name = name;
  script.directory = name.substr(0, name.rfind('/'));
  script.seconds = 0.25;
  script.result.path = "/suite/" + name;
  script.result.counts[static_cast<size_t>(CommandKind::assert_return)] = {3, 0};
  script.result.messages = 2;
  script.result.digest = digest;
  script.result.marks = std::move(marks);
  judge(script, {});
  return script;
}

/// One whose second assertion fails, with texts that each format must escape; excused if there is a reason.
inline ScriptReport failing_script(const std::string& name, const std::string& reason = {}) {
  ScriptReport script = test_script(name);
  script.result.counts[static_cast<size_t>(CommandKind::assert_return)].failed = 1;
  script.result.failures.push_back(
      {"0badcafe.2", {7, 3}, CommandKind::assert_return, "<a> & \"b\"", "c\x01\n\xff\\", {}});
  const Expectation line{name, {}, "0badcafe.2", reason};
  script.passed = script.assertions = 0;
  judge(script, reason.empty() ? std::vector<const Expectation*>{} : std::vector{&line});
  return script;
}

inline RunReport test_run(std::vector<ScriptReport> scripts, const std::string& memory = "guard") {
  return {test_configuration(memory), {}, std::move(scripts)};
}

}  // namespace invar::spec
