// Allocation and growth of tables.
#include <gtest/gtest.h>

#include <limits>

#include "engine/runtime/store.h"

namespace invar {
namespace {

class TableGrowth : public testing::Test {
 protected:
  TableGrowth() : store(engine) {}
  Engine engine;
  Store store;
};

TEST_F(TableGrowth, NewElementsAreWhatWasAsked) {
  Table* const table = *store.new_table({type_externref, {2, 0, false}, false}, 6);
  EXPECT_EQ(table->size, 2u);
  EXPECT_EQ(table->elements[1], 6u);
  EXPECT_EQ(table->grow(3, 10), 2);
  EXPECT_EQ(table->elements[1], 6u);
  EXPECT_EQ(table->elements[2], 10u);
  EXPECT_EQ(table->elements[4], 10u);
  EXPECT_EQ(table->grow(0, 0), 5);
}

TEST_F(TableGrowth, StopsAtItsLimits) {
  Table* const table = *store.new_table({type_funcref, {0, 10, true}, false}, 0);
  EXPECT_EQ(table->grow(11, 0), -1);
  EXPECT_EQ(table->grow(10, 0), 0);
  EXPECT_EQ(table->grow(1, 0), -1);
  Table* const open = *store.new_table({type_funcref, {1, 0, false}, false}, 0);
  EXPECT_EQ(open->grow(0xffff'ffff, 0), -1);
  EXPECT_EQ(open->grow(std::numeric_limits<u64>::max(), 0), -1);
  EXPECT_EQ(open->size, 1u);
  Table* const wide = *store.new_table({type_funcref, {1, std::numeric_limits<u64>::max(), true}, true}, 0);
  EXPECT_EQ(wide->grow(std::numeric_limits<u64>::max() - 1, 0), -1);
  EXPECT_EQ(wide->grow(9, 0), 1);
}

TEST_F(TableGrowth, GrowingOneByOneKeepsContents) {
  Table* const table = *store.new_table({type_externref, {0, 0, false}, false}, 0);
  for (u64 i = 0; i < 20'000; ++i) ASSERT_EQ(table->grow(1, i * 4 + 2), static_cast<s64>(i));
  for (u64 i = 0; i < 20'000; ++i) ASSERT_EQ(table->elements[i], i * 4 + 2);
}

TEST_F(TableGrowth, HugeTablesAreRefusedOrLazy) {
  const auto refused = store.new_table({type_funcref, {0xffff'ffff, 0, false}, false}, 0);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message(), "limit reached: table of 4294967295 elements: more than the store allows");
  Store generous(engine, {.max_table_elements = std::numeric_limits<u64>::max()});
  const auto lazy = generous.new_table({type_funcref, {0xffff'ffff, 0, false}, false}, 0);
  if (lazy) {
    (*lazy)->elements[0xffff'fffe] = 8;
  } else {  // a system that does not grant so much address space
    EXPECT_EQ(lazy.error().message(), "limit reached: table of 4294967295 elements: the system refuses");
  }
  const auto absurd = generous.new_table({type_funcref, {std::numeric_limits<u64>::max(), 0, false}, true}, 0);
  EXPECT_FALSE(absurd);
}

}  // namespace
}  // namespace invar
