#include "tools/invar/run_options.h"

#include <gtest/gtest.h>

namespace invar::tool {
namespace {

RunOptions good(const Arguments& arguments) {
  auto options = parse_run_options(arguments);
  EXPECT_TRUE(options);
  return options ? *std::move(options) : RunOptions{};
}

int status_of(const Arguments& arguments) {
  const auto options = parse_run_options(arguments);
  return options ? -1 : options.error();
}

TEST(RunOptions, WhatFollowsTheFileIsThePrograms) {
  const RunOptions options = good({"--env", "A=b=c", "x.wasm", "--env", "B=1", "--", "-h", "--invoke"});
  EXPECT_EQ(options.file, "x.wasm");
  EXPECT_EQ(options.arguments, (Arguments{"--env", "B=1", "--", "-h", "--invoke"}));
  EXPECT_EQ(options.wasi.args, (Arguments{"x.wasm", "--env", "B=1", "--", "-h", "--invoke"}));
  ASSERT_EQ(options.wasi.env.size(), 1u);
  EXPECT_EQ(options.wasi.env[0], (std::pair<std::string, std::string>{"A", "b=c"}));
  EXPECT_FALSE(options.invoke);
}

TEST(RunOptions, AListOptionTakesOneValueAtATime) {
  const RunOptions options = good({"--dir", "a", "--dir", "b::/c:ro", "x.wasm", "y"});
  EXPECT_EQ(options.file, "x.wasm");
  ASSERT_EQ(options.wasi.preopens.size(), 2u);
  EXPECT_EQ(options.wasi.preopens[0].guest_path, "a");
  EXPECT_EQ(options.wasi.preopens[1].host_path, "b");
  EXPECT_EQ(options.wasi.preopens[1].guest_path, "/c");
  EXPECT_TRUE(options.wasi.preopens[1].read_only);
}

TEST(RunOptions, ArgumentsOfAFunctionAreNotThePrograms) {
  const RunOptions options = good({"--invoke", "add", "--argv0", "me", "m.wat", "-2", "3"});
  EXPECT_EQ(options.invoke, "add");
  EXPECT_EQ(options.arguments, (Arguments{"-2", "3"}));
  EXPECT_EQ(options.wasi.args, Arguments{"me"});
}

TEST(RunOptions, LimitsAndSwitches) {
  const RunOptions options =
      good({"--fuel", "1000", "--timeout", "1.5", "--max-memory", "64M", "--max-heap", "16M", "--max-stack", "1K",
            "--enable", "threads", "--disable", "simd", "--deterministic", "-"});
  EXPECT_EQ(options.file, "-");
  EXPECT_EQ(options.fuel, 1000);
  EXPECT_TRUE(options.engine.fuel);
  EXPECT_TRUE(options.engine.interruptible);
  EXPECT_EQ(options.timeout_seconds, 1.5);
  EXPECT_EQ(options.limits.max_memory_bytes, u64{64} << 20);
  EXPECT_EQ(options.limits.max_heap_bytes, u64{16} << 20);
  EXPECT_EQ(options.limits.max_stack_bytes, 1024u);
  EXPECT_TRUE(options.engine.features.has(Feature::threads));
  EXPECT_FALSE(options.engine.features.has(Feature::simd));
  EXPECT_TRUE(options.wasi.clocks.virtual_time);
  EXPECT_FALSE(options.wasi.random.system);
}

TEST(RunOptions, WrongUsageIsStatus2) {
  for (const Arguments& arguments : std::vector<Arguments>{{},
                                                           {"--env", "A", "x.wasm"},
                                                           {"--env", "=A", "x.wasm"},
                                                           {"--dir", "::x", "x.wasm"},
                                                           {"--preload", "a", "x.wasm"},
                                                           {"--no-such-option", "x.wasm"},
                                                           {"--enable", "flying", "x.wasm"},
                                                           {"--fuel", "-1", "x.wasm"},
                                                           {"--fuel", "many", "x.wasm"},
                                                           {"--timeout", "0", "x.wasm"},
                                                           {"--max-memory", "12X", "x.wasm"},
                                                           {"--invoke"}}) {
    EXPECT_EQ(status_of(arguments), exit_usage) << (arguments.empty() ? "" : arguments[0]);
  }
}

TEST(RunOptions, Sizes) {
  EXPECT_EQ(parse_size("0"), 0u);
  EXPECT_EQ(parse_size("65536"), 65536u);
  EXPECT_EQ(parse_size("2G"), u64{2} << 30);
  EXPECT_FALSE(parse_size(""));
  EXPECT_FALSE(parse_size("K"));
  EXPECT_FALSE(parse_size("-1"));
  EXPECT_FALSE(parse_size("99999999999999999999"));
  EXPECT_FALSE(parse_size("18446744073709551615K"));
}

TEST(RunOptions, Directories) {
  EXPECT_EQ(parse_directory("/a/b")->guest_path, "/a/b");
  EXPECT_TRUE(parse_directory("/a:ro")->read_only);
  EXPECT_EQ(parse_directory("/a:ro")->guest_path, "/a");
  EXPECT_EQ(parse_directory("/a::ro")->guest_path, "ro");
  EXPECT_FALSE(parse_directory("/a::ro")->read_only);
  EXPECT_FALSE(parse_directory(""));
  EXPECT_FALSE(parse_directory("/a::"));
}

}  // namespace
}  // namespace invar::tool
