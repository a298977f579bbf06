#include "spec-tests/report/formats.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "spec-tests/report/json.h"
#include "spec-tests/report/testing.h"

namespace invar::spec {
namespace {

Report example() {
  ScriptReport broken = test_script("spec/core/broken.wast");
  broken.result.error = "killed";
  broken.passed = broken.assertions = 0;
  judge(broken, {});
  return {{test_run({broken, failing_script("spec/core/fails.wast"),
                     failing_script("spec/core/known.wast", "not <yet>"), test_script("spec/core/good.wast")}),
           test_run({test_script("spec/core/good.wast", 9, {1, 9, 9})}, "explicit")}};
}

size_t count(std::string_view text, std::string_view what) {
  size_t times = 0;
  for (size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) ++times;
  return times;
}

/// Do the tags of XML close in order? Enough of a parser for what the reports contain.
bool balanced(std::string_view text, const std::vector<std::string_view>& void_tags) {
  std::vector<std::string> open;
  while (!text.empty()) {
    const size_t begin = text.find('<');
    if (begin == std::string_view::npos) break;
    const size_t end = text.find('>', begin);
    if (end == std::string_view::npos) return false;
    const std::string_view tag = text.substr(begin + 1, end - begin - 1);
    text.remove_prefix(end + 1);
    if (tag.starts_with('?') || tag.starts_with('!') || tag.ends_with('/')) continue;
    const bool closes = tag.starts_with('/');
    const std::string name{tag.substr(closes ? 1 : 0, tag.find_first_of(" \n", closes ? 1 : 0) - (closes ? 1 : 0))};
    if (std::ranges::find(void_tags, std::string_view{name}) != void_tags.end()) continue;
    if (!closes) {
      open.push_back(name);
      if (name == "script" || name == "style") text.remove_prefix(text.find("</" + name));
    } else if (open.empty() || open.back() != name) {
      return false;
    } else {
      open.pop_back();
    }
  }
  return open.empty();
}

TEST(JsonReport, ComesBackAsItWas) {
  const Report report = example();
  const std::string text = to_json(report);
  const Result<Report> back = report_from_json(text);
  ASSERT_TRUE(back) << back.error().message();
  EXPECT_EQ(to_json(*back), text);
  EXPECT_EQ(back->runs[0].configuration, report.runs[0].configuration);
  EXPECT_EQ(back->passed(), report.passed());
  EXPECT_EQ(back->failed(), report.failed());
  EXPECT_EQ(back->runs[0].digest(), report.runs[0].digest());
  EXPECT_EQ(back->runs[1].scripts[0].result.marks, report.runs[1].scripts[0].result.marks);
  EXPECT_EQ(back->runs[0].scripts[2].result.failures[0].excuse, "not <yet>");
}

TEST(JsonReport, IsReadableForOthers) {
  const auto json = nlohmann::json::parse(to_json(example()));
  EXPECT_EQ(json["format"], "invar-spec-report");
  EXPECT_EQ(json["runs"].size(), 2u);
  EXPECT_EQ(json["runs"][0]["configuration"]["name"], "interp-guard-x86_64");
  const auto& script = json["runs"][0]["scripts"][1];
  EXPECT_EQ(script["name"], "spec/core/fails.wast");
  EXPECT_EQ(script["commands"]["assert_return"]["failed"], 1);
  EXPECT_EQ(script["failures"][0]["id"], "0badcafe.2");
  EXPECT_EQ(script["failures"][0]["line"], 7);
  EXPECT_EQ(script["failures"][0]["got"], "c\x01\n\xef\xbf\xbd\\");
}

TEST(JsonReport, OtherTextsAreErrors) {
  for (const char* text :
       {"", "{", "[]", "{}", R"({"format": "other", "version": 1})", R"({"format": "invar-spec-report", "version": 2})",
        R"({"format": "invar-spec-report", "version": 1, "runs": [1]})",
        R"({"format": "invar-spec-report", "version": 1, "runs": [{"configuration": {}, "scripts": [{}]}]})",
        R"({"format": "invar-spec-report", "version": 1, "runs": [{"configuration": {}, "scripts": [
            {"name": "a", "verdict": "passed", "digest": "xyz"}]}]})",
        R"({"format": "invar-spec-report", "version": 1, "runs": [{"configuration": {}, "scripts": [
            {"name": "a", "verdict": "great", "digest": "1"}]}]})",
        R"({"format": "invar-spec-report", "version": 1, "runs": [{"configuration": {}, "scripts": [
            {"name": "a", "verdict": "passed", "digest": "1", "trace": "AAA"}]}]})",
        R"({"format": "invar-spec-report", "version": 1, "runs": [{"configuration": {}, "scripts": [
            {"name": "a", "verdict": "passed", "digest": "1", "commands": {"conjure": {}}}]}]})"}) {
    EXPECT_FALSE(report_from_json(text)) << text;
  }
}

TEST(JunitReport, CountsWhatItContains) {
  const std::string xml = to_junit(example());
  EXPECT_TRUE(balanced(xml, {})) << xml;
  EXPECT_EQ(count(xml, "<testsuite "), 2u);
  EXPECT_EQ(count(xml, "<testcase "), 7u);
  EXPECT_EQ(count(xml, "<failure "), 2u);
  EXPECT_EQ(count(xml, "<skipped "), 1u);
  EXPECT_NE(xml.find("<testsuites name=\"invar spec\" tests=\"7\" failures=\"2\" errors=\"0\" skipped=\"1\""),
            std::string::npos);
  EXPECT_NE(xml.find("message=\"&lt;a&gt; &amp; &quot;b&quot;\""), std::string::npos);
  EXPECT_NE(xml.find("c?&#10;?\\"), std::string::npos);
  EXPECT_NE(xml.find("--only 0badcafe.2 /suite/spec/core/fails.wast"), std::string::npos);
}

TEST(TapReport, APointForEachScript) {
  const std::string tap = to_tap(example());
  EXPECT_TRUE(tap.starts_with("TAP version 14\n1..5\nnot ok 1 - interp-guard-x86_64 spec/core/broken.wast\n  ---\n"));
  EXPECT_NE(tap.find("\nnot ok 2 - interp-guard-x86_64 spec/core/fails.wast\n"), std::string::npos);
  EXPECT_NE(tap.find("\nnot ok 3 - interp-guard-x86_64 spec/core/known.wast # TODO not <yet>\n"), std::string::npos);
  EXPECT_NE(tap.find("\nok 4 - interp-guard-x86_64 spec/core/good.wast\n"), std::string::npos);
  EXPECT_NE(tap.find("got: \"c\\x01\\x0a\\xff\\\\\""), std::string::npos);
  EXPECT_EQ(count(tap, "  ---\n"), 5u);
  EXPECT_EQ(count(tap, "  ...\n"), 5u);
}

TEST(HtmlReport, IsOnePageThatNeedsNothingElse) {
  const std::string html = to_html(example());
  EXPECT_TRUE(balanced(html, {"meta", "input"}));
  for (const char* outside : {"http:", "https:", "src=", "<link", "@import", "url("}) {
    EXPECT_EQ(html.find(outside), std::string::npos) << outside;
  }
  EXPECT_NE(html.find("prefers-color-scheme: dark"), std::string::npos);
}

TEST(HtmlReport, ShowsTheMatrixAndEachFailure) {
  const std::string html = to_html(example());
  EXPECT_NE(html.find("<th scope=\"col\">interp-explicit-x86_64</th>"), std::string::npos);
  EXPECT_NE(html.find("✗ 2 failed"), std::string::npos);
  EXPECT_EQ(count(html, "<details class=\"failure\""), 2u);
  EXPECT_EQ(count(html, "data-known"), 1u);
  EXPECT_NE(html.find("<pre>&lt;a&gt; &amp; &quot;b&quot;</pre>"), std::string::npos);
  EXPECT_NE(html.find("invar spec --config interp-guard --only 0badcafe.2 /suite/spec/core/fails.wast"),
            std::string::npos);
  EXPECT_NE(html.find("not &lt;yet&gt;"), std::string::npos);
  EXPECT_NE(html.find("command 2 of 3"), std::string::npos);  // where the configurations part
  EXPECT_NE(html.find("killed"), std::string::npos);
}

TEST(Reproduction, QuotesWhatAShellWouldTakeApart) {
  ScriptReport script = failing_script("spec/a.wast");
  script.result.path = "/my suite/it's.wast";
  EXPECT_EQ(reproduction(test_configuration("explicit"), script, script.result.failures[0]),
            "invar spec --config interp-explicit --only 0badcafe.2 '/my suite/it'\\''s.wast'");
}

}  // namespace
}  // namespace invar::spec
