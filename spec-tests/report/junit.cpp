#include <fmt/format.h>

#include <iterator>

#include "spec-tests/report/formats.h"
#include "spec-tests/report/markup.h"

namespace invar::spec {

namespace {

std::string attribute(std::string_view text) { return escape(text, Letters::ascii); }

struct Counts {
  u64 tests = 0, failures = 0, skipped = 0;
  double seconds = 0;
  void operator+=(const Counts& other) {
    tests += other.tests;
    failures += other.failures;
    skipped += other.skipped;
    seconds += other.seconds;
  }
  std::string attributes() const {
    return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\" time=\"{:.6f}\"", tests, failures,
                       skipped, seconds);
  }
};

class Writer {
 public:
  explicit Writer(const RunReport& run) : run_(run) {
    for (const ScriptReport& script : run.scripts) write(script);
  }
  std::string text() const {
    return fmt::format("  <testsuite name=\"{}\" {}>\n{}  </testsuite>\n", attribute(run_.configuration.name()),
                       counts_.attributes(), cases_);
  }
  const Counts& counts() const { return counts_; }

 private:
  void write(const ScriptReport& script) {
    // The script itself is a case: it fails if it did not come to its end, or if its expectations are wrong.
    std::string trouble = script.result.error;
    for (const std::string& complaint : script.complaints) trouble += (trouble.empty() ? "" : "\n") + complaint;
    begin(script, script.name, script.seconds);
    if (trouble.empty()) {
      cases_ += fmt::format("      <system-out>{} assertions hold, {} commands fail, {} are expected to</system-out>\n",
                            script.passed, script.failed, script.expected);
    } else {
      failed("the script", trouble);
    }
    end();
    for (const CommandFailure& failure : script.result.failures) {
      begin(script,
            fmt::format("{}:{} {} #{}", script.name, failure.position.line, info(failure.kind).keyword, failure.id), 0);
      if (failure.excuse.empty()) {
        failed(failure.expected, fmt::format("{}:{}:{}\nexpected  {}\ngot       {}\n{}", script.result.path,
                                             failure.position.line, failure.position.column, failure.expected,
                                             failure.got, reproduction(run_.configuration, script, failure)));
      } else {
        ++counts_.skipped;
        cases_ += fmt::format("      <skipped message=\"{}\"/>\n", attribute("expected failure: " + failure.excuse));
      }
      end();
    }
  }

  void begin(const ScriptReport& script, std::string_view name, double seconds) {
    ++counts_.tests;
    counts_.seconds += seconds;
    cases_ += fmt::format("    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" time=\"{:.6f}\">\n",
                          attribute(script.directory), attribute(name), attribute(script.result.path), seconds);
  }
  void failed(std::string_view message, std::string_view text) {
    ++counts_.failures;
    cases_ += fmt::format("      <failure message=\"{}\">{}</failure>\n", attribute(message), attribute(text));
  }
  void end() { cases_ += "    </testcase>\n"; }

  const RunReport& run_;
  Counts counts_;
  std::string cases_;
};

}  // namespace

std::string to_junit(const Report& report) {
  Counts all;
  std::string suites;
  for (const RunReport& run : report.runs) {
    const Writer writer{run};
    all += writer.counts();
    suites += writer.text();
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"invar spec\" {}>\n{}</testsuites>\n",
      all.attributes(), suites);
}

}  // namespace invar::spec
