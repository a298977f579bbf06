#include "engine/platform/virtual_memory.h"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>

namespace invar::platform {
namespace {

TEST(VirtualMemory, RoundsToPages) {
  EXPECT_EQ(round_to_pages(0), 0u);
  EXPECT_EQ(round_to_pages(1), page_size());
  EXPECT_EQ(round_to_pages(page_size()), page_size());
  EXPECT_EQ(round_to_pages(page_size() + 1), 2 * page_size());
  EXPECT_EQ(round_to_pages(std::numeric_limits<u64>::max()), 0u);
}

TEST(VirtualMemory, CommittedPagesAreZeroAndWritable) {
  const u64 size = 16 * page_size();
  u8* const base = reserve(size);
  ASSERT_NE(base, nullptr);
  ASSERT_TRUE(commit(base, 2 * page_size()));
  EXPECT_EQ(base[0], 0);
  base[2 * page_size() - 1] = 7;
  ASSERT_TRUE(decommit(base, 2 * page_size()));
  ASSERT_TRUE(commit(base, 2 * page_size()));
  EXPECT_EQ(base[2 * page_size() - 1], 0);
  release(base, size);
}

TEST(VirtualMemory, HugeLazyRegionsCostNothing) {
  const u64 size = u64{64} << 30;
  u8* const base = reserve_zeroed(size);
  if (base == nullptr) GTEST_SKIP() << "this system does not grant such a region";
  base[size - 1] = 1;
  EXPECT_EQ(base[size / 2], 0);
  release(base, size);
}

TEST(VirtualMemory, EnlargingKeepsContents) {
  u8* base = reserve_zeroed(page_size());
  ASSERT_NE(base, nullptr);
  std::memset(base, 0x5a, page_size());
  u64 size = page_size();
  for (int i = 0; i < 8; ++i) {
    u8* const moved = enlarge_zeroed(base, size, size * 2);
    ASSERT_NE(moved, nullptr);
    base = moved;
    size *= 2;
    EXPECT_EQ(base[page_size() - 1], 0x5a);
    EXPECT_EQ(base[size - 1], 0);
  }
  EXPECT_EQ(enlarge_zeroed(base, size, std::numeric_limits<u64>::max() - 4095), nullptr);
  EXPECT_EQ(base[0], 0x5a);
  release(base, size);
}

TEST(VirtualMemory, ImpossibleSizesAreRefused) {
  EXPECT_EQ(reserve(0), nullptr);
  EXPECT_EQ(reserve(std::numeric_limits<u64>::max() & ~u64{65535}), nullptr);
  EXPECT_EQ(reserve(u64{1} << 60), nullptr);
}

}  // namespace
}  // namespace invar::platform
