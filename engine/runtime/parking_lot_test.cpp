// Waiting and waking without wasm around it.
#include "engine/runtime/parking_lot.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>
#include <vector>

#include "engine/runtime/store.h"

namespace invar {
namespace {

constexpr s64 forever = -1;
constexpr u32 all = ~u32{0};

class ParkingLot : public testing::Test {
 protected:
  ParkingLot() : engine(EngineConfig{}), store(engine, {.max_guarded_memories = 0}) {
    memory = *store.new_memory({.limits = {1, 2, true}, .is_shared = true});
    unshared = *store.new_memory({.limits = {1, 2, true}});
  }

  /// A wait on a thread and in a store of its own.
  struct Waiting {
    explicit Waiting(ParkingLot& test, u64 address, s64 timeout = forever)
        : store(test.engine), thread([this, &test, address, timeout] {
            trap = atomic_wait(store, *test.memory, address, 0, 4, 0, timeout, outcome);
            done = true;
          }) {}
    ~Waiting() {
      if (thread.joinable()) thread.join();
    }
    /// Until the thread stands in the lot.
    void settle() const {
      while (store.waits_at.load() == nullptr && !done) std::this_thread::yield();
    }
    Store store;
    WaitOutcome outcome{};
    TrapKind trap{};
    std::atomic<bool> done{false};
    std::thread thread;
  };

  u32 notify(u64 address, u32 count) {
    u32 woken = 99;
    EXPECT_EQ(atomic_notify(*memory, address, 0, count, woken), TrapKind::none);
    return woken;
  }
  TrapKind wait(const Memory& where, u64 address, u64 offset, u32 bytes, u64 expected, s64 timeout = 0) {
    return atomic_wait(store, where, address, offset, bytes, expected, timeout, outcome);
  }

  Engine engine;
  Store store;
  Memory* memory;
  Memory* unshared;
  WaitOutcome outcome{};
};

TEST_F(ParkingLot, TrapsInTheOrderAlignmentBoundsSharing) {
  EXPECT_EQ(wait(*unshared, 65538, 0, 4, 0), TrapKind::unaligned_atomic);
  EXPECT_EQ(wait(*unshared, 0, 65540, 8, 0), TrapKind::unaligned_atomic);
  EXPECT_EQ(wait(*unshared, 65536, 0, 4, 0), TrapKind::out_of_bounds_memory_access);
  EXPECT_EQ(wait(*unshared, 65528, 8, 8, 0), TrapKind::out_of_bounds_memory_access);
  EXPECT_EQ(wait(*unshared, ~u64{7}, 8, 8, 0), TrapKind::out_of_bounds_memory_access);
  EXPECT_EQ(wait(*unshared, 0, 0, 4, 0), TrapKind::expected_shared_memory);
  u32 woken = 0;
  EXPECT_EQ(atomic_notify(*unshared, 2, 65536, 1, woken), TrapKind::unaligned_atomic);
  EXPECT_EQ(atomic_notify(*unshared, 65536, 0, 1, woken), TrapKind::out_of_bounds_memory_access);
  EXPECT_EQ(atomic_notify(*unshared, 65532, 0, 1, woken), TrapKind::none);
}

TEST_F(ParkingLot, AnotherValueOrATimeEndsTheWait) {
  EXPECT_EQ(wait(*memory, 8, 0, 4, 1, forever), TrapKind::none);
  EXPECT_EQ(outcome, WaitOutcome::not_equal);
  EXPECT_EQ(wait(*memory, 8, 0, 8, u64{1} << 32, forever), TrapKind::none);
  EXPECT_EQ(outcome, WaitOutcome::not_equal);
  EXPECT_EQ(wait(*memory, 8, 0, 4, 0, 0), TrapKind::none);
  EXPECT_EQ(outcome, WaitOutcome::timed_out);
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(wait(*memory, 8, 0, 8, 0, 20'000'000), TrapKind::none);
  EXPECT_EQ(outcome, WaitOutcome::timed_out);
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds{20});
  EXPECT_EQ(notify(8, all), 0u);  // nobody is left behind
}

TEST_F(ParkingLot, TheLongestWaitingIsWokenFirst) {
  Waiting first(*this, 16);
  first.settle();
  Waiting elsewhere(*this, 20);
  elsewhere.settle();
  Waiting second(*this, 16, 1'000'000'000'000'000'000);
  second.settle();
  Waiting third(*this, 16, std::numeric_limits<s64>::max());
  third.settle();
  EXPECT_EQ(notify(16, 0), 0u);
  EXPECT_EQ(notify(16, 1), 1u);
  first.thread.join();
  EXPECT_FALSE(second.done);
  EXPECT_FALSE(third.done);
  EXPECT_EQ(notify(16, all), 2u);
  second.thread.join();
  third.thread.join();
  EXPECT_FALSE(elsewhere.done);
  EXPECT_EQ(notify(20, 5), 1u);
  elsewhere.thread.join();
  for (const Waiting* each : {&first, &second, &third, &elsewhere}) {
    EXPECT_EQ(each->trap, TrapKind::none);
    EXPECT_EQ(each->outcome, WaitOutcome::woken);
  }
}

TEST_F(ParkingLot, AnInterruptEndsTheWaitOfItsStoreAlone) {
  Waiting stopped(*this, 16), left(*this, 16);
  stopped.settle();
  left.settle();
  stopped.store.interrupt();
  stopped.thread.join();
  EXPECT_EQ(stopped.trap, TrapKind::interrupted);
  EXPECT_FALSE(left.done);
  EXPECT_EQ(notify(16, all), 1u);
  left.thread.join();
  EXPECT_EQ(left.trap, TrapKind::none);
}

TEST_F(ParkingLot, AnInterruptBeforeTheWaitCountsOnce) {
  store.interrupt();
  EXPECT_EQ(wait(*memory, 0, 0, 4, 0, forever), TrapKind::interrupted);
  EXPECT_EQ(wait(*memory, 0, 0, 4, 0, 1), TrapKind::none);
  EXPECT_EQ(outcome, WaitOutcome::timed_out);
}

/// Interrupts at any moment, before, in and after the wait: none is lost.
TEST_F(ParkingLot, InterruptsRaceWithWaits) {
  for (int round = 0; round < 200; ++round) {
    Waiting waiting(*this, 32);
    for (int i = 0; i < round % 20; ++i) std::this_thread::yield();
    waiting.store.interrupt();
    waiting.thread.join();
    EXPECT_EQ(waiting.trap, TrapKind::interrupted);
  }
}

}  // namespace
}  // namespace invar
