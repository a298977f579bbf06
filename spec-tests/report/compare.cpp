#include "spec-tests/report/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "engine/platform/file.h"
#include "spec-tests/report/profiles.h"
#include "spec-tests/script/script_parser.h"

namespace invar::spec {

namespace {

/// The command as a place in the script, if the script is here and as it was.
std::string describe_command(const ScriptReport& script, size_t index, size_t commands) {
  const std::string number = fmt::format("command {} of {}", index + 1, commands);
  const Result<ModuleBytes> source = read_file(script.result.path);
  if (!source) return number;
  const Result<Script> parsed = parse_script(script.result.path, as_text(*source), features_for(script.result.path));
  if (!parsed || parsed->commands.size() != commands) return number;
  const Command& command = parsed->commands[index];
  return fmt::format("{}:{}: {}  #{}", script.result.path, command.position.line, info(command.kind).keyword,
                     command.id);
}

std::optional<Difference> compare_script(const ScriptReport& a, const ScriptReport& b) {
  const ScriptResult& one = a.result;
  const ScriptResult& other = b.result;
  if (one.digest == other.digest && one.marks == other.marks && one.error.empty() == other.error.empty()) {
    return std::nullopt;
  }
  Difference difference;
  difference.script = a.name;
  const auto [first, second] = std::ranges::mismatch(one.marks, other.marks);
  const auto index = static_cast<size_t>(first - one.marks.begin());
  if (!one.error.empty() || !other.error.empty()) {
    difference.what = "was not run to its end: " + (one.error.empty() ? other.error : one.error);
  } else if (one.marks.size() != other.marks.size()) {
    difference.what = fmt::format("has {} commands in one and {} in the other", one.marks.size(), other.marks.size());
  } else if (first == one.marks.end()) {
    difference.what = "globals, memories or tables differ at the end";
  } else {
    difference.command = index;
    difference.what = describe_command(a, index, one.marks.size());
  }
  return difference;
}

}  // namespace

std::vector<Difference> compare(const RunReport& a, const RunReport& b) {
  std::map<std::string, std::pair<const ScriptReport*, const ScriptReport*>> scripts;
  for (const ScriptReport& script : a.scripts) scripts[script.name].first = &script;
  for (const ScriptReport& script : b.scripts) scripts[script.name].second = &script;
  std::vector<Difference> differences;
  for (const auto& [name, both] : scripts) {
    std::optional<Difference> difference;
    if (both.first != nullptr && both.second != nullptr) {
      difference = compare_script(*both.first, *both.second);
    } else {
      difference = Difference{name, {}, {}, {}, "was run in one of them only"};
    }
    if (!difference) continue;
    difference->a = a.configuration.name();
    difference->b = b.configuration.name();
    differences.push_back(*std::move(difference));
  }
  return differences;
}

std::vector<Difference> compare(const std::vector<const RunReport*>& runs) {
  std::vector<Difference> differences;
  const RunReport* firsts[2] = {nullptr, nullptr};
  for (const RunReport* run : runs) {
    const RunReport*& first = firsts[run->configuration.deterministic ? 1 : 0];
    if (first == nullptr) {
      first = run;
      continue;
    }
    std::vector<Difference> more = compare(*first, *run);
    differences.insert(differences.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }
  return differences;
}

std::vector<Difference> compare(const Report& report) {
  std::vector<const RunReport*> runs;
  for (const RunReport& run : report.runs) runs.push_back(&run);
  return compare(runs);
}

std::string comparison(const std::vector<Difference>& differences, size_t runs) {
  if (differences.empty()) return fmt::format("{} configurations agree on every command of every script\n", runs);
  std::string out;
  for (const Difference& difference : differences) {
    out += fmt::format("{}: {} and {} differ: {}\n", difference.script, difference.a, difference.b, difference.what);
  }
  return out;
}

std::string comparison(const Report& report) { return comparison(compare(report), report.runs.size()); }

}  // namespace invar::spec
