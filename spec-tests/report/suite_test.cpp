#include "spec-tests/report/suite.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

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
  Outcome<std::vector<Value>> invoke(Id, const std::string&, std::span<const Value>) override {
    return std::vector<Value>{};
  }
  Outcome<Value> get(Id, const std::string&) override { return Value{}; }
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

  Result<SuiteReport> run(const std::string& expected = {}, u32 jobs = 1) {
    Result<Expectations> parsed = Expectations::parse(expected);
    EXPECT_TRUE(parsed);
    expectations_ = std::move(*parsed);
    SuiteOptions options;
    options.expectations = &expectations_;
    options.jobs = jobs;
    return run_suite({folder_.string()}, [](const Features&) { return std::make_unique<WillingAdapter>(); }, options);
  }

  fs::path folder_;
  Expectations expectations_;
};

constexpr const char* good = R"((module) (assert_return (invoke "f")) (assert_return (invoke "g")))";
constexpr const char* bad = R"((module) (assert_return (invoke "f")) (assert_trap (invoke "f") "unreachable"))";

TEST_F(SuiteTest, ScriptsAreFoundBelowAFolderInOrder) {
  write("b/z.wast", good);
  write("b/a.wast", good);
  write("a.wast", good);
  write("notes.txt", "not a script");
  const auto report = run({}, 3);
  ASSERT_TRUE(report);
  ASSERT_EQ(report->scripts.size(), 3u);
  EXPECT_TRUE(report->scripts[0].result.path.ends_with("/a.wast"));
  EXPECT_TRUE(report->scripts[2].result.path.ends_with("/b/z.wast"));
  EXPECT_TRUE(report->scripts[2].directory.ends_with("/b"));
  EXPECT_EQ(report->passed, 6u);
  EXPECT_EQ(report->failed, 0u);
}

TEST_F(SuiteTest, AFailureIsShownWithItsPlace) {
  write("bad.wast", std::string{"\n\n"} + bad);
  const auto report = run();
  ASSERT_TRUE(report);
  EXPECT_EQ(report->passed, 1u);
  EXPECT_EQ(report->failed, 1u);
  const std::string text = summary(*report, false);
  EXPECT_NE(text.find("bad.wast:3: assert_trap"), std::string::npos) << text;
  EXPECT_NE(text.find("expected  trap: unreachable"), std::string::npos) << text;
  EXPECT_NE(json_report(*report).find("\"line\": 3, \"command\": \"assert_trap\""), std::string::npos);
}

TEST_F(SuiteTest, AnExpectedFailureIsNoFailure) {
  write("bad.wast", bad);
  for (const char* line : {"bad.wast: reason", "bad.wast [1]: reason"}) {
    const auto report = run(line);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->scripts[0].verdict, Verdict::expected_failure);
    EXPECT_EQ(report->failed, 0u);
    EXPECT_EQ(report->expected, 1u);
  }
}

TEST_F(SuiteTest, AnExpectationThatIsWrongFails) {
  write("bad.wast", bad);
  write("good.wast", good);
  const auto report = run("bad.wast [2]: reason\ngood.wast: reason");
  ASSERT_TRUE(report);
  EXPECT_EQ(report->scripts[0].verdict, Verdict::unexpected_failures);
  EXPECT_EQ(report->scripts[1].verdict, Verdict::unexpected_pass);
  EXPECT_EQ(report->failed, 2u);
}

TEST_F(SuiteTest, AScriptThatCannotBeReadFailsWhateverIsExpected) {
  write("broken.wast", R"((assert_return (invoke "f"))");
  for (const char* line : {"", "broken.wast: reason"}) {
    const auto report = run(line);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->failed, 1u);
    EXPECT_NE(summary(*report, false).find("cannot be run"), std::string::npos);
  }
}

TEST_F(SuiteTest, APathThatIsNotThereIsAnError) {
  const auto report = run_suite({(folder_ / "gone").string()}, {}, SuiteOptions{});
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, ErrorCode::io_error);
}

}  // namespace
}  // namespace invar::spec
