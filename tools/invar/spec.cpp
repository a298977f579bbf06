// invar spec: run conformance scripts.
#include <fmt/format.h>

#include <thread>

#include "engine/platform/file.h"
#include "spec-tests/adapters/invar_adapter.h"
#include "spec-tests/report/suite.h"
#include "spec-tests/report/summary.h"
#include "tools/invar/command.h"

namespace invar::tool {

int spec_command(const Arguments& arguments) {
  CLI::App app{"Runs conformance scripts (.wast) and says what does not hold.", "invar spec"};
  std::vector<std::string> paths;
  std::string expect, json;
  bool strict = false, list_expected = false, list_messages = false, explicit_bounds = false, verbose = false;
  u32 jobs = std::max(1u, std::thread::hardware_concurrency());
  app.add_option("PATH", paths, "Scripts, or folders to search for them")->required();
  app.add_option("--expect", expect, "Expected failures: lines `PATH [N]: REASON`")->type_name("FILE");
  app.add_option("--json", json, "Write all results there")->type_name("FILE");
  app.add_flag("--strict-messages", strict, "Error messages must begin with the scripts' texts");
  app.add_flag("--list-failures", list_expected, "Show expected failures too");
  app.add_flag("--list-messages", list_messages, "Show messages that do not begin with the scripts' texts");
  app.add_flag("--explicit-bounds", explicit_bounds, "Check the bounds of memories in code, not by guard pages");
  app.add_flag("-v,--verbose", verbose, "Name each script before it is run");
  app.add_option("-j,--jobs", jobs, "Scripts that run at the same time")->check(CLI::Range(1, 256));
  app.footer(
      "\nScripts below proposals/ are run with that proposal enabled. The last line is `N passed, N failed`:\n"
      "assertions that hold, and commands that fail. The exit status is 0 if none does, else 1.");
  if (const std::optional<int> status = parse(app, arguments)) return *status;

  spec::Expectations expectations;
  if (!expect.empty()) {
    const Result<ModuleBytes> text = read_file(expect);
    if (!text) return complain(text.error().message());
    Result<spec::Expectations> parsed = spec::Expectations::parse(as_text(*text));
    if (!parsed) return complain(fmt::format("{}: {}", expect, parsed.error().message()));
    expectations = *std::move(parsed);
  }
  const auto make_adapter = [&](const Features& features) {
    EngineConfig config;
    config.features = features;
    if (explicit_bounds) config.bounds_checks = BoundsChecks::explicit_;
    return spec::make_invar_adapter(config);
  };
  spec::SuiteOptions options{.strict_messages = strict, .expectations = &expectations, .jobs = jobs, .on_start = {}};
  if (verbose) options.on_start = [](const std::string& path) { print(path + "\n"); };
  const Result<spec::SuiteReport> report = spec::run_suite(paths, make_adapter, options);
  if (!report) return complain(report.error().message());
  if (!json.empty()) {
    if (const Result<void> written = write_file(json, spec::json_report(*report)); !written) {
      return complain(written.error().message());
    }
  }
  std::string out = list_messages ? spec::message_list(*report) : "";
  out += spec::summary(*report, list_expected);
  out += fmt::format("{} passed, {} failed\n", report->passed, report->failed);
  return print(out) && report->failed == 0 && !report->scripts.empty() ? 0 : exit_failure;
}

}  // namespace invar::tool
