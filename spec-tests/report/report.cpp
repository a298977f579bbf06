#include "spec-tests/report/report.h"

#include <fmt/format.h>

#include "spec-tests/script/digest.h"

namespace invar::spec {

namespace {

/// As one word of a shell's command.
std::string in_shell_quotes(const std::string& word) {
  if (!word.empty() && word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./+:") ==
                           std::string::npos) {
    return word;
  }
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string{"'\\''"} : std::string{c};
  return out + "'";
}

}  // namespace

std::string_view to_string(Verdict verdict) {
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

u64 RunReport::digest() const {
  Digest digest;
  for (const ScriptReport& script : scripts) {
    digest.add(script.name);
    digest.add(script.result.digest);
  }
  return digest.value();
}

u64 Report::passed() const {
  u64 total = 0;
  for (const RunReport& run : runs) total += run.passed();
  return total;
}

u64 Report::failed() const {
  u64 total = 0;
  for (const RunReport& run : runs) total += run.failed();
  return total;
}

std::string reproduction(const Configuration& configuration, const ScriptReport& script,
                         const CommandFailure& failure) {
  return fmt::format("invar spec --config {} --only {} {}", configuration.mode(), failure.id,
                     in_shell_quotes(script.result.path));
}

std::string one_line(const std::string& text) {
  constexpr size_t limit = 300;
  std::string out;
  for (const char c : text.substr(0, limit)) out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  if (text.size() > limit) out += "...";
  return out;
}

}  // namespace invar::spec
