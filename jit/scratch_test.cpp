// Scratch memory, and lists that lie in it.
#include "jit/scratch.h"

#include <gtest/gtest.h>

#include <cstring>
#include <numeric>

#include "jit/ir/short_list.h"

namespace invar::jit {
namespace {

TEST(Arena, GivesOutWhatWasGivenBack) {
  Arena arena;
  void* const first = arena.take(100);
  void* const other = arena.take(100);
  EXPECT_NE(first, other);
  arena.give_back(first, 100);
  EXPECT_EQ(arena.take(65), first) << "of the same size when rounded up";
  EXPECT_NE(arena.take(65), first) << "only once";
  arena.give_back(other, 100);
  EXPECT_NE(arena.take(129), other) << "that is too small";
}

TEST(Arena, PiecesDoNotOverlap) {
  Arena arena;
  // Small ones, ones that need a chunk of their own, and what comes behind a chunk that is nearly used up.
  const size_t sizes[] = {1, 7, 8, 31, 32, 33, 511, 512, 4000, 60'000, 70'000, 200'000, 3'000'000, 100, 1};
  for (u32 round = 0; round < 3; ++round) {
    std::vector<std::pair<u8*, size_t>> pieces;
    for (u32 k = 0; k < 5; ++k) {
      for (const size_t size : sizes) {
        u8* const piece = static_cast<u8*>(arena.take(size));
        EXPECT_EQ(reinterpret_cast<uintptr_t>(piece) % 8, 0u);
        std::memset(piece, static_cast<int>(pieces.size() & 0xff), size);
        pieces.emplace_back(piece, size);
      }
    }
    for (size_t i = 0; i < pieces.size(); ++i) {
      const auto [piece, size] = pieces[i];
      ASSERT_EQ(std::count(piece, piece + size, static_cast<u8>(i & 0xff)), static_cast<std::ptrdiff_t>(size)) << i;
    }
    arena.clear();
  }
}

TEST(Scratch, ScopesNest) {
  Arena outer, inner;
  const ScratchScope scope(outer);
  ScratchVector<u32> numbers(1000);
  std::iota(numbers.begin(), numbers.end(), 0);
  {
    const ScratchScope nested(inner);
    EXPECT_EQ(&ScratchScope::arena(), &inner);
    const ScratchVector<u32> others(1000, 7);
    EXPECT_EQ(others.back(), 7u);
  }
  EXPECT_EQ(&ScratchScope::arena(), &outer);
  numbers.resize(5000);
  for (u32 i = 0; i < 1000; ++i) ASSERT_EQ(numbers[i], i);
}

TEST(ShortLists, GrowAndShrink) {
  Arena arena;
  const ScratchScope scope(arena);
  ShortList<2> list;
  EXPECT_TRUE(list.empty());
  for (u32 i = 0; i < 100; ++i) {
    list.push_back(i);
    ASSERT_EQ(list.size(), i + 1);
    ASSERT_EQ(list.back(), i);
    for (u32 k = 0; k <= i; ++k) ASSERT_EQ(list[k], k);
  }
  list.remove_if([](u32 item) { return item % 10 != 0; });
  list.insert_before_last(7);
  const ShortList<2> moved = std::move(list);
  EXPECT_EQ(std::vector<u32>(moved.begin(), moved.end()), (std::vector<u32>{0, 10, 20, 30, 40, 50, 60, 70, 80, 7, 90}));
}

TEST(ShortLists, InsertWhereTheyBeginToGrow) {
  Arena arena;
  const ScratchScope scope(arena);
  ShortList<2> list;
  list.push_back(1);
  list.insert_before_last(2);
  list.insert_before_last(3);
  EXPECT_EQ(std::vector<u32>(list.begin(), list.end()), (std::vector<u32>{2, 3, 1}));
  list.clear();
  EXPECT_TRUE(list.empty());
}

}  // namespace
}  // namespace invar::jit
