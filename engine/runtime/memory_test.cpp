// Allocation and growth of memories, guarded and not.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <thread>
#include <vector>

#include "engine/runtime/store.h"

namespace invar {
namespace {

constexpr u64 page = 65536;

class MemoryGrowth : public testing::TestWithParam<BoundsChecks> {
 protected:
  MemoryGrowth() : engine({.features = {}, .bounds_checks = GetParam()}), store(engine) {}
  Memory* make(const MemoryType& type) {
    auto made = store.new_memory(type);
    if (!made) ADD_FAILURE() << made.error().message();
    return made.value_or(nullptr);
  }
  Engine engine;
  Store store;
};

TEST_P(MemoryGrowth, GrowsByPagesOfZeros) {
  Memory* const memory = make({.limits = {1, 0, false}});
  EXPECT_EQ(memory->guarded, engine.guard_pages());
  EXPECT_EQ(memory->size, page);
  memory->base[page - 1] = 1;
  EXPECT_EQ(memory->grow(0), 1);
  EXPECT_EQ(memory->grow(2), 1);
  EXPECT_EQ(memory->pages(), 3u);
  EXPECT_EQ(memory->base[page - 1], 1);
  EXPECT_EQ(memory->base[page], 0);
  memory->base[3 * page - 1] = 2;
}

TEST_P(MemoryGrowth, StopsAtTheDeclaredMaximum) {
  Memory* const memory = make({.limits = {0, 3, true}});
  EXPECT_EQ(memory->grow(4), -1);
  EXPECT_EQ(memory->grow(3), 0);
  EXPECT_EQ(memory->grow(1), -1);
  EXPECT_EQ(memory->grow(0), 3);
}

TEST_P(MemoryGrowth, StopsAtTheAddressType) {
  Memory* const memory = make({.limits = {1, 0, false}});
  EXPECT_EQ(memory->grow(65536), -1);
  EXPECT_EQ(memory->grow(std::numeric_limits<u64>::max()), -1);
  EXPECT_EQ(memory->pages(), 1u);
}

TEST_P(MemoryGrowth, TheWholeAddressSpaceCostsNothingUntilTouched) {
  Memory* const memory = make({.limits = {65536, 65536, true}});
  ASSERT_NE(memory, nullptr);
  EXPECT_EQ(memory->size, u64{1} << 32);
  memory->base[memory->size - 1] = 1;
  EXPECT_EQ(memory->grow(1), -1);
}

TEST_P(MemoryGrowth, GrowingPageByPageKeepsContents) {
  Memory* const memory = make({.limits = {0, 0, false}});
  for (u64 i = 0; i < 300; ++i) {
    ASSERT_EQ(memory->grow(1), static_cast<s64>(i));
    memory->base[i * page] = static_cast<u8>(i);
  }
  for (u64 i = 0; i < 300; ++i) EXPECT_EQ(memory->base[i * page], static_cast<u8>(i));
}

TEST_P(MemoryGrowth, ManyMemories) {
  for (int i = 0; i < 40; ++i) {
    Memory* const memory = make({.limits = {1, 0, false}});
    memory->base[i] = 1;
  }
}

TEST_P(MemoryGrowth, MemoriesOfLaterStoresAreEmpty) {
  for (int i = 0; i < 40; ++i) {
    Store other(engine);
    Memory* const memory = *other.new_memory({.limits = {1, 0, false}});
    EXPECT_EQ(memory->base[65535], 0);
    memory->base[65535] = 1;
    EXPECT_EQ(memory->grow(2), 1);
    EXPECT_EQ(memory->base[65536 * 3 - 1], 0);
    memory->base[65536 * 3 - 1] = 1;
  }
}

TEST_P(MemoryGrowth, SixtyFourBitAddressesAreCheckedExplicitly) {
  Memory* const memory = make({.limits = {1, 0, false}, .is_64 = true});
  EXPECT_FALSE(memory->guarded);
  memory->base[7] = 7;
  EXPECT_EQ(memory->grow(100), 1);
  EXPECT_EQ(memory->base[7], 7);
  EXPECT_EQ(memory->grow(u64{1} << 48), -1);
  EXPECT_EQ(memory->grow(std::numeric_limits<u64>::max() - 1), -1);
  EXPECT_EQ(memory->pages(), 101u);
}

TEST_P(MemoryGrowth, PagesOfOneByte) {
  Memory* const memory = make({.limits = {3, 100'000, true}, .page_size_log2 = 0});
  EXPECT_FALSE(memory->guarded);
  EXPECT_EQ(memory->size, 3u);
  EXPECT_EQ(memory->grow(5), 3);
  EXPECT_EQ(memory->size, 8u);
  EXPECT_EQ(memory->grow(100'000 - 8), 8);
  memory->base[99'999] = 1;
  EXPECT_EQ(memory->grow(1), -1);
}

TEST_P(MemoryGrowth, SharedMemoriesNeverMove) {
  Memory* const memory = make({.limits = {1, 2000, true}, .is_shared = true});
  const u8* const base = memory->base;
  EXPECT_EQ(memory->grow(1999), 1);
  EXPECT_EQ(memory->base, base);
  memory->base[2000 * page - 1] = 1;
}

TEST_P(MemoryGrowth, ThreadsGrowASharedMemoryTogether) {
  Memory* const memory = make({.limits = {0, 400, true}, .is_shared = true});
  std::vector<std::thread> threads;
  std::vector<std::vector<s64>> seen(4);
  for (auto& mine : seen) {
    threads.emplace_back([&mine, memory] {
      for (int i = 0; i < 100; ++i) mine.push_back(memory->grow(1));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(memory->pages(), 400u);
  std::vector<s64> all;
  for (const auto& mine : seen) all.insert(all.end(), mine.begin(), mine.end());
  std::ranges::sort(all);
  for (s64 i = 0; i < 400; ++i) EXPECT_EQ(all[static_cast<size_t>(i)], i);
  EXPECT_EQ(memory->grow(1), -1);
}

TEST_P(MemoryGrowth, StoreLimitsAreForAllMemoriesTogether) {
  Store small(engine, {.max_memory_bytes = 10 * page});
  Memory* const first = *small.new_memory({.limits = {4, 0, false}});
  Memory* const second = *small.new_memory({.limits = {4, 0, false}});
  const auto third = small.new_memory({.limits = {4, 0, false}});
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().message(), "limit reached: memory of 4 pages: more than the store allows");
  EXPECT_EQ(first->grow(3), -1);
  EXPECT_EQ(first->grow(2), 4);
  EXPECT_EQ(second->grow(1), -1);
}

TEST_P(MemoryGrowth, GuardedMemoriesAreLimited) {
  Store small(engine, {.max_guarded_memories = 1});
  EXPECT_EQ((*small.new_memory({.limits = {1, 0, false}}))->guarded, engine.guard_pages());
  EXPECT_FALSE((*small.new_memory({.limits = {1, 0, false}}))->guarded);
}

TEST_P(MemoryGrowth, ImpossibleSizesAreErrors) {
  const auto made = store.new_memory({.limits = {u64{1} << 48, 0, false}, .is_64 = true});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, ErrorCode::host_limit);
}

INSTANTIATE_TEST_SUITE_P(BothChecks, MemoryGrowth, testing::Values(BoundsChecks::guard_pages, BoundsChecks::explicit_),
                         [](const auto& parameter) {
                           return parameter.param == BoundsChecks::guard_pages ? "guard_pages" : "explicit_checks";
                         });

}  // namespace
}  // namespace invar
