#include "spec-tests/report/suite.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <thread>

#include "engine/platform/file.h"
#include "spec-tests/report/profiles.h"
#include "spec-tests/script/script_parser.h"

namespace invar::spec {

namespace fs = std::filesystem;

namespace {

struct ScriptFile {
  std::string path;
  std::string directory;
};

/// The last part of a path that is not empty or a dot: how people call the folder.
std::string last_part(const fs::path& path) {
  std::error_code ignored;
  const fs::path whole = fs::weakly_canonical(path, ignored);
  return whole.filename().string();
}

Result<std::vector<ScriptFile>> find_scripts(const std::vector<std::string>& arguments) {
  std::vector<ScriptFile> files;
  for (const std::string& argument : arguments) {
    std::error_code error;
    if (!fs::is_directory(argument, error)) {
      if (!fs::exists(argument, error)) return fail(ErrorCode::io_error, " " + argument);
      files.push_back({argument, last_part(fs::path{argument}.parent_path() / ".")});
      continue;
    }
    const size_t first = files.size();
    for (fs::recursive_directory_iterator at{argument, error}, end; at != end; at.increment(error)) {
      if (error) break;
      if (at->path().extension() != ".wast" || !at->is_regular_file(error)) continue;
      const fs::path below = at->path().parent_path().lexically_relative(argument);
      files.push_back({at->path().string(), last_part(argument) + (below == "." ? "" : "/" + below.string())});
    }
    if (error) return fail(ErrorCode::io_error, " " + argument + ": " + error.message());
    std::ranges::sort(files.begin() + static_cast<std::ptrdiff_t>(first), files.end(), {}, &ScriptFile::path);
  }
  return files;
}

ScriptResult run_file(const ScriptFile& file, const AdapterFactory& make_adapter, const SuiteOptions& options) {
  ScriptResult result;
  result.path = file.path;
  const Features features = features_for(file.path);
  const Result<ModuleBytes> source = read_file(file.path);
  if (!source) {
    result.error = source.error().message();
    return result;
  }
  const Result<Script> script = parse_script(file.path, as_text(*source), features);
  if (!script) {
    result.error = script.error().message();
    return result;
  }
  const std::unique_ptr<Adapter> adapter = make_adapter(features);
  return run(*script, *adapter, {features, options.strict_messages});
}

Verdict judge(const ScriptResult& result, const Expectation* expectation) {
  if (expectation == nullptr) return result.passed() ? Verdict::passed : Verdict::failed;
  if (!result.error.empty()) return Verdict::failed;
  if (result.passed()) return Verdict::unexpected_pass;
  if (expectation->failures && *expectation->failures != result.failures.size()) return Verdict::unexpected_failures;
  return Verdict::expected_failure;
}

void count(ScriptReport& script) {
  for (size_t kind = 0; kind < command_kind_count; ++kind) {
    if (info(static_cast<CommandKind>(kind)).kind != CommandClass::assertion) continue;
    const CommandCount& each = script.result.counts[kind];
    script.assertions += each.run;
    script.passed += each.run - each.failed;
  }
  const u64 failures = script.result.failures.size();
  switch (script.verdict) {
    case Verdict::passed:
      break;
    case Verdict::failed:
      script.failed = std::max<u64>(failures, 1);
      break;
    case Verdict::expected_failure:
      script.expected = failures;
      break;
    case Verdict::unexpected_pass:
    case Verdict::unexpected_failures:
      script.failed = 1;
      break;
  }
}

}  // namespace

Result<SuiteReport> run_suite(const std::vector<std::string>& paths, const AdapterFactory& make_adapter,
                              const SuiteOptions& options) {
  INVAR_TRY_ASSIGN(const std::vector<ScriptFile> files, find_scripts(paths));
  SuiteReport report;
  report.scripts.resize(files.size());
  std::atomic<size_t> next{0};
  const auto work = [&] {
    for (size_t i = next++; i < files.size(); i = next++) {
      ScriptReport& script = report.scripts[i];
      if (options.on_start) options.on_start(files[i].path);
      script.result = run_file(files[i], make_adapter, options);
      script.directory = files[i].directory;
      if (options.expectations != nullptr) script.expectation = options.expectations->find(files[i].path);
      script.verdict = judge(script.result, script.expectation);
      count(script);
    }
  };
  {
    std::vector<std::jthread> workers;
    for (u32 i = 1; i < options.jobs; ++i) workers.emplace_back(work);
    work();
  }
  for (const ScriptReport& script : report.scripts) {
    report.passed += script.passed;
    report.failed += script.failed;
    report.expected += script.expected;
  }
  return report;
}

}  // namespace invar::spec
