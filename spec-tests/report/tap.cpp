#include <fmt/format.h>

#include <iterator>

#include "spec-tests/report/formats.h"

namespace invar::spec {

namespace {

/// A YAML string in double quotes.
std::string yaml(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

/// A description must not look like a directive.
std::string description(const RunReport& run, const ScriptReport& script) {
  std::string out;
  for (const char c : fmt::format("{} {}", run.configuration.name(), script.name)) {
    if (c == '#' || c == '\\') out += '\\';
    out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
  }
  return out;
}

void append_diagnostics(std::string& out, const RunReport& run, const ScriptReport& script) {
  const auto append = [&]<class... T>(fmt::format_string<T...> format, T&&... arguments) {
    fmt::format_to(std::back_inserter(out), format, std::forward<T>(arguments)...);
  };
  append("  ---\n  duration_ms: {:.3f}\n  assertions: {}\n  passed: {}\n", script.seconds * 1e3, script.assertions,
         script.passed);
  append("  digest: {}\n", yaml(fmt::format("{:016x}", script.result.digest)));
  if (!script.result.error.empty()) append("  error: {}\n", yaml(script.result.error));
  if (!script.complaints.empty()) append("  complaints:\n");
  for (const std::string& complaint : script.complaints) append("    - {}\n", yaml(complaint));
  if (!script.result.failures.empty()) append("  failures:\n");
  for (const CommandFailure& failure : script.result.failures) {
    append("    - id: {}\n      at: {}\n      command: {}\n      expected: {}\n      got: {}\n",
           yaml(script.name + "#" + failure.id), yaml(fmt::format("{}:{}", script.result.path, failure.position.line)),
           info(failure.kind).keyword, yaml(failure.expected), yaml(failure.got));
    if (failure.excuse.empty()) {
      append("      reproduce: {}\n", yaml(reproduction(run.configuration, script, failure)));
    } else {
      append("      expected_failure: {}\n", yaml(failure.excuse));
    }
  }
  out += "  ...\n";
}

}  // namespace

std::string to_tap(const Report& report) {
  size_t points = 0;
  for (const RunReport& run : report.runs) points += run.scripts.size();
  std::string out = fmt::format("TAP version 14\n1..{}\n", points);
  size_t number = 0;
  for (const RunReport& run : report.runs) {
    for (const ScriptReport& script : run.scripts) {
      const bool todo = script.failed == 0 && script.expected != 0;
      out += fmt::format("{} {} - {}{}\n", script.failed == 0 && !todo ? "ok" : "not ok", ++number,
                         description(run, script), todo ? " # TODO " + one_line(script.reason) : "");
      append_diagnostics(out, run, script);
    }
  }
  return out;
}

}  // namespace invar::spec
