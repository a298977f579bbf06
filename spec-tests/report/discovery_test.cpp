#include "spec-tests/report/discovery.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace invar::spec {
namespace {

TEST(ScriptName, IsTheSameOnEveryMachine) {
  EXPECT_EQ(script_name("/home/me/suite/spec/core/i32.wast", "/home/me/suite"), "spec/core/i32.wast");
  EXPECT_EQ(script_name("/ci/spec/core/simd/../i32.wast", "/ci/spec/core/simd"), "spec/core/i32.wast");
  EXPECT_EQ(script_name("/x/proposals/threads/atomic.wast", "/x/proposals/threads"), "proposals/threads/atomic.wast");
  EXPECT_EQ(script_name("/spec/spec-tests/cases/a.wast", "/spec/spec-tests/cases"), "cases/a.wast");
}

TEST(ScriptName, ElsewhereItBeginsWithTheFolderThatWasSearched) {
  EXPECT_EQ(script_name("/tmp/mine/sub/a.wast", "/tmp/mine"), "mine/sub/a.wast");
  EXPECT_EQ(script_name("/tmp/mine/sub/a.wast", "/tmp/mine/"), "mine/sub/a.wast");
  EXPECT_EQ(script_name("/tmp/mine/a.wast", "/tmp/mine"), "mine/a.wast");
  // Folders that exist, too.
  EXPECT_EQ(script_name("/usr/bin/a.wast", "/usr/bin"), "bin/a.wast");
  EXPECT_EQ(script_name("/usr/lib/x/a.wast", "/usr/lib/"), "lib/x/a.wast");
}

std::vector<ScriptFile> scripts(size_t count) {
  std::vector<ScriptFile> all;
  for (size_t i = 0; i < count; ++i) {
    const std::string name = "spec/" + std::to_string(i) + ".wast";
    all.push_back({"/" + name, name, "spec", i * i * 1000});
  }
  return all;
}

TEST(Shards, EveryScriptIsInExactlyOne) {
  const std::vector<ScriptFile> all = scripts(100);
  for (const u32 count : {1u, 2u, 3u, 7u, 100u, 150u}) {
    std::map<std::string, u32> seen;
    for (u32 index = 1; index <= count; ++index) {
      for (const ScriptFile& script : select(all, {index, count})) ++seen[script.name];
    }
    EXPECT_EQ(seen.size(), all.size());
    for (const auto& [name, times] : seen) EXPECT_EQ(times, 1u) << name;
  }
}

TEST(Shards, TakeAboutTheSameTime) {
  const std::vector<ScriptFile> all = scripts(100);
  std::vector<u64> times;
  for (u32 index = 1; index <= 4; ++index) {
    u64& time = times.emplace_back(0);
    for (const ScriptFile& script : select(all, {index, 4})) time += estimated_time(script);
  }
  EXPECT_LT(std::ranges::max(times), std::ranges::min(times) * 11 / 10);
}

TEST(Shards, KeepTheOrder) {
  const std::vector<ScriptFile> part = select(scripts(20), {2, 3});
  EXPECT_TRUE(std::ranges::is_sorted(part, {}, &ScriptFile::bytes));
}

TEST(Times, RecordedOnesComeBeforeEstimates) {
  const ScriptFile recorded{"/cases/deep_recursion.wast", "cases/deep_recursion.wast", "cases", 1};
  const ScriptFile other{"/cases/other.wast", "cases/other.wast", "cases", 1};
  EXPECT_GT(estimated_time(recorded), estimated_time(other));
}

}  // namespace
}  // namespace invar::spec
