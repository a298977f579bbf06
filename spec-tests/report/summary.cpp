#include "spec-tests/report/summary.h"

#include <fmt/format.h>

#include <iterator>
#include <map>

namespace invar::spec {

namespace {

/// Scripts may hold any bytes, and a terminal should not: control characters become '?', and long lines are cut.
std::string one_line(const std::string& text) {
  constexpr size_t limit = 300;
  std::string out;
  for (char c : text.substr(0, limit)) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  if (text.size() > limit) out += "...";
  return out;
}

void append_failures(std::string& out, const ScriptReport& script, const std::vector<CommandFailure>& failures) {
  for (const CommandFailure& failure : failures) {
    fmt::format_to(std::back_inserter(out), "{}:{}: {}\n    expected  {}\n    got       {}\n", script.result.path,
                   failure.position.line, info(failure.kind).keyword, one_line(failure.expected),
                   one_line(failure.got));
  }
}

void append_verdict(std::string& out, const ScriptReport& script, bool list_expected) {
  const auto append = [&]<class... T>(fmt::format_string<T...> format, T&&... arguments) {
    fmt::format_to(std::back_inserter(out), format, std::forward<T>(arguments)...);
  };
  const ScriptResult& result = script.result;
  if (!result.error.empty()) append("{}: cannot be run: {}\n", result.path, one_line(result.error));
  switch (script.verdict) {
    case Verdict::passed:
      break;
    case Verdict::failed:
      append_failures(out, script, result.failures);
      break;
    case Verdict::expected_failure:
      if (list_expected) append_failures(out, script, result.failures);
      break;
    case Verdict::unexpected_pass:
      append("{}: passes, but is expected to fail ({}): remove its line\n", result.path, script.expectation->reason);
      break;
    case Verdict::unexpected_failures:
      append("{}: {} commands fail, {} are expected to ({})\n", result.path, result.failures.size(),
             *script.expectation->failures, script.expectation->reason);
      if (list_expected) append_failures(out, script, result.failures);
      break;
  }
}

struct Row {
  u64 scripts = 0, modules = 0, others = 0, assertions = 0, passed = 0, failed = 0, expected = 0;

  void add(const ScriptReport& script) {
    ++scripts;
    for (size_t kind = 0; kind < command_kind_count; ++kind) {
      const u32 run = script.result.counts[kind].run;
      switch (info(static_cast<CommandKind>(kind)).kind) {
        case CommandClass::assertion:
          break;
        case CommandClass::module:
          modules += run;
          break;
        case CommandClass::action:
        case CommandClass::session:
          others += run;
          break;
      }
    }
    assertions += script.assertions;
    passed += script.passed;
    failed += script.failed;
    expected += script.expected;
  }
};

void append_row(std::string& out, std::string_view name, const Row& row) {
  fmt::format_to(std::back_inserter(out), "  {:<52} {:>7} {:>8} {:>8} {:>10} {:>8} {:>7} {:>9}\n", name, row.scripts,
                 row.modules, row.others, row.assertions, row.passed, row.failed, row.expected);
}

void append_table(std::string& out, const SuiteReport& report) {
  std::map<std::string, Row> rows;
  Row total;
  for (const ScriptReport& script : report.scripts) {
    rows[script.directory].add(script);
    total.add(script);
  }
  fmt::format_to(std::back_inserter(out), "  {:<52} {:>7} {:>8} {:>8} {:>10} {:>8} {:>7} {:>9}\n", "directory",
                 "scripts", "modules", "others", "assertions", "passed", "failed", "expected");
  for (const auto& [directory, row] : rows) append_row(out, directory, row);
  append_row(out, "all", total);
}

void append_totals(std::string& out, const SuiteReport& report) {
  CommandCounts totals{};
  u64 messages = 0, mismatches = 0;
  for (const ScriptReport& script : report.scripts) {
    for (size_t kind = 0; kind < command_kind_count; ++kind) {
      totals[kind].run += script.result.counts[kind].run;
      totals[kind].failed += script.result.counts[kind].failed;
    }
    messages += script.result.messages;
    mismatches += script.result.mismatches.size();
  }
  std::string line = "  commands:";
  for (size_t kind = 0; kind < command_kind_count; ++kind) {
    if (totals[kind].run == 0) continue;
    std::string item = fmt::format(" {} {}", info(static_cast<CommandKind>(kind)).keyword, totals[kind].run);
    if (totals[kind].failed != 0) item += fmt::format(" ({} failed)", totals[kind].failed);
    item += ",";
    if (line.size() + item.size() > 110) {
      out += line + "\n";
      line = "   ";
    }
    line += item;
  }
  if (line.ends_with(',')) line.pop_back();
  out += line + "\n";
  fmt::format_to(std::back_inserter(out), "  error messages that begin as the suite says: {} of {}\n",
                 messages - mismatches, messages);
}

// JSON. Strings may hold bytes that are not UTF-8 (from quoted modules): those are replaced.
void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte >= 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
    } else {
      out += c;
    }
  }
  out += '"';
}

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::passed:
      return "passed";
    case Verdict::failed:
      return "failed";
    case Verdict::expected_failure:
      return "expected failure";
    case Verdict::unexpected_pass:
      return "unexpected pass";
    case Verdict::unexpected_failures:
      return "unexpected failures";
  }
  return "";
}

void append_json_failures(std::string& out, const std::vector<CommandFailure>& failures) {
  out += '[';
  for (const CommandFailure& failure : failures) {
    if (&failure != failures.data()) out += ',';
    fmt::format_to(std::back_inserter(out),
                   "\n   {{\"line\": {}, \"command\": \"{}\", \"expected\": ", failure.position.line,
                   info(failure.kind).keyword);
    append_json_string(out, failure.expected);
    out += ", \"got\": ";
    append_json_string(out, failure.got);
    out += '}';
  }
  out += ']';
}

}  // namespace

std::string summary(const SuiteReport& report, bool list_expected) {
  std::string out;
  for (const ScriptReport& script : report.scripts) append_verdict(out, script, list_expected);
  append_table(out, report);
  append_totals(out, report);
  return out;
}

std::string message_list(const SuiteReport& report) {
  std::string out;
  for (const ScriptReport& script : report.scripts) append_failures(out, script, script.result.mismatches);
  return out;
}

std::string json_report(const SuiteReport& report) {
  std::string out = fmt::format("{{\"passed\": {}, \"failed\": {}, \"expected_failures\": {}, \"scripts\": [",
                                report.passed, report.failed, report.expected);
  for (const ScriptReport& script : report.scripts) {
    if (&script != report.scripts.data()) out += ',';
    out += "\n {\"path\": ";
    append_json_string(out, script.result.path);
    fmt::format_to(std::back_inserter(out), ", \"verdict\": \"{}\", \"error\": ", verdict_name(script.verdict));
    append_json_string(out, script.result.error);
    out += ", \"commands\": {";
    bool first = true;
    for (size_t kind = 0; kind < command_kind_count; ++kind) {
      const CommandCount count = script.result.counts[kind];
      if (count.run == 0) continue;
      fmt::format_to(std::back_inserter(out), "{}\"{}\": {{\"run\": {}, \"failed\": {}}}", first ? "" : ", ",
                     info(static_cast<CommandKind>(kind)).keyword, count.run, count.failed);
      first = false;
    }
    fmt::format_to(std::back_inserter(out), "}}, \"messages\": {}, \"failures\": ", script.result.messages);
    append_json_failures(out, script.result.failures);
    out += ", \"message_mismatches\": ";
    append_json_failures(out, script.result.mismatches);
    out += '}';
  }
  out += "\n]}\n";
  return out;
}

}  // namespace invar::spec
