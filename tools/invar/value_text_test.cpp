#include "tools/invar/value_text.h"

#include <gtest/gtest.h>

#include "engine/runtime/reference.h"

namespace invar::tool {
namespace {

std::vector<Slot> parsed(std::string_view text, ValType type) {
  std::vector<Slot> slots;
  if (!append_value(slots, text, type)) slots.clear();
  return slots;
}

TEST(ValueText, TextsThatDenoteTheirValueAreKept) {
  const std::pair<ValType, std::vector<const char*>> cases[] = {
      {type_i32, {"0", "-1", "2147483647", "-2147483648"}},
      {type_i64, {"0", "-1", "9223372036854775807", "-9223372036854775808"}},
      {type_f32, {"0", "-0", "1.5", "inf", "-inf", "nan", "-nan", "nan:0x1", "3.4028235e+38", "1e-45"}},
      {type_f64, {"0", "-0", "0.1", "inf", "nan", "-nan:0x4000000000000", "1.7976931348623157e+308", "5e-324"}},
      {type_v128, {"0x0123456789abcdef0011223344556677"}},
      {type_externref, {"null", "7", "0"}},
      {type_funcref, {"null"}},
  };
  for (const auto& [type, texts] : cases) {
    for (const char* text : texts) {
      const std::vector<Slot> slots = parsed(text, type);
      ASSERT_EQ(slots.size(), slots_of(type)) << text;
      EXPECT_EQ(value_text(slots.data(), type), text);
    }
  }
}

TEST(ValueText, NumbersAreReadAsInTheTextFormat) {
  EXPECT_EQ(parsed("0xffff_ffff", type_i32), std::vector<Slot>{0xffffffff});
  EXPECT_EQ(parsed("4294967295", type_i32), std::vector<Slot>{0xffffffff});
  EXPECT_EQ(parsed("0x1p3", type_f64), std::vector<Slot>{0x4020000000000000});
}

TEST(ValueText, OthersAreRefused) {
  for (const auto& [type, text] : {std::pair{type_i32, "4294967296"},
                                   {type_i32, "1.5"},
                                   {type_i32, ""},
                                   {type_i32, "1 "},
                                   {type_i64, "abc"},
                                   {type_f32, "1e40"},
                                   {type_v128, "0x12"},
                                   {type_v128, "0x0123456789abcdef001122334455667_"},
                                   {type_funcref, "3"},
                                   {type_externref, "-1"},
                                   {type_externref, "0x4000000000000000"}}) {
    EXPECT_TRUE(parsed(text, type).empty()) << text;
  }
  EXPECT_TRUE(parsed("null", ValType::reference({Heap::extern_, 0}, false)).empty());
}

TEST(ValueText, ReferencesWithoutATextOfTheirOwn) {
  const Slot i31 = ref_of_i31(static_cast<u32>(-5));
  EXPECT_EQ(value_text(&i31, ValType::reference({Heap::any, 0}, true)), "i31 -5");
  const Slot pointer = 0x1000;
  EXPECT_EQ(value_text(&pointer, type_funcref), "func");
}

}  // namespace
}  // namespace invar::tool
