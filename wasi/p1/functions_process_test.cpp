#include "wasi/testing/guest.h"

namespace invar::wasi {
namespace {

TEST(Process, NothingIsGrantedByDefault) {
  Guest guest(Config{});
  EXPECT_EQ(guest.call("args_sizes_get", {Guest::out, Guest::out2}), Errno::success);
  EXPECT_EQ(guest.result64(), 0u);
  EXPECT_EQ(guest.call("environ_sizes_get", {Guest::out, Guest::out2}), Errno::success);
  EXPECT_EQ(guest.result64(), 0u);
  for (u32 id = 0; id < 4; ++id) EXPECT_EQ(guest.call("clock_time_get", {id, 0, Guest::out}), Errno::notcapable);
  EXPECT_EQ(guest.call("random_get", {64, 8}), Errno::notcapable);
  EXPECT_EQ(guest.call("fd_prestat_get", {3, Guest::out}), Errno::badf);
  EXPECT_EQ(guest.read(0, 1), Errno::success);
  EXPECT_EQ(guest.read_text, "");
  EXPECT_EQ(guest.write(1, "x"), Errno::success);
  EXPECT_EQ(guest.open(0, "etc"), Errno::notdir);
}

TEST(Process, ArgumentsAndEnvironment) {
  Config config;
  config.args = {"program", "", "é b"};
  config.env = {{"HOME", "/home"}, {"EMPTY", ""}};
  Guest guest(config);
  EXPECT_EQ(guest.call("args_sizes_get", {Guest::out, Guest::out2}), Errno::success);
  EXPECT_EQ(guest.get<u32>(Guest::out), 3u);
  EXPECT_EQ(guest.get<u32>(Guest::out2), 8u + 1 + 5);
  const u32 array = guest.reserve(12), strings = guest.reserve(14);
  EXPECT_EQ(guest.call("args_get", {array, strings}), Errno::success);
  EXPECT_EQ(guest.text(strings, 14), std::string("program\0\0é b\0", 14));
  EXPECT_EQ(guest.get<u32>(array + 4), strings + 8);
  EXPECT_EQ(guest.get<u32>(array + 8), strings + 9);
  EXPECT_EQ(guest.call("environ_get", {array, strings}), Errno::success);
  EXPECT_EQ(guest.text(strings, 11), std::string("HOME=/home\0", 11));
  EXPECT_EQ(guest.text(guest.get<u32>(array + 4), 7), std::string("EMPTY=\0", 7));
  EXPECT_EQ(guest.call("args_get", {guest.size() - 11, strings}), Errno::fault);
  EXPECT_EQ(guest.call("args_get", {array, guest.size() - 13}), Errno::fault);
  EXPECT_EQ(guest.call("args_sizes_get", {guest.size() - 3, Guest::out}), Errno::fault);
}

TEST(Process, ConfigurationsThatCannotBe) {
  const auto fails = [](auto change) {
    Config config;
    change(config);
    return !create(config).has_value();
  };
  EXPECT_TRUE(fails([](Config& config) { config.args = {std::string("a\0b", 3)}; }));
  EXPECT_TRUE(fails([](Config& config) { config.env = {{"A=B", "c"}}; }));
  EXPECT_TRUE(fails([](Config& config) { config.env = {{"", "c"}}; }));
  EXPECT_TRUE(fails([](Config& config) { config.env = {{"A", std::string("c\0", 2)}}; }));
  EXPECT_TRUE(fails([](Config& config) { config.preopens = {{"/no/such/directory", -1, "/", false}}; }));
  EXPECT_TRUE(fails([](Config& config) { config.preopens = {{"/dev/null", -1, "/", false}}; }));
  EXPECT_TRUE(fails([](Config& config) { config.stdio.in = 99'999; }));
}

TEST(Process, Clocks) {
  Config config;
  config.clocks.realtime = config.clocks.monotonic = config.clocks.cpu = true;
  Guest guest(config);
  const u64 before = static_cast<u64>(time(nullptr));
  EXPECT_EQ(guest.call("clock_time_get", {0, 0, Guest::out}), Errno::success);
  EXPECT_NEAR(static_cast<double>(guest.result64() / 1'000'000'000), static_cast<double>(before), 60.0);
  for (u32 id = 1; id < 4; ++id) {
    EXPECT_EQ(guest.call("clock_time_get", {id, 0, Guest::out}), Errno::success);
    const u64 first = guest.result64();
    EXPECT_EQ(guest.call("clock_time_get", {id, 0, Guest::out}), Errno::success);
    EXPECT_GE(guest.result64(), first);
    EXPECT_EQ(guest.call("clock_res_get", {id, Guest::out}), Errno::success);
    EXPECT_GT(guest.result64(), 0u);
  }
  EXPECT_EQ(guest.call("clock_time_get", {4, 0, Guest::out}), Errno::inval);
  EXPECT_EQ(guest.call("clock_time_get", {0xFFFF'FFFF, 0, Guest::out}), Errno::inval);
}

TEST(Process, RandomBytes) {
  Config config;
  config.random.system = true;
  Guest guest(config);
  const u32 buffer = guest.reserve(64);
  EXPECT_EQ(guest.call("random_get", {buffer, 32}), Errno::success);
  EXPECT_EQ(guest.call("random_get", {buffer + 32, 32}), Errno::success);
  EXPECT_NE(guest.text(buffer, 32), guest.text(buffer + 32, 32));
  EXPECT_EQ(guest.call("random_get", {guest.size(), 0}), Errno::success);
  EXPECT_EQ(guest.call("random_get", {guest.size() - 1, 2}), Errno::fault);
  EXPECT_EQ(guest.call("random_get", {0, 0xFFFF'FFFF}), Errno::fault);
}

TEST(Process, SeededRandomBytesRepeat) {
  Config config;
  config.random.seed = 42;
  Guest a(config), b(config);
  config.random.seed = 43;
  Guest c(config);
  for (Guest* guest : {&a, &b, &c}) EXPECT_EQ(guest->call("random_get", {64, 1001}), Errno::success);
  EXPECT_EQ(a.text(64, 1001), b.text(64, 1001));
  EXPECT_NE(a.text(64, 1001), c.text(64, 1001));
}

TEST(Process, Exit) {
  Guest guest(Config{});
  for (const u32 code : {0u, 37u, 0xFFFF'FFFFu}) {
    guest.call("proc_exit", {code});
    EXPECT_EQ(guest.exit_code, code);
  }
  guest.call("sched_yield", {});
  EXPECT_FALSE(guest.exit_code);
}

TEST(Process, RaiseEndsTheProgramOnly) {
  Guest guest(Config{});
  const auto raise = [&](u32 signal) { return guest.call("proc_raise", {signal}); };
  EXPECT_EQ(raise(6), Errno::success);  // abrt
  EXPECT_EQ(guest.exit_code, 134u);
  EXPECT_EQ(raise(9), Errno::success);  // kill
  EXPECT_EQ(guest.exit_code, 137u);
  for (const u32 ignored : {0u, 16u, 17u, 22u, 27u}) {
    EXPECT_EQ(raise(ignored), Errno::success);
    EXPECT_FALSE(guest.exit_code) << ignored;
  }
  EXPECT_EQ(raise(18), Errno::notsup);  // stop
  EXPECT_EQ(raise(31), Errno::inval);
  EXPECT_FALSE(guest.exit_code);
}

}  // namespace
}  // namespace invar::wasi
