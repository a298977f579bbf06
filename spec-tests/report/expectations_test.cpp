#include "spec-tests/report/expectations.h"

#include <gtest/gtest.h>

namespace invar::spec {
namespace {

TEST(Expectations, LinesHavePathCountAndReason) {
  const auto parsed = Expectations::parse("# comment\n\n  core/a.wast: needs a: b\ncore/b.wast [12]: other\r\n");
  ASSERT_TRUE(parsed) << parsed.error().message();
  ASSERT_EQ(parsed->all().size(), 2u);
  EXPECT_EQ(parsed->all()[0].path, "core/a.wast");
  EXPECT_EQ(parsed->all()[0].reason, "needs a: b");
  EXPECT_FALSE(parsed->all()[0].failures);
  EXPECT_EQ(parsed->all()[1].path, "core/b.wast");
  EXPECT_EQ(parsed->all()[1].failures, 12u);
}

TEST(Expectations, AScriptIsFoundByTheEndOfItsPath) {
  const auto parsed = Expectations::parse("core/a.wast: reason");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->find("core/a.wast").size(), 1u);
  EXPECT_EQ(parsed->find("/suite/spec/core/a.wast").size(), 1u);
  EXPECT_EQ(parsed->find("/suite/spec/hardcore/a.wast").size(), 0u);
  EXPECT_EQ(parsed->find("a.wast").size(), 0u);
}

TEST(Expectations, CommandsByTheirIds) {
  const auto parsed = Expectations::parse("core/a.wast#0123abcd: one\ncore/a.wast#0123abcd.2: two: three");
  ASSERT_TRUE(parsed) << parsed.error().message();
  const auto found = parsed->find("/suite/core/a.wast");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0]->id, "0123abcd");
  EXPECT_EQ(found[1]->id, "0123abcd.2");
  EXPECT_EQ(found[1]->reason, "two: three");
}

TEST(Expectations, OtherLinesAreErrors) {
  for (const char* text :
       {"core/a.wast", "core/a.wast:", ": reason", "a.wast []: r", "a.wast [x]: r", "a.wast [0]: r", "a.wast [3 ]: r",
        "a.wast 3]: r", "a.wast: one\na.wast: two", "a.wast#12: r", "a.wast#0123456x: r",
        "a.wast#01234567: r\na.wast#01234567: r", "a.wast#01234567: r\na.wast: r"}) {
    EXPECT_FALSE(Expectations::parse(text)) << text;
  }
}

}  // namespace
}  // namespace invar::spec
