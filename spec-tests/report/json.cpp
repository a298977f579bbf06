#include "spec-tests/report/json.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "spec-tests/script/trace.h"

namespace invar::spec {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view format_name = "invar-spec-report";
constexpr u32 format_version = 1;

// --- writing

Json failures_json(const std::vector<CommandFailure>& failures) {
  Json list = Json::array();
  for (const CommandFailure& failure : failures) {
    Json item = {{"id", failure.id},
                 {"line", failure.position.line},
                 {"column", failure.position.column},
                 {"command", info(failure.kind).keyword},
                 {"expected", failure.expected},
                 {"got", failure.got}};
    if (!failure.excuse.empty()) item["expected_failure"] = failure.excuse;
    list.push_back(std::move(item));
  }
  return list;
}

/// Only what is not usual, but for the counts and the digest.
void add_result(Json& json, const ScriptResult& result) {
  if (!result.error.empty()) json["error"] = result.error;
  Json commands = Json::object();
  for (size_t kind = 0; kind < command_kind_count; ++kind) {
    const CommandCount count = result.counts[kind];
    if (count.run == 0) continue;
    commands[std::string{info(static_cast<CommandKind>(kind)).keyword}] = {{"run", count.run},
                                                                           {"failed", count.failed}};
  }
  json["commands"] = std::move(commands);
  json["messages"] = result.messages;
  json["digest"] = fmt::format("{:016x}", result.digest);
  json["trace"] = encode_marks(result.marks);
  if (!result.failures.empty()) json["failures"] = failures_json(result.failures);
  if (!result.mismatches.empty()) json["message_mismatches"] = failures_json(result.mismatches);
}

Json script_json(const ScriptReport& script) {
  Json json = {{"name", script.name}, {"path", script.result.path}, {"verdict", to_string(script.verdict)}};
  if (!script.reason.empty()) json["reason"] = script.reason;
  if (!script.complaints.empty()) json["complaints"] = script.complaints;
  json["passed"] = script.passed;
  json["failed"] = script.failed;
  json["expected_failures"] = script.expected;
  json["seconds"] = std::round(script.seconds * 1e6) / 1e6;
  add_result(json, script.result);
  return json;
}

Json run_json(const RunReport& run) {
  const Configuration& configuration = run.configuration;
  Json json = {{"configuration",
                {{"name", configuration.name()},
                 {"engine", configuration.engine},
                 {"tier", configuration.tier},
                 {"memory", configuration.memory},
                 {"architecture", configuration.architecture},
                 {"deterministic", configuration.deterministic}}}};
  if (!run.shard.empty()) json["shard"] = run.shard;
  json["passed"] = run.passed();
  json["failed"] = run.failed();
  json["expected_failures"] = run.expected();
  json["digest"] = fmt::format("{:016x}", run.digest());
  Json scripts = Json::array();
  for (const ScriptReport& script : run.scripts) scripts.push_back(script_json(script));
  json["scripts"] = std::move(scripts);
  return json;
}

/// One script a line: reports can be compared and searched with line-wise tools.
std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

// --- reading. A field that is missing or of another type is as if it were empty; what must be there is checked.

std::string string_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

u64 number_of(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number_unsigned() ? found->get<u64>() : 0;
}

const Json& list_of(const Json& json, const char* key) {
  static const Json none = Json::array();
  const auto found = json.find(key);
  return found != json.end() && found->is_array() ? *found : none;
}

std::optional<CommandKind> command_kind(std::string_view keyword) {
  const auto* row = std::ranges::find(command_kind_infos, keyword, &CommandKindInfo::keyword);
  if (row == std::end(command_kind_infos)) return std::nullopt;
  return static_cast<CommandKind>(row - std::begin(command_kind_infos));
}

Result<std::vector<CommandFailure>> read_failures(const Json& list) {
  std::vector<CommandFailure> failures;
  for (const Json& item : list) {
    const std::optional<CommandKind> kind = item.is_object() ? command_kind(string_of(item, "command")) : std::nullopt;
    if (!kind) return fail(ErrorCode::api_misuse, ": a report with an unknown command");
    CommandFailure failure;
    failure.id = string_of(item, "id");
    failure.position = {static_cast<u32>(number_of(item, "line")), static_cast<u32>(number_of(item, "column"))};
    failure.kind = *kind;
    failure.expected = string_of(item, "expected");
    failure.got = string_of(item, "got");
    failure.excuse = string_of(item, "expected_failure");
    failures.push_back(std::move(failure));
  }
  return failures;
}

Result<ScriptResult> read_result(const Json& json) {
  ScriptResult result;
  result.path = string_of(json, "path");
  result.error = string_of(json, "error");
  if (const auto commands = json.find("commands"); commands != json.end() && commands->is_object()) {
    for (const auto& [keyword, count] : commands->items()) {
      const std::optional<CommandKind> kind = command_kind(keyword);
      if (!kind || !count.is_object()) return fail(ErrorCode::api_misuse, ": a report with an unknown command");
      result.counts[static_cast<size_t>(*kind)] = {static_cast<u32>(number_of(count, "run")),
                                                   static_cast<u32>(number_of(count, "failed"))};
    }
  }
  result.messages = static_cast<u32>(number_of(json, "messages"));
  const std::string digest = string_of(json, "digest");
  std::optional<std::vector<u32>> marks = decode_marks(string_of(json, "trace"));
  const auto [stop, error] = std::from_chars(digest.data(), digest.data() + digest.size(), result.digest, 16);
  if (!marks || error != std::errc{} || stop != digest.data() + digest.size()) {
    return fail(ErrorCode::api_misuse, ": a report with a damaged digest");
  }
  result.marks = *std::move(marks);
  INVAR_TRY_ASSIGN(result.failures, read_failures(list_of(json, "failures")));
  INVAR_TRY_ASSIGN(result.mismatches, read_failures(list_of(json, "message_mismatches")));
  return result;
}

Result<ScriptReport> read_script(const Json& json) {
  if (!json.is_object()) return fail(ErrorCode::api_misuse, ": a report with a script that is none");
  ScriptReport script;
  script.name = string_of(json, "name");
  if (script.name.empty()) return fail(ErrorCode::api_misuse, ": a report with a script without a name");
  if (const size_t slash = script.name.rfind('/'); slash != std::string::npos) {
    script.directory = script.name.substr(0, slash);
  }
  INVAR_TRY_ASSIGN(script.result, read_result(json));
  const std::string verdict = string_of(json, "verdict");
  bool known = false;
  for (u8 each = 0; each <= static_cast<u8>(Verdict::unexpected_failures); ++each) {
    if (to_string(static_cast<Verdict>(each)) != verdict) continue;
    script.verdict = static_cast<Verdict>(each);
    known = true;
  }
  if (!known) return fail(ErrorCode::api_misuse, ": a report with an unknown verdict");
  script.reason = string_of(json, "reason");
  for (const Json& complaint : list_of(json, "complaints")) {
    if (complaint.is_string()) script.complaints.push_back(complaint.get<std::string>());
  }
  script.passed = number_of(json, "passed");
  script.failed = number_of(json, "failed");
  script.expected = number_of(json, "expected_failures");
  for (size_t kind = 0; kind < command_kind_count; ++kind) {
    if (info(static_cast<CommandKind>(kind)).kind == CommandClass::assertion) {
      script.assertions += script.result.counts[kind].run;
    }
  }
  if (const auto seconds = json.find("seconds"); seconds != json.end() && seconds->is_number()) {
    script.seconds = seconds->get<double>();
  }
  return script;
}

Result<RunReport> read_run(const Json& json) {
  const auto configuration = json.is_object() ? json.find("configuration") : json.end();
  if (!json.is_object() || configuration == json.end() || !configuration->is_object()) {
    return fail(ErrorCode::api_misuse, ": a report with a run without a configuration");
  }
  RunReport run;
  run.configuration.engine = string_of(*configuration, "engine");
  run.configuration.tier = string_of(*configuration, "tier");
  run.configuration.memory = string_of(*configuration, "memory");
  run.configuration.architecture = string_of(*configuration, "architecture");
  const auto deterministic = configuration->find("deterministic");
  run.configuration.deterministic = deterministic != configuration->end() && *deterministic == true;
  run.shard = string_of(json, "shard");
  for (const Json& script : list_of(json, "scripts")) {
    INVAR_TRY_ASSIGN(ScriptReport read, read_script(script));
    run.scripts.push_back(std::move(read));
  }
  return run;
}

}  // namespace

std::string to_json(const ScriptResult& result) {
  Json json = {{"path", result.path}};
  add_result(json, result);
  return dump(json);
}

Result<ScriptResult> script_result_from_json(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return fail(ErrorCode::api_misuse, ": no result of a script");
  return read_result(json);
}

std::string to_json(const Report& report) {
  // Laid out by hand: a line for each script, so that reports can be searched with line-wise tools.
  std::string out = fmt::format("{{\"format\": \"{}\", \"version\": {}, \"runs\": [", format_name, format_version);
  for (const RunReport& run : report.runs) {
    if (&run != report.runs.data()) out += ",";
    Json json = run_json(run);
    const Json scripts = std::move(json["scripts"]);
    json.erase("scripts");
    std::string head = dump(json);
    head.pop_back();
    out += "\n" + head + ", \"scripts\": [";
    for (const Json& script : scripts) {
      if (&script != &scripts.front()) out += ",";
      out += "\n  " + dump(script);
    }
    out += "]}";
  }
  return out + "\n]}\n";
}

Result<Report> report_from_json(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object() || string_of(json, "format") != format_name) {
    return fail(ErrorCode::api_misuse, ": not a report of `invar spec --json`");
  }
  if (number_of(json, "version") != format_version) {
    return fail(ErrorCode::api_misuse, ": a report of another version of `invar spec`");
  }
  Report report;
  for (const Json& run : list_of(json, "runs")) {
    INVAR_TRY_ASSIGN(RunReport read, read_run(run));
    report.runs.push_back(std::move(read));
  }
  return report;
}

}  // namespace invar::spec
