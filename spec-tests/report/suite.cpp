#include "spec-tests/report/suite.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <numeric>

#include "engine/platform/file.h"
#include "spec-tests/report/json.h"
#include "spec-tests/report/profiles.h"
#include "spec-tests/report/verdict.h"
#include "spec-tests/script/script_parser.h"

namespace invar::spec {

namespace {

/// What a script's process writes on its board before each command.
struct Place {
  u32 begun;  ///< Commands that were begun, this one included.
  u32 line;
  u32 column;
  CommandKind kind;
  char id[24];
  CommandCounts counts;  ///< Of those before.
};
static_assert(sizeof(Place) <= task_board_bytes && std::is_trivially_copyable_v<Place>);

ScriptResult run_file(const ScriptFile& file, const Runtime& runtime, const Configuration& configuration,
                      const SuiteOptions& options, const std::string& only, TaskLog& log) {
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
  if (!only.empty() && std::ranges::none_of(script->commands, [&](auto& each) { return contains(each, only); })) {
    return result;  // another script's
  }
  size_t noted = 0;
  const auto before_command = [&](size_t index, const ScriptResult& so_far) {
    const Command& command = script->commands[index];
    Place place{
        static_cast<u32>(index) + 1, command.position.line, command.position.column, command.kind, {}, so_far.counts};
    std::memcpy(place.id, command.id.data(), std::min(command.id.size(), sizeof place.id - 1));
    std::memcpy(log.board().data(), &place, sizeof place);
    if (so_far.failures.size() > noted) {
      ScriptResult failed;
      failed.failures.assign(so_far.failures.begin() + static_cast<std::ptrdiff_t>(noted), so_far.failures.end());
      noted = so_far.failures.size();
      log.note(to_json(failed) + "\n");
    }
  };
  const std::unique_ptr<Adapter> adapter = runtime.make_adapter(configuration, features);
  const RunOptions run_options{.features = features,
                               .strict_messages = options.strict_messages,
                               .deterministic = configuration.deterministic,
                               .only = only,
                               .before_command = before_command};
  return run(*script, *adapter, run_options);
}

/// What is known of a script whose process did not come to its end.
ScriptResult reconstruct(const ScriptFile& file, const TaskEnd& end) {
  ScriptResult result;
  result.path = file.path;
  result.error = end.accident;
  Place place;
  std::memcpy(&place, end.board.data(), sizeof place);
  if (place.begun == 0) return result;
  result.counts = place.counts;
  std::string_view notes = end.notes;
  while (!notes.empty()) {
    const size_t line = std::min(notes.find('\n'), notes.size());
    if (const Result<ScriptResult> part = script_result_from_json(notes.substr(0, line))) {
      result.failures.insert(result.failures.end(), part->failures.begin(), part->failures.end());
    }
    notes.remove_prefix(std::min(line + 1, notes.size()));
  }
  place.id[sizeof place.id - 1] = 0;
  CommandCount& count = result.counts[static_cast<size_t>(place.kind)];
  ++count.run;
  ++count.failed;
  result.failures.push_back({place.id, {place.line, place.column}, place.kind, "to come to an end", end.accident, {}});
  result.error = fmt::format("{}; the commands behind line {} were not run", end.accident, place.line);
  return result;
}

/// Lines about scripts that are not in their folder any more, where that folder was searched.
Result<void> check_expectations(const std::vector<ScriptFile>& files, const Expectations& expectations) {
  for (const Expectation& line : expectations.all()) {
    const auto ends_with = [](const std::string& whole, std::string_view end) {
      return ("/" + whole).ends_with("/" + std::string{end});
    };
    const size_t slash = line.path.rfind('/');
    if (slash == std::string::npos) continue;
    const std::string_view folder = std::string_view{line.path}.substr(0, slash);
    const bool searched = std::ranges::any_of(files, [&](auto& file) { return ends_with(file.directory, folder); });
    const bool there = std::ranges::any_of(files, [&](auto& file) { return ends_with(file.name, line.path); });
    if (searched && !there) return fail(ErrorCode::api_misuse, ": expected failures: there is no " + line.path);
  }
  return {};
}

}  // namespace

Result<Report> run_suite(const std::vector<std::string>& paths, const Runtime& runtime,
                         const std::vector<Configuration>& configurations, const SuiteOptions& options) {
  INVAR_TRY_ASSIGN(const std::vector<ScriptFile> all, find_scripts(paths));
  const auto is_folder = [](const std::string& path) { return std::filesystem::is_directory(path); };
  if (options.expectations != nullptr && std::ranges::all_of(paths, is_folder)) {
    INVAR_TRY(check_expectations(all, *options.expectations));
  }
  std::vector<ScriptFile> files = select(all, options.shard);
  const std::string only = options.only.substr(options.only.find('#') + 1);
  if (const size_t hash = options.only.find('#'); hash != std::string::npos) {
    const std::string end = "/" + options.only.substr(0, hash);
    std::erase_if(files, [&](const ScriptFile& file) { return !("/" + file.name).ends_with(end); });
  }
  Report report;
  for (const Configuration& configuration : configurations) {
    RunReport& run = report.runs.emplace_back();
    run.configuration = configuration;
    run.scripts.resize(files.size());
    if (options.shard.count > 1) run.shard = fmt::format("{}/{}", options.shard.index, options.shard.count);
  }

  // The longest first: what comes last is short, and no process works alone for long.
  std::vector<size_t> order(files.size() * configurations.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const auto file_of = [&](size_t task) -> const ScriptFile& { return files[task % files.size()]; };
  std::ranges::sort(order, {}, [&](size_t task) { return std::pair{~estimated_time(file_of(task)), task}; });

  size_t ended = 0;
  const auto work = [&](size_t index, TaskLog& log) {
    const size_t task = order[index];
    return to_json(run_file(file_of(task), runtime, configurations[task / files.size()], options, only, log));
  };
  const auto done = [&](size_t index, const TaskEnd& end) {
    const size_t task = order[index];
    const ScriptFile& file = file_of(task);
    ScriptReport& script = report.runs[task / files.size()].scripts[task % files.size()];
    script.name = file.name;
    script.directory = file.directory;
    script.seconds = end.seconds;
    if (end.accident.empty()) {
      Result<ScriptResult> result = script_result_from_json(end.result);
      if (result) {
        script.result = *std::move(result);
      } else {
        script.result.error = result.error().message();
      }
      script.result.path = file.path;
    } else {
      script.result = reconstruct(file, end);
    }
    const bool judged = options.expectations != nullptr && options.only.empty();
    judge(script, judged ? options.expectations->find(file.path) : std::vector<const Expectation*>{});
    if (options.on_end) options.on_end(script, ++ended, order.size());
  };
  const std::string error = run_tasks(order.size(), options.processes, work, done);
  if (!error.empty()) return fail(ErrorCode::api_misuse, ": " + error);

  if (!options.only.empty()) {
    for (RunReport& run : report.runs) {
      std::erase_if(run.scripts, [](const ScriptReport& script) {
        return script.result.error.empty() &&
               std::ranges::all_of(script.result.counts, [](const CommandCount& count) { return count.run == 0; });
      });
      if (run.scripts.empty()) return fail(ErrorCode::api_misuse, ": no script has a command " + options.only);
    }
  }
  return report;
}

}  // namespace invar::spec
