// Several threads, a store each, on one memory and on one compiled module.
#include <algorithm>
#include <barrier>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "engine/runtime/testing.h"

namespace invar {
namespace {

EngineConfig with_threads(BoundsChecks checks) {
  EngineConfig config{.features = {}, .bounds_checks = checks, .interruptible = true};
  config.features.set(Feature::threads);
  return config;
}

class SharedMemory : public testing::TestWithParam<BoundsChecks> {
 protected:
  static constexpr u32 thread_count = 4;

  SharedMemory() : engine(with_threads(GetParam())), owner(engine) {}

  void make_memory(const MemoryType& type) { memory = *owner.new_memory(type); }

  /// Runs `run(instance, number)` on threads, each with an instance of the module in a store of its own.
  template <class Run>
  void on_threads(const std::shared_ptr<CompiledModule>& module, const Run& run) {
    std::barrier start(thread_count);
    std::vector<std::thread> threads;
    for (u32 i = 0; i < thread_count; ++i) {
      threads.emplace_back([&, i] {
        Store store(engine);
        Linker linker(store);
        if (memory != nullptr) linker.define("m", "memory", memory);
        auto instance = linker.instantiate(module);
        ASSERT_TRUE(instance) << instance.error().message();
        start.arrive_and_wait();
        run(**instance, i);
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  static std::expected<std::vector<Slot>, Trap> call(Instance& instance, std::string_view name,
                                                     const std::vector<Slot>& arguments = {}) {
    return invar::call(*instance.store, *std::get<Func*>(*find_export(instance, name)), arguments);
  }

  Engine engine;
  Store owner;
  Memory* memory = nullptr;
};

TEST_P(SharedMemory, NothingIsLostBetweenThreads) {
  make_memory({.limits = {1, 1, true}, .is_shared = true});
  const auto module = compile_text(engine, R"((module
    (import "m" "memory" (memory 1 1 shared))
    (func (export "run") (param $n i32)
      (loop $again
        (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
        (drop (i64.atomic.rmw.sub offset=8 (i32.const 0) (i64.const 1)))
        (drop (i32.atomic.rmw8.add_u (i32.const 17) (i32.const 1)))
        (drop (i64.atomic.rmw16.add_u (i32.const 18) (i64.const 1)))
        (drop (i64.atomic.rmw32.add_u (i32.const 20) (i64.const 1)))
        (call $add_by_exchange)
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br_if $again (local.get $n))))
    (func $add_by_exchange (local $seen i32)
      (loop $again
        (local.set $seen (i32.atomic.load (i32.const 24)))
        (br_if $again (i32.ne (local.get $seen)
          (i32.atomic.rmw.cmpxchg (i32.const 24) (local.get $seen) (i32.add (local.get $seen) (i32.const 1)))))))))");
  constexpr u32 rounds = 10000, total = thread_count * rounds;
  on_threads(module, [&](Instance& instance, u32) { EXPECT_TRUE(call(instance, "run", {rounds})); });
  u64 words[4];
  std::memcpy(words, memory->base, sizeof words);
  EXPECT_EQ(words[0], total);
  EXPECT_EQ(words[1], ~u64{0} - total + 1);
  EXPECT_EQ(words[2] >> 32, total);
  EXPECT_EQ(words[2] >> 16 & 0xffff, total & 0xffff);
  EXPECT_EQ(words[2] >> 8 & 0xff, total & 0xff);
  EXPECT_EQ(words[2] & 0xff, 0u);
  EXPECT_EQ(words[3], total);
}

/// Each thread grows by a page at a time and uses each page it got; nobody gets the same page, none is missing.
TEST_P(SharedMemory, ThreadsGrowItTogether) {
  constexpr u32 max_pages = 300;
  make_memory({.limits = {0, max_pages, true}, .is_shared = true});
  const u8* const base = memory->base;
  const auto module = compile_text(engine, R"((module
    (import "m" "memory" (memory 0 300 shared))
    (func (export "grow") (result i32) (local $page i32)
      (local.set $page (memory.grow (i32.const 1)))
      (if (i32.ne (local.get $page) (i32.const -1)) (then
        (drop (i32.atomic.rmw.add offset=65532 (i32.shl (local.get $page) (i32.const 16)) (i32.const 1)))
        (i64.store offset=65520 (i32.shl (local.get $page) (i32.const 16)) (i64.const 7))
        (memory.fill (i32.shl (local.get $page) (i32.const 16)) (i32.const 1) (i32.const 100))))
      (local.get $page))
    (func (export "look") (param i32) (result i32)
      (drop (i32.load (i32.const 0x12bfff8)))
      (memory.size))))");
  std::vector<Slot> got[thread_count];
  on_threads(module, [&](Instance& instance, u32 i) {
    Slot seen = 0;
    for (;;) {
      const auto page = call(instance, "grow");
      ASSERT_TRUE(page) << page.error().message;
      if (page->front() == 0xffffffff) break;
      got[i].push_back(page->front());
      const auto size = call(instance, "look", {0});
      if (size) {
        EXPECT_EQ(size->front(), max_pages);  // the last page was there
      } else {
        EXPECT_EQ(size.error().kind, TrapKind::out_of_bounds_memory_access);
      }
      EXPECT_GT(memory->pages(), seen);
      seen = page->front();
    }
  });
  EXPECT_EQ(memory->base, base);
  EXPECT_EQ(memory->pages(), max_pages);
  std::vector<Slot> pages;
  for (const std::vector<Slot>& each : got) {
    EXPECT_TRUE(std::ranges::is_sorted(each));
    pages.insert(pages.end(), each.begin(), each.end());
  }
  std::ranges::sort(pages);
  ASSERT_EQ(pages.size(), max_pages);
  for (u32 i = 0; i < max_pages; ++i) EXPECT_EQ(pages[i], i);
}

/// All threads call the same functions at the same moment, and none of these has been lowered before.
TEST_P(SharedMemory, ThreadsCallAFunctionFirst) {
  for (int round = 0; round < 25; ++round) {
    const auto module = compile_text(engine, R"((module
      (table funcref (elem $indirect $tail))
      (type $t (func (param i64) (result i64)))
      (func (export "run") (param i64) (result i64) (local i64 i64 v128 f64)
        (if (i64.ne (local.get 1) (i64.const 0)) (then unreachable))  ;; locals are zeros
        (i64.add (call $direct (local.get 0))
          (i64.add (call_indirect (type $t) (local.get 0) (i32.const 0))
                   (call_indirect (type $t) (local.get 0) (i32.const 1)))))
      (func $direct (param i64) (result i64) (local i64 i64 i64 i64 i64)
        (i64.add (local.get 5) (i64.mul (local.get 0) (i64.const 2))))
      (func $indirect (type $t) (local i64 i64 i64 i64)
        (i64.add (local.get 4) (i64.mul (local.get 0) (i64.const 3))))
      (func $tail (type $t) (local i64) (return_call $last (i64.add (local.get 0) (local.get 1))))
      (func $last (param i64) (result i64) (local i64 i64 i64)
        (i64.add (local.get 3) (i64.mul (local.get 0) (i64.const 5))))))");
    on_threads(module, [&](Instance& instance, u32 i) {
      const auto result = call(instance, "run", {i + 1});
      ASSERT_TRUE(result) << result.error().message;
      EXPECT_EQ(result->front(), (i + 1) * 10);
    });
  }
}

/// Backtraces of several threads, which look the same functions up.
TEST_P(SharedMemory, ThreadsTrapTogether) {
  const auto module = compile_text(engine, R"((module (func (export "run") (call $f)) (func $f unreachable)))");
  on_threads(module, [&](Instance& instance, u32) {
    for (int round = 0; round < 20; ++round) {
      const auto result = call(instance, "run");
      ASSERT_FALSE(result);
      EXPECT_EQ(result.error().backtrace.size(), 2u);
    }
  });
}

/// Who notifies knows that the other waits: every turn goes by one wait and one notify.
TEST_P(SharedMemory, ThreadsTakeTurns) {
  make_memory({.limits = {1, 1, true}, .is_shared = true});
  const auto module = compile_text(engine, R"((module
    (import "m" "memory" (memory 1 1 shared))
    (func (export "run") (param $me i32) (param $rounds i32) (local $turn i32)
      (loop $again
        (local.set $turn (i32.atomic.load (i32.const 0)))
        (if (i32.eq (i32.and (local.get $turn) (i32.const 3)) (local.get $me))
          (then
            (i32.store (i32.const 64) (i32.add (i32.load (i32.const 64)) (i32.const 1)))
            (i32.atomic.store (i32.const 0) (i32.add (local.get $turn) (i32.const 1)))
            (drop (memory.atomic.notify (i32.const 0) (i32.const -1)))
            (local.set $rounds (i32.sub (local.get $rounds) (i32.const 1))))
          (else (drop (memory.atomic.wait32 (i32.const 0) (local.get $turn) (i64.const -1)))))
        (br_if $again (local.get $rounds))))))");
  constexpr u32 rounds = 200;
  on_threads(module, [&](Instance& instance, u32 i) { EXPECT_TRUE(call(instance, "run", {i, rounds})); });
  EXPECT_EQ(memory->base[64] | memory->base[65] << 8, static_cast<int>(thread_count * rounds));
}

INSTANTIATE_TEST_SUITE_P(BothChecks, SharedMemory, testing::Values(BoundsChecks::guard_pages, BoundsChecks::explicit_),
                         [](const auto& each) {
                           return each.param == BoundsChecks::explicit_ ? "Explicit" : "GuardPages";
                         });

TEST(SharedMemoryReservation, IsAsLargeAsTheSystemGrants) {
  if (std::getenv("MESON_EXE_WRAPPER") != nullptr) GTEST_SKIP() << "an emulator takes memory for reserved pages";
  EngineConfig config = with_threads(BoundsChecks::explicit_);
  config.features.set(Feature::memory64);
  Engine engine(config);
  Store store(engine);
  // 2^46 bytes are more than some systems reserve.
  const auto made = store.new_memory({.limits = {1, u64{1} << 48, true}, .is_64 = true, .is_shared = true});
  ASSERT_TRUE(made) << made.error().message();
  u8* const base = (*made)->base;
  EXPECT_EQ((*made)->grow(16), 1);
  EXPECT_EQ((*made)->base, base);
  base[17 * 65536 - 1] = 1;
}

}  // namespace
}  // namespace invar
