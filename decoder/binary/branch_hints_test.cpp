#include "decoder/binary/branch_hints.h"

#include <gtest/gtest.h>

#include "decoder/test_module.h"

namespace invar {
namespace {

using namespace testing;

/// Function 0 is imported. 1: nothing. 2: `br_if` at 3, `if` at 7. 3: `if` at 5, behind locals.
class BranchHintTest : public ::testing::Test {
 protected:
  static Bytes text(std::string_view s) { return Bytes{static_cast<u8>(s.size())} + Bytes(s.begin(), s.end()); }
  static TestModule head() {
    TestModule module;
    module.types({type_void}).items(SectionId::import, {text("m") + text("f") + Bytes{0, 0}});
    module.items(SectionId::function, {{0}, {0}, {0}});
    return module;
  }
  static void code(TestModule& module) {
    module.items(SectionId::code, {{2, 0, 0x0b},
                                   {11, 0, 0x41, 0, 0x0d, 0, 0x41, 0, 0x04, 0x40, 0x0b, 0x0b},
                                   {9, 1, 1, 0x7e, 0x41, 0, 0x04, 0x40, 0x0b, 0x0b}});
  }
  static std::shared_ptr<const Module> module_with(const Bytes& hints, bool late = false) {
    TestModule module = head();
    if (late) code(module);
    module.section(SectionId::custom, text(branch_hint_section) + hints);
    if (!late) code(module);
    const auto made = module.decode();
    EXPECT_TRUE(made) << made.error().message();
    return made.value_or(nullptr);
  }
  static std::string error(const Bytes& contents) {
    const auto hints = BranchHints::parse(*module_with({0}), contents);
    return hints ? "" : hints.error().message();
  }
};

const Bytes good = {2, 2, 2, 3, 1, 0, 7, 1, 1, 3, 1, 5, 1, 1};

TEST_F(BranchHintTest, AreFoundByFunction) {
  const auto module = module_with(good);
  const BranchHints hints = read_branch_hints(*module);
  EXPECT_TRUE(hints.of(0).empty());
  EXPECT_TRUE(hints.of(1).empty());
  ASSERT_EQ(hints.of(2).size(), 2u);
  EXPECT_EQ(hints.of(2)[0].offset, 3u);
  EXPECT_FALSE(hints.of(2)[0].likely);
  EXPECT_EQ(hints.of(2)[1].offset, 7u);
  EXPECT_TRUE(hints.of(2)[1].likely);
  ASSERT_EQ(hints.of(3).size(), 1u);
  EXPECT_TRUE(hints.of(4).empty());
  EXPECT_EQ(encode_branch_hints(hints), good);
}

TEST_F(BranchHintTest, Faults) {
  EXPECT_EQ(error(good), "");
  EXPECT_EQ(error({0}), "");
  const std::string_view prefix = "@metadata.code.branch_hint annotation: ";
  EXPECT_TRUE(begins(error({1, 0, 1, 3, 1, 0}), std::string(prefix) + "no body of function 0"));
  EXPECT_TRUE(begins(error({1, 4, 1, 3, 1, 0}), std::string(prefix) + "no body of function 4"));
  EXPECT_TRUE(begins(error({2, 3, 1, 5, 1, 0, 2, 1, 3, 1, 0}), std::string(prefix) + "function 2 out of order"));
  EXPECT_TRUE(begins(error({2, 3, 1, 5, 1, 0, 3, 1, 5, 1, 0}), std::string(prefix) + "function 3 out of order"));
  EXPECT_TRUE(begins(error({1, 2, 2, 7, 1, 0, 3, 1, 0}), std::string(prefix) + "offset 3 out of order"));
  EXPECT_TRUE(begins(error({1, 2, 1, 3, 1, 2}), std::string(prefix) + "a byte 0 or 1"));
  EXPECT_TRUE(begins(error({1, 2, 1, 3, 2, 0, 0}), std::string(prefix) + "a byte 0 or 1"));
  for (const u8 offset : Bytes{0, 1, 2, 4, 5, 9, 10, 11, 100}) {
    EXPECT_TRUE(begins(error({1, 2, 1, offset, 1, 0}), std::string(prefix) + "invalid target")) << int{offset};
  }
  EXPECT_TRUE(begins(error({0, 0}), "section size mismatch"));
  EXPECT_TRUE(begins(error({1, 2, 0xff, 0xff, 0xff, 0xff, 0x0f, 3, 1, 0}), "unexpected end"));
  EXPECT_TRUE(begins(error({}), "unexpected end"));
}

TEST_F(BranchHintTest, NeverMakeAModuleWrong) {
  for (const Bytes& contents : {Bytes{}, Bytes{1, 2}, Bytes{9, 9, 9, 9}, good + Bytes{0}}) {
    EXPECT_TRUE(read_branch_hints(*module_with(contents)).functions.empty());
  }
  EXPECT_TRUE(read_branch_hints(*module_with(good, true)).functions.empty());
  TestModule twice = head();
  twice.section(SectionId::custom, text(branch_hint_section) + good);
  twice.section(SectionId::custom, text(branch_hint_section) + good);
  code(twice);
  EXPECT_TRUE(read_branch_hints(**twice.decode()).functions.empty());
}

}  // namespace
}  // namespace invar
