// invar spec: run conformance scripts, and join and compare the reports of such runs.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <thread>

#include "engine/platform/file.h"
#include "spec-tests/adapters/invar_adapter.h"
#include "spec-tests/report/compare.h"
#include "spec-tests/report/formats.h"
#include "spec-tests/report/json.h"
#include "spec-tests/report/merge.h"
#include "spec-tests/report/suite.h"
#include "spec-tests/report/summary.h"
#include "tools/invar/command.h"

namespace invar::tool {

namespace {

/// The files that a report is written to.
class ReportFiles {
 public:
  explicit ReportFiles(CLI::App& app) {
    app.add_option("--json", json_, "Write all results there, for `merge` and `--diff`")->type_name("FILE");
    app.add_option("--html", html_, "Write a page there that shows all results")->type_name("FILE");
    app.add_option("--junit", junit_, "Write JUnit XML there")->type_name("FILE");
    app.add_option("--tap", tap_, "Write TAP 14 there")->type_name("FILE");
  }

  Result<void> write(const spec::Report& report) const {
    if (!json_.empty()) INVAR_TRY(write_file(json_, spec::to_json(report)));
    if (!html_.empty()) INVAR_TRY(write_file(html_, spec::to_html(report)));
    if (!junit_.empty()) INVAR_TRY(write_file(junit_, spec::to_junit(report)));
    if (!tap_.empty()) INVAR_TRY(write_file(tap_, spec::to_tap(report)));
    return {};
  }

 private:
  std::string json_, html_, junit_, tap_;
};

/// Reports from files, or an exit status.
std::expected<std::vector<spec::Report>, int> read_reports(const std::vector<std::string>& paths) {
  std::vector<spec::Report> reports;
  for (const std::string& path : paths) {
    const Result<ModuleBytes> text = read_file(path);
    if (!text) return std::unexpected(complain(text.error().message(), exit_usage));
    Result<spec::Report> report = spec::report_from_json(as_text(*text));
    if (!report) return std::unexpected(complain(fmt::format("{}: {}", path, report.error().message()), exit_usage));
    reports.push_back(*std::move(report));
  }
  return reports;
}

std::string closing(const spec::Report& report, size_t differences) {
  return fmt::format("{} passed, {} failed\n", report.passed(), report.failed() + differences);
}

/// What the process ends with: 0 if all is as expected.
int status_of(const spec::Report& report, size_t differences) {
  bool any = false;
  for (const spec::RunReport& run : report.runs) any = any || !run.scripts.empty();
  return report.failed() == 0 && differences == 0 && any ? 0 : exit_failure;
}

int merge_command(const Arguments& arguments) {
  CLI::App app{"Joins reports: of shards, and of configurations.", "invar spec merge"};
  std::vector<std::string> paths;
  app.add_option("REPORT", paths, "What --json has written")->required();
  const ReportFiles files{app};
  if (const std::optional<int> status = parse(app, arguments)) return *status;
  std::expected<std::vector<spec::Report>, int> reports = read_reports(paths);
  if (!reports) return reports.error();
  const Result<spec::Report> merged = spec::merge(*std::move(reports));
  if (!merged) return complain(merged.error().message(), exit_usage);
  if (const Result<void> written = files.write(*merged); !written) return complain(written.error().message());
  const size_t differences = spec::compare(*merged).size();
  return print(spec::summary(*merged, false) + closing(*merged, differences)) ? status_of(*merged, differences)
                                                                              : exit_failure;
}

int diff_command(const Arguments& arguments) {
  CLI::App app{"Says where the configurations of reports differ in what they do.", "invar spec --diff"};
  std::vector<std::string> paths;
  app.add_option("REPORT", paths, "What --json has written")->required();
  if (const std::optional<int> status = parse(app, arguments)) return *status;
  const std::expected<std::vector<spec::Report>, int> reports = read_reports(paths);
  if (!reports) return reports.error();
  std::vector<const spec::RunReport*> runs;
  for (const spec::Report& report : *reports) {
    for (const spec::RunReport& run : report.runs) runs.push_back(&run);
  }
  if (runs.size() < 2) return complain("there is only one run: nothing to compare", exit_usage);
  const std::vector<spec::Difference> differences = spec::compare(runs);
  return print(spec::comparison(differences, runs.size())) && differences.empty() ? 0 : exit_failure;
}

/// "2/4"
std::optional<spec::Shard> parse_shard(std::string_view text) {
  spec::Shard shard;
  const char* const end = text.data() + text.size();
  const auto [slash, first] = std::from_chars(text.data(), end, shard.index);
  if (first != std::errc{} || slash == end || *slash != '/') return std::nullopt;
  const auto [stop, second] = std::from_chars(slash + 1, end, shard.count);
  if (second != std::errc{} || stop != end || shard.index == 0 || shard.index > shard.count) return std::nullopt;
  return shard;
}

/// The configurations of these modes, or an exit status.
std::expected<std::vector<spec::Configuration>, int> choose(const spec::Runtime& runtime,
                                                            const std::vector<std::string>& modes, bool all) {
  const std::vector<spec::Configuration> available = runtime.configurations();
  std::vector<spec::Configuration> chosen;
  std::string names;
  for (const spec::Configuration& each : available) {
    names += (names.empty() ? "" : ", ") + each.mode();
    if (all && !each.deterministic) chosen.push_back(each);
  }
  for (const std::string& mode : modes) {
    const auto found = std::ranges::find(available, mode, &spec::Configuration::mode);
    if (found == available.end()) {
      return std::unexpected(
          complain(fmt::format("no configuration \"{}\" on this machine; there are {}", mode, names), exit_usage));
    }
    if (std::ranges::find(chosen, *found) == chosen.end()) chosen.push_back(*found);
  }
  if (chosen.empty()) chosen.push_back(available.front());
  return chosen;
}

/// One line that is written over and over, on a terminal.
class ProgressLine {
 public:
  explicit ProgressLine(bool wanted) : on_(wanted && isatty(STDERR_FILENO) != 0) {}
  ~ProgressLine() {
    if (on_) fmt::print(stderr, "\r\x1b[K");
  }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(const spec::ScriptReport& script, size_t done, size_t total) {
    passed_ += script.passed;
    failed_ += script.failed;
    if (!on_) return;
    const std::string line =
        fmt::format("[{}/{}] {} passed, {} failed  {}", done, total, passed_, failed_, script.name);
    fmt::print(stderr, "\r\x1b[K{}", line.substr(0, 100));
    std::fflush(stderr);
  }

 private:
  bool on_;
  u64 passed_ = 0;
  u64 failed_ = 0;
};

int run_scripts(const Arguments& arguments) {
  CLI::App app{"Runs conformance scripts (.wast) and says what does not hold.", "invar spec"};
  std::vector<std::string> paths, modes;
  std::string expect, shard, only;
  bool strict = false, list_expected = false, list_messages = false, explicit_bounds = false, verbose = false;
  bool all = false, here = false;
  u32 jobs = std::max(1u, std::thread::hardware_concurrency());
  double timeout = 120;
  u64 memory = u64{4} << 30;
  app.add_option("PATH", paths, "Scripts, or folders to search for them")->required();
  app.add_option("--expect", expect, "Expected failures: lines `PATH [N]: REASON` or `PATH#ID: REASON`")
      ->type_name("FILE");
  app.add_option("--config", modes,
                 "How to run: interp-guard (the default); or jit, jit-O0, auto; or -explicit; -deterministic behind it")
      ->type_name("MODE")
      ->allow_extra_args(false);
  app.add_flag("--all-configs", all, "Run in all of these (but the deterministic ones), which must agree");
  app.add_flag("--explicit-bounds", explicit_bounds, "The same as --config interp-explicit");
  app.add_option("--only", only, "One command alone, by the id that stands behind it in reports; or PATH#ID")
      ->type_name("ID");
  app.add_option("--shard", shard, "The I-th of N parts, which take about the same time each")->type_name("I/N");
  const ReportFiles files{app};
  app.add_flag("--strict-messages", strict, "Error messages must begin with the scripts' texts");
  app.add_flag("--list-failures", list_expected, "Show expected failures too");
  app.add_flag("--list-messages", list_messages, "Show messages that do not begin with the scripts' texts");
  app.add_flag("-v,--verbose", verbose, "Name each script as it ends, with the time it took");
  app.add_option("-j,--jobs", jobs, "Scripts that run at the same time")->check(CLI::Range(1, 256));
  app.add_option("--script-timeout", timeout, "Seconds that a script may take")->check(CLI::PositiveNumber);
  app.add_option("--script-memory", memory, "Bytes that a script's process may take")
      ->transform(CLI::AsSizeValue(false))
      ->type_name("SIZE");
  app.add_flag("--in-process", here, "No processes of their own for scripts, and no limits: for debuggers");
  app.footer(
      "\nScripts below proposals/ are run with that proposal enabled. The last line is `N passed, N failed`:\n"
      "assertions that hold, and what is not as expected. The exit status is 0 if all is as expected, 1 if\n"
      "something is not, 2 if the command is used wrongly.\n\n"
      "  invar spec merge REPORT...     joins reports (of --json), and writes them in any form\n"
      "  invar spec --diff REPORT...    names the first command of each script in which configurations differ");
  if (const std::optional<int> status = parse(app, arguments)) return *status;

  spec::SuiteOptions options;
  if (!shard.empty()) {
    const std::optional<spec::Shard> parsed = parse_shard(shard);
    if (!parsed) return complain(fmt::format("--shard {}: not of the form I/N", shard), exit_usage);
    options.shard = *parsed;
  }
  spec::Expectations expectations;
  if (!expect.empty()) {
    const Result<ModuleBytes> text = read_file(expect);
    if (!text) return complain(text.error().message(), exit_usage);
    Result<spec::Expectations> parsed = spec::Expectations::parse(as_text(*text));
    if (!parsed) return complain(fmt::format("{}: {}", expect, parsed.error().message()), exit_usage);
    expectations = *std::move(parsed);
  }
  const std::unique_ptr<spec::Runtime> runtime = spec::make_invar_runtime();
  if (explicit_bounds) modes.emplace_back("interp-explicit");
  const std::expected<std::vector<spec::Configuration>, int> configurations = choose(*runtime, modes, all);
  if (!configurations) return configurations.error();

  options.strict_messages = strict;
  options.expectations = &expectations;
  options.only = only;
  options.processes = {.jobs = jobs, .timeout_seconds = timeout, .memory_bytes = memory, .in_this_process = here};
  Result<spec::Report> report;
  {
    ProgressLine progress{!verbose};
    options.on_end = [&](const spec::ScriptReport& script, size_t done, size_t total) {
      progress.show(script, done, total);
      if (verbose) print(fmt::format("{:>9.3f} s  {}\n", script.seconds, script.result.path));
    };
    report = spec::run_suite(paths, *runtime, *configurations, options);
  }
  if (!report) return complain(report.error().message(), exit_usage);
  if (const Result<void> written = files.write(*report); !written) return complain(written.error().message());
  const size_t differences = spec::compare(*report).size();
  std::string out = list_messages ? spec::message_list(*report) : "";
  out += spec::summary(*report, list_expected);
  return print(out + closing(*report, differences)) ? status_of(*report, differences) : exit_failure;
}

}  // namespace

int spec_command(const Arguments& arguments) {
  const std::string_view first = arguments.empty() ? std::string_view{} : std::string_view{arguments.front()};
  if (first == "merge") return merge_command({arguments.begin() + 1, arguments.end()});
  if (first == "--diff" || first == "diff") return diff_command({arguments.begin() + 1, arguments.end()});
  return run_scripts(arguments);
}

}  // namespace invar::tool
