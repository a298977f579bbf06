#include <chrono>
#include <thread>

#include "wasi/testing/guest.h"

namespace invar::wasi {
namespace {

constexpr u64 millisecond = 1'000'000;

class PollTest : public testing::Test {
 protected:
  PollTest() { reset(); }
  ~PollTest() override {
    for (const int fd : ends) ::close(fd);
  }
  void reset(Version version = Version::snapshot, size_t memory = 1 << 18) {
    config.stdio = {ends[0], ends[1], -1};
    config.clocks.realtime = config.clocks.monotonic = config.clocks.cpu = true;
    guest = std::make_unique<Guest>(config, version, memory);
    size = subscription_size(version);
    clock_body = version == Version::snapshot ? 16 : 24;
  }
  int* made_pipe() {
    if (pipe(ends) < 0) std::abort();
    return ends;
  }
  void clock(u32 at, u64 user, u32 id, u64 timeout, u16 flags = 0) {
    std::memset(guest->at(at), 0, size);
    guest->set<u64>(at, user);
    guest->set<u8>(at + 8, 0);
    guest->set<u32>(at + clock_body, id);
    guest->set<u64>(at + clock_body + 8, timeout);
    guest->set<u16>(at + clock_body + 24, flags);
  }
  void file(u32 at, u64 user, u8 type, u32 fd) {
    std::memset(guest->at(at), 0, size);
    guest->set<u64>(at, user);
    guest->set<u8>(at + 8, type);
    guest->set<u32>(at + 16, fd);
  }
  struct Event {
    u64 user;
    Errno error;
    u8 type;
    u64 bytes;
    u16 flags;
  };
  std::vector<Event> poll(u32 in, u32 count) {
    const u32 out = guest->reserve(count * event_size);
    EXPECT_EQ(guest->call("poll_oneoff", {in, out, count, Guest::out}), Errno::success);
    std::vector<Event> events;
    for (u32 i = 0; i < guest->result(); ++i) {
      const u32 at = out + i * event_size;
      events.push_back({guest->get<u64>(at), static_cast<Errno>(guest->get<u16>(at + 8)), guest->get<u8>(at + 10),
                        guest->get<u64>(at + 16), guest->get<u16>(at + 24)});
    }
    return events;
  }
  u64 now(u32 id) {
    EXPECT_EQ(guest->call("clock_time_get", {id, 0, Guest::out}), Errno::success);
    return guest->result64();
  }

  int ends[2];
  int* made = made_pipe();
  Config config;
  std::unique_ptr<Guest> guest;
  u32 size = 0;
  u32 clock_body = 0;
};

TEST_F(PollTest, SleepsForAWhile) {
  for (const u32 id : {0u, 1u}) {
    const u32 in = guest->reserve(2 * size);
    clock(in, 7, id, 20 * millisecond);
    clock(in + size, 8, id, 3'600'000 * millisecond);
    const u64 before = now(1);
    const auto events = poll(in, 2);
    EXPECT_GE(now(1) - before, 20 * millisecond);
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0].user, 7u);
    EXPECT_EQ(events[0].error, Errno::success);
    EXPECT_EQ(events[0].type, 0);
  }
}

TEST_F(PollTest, SleepsUntilATime) {
  for (const u32 id : {0u, 1u}) {
    const u32 in = guest->reserve(size);
    const u64 deadline = now(id) + 20 * millisecond;
    clock(in, 1, id, deadline, 1);
    EXPECT_EQ(poll(in, 1).size(), 1u);
    EXPECT_GE(now(id), deadline);
    clock(in, 1, id, deadline - 1'000'000 * millisecond, 1);  // long past
    EXPECT_EQ(poll(in, 1).size(), 1u);
  }
}

TEST_F(PollTest, OldLayout) {
  reset(Version::unstable);
  const u32 in = guest->reserve(2 * size);
  EXPECT_EQ(size, 56u);
  clock(in, 5, 1, 10 * millisecond);
  guest->set<u64>(in + 16, ~u64{0});  // the clock's identifier is nobody's business
  file(in + size, 6, 1, 0);
  const u64 before = now(1);
  auto events = poll(in, 2);
  EXPECT_GE(now(1) - before, 10 * millisecond);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].user, 5u);
  ASSERT_EQ(::write(ends[1], "x", 1), 1);
  clock(in, 5, 1, 3'600'000 * millisecond);
  events = poll(in, 2);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].user, 6u);
}

TEST_F(PollTest, FilesBecomeReady) {
  const u32 in = guest->reserve(3 * size);
  file(in, 1, 1, 0);
  file(in + size, 2, 2, 1);
  clock(in + 2 * size, 3, 1, 3'600'000 * millisecond);
  auto events = poll(in, 3);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].user, 2u);
  EXPECT_EQ(events[0].type, 2);
  std::thread writer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    EXPECT_EQ(::write(ends[1], "hello", 5), 5);
  });
  file(in + size, 2, 1, 0);
  events = poll(in, 3);
  writer.join();
  ASSERT_EQ(events.size(), 2u);
  for (const Event& event : events) {
    EXPECT_EQ(event.type, 1);
    EXPECT_EQ(event.bytes, 5u);
    EXPECT_EQ(event.flags, 0);
  }
}

TEST_F(PollTest, TellsWhenTheOtherEndIsGone) {
  const u32 in = guest->reserve(size);
  file(in, 1, 1, 0);
  EXPECT_EQ(guest->close(1), Errno::success);
  ::close(std::exchange(ends[1], -1));
  const auto events = poll(in, 1);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].flags, 1);
}

TEST_F(PollTest, ErrorsAreEvents) {
  const u32 in = guest->reserve(6 * size);
  clock(in, 1, 1, 3'600'000 * millisecond);
  file(in + size, 2, 1, 77);
  file(in + 2 * size, 3, 2, 0);  // not open for writing
  clock(in + 3 * size, 4, 2, 1);
  clock(in + 4 * size, 5, 9, 1);
  file(in + 5 * size, 6, 1, 0xFFFF'FFFF);
  const auto events = poll(in, 6);
  ASSERT_EQ(events.size(), 5u);
  const Errno expected[] = {Errno::badf, Errno::notcapable, Errno::notsup, Errno::inval, Errno::badf};
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(events[i].user, i + 2);
    EXPECT_EQ(events[i].error, expected[i]) << i;
  }
}

TEST_F(PollTest, RefusesNonsense) {
  const u32 in = guest->reserve(size);
  const u32 out = guest->reserve(event_size);
  clock(in, 1, 1, 1);
  const auto call = [&](u64 from, u64 to, u64 count) {
    return guest->call("poll_oneoff", {from, to, count, Guest::out});
  };
  EXPECT_EQ(call(in, out, 0), Errno::inval);
  EXPECT_EQ(call(in, out, 0xFFFF'FFFF), Errno::fault);
  EXPECT_EQ(call(guest->size() - size + 1, out, 1), Errno::fault);
  EXPECT_EQ(call(in, guest->size() - event_size + 1, 1), Errno::fault);
  guest->set<u8>(in + 8, 3);
  EXPECT_EQ(call(in, out, 1), Errno::inval);
  clock(in, 1, 1, 1, 2);
  EXPECT_EQ(call(in, out, 1), Errno::inval);
}

TEST_F(PollTest, ManySubscriptionsTakeNoRoomInTheHost) {
  constexpr u32 count = 200'000;
  reset(Version::snapshot, 32 << 20);
  const u32 in = guest->reserve(count * size);
  for (u32 i = 0; i < count; ++i) file(in + i * size, i, 1, i % 2 == 0 ? 0 : 5);
  // In place: events overwrite subscriptions that were dealt with.
  EXPECT_EQ(guest->call("poll_oneoff", {in, in, count, Guest::out}), Errno::success);
  EXPECT_EQ(guest->result(), count / 2);
  EXPECT_EQ(guest->get<u64>(in + event_size), 3u);
}

TEST_F(PollTest, VirtualTimePassesAtOnce) {
  config.clocks = {};
  config.clocks.virtual_time = VirtualTime{.start = 1'000'000, .step = 10};
  guest = std::make_unique<Guest>(config);
  EXPECT_EQ(now(0), 1'000'010u);
  EXPECT_EQ(now(1), 20u);
  const u32 in = guest->reserve(2 * size);
  clock(in, 1, 1, 3'600'000 * millisecond);
  file(in + size, 2, 1, 0);
  const auto start = std::chrono::steady_clock::now();
  const auto events = poll(in, 2);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(60));
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].user, 1u);
  EXPECT_GE(now(1), 3'600'000 * millisecond);
}

TEST_F(PollTest, ClocksThatWereNotGranted) {
  config.clocks = {};
  config.clocks.monotonic = true;
  guest = std::make_unique<Guest>(config);
  EXPECT_EQ(guest->call("clock_time_get", {0, 0, Guest::out}), Errno::notcapable);
  EXPECT_EQ(guest->call("clock_res_get", {2, Guest::out}), Errno::notcapable);
  EXPECT_EQ(guest->call("clock_time_get", {1, 0, Guest::out}), Errno::success);
  const u32 in = guest->reserve(size);
  clock(in, 1, 0, 3'600'000 * millisecond);
  const auto events = poll(in, 1);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].error, Errno::notcapable);
}

}  // namespace
}  // namespace invar::wasi
