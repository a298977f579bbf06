#include "spec-tests/report/summary.h"

#include <fmt/format.h>

#include <iterator>
#include <map>

#include "spec-tests/report/compare.h"

namespace invar::spec {

namespace {

void append_failure(std::string& out, const ScriptReport& script, const CommandFailure& failure) {
  fmt::format_to(std::back_inserter(out), "{}:{}: {}  #{}\n    expected  {}\n    got       {}\n", script.result.path,
                 failure.position.line, info(failure.kind).keyword, failure.id, one_line(failure.expected),
                 one_line(failure.got));
}

void append_verdict(std::string& out, const ScriptReport& script, bool list_expected) {
  const ScriptResult& result = script.result;
  for (const CommandFailure& failure : result.failures) {
    if (list_expected || failure.excuse.empty()) append_failure(out, script, failure);
  }
  const auto append = [&](std::string_view text) {
    fmt::format_to(std::back_inserter(out), "{}: {}\n", result.path, text);
  };
  for (const std::string& complaint : script.complaints) append(complaint);
  if (!result.error.empty()) append("cannot be run to its end: " + one_line(result.error));
}

constexpr std::string_view row_format = "  {:<52} {:>7} {:>8} {:>8} {:>10} {:>8} {:>7} {:>9}\n";

void append_row(std::string& out, std::string_view name, const Row& row) {
  fmt::format_to(std::back_inserter(out), fmt::runtime(row_format), name, row.scripts, row.modules, row.others,
                 row.assertions, row.passed, row.failed, row.expected);
}

void append_table(std::string& out, const RunReport& run) {
  std::map<std::string, Row> rows;
  Row total;
  for (const ScriptReport& script : run.scripts) {
    rows[script.directory].add(script);
    total.add(script);
  }
  fmt::format_to(std::back_inserter(out), fmt::runtime(row_format), "directory", "scripts", "modules", "others",
                 "assertions", "passed", "failed", "expected");
  for (const auto& [directory, row] : rows) append_row(out, directory, row);
  append_row(out, "all", total);
}

void append_totals(std::string& out, const RunReport& run) {
  CommandCounts totals{};
  u64 messages = 0, mismatches = 0;
  for (const ScriptReport& script : run.scripts) {
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

}  // namespace

void Row::add(const ScriptReport& script) {
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

std::string summary(const Report& report, bool list_expected) {
  std::string out;
  for (const RunReport& run : report.runs) {
    for (const ScriptReport& script : run.scripts) append_verdict(out, script, list_expected);
    fmt::format_to(std::back_inserter(out), "{}{}\n", run.configuration.name(),
                   run.shard.empty() ? "" : ", part " + run.shard);
    append_table(out, run);
    append_totals(out, run);
    fmt::format_to(std::back_inserter(out), "  digest: {:016x}\n", run.digest());
  }
  if (report.runs.size() > 1) out += comparison(report);
  return out;
}

std::string message_list(const Report& report) {
  std::string out;
  for (const RunReport& run : report.runs) {
    for (const ScriptReport& script : run.scripts) {
      for (const CommandFailure& mismatch : script.result.mismatches) append_failure(out, script, mismatch);
    }
  }
  return out;
}

}  // namespace invar::spec
