#include "wasi/host/descriptor_table.h"

#include <gtest/gtest.h>

namespace invar::wasi {
namespace {

DescriptorPtr made() { return std::make_shared<Descriptor>(UniqueFd(), FileKind::regular, Rights{}); }

TEST(DescriptorTable, TakesTheLowestFreeNumber) {
  DescriptorTable table(100);
  for (u32 i = 0; i < 10; ++i) EXPECT_EQ(table.add(made()), i);
  for (const u32 number : {7u, 2u, 9u, 4u}) EXPECT_TRUE(table.close(number));
  for (const u32 number : {2u, 4u, 7u, 9u, 10u}) EXPECT_EQ(table.add(made()), number);
}

TEST(DescriptorTable, ClosedNumbersAreUnusable) {
  DescriptorTable table(100);
  table.add(made());
  EXPECT_TRUE(table.close(0));
  EXPECT_EQ(table.find(0), nullptr);
  EXPECT_EQ(table.close(0).error().code, EBADF);
  EXPECT_EQ(table.close(1).error().code, EBADF);
  EXPECT_EQ(table.find(~u32{0}), nullptr);
}

TEST(DescriptorTable, StaysOpenWhileInUse) {
  DescriptorTable table(100);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const UniqueFd writing(ends[1]);
  table.add(std::make_shared<Descriptor>(UniqueFd(ends[0]), FileKind::fifo, Rights{}));
  DescriptorPtr user = table.find(0);
  ASSERT_TRUE(table.close(0));
  EXPECT_EQ(::write(writing.get(), "x", 1), 1);  // would be EPIPE if it were closed
  char byte = 0;
  EXPECT_EQ(::read(user->fd.get(), &byte, 1), 1);
}

TEST(DescriptorTable, Renumbers) {
  DescriptorTable table(100);
  const DescriptorPtr first = made(), second = made();
  table.add(first);
  table.add(second);
  EXPECT_EQ(table.renumber(0, 2).error().code, EBADF);
  EXPECT_EQ(table.renumber(2, 0).error().code, EBADF);
  EXPECT_EQ(table.renumber(0, ~u32{0}).error().code, EBADF);
  EXPECT_TRUE(table.renumber(1, 1));
  EXPECT_EQ(table.find(1), second);
  EXPECT_TRUE(table.renumber(1, 0));
  EXPECT_EQ(table.find(0), second);
  EXPECT_EQ(table.find(1), nullptr);
  EXPECT_EQ(table.add(made()), 1u);
}

TEST(DescriptorTable, HasALimit) {
  DescriptorTable table(3);
  for (u32 i = 0; i < 3; ++i) EXPECT_TRUE(table.add(made()));
  EXPECT_EQ(table.add(made()).error().code, EMFILE);
  EXPECT_TRUE(table.close(1));
  EXPECT_EQ(table.add(made()), 1u);
}

}  // namespace
}  // namespace invar::wasi
