#include "spec-tests/report/expectations.h"

#include <fmt/format.h>

#include <charconv>

namespace invar::spec {

namespace {

std::string_view trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::optional<Expectation> parse_line(std::string_view line) {
  const size_t colon = line.find(": ");
  if (colon == std::string_view::npos) return std::nullopt;
  Expectation expectation{.path = {}, .failures = {}, .id = {}, .reason = std::string{trim(line.substr(colon + 1))}};
  std::string_view path = trim(line.substr(0, colon));
  if (path.ends_with(']')) {
    const size_t open = path.rfind('[');
    if (open == std::string_view::npos) return std::nullopt;
    u32 count = 0;
    const char* const end = path.data() + path.size() - 1;
    const auto [stop, error] = std::from_chars(path.data() + open + 1, end, count);
    if (error != std::errc{} || stop != end || count == 0) return std::nullopt;
    expectation.failures = count;
    path = trim(path.substr(0, open));
  } else if (const size_t hash = path.rfind('#'); hash != std::string_view::npos) {
    expectation.id = path.substr(hash + 1);
    path = path.substr(0, hash);
    if (expectation.id.size() < 8 || expectation.id.find_first_not_of("0123456789abcdef.") != std::string::npos) {
      return std::nullopt;
    }
  }
  expectation.path = path;
  if (expectation.path.empty() || expectation.reason.empty()) return std::nullopt;
  return expectation;
}

}  // namespace

Result<Expectations> Expectations::parse(std::string_view text) {
  Expectations expectations;
  for (u32 number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.starts_with('#')) continue;
    std::optional<Expectation> expectation = parse_line(line);
    if (!expectation) {
      return fail(ErrorCode::api_misuse,
                  fmt::format(": expected failures, line {}: not `PATH [N]: REASON` or `PATH#ID: REASON`", number));
    }
    for (const Expectation* other : expectations.find(expectation->path)) {
      if (!other->id.empty() && !expectation->id.empty() && other->id != expectation->id) continue;
      return fail(ErrorCode::api_misuse,
                  fmt::format(": expected failures, line {}: a second line for {}", number, expectation->path));
    }
    expectations.lines_.push_back(*std::move(expectation));
  }
  return expectations;
}

std::vector<const Expectation*> Expectations::find(std::string_view script) const {
  std::vector<const Expectation*> found;
  for (const Expectation& line : lines_) {
    if (!script.ends_with(line.path)) continue;
    const size_t before = script.size() - line.path.size();
    if (before == 0 || script[before - 1] == '/') found.push_back(&line);
  }
  return found;
}

}  // namespace invar::spec
