#include "decoder/binary/name_section.h"

#include "decoder/test_module.h"

namespace invar {
namespace {

using namespace invar::testing;

Bytes text(std::string_view name) { return leb(name.size()) + Bytes(name.begin(), name.end()); }
Bytes subsection(u8 id, const Bytes& contents) { return Bytes{id} + leb(contents.size()) + contents; }

const Bytes full = subsection(0, text("shop")) + subsection(1, Bytes{2, 0} + text("main") + Bytes{3} + text("help")) +
                   subsection(2, Bytes{1, 3, 2, 0} + text("a") + Bytes{1} + text("b")) +
                   subsection(3, Bytes{1, 0, 1, 0} + text("top")) + subsection(4, Bytes{1, 0} + text("t")) +
                   subsection(5, Bytes{1, 0} + text("tab")) + subsection(6, Bytes{1, 0} + text("mem")) +
                   subsection(7, Bytes{1, 0} + text("glob")) + subsection(8, Bytes{1, 0} + text("el")) +
                   subsection(9, Bytes{1, 0} + text("dat")) + subsection(10, Bytes{1, 2, 1, 1} + text("f")) +
                   subsection(11, Bytes{1, 5} + text("oops"));

TEST(NameSection, AllKinds) {
  const Result<NameSection> names = NameSection::parse(full);
  ASSERT_TRUE(names) << names.error().message();
  EXPECT_EQ(names->module, "shop");
  EXPECT_EQ(names->functions.find(0), "main");
  EXPECT_EQ(names->functions.find(1), "");
  EXPECT_EQ(names->functions.find(3), "help");
  EXPECT_EQ(names->locals.find(3, 1), "b");
  EXPECT_EQ(names->locals.find(3, 2), "");
  EXPECT_EQ(names->locals.find(0, 0), "");
  EXPECT_EQ(names->labels.find(0, 0), "top");
  EXPECT_EQ(names->types.find(0), "t");
  EXPECT_EQ(names->tables.find(0), "tab");
  EXPECT_EQ(names->memories.find(0), "mem");
  EXPECT_EQ(names->globals.find(0), "glob");
  EXPECT_EQ(names->elems.find(0), "el");
  EXPECT_EQ(names->datas.find(0), "dat");
  EXPECT_EQ(names->fields.find(2, 1), "f");
  EXPECT_EQ(names->tags.find(5), "oops");
}

TEST(NameSection, EveryCutIsAnErrorOrAShorterSection) {
  for (size_t size = 0; size < full.size(); ++size) {
    const Result<NameSection> names = NameSection::parse(std::span(full).first(size));
    if (!names) {
      EXPECT_EQ(names.error().category(), ErrorCategory::malformed);
    }
  }
}

TEST(NameSection, Faults) {
  auto error = [](const Bytes& contents) {
    const Result<NameSection> names = NameSection::parse(contents);
    return names ? std::string() : names.error().message();
  };
  EXPECT_TRUE(begins(error(subsection(1, Bytes{2, 3} + text("x") + Bytes{3} + text("y"))), "malformed name section"));
  EXPECT_TRUE(begins(error(subsection(1, {0}) + subsection(0, text("m"))), "malformed name section"));
  EXPECT_TRUE(begins(error(subsection(1, {0, 0})), "section size mismatch"));
  EXPECT_TRUE(begins(error({1, 9, 0}), "length out of bounds"));
  EXPECT_TRUE(begins(error(subsection(0, {1, 0xff})), "malformed UTF-8 encoding"));
  EXPECT_TRUE(begins(error(subsection(1, {0xff, 0xff, 0xff, 0xff, 0x0f})), "unexpected end"));
  EXPECT_EQ(error(subsection(99, {1, 2, 3})), "");  // of a later version
}

TEST(NameSection, NeverMakesAModuleWrong) {
  auto with_names = [](const Bytes& contents) {
    TestModule module = function_module(type_void, {});
    return module.section(SectionId::custom, text("name") + contents).decode();
  };
  const auto broken =
      with_names(subsection(1, Bytes{2, 0} + text("main") + Bytes{1, 5, 'x'}) + subsection(7, Bytes{1, 0} + text("g")));
  ASSERT_TRUE(broken);
  EXPECT_EQ(find_function_name(**broken, 0), "main");
  EXPECT_EQ(find_function_name(**broken, 1), "");
  EXPECT_EQ(read_names(**broken).functions.find(0), "main");
  const auto good = with_names(full);
  ASSERT_TRUE(good);
  EXPECT_EQ(read_names(**good).tags.find(5), "oops");
}

TEST(NameSection, NamesTheFunctionOfAnError) {
  TestModule module = function_module(type_void, {0x41, 0});
  module.section(SectionId::custom, text("name") + full);
  EXPECT_EQ(module.error(),
            "type mismatch: block requires [] but stack has [i32] (at offset 0x19, in function 0 <main>)");
}

}  // namespace
}  // namespace invar
