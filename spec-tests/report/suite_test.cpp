#include "spec-tests/report/suite.h"

#include <gtest/gtest.h>

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "spec-tests/report/json.h"
#include "spec-tests/report/summary.h"

namespace invar::spec {
namespace {

namespace fs = std::filesystem;

/// Every module is good, every call returns nothing.
class WillingAdapter final : public Adapter {
 public:
  Outcome<Id> load(std::span<const u8>) override { return 0; }
  Outcome<Id> instantiate(Id) override { return 0; }
  Outcome<void> register_instance(Id, const std::string&) override { return {}; }
  Outcome<std::vector<Value>> invoke(Id, const std::string& name, std::span<const Value>) override {
    if (name == "crash") raise(SIGKILL);
    while (name == "hang") pause();
    return std::vector<Value>{};
  }
  Outcome<Value> get(Id, const std::string&) override { return Value{}; }
};

class WillingRuntime final : public Runtime {
 public:
  std::vector<Configuration> configurations() const override {
    return {{"invar", "interp", "guard", "x86_64", false}, {"invar", "interp", "explicit", "x86_64", false}};
  }
  std::unique_ptr<Adapter> make_adapter(const Configuration&, const Features&) const override {
    return std::make_unique<WillingAdapter>();
  }
};

class SuiteTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "invar-suite-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const std::string& path, const std::string& text) {
    fs::create_directories((folder_ / path).parent_path());
    std::ofstream{folder_ / path} << text;
  }

  /// In one configuration.
  Result<RunReport> run(const std::string& expected = {}, SuiteOptions options = {}) {
    Result<Expectations> parsed = Expectations::parse(expected);
    EXPECT_TRUE(parsed);
    options.expectations = &*parsed;
    const WillingRuntime runtime;
    Result<Report> report = run_suite({folder_.string()}, runtime, {runtime.configurations().front()}, options);
    if (!report) return std::unexpected(report.error());
    return std::move(report->runs.at(0));
  }

  fs::path folder_;
};

constexpr const char* good = R"((module) (assert_return (invoke "f")) (assert_return (invoke "g")))";
constexpr const char* bad = R"((module) (assert_return (invoke "f")) (assert_trap (invoke "f") "unreachable"))";

TEST_F(SuiteTest, ScriptsAreFoundBelowAFolderInOrder) {
  write("b/z.wast", good);
  write("b/a.wast", good);
  write("a.wast", good);
  write("notes.txt", "not a script");
  const auto report = run({}, {.processes = {.jobs = 3}});
  ASSERT_TRUE(report);
  ASSERT_EQ(report->scripts.size(), 3u);
  EXPECT_TRUE(report->scripts[0].result.path.ends_with("/a.wast"));
  EXPECT_TRUE(report->scripts[2].result.path.ends_with("/b/z.wast"));
  EXPECT_TRUE(report->scripts[2].directory.ends_with("/b"));
  EXPECT_EQ(report->passed(), 6u);
  EXPECT_EQ(report->failed(), 0u);
}

TEST_F(SuiteTest, AFailureIsShownWithItsPlace) {
  write("bad.wast", std::string{"\n\n"} + bad);
  const auto report = run();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->passed(), 1u);
  EXPECT_EQ(report->failed(), 1u);
  const std::string text = summary({{*report}}, false);
  EXPECT_NE(text.find("bad.wast:3: assert_trap"), std::string::npos) << text;
  EXPECT_NE(text.find("expected  trap: unreachable"), std::string::npos) << text;
  EXPECT_NE(text.find("#" + report->scripts[0].result.failures[0].id), std::string::npos) << text;
}

TEST_F(SuiteTest, AnExpectedFailureIsNoFailure) {
  write("bad.wast", bad);
  for (const char* line : {"bad.wast: reason", "bad.wast [1]: reason"}) {
    const auto report = run(line);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->scripts[0].verdict, Verdict::expected_failure);
    EXPECT_EQ(report->failed(), 0u);
    EXPECT_EQ(report->expected(), 1u);
  }
}

TEST_F(SuiteTest, AnExpectationThatIsWrongFails) {
  write("bad.wast", bad);
  write("good.wast", good);
  const auto report = run("bad.wast [2]: reason\ngood.wast: reason");
  ASSERT_TRUE(report);
  EXPECT_EQ(report->scripts[0].verdict, Verdict::unexpected_failures);
  EXPECT_EQ(report->scripts[1].verdict, Verdict::unexpected_pass);
  EXPECT_EQ(report->failed(), 2u);
}

TEST_F(SuiteTest, AnExpectationForAScriptThatIsGoneIsAnError) {
  write("spec/core/good.wast", good);
  EXPECT_FALSE(run("spec/core/gone.wast: reason"));
  EXPECT_FALSE(run("core/gone.wast#01234567: reason"));
  EXPECT_TRUE(run("spec/core/simd/elsewhere.wast: reason"));
}

TEST_F(SuiteTest, AScriptThatCannotBeReadFailsWhateverIsExpected) {
  write("broken.wast", R"((assert_return (invoke "f"))");
  for (const char* line : {"", "broken.wast: reason"}) {
    const auto report = run(line);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->failed(), 1u);
    EXPECT_NE(summary({{*report}}, false).find("cannot be run"), std::string::npos);
  }
}

TEST_F(SuiteTest, ACrashIsAFailureOfItsCommand) {
  write("a.wast",
        "(module) (assert_return (invoke \"f\") (i32.const 1))\n(assert_return (invoke \"g\"))\n"
        "(invoke \"crash\")\n(assert_return (invoke \"f\"))");
  write("b.wast", good);
  const auto report = run("a.wast: excuses no crash");
  ASSERT_TRUE(report);
  const ScriptReport& script = report->scripts[0];
  EXPECT_EQ(script.verdict, Verdict::failed);
  EXPECT_EQ(script.assertions, 2u);
  EXPECT_EQ(script.passed, 1u);
  ASSERT_EQ(script.result.failures.size(), 2u);
  EXPECT_EQ(script.result.failures[0].position.line, 1u);
  EXPECT_EQ(script.result.failures[1].position.line, 3u);
  EXPECT_EQ(script.result.failures[1].kind, CommandKind::invoke);
  EXPECT_EQ(script.result.failures[1].id.size(), 8u);
  EXPECT_TRUE(script.result.failures[1].got.starts_with("killed by signal 9"));
  EXPECT_EQ(report->scripts[1].verdict, Verdict::passed);
}

TEST_F(SuiteTest, AHangIsAFailureOfItsCommand) {
  write("a.wast", "(module)\n(invoke \"hang\")");
  const auto report = run({}, {.processes = {.timeout_seconds = 0.3}});
  ASSERT_TRUE(report);
  ASSERT_EQ(report->scripts[0].result.failures.size(), 1u);
  EXPECT_EQ(report->scripts[0].result.failures[0].position.line, 2u);
  EXPECT_EQ(report->scripts[0].result.failures[0].got, "not done after 0.3 s");
}

TEST_F(SuiteTest, OneCommandAloneByItsId) {
  write("bad.wast", bad);
  write("good.wast", good);
  const auto whole = run();
  ASSERT_TRUE(whole);
  const std::string id = whole->scripts[0].result.failures[0].id;
  for (const std::string& only : {id, "bad.wast#" + id}) {
    const auto report = run("bad.wast: no excuse for one command", {.only = only});
    ASSERT_TRUE(report) << report.error().message();
    ASSERT_EQ(report->scripts.size(), 1u);
    EXPECT_EQ(report->passed(), 0u);
    EXPECT_EQ(report->failed(), 1u);
  }
  EXPECT_FALSE(run({}, {.only = "good.wast#" + id}));
  EXPECT_FALSE(run({}, {.only = "00000000"}));
}

TEST_F(SuiteTest, SeveralConfigurationsSideBySide) {
  write("good.wast", good);
  write("bad.wast", bad);
  const WillingRuntime runtime;
  const auto report = run_suite({folder_.string()}, runtime, runtime.configurations(), {.processes = {.jobs = 2}});
  ASSERT_TRUE(report);
  ASSERT_EQ(report->runs.size(), 2u);
  EXPECT_EQ(report->runs[1].configuration.name(), "interp-explicit-x86_64");
  EXPECT_EQ(report->passed(), 6u);
  EXPECT_EQ(report->failed(), 2u);
  EXPECT_EQ(report->runs[0].digest(), report->runs[1].digest());
  EXPECT_NE(summary(*report, false).find("2 configurations agree"), std::string::npos);
}

TEST_F(SuiteTest, ShardsCoverEverythingOnce) {
  for (int i = 0; i < 7; ++i) write("s" + std::to_string(i) + ".wast", good);
  size_t scripts = 0;
  for (u32 index : {1u, 2u}) {
    const auto report = run({}, {.shard = {index, 2}});
    ASSERT_TRUE(report);
    EXPECT_EQ(report->shard, std::to_string(index) + "/2");
    scripts += report->scripts.size();
  }
  EXPECT_EQ(scripts, 7u);
}

TEST_F(SuiteTest, APathThatIsNotThereIsAnError) {
  const WillingRuntime runtime;
  const auto report = run_suite({(folder_ / "gone").string()}, runtime, runtime.configurations(), SuiteOptions{});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::io_error);
}

}  // namespace
}  // namespace invar::spec
