#include "decoder/base/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace invar {
namespace {

std::string encode(u32 c) {
  auto more = [](u32 bits) { return static_cast<char>(0x80 | (bits & 0x3f)); };
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) return {static_cast<char>(0xc0 | (c >> 6)), more(c)};
  if (c < 0x10000) return {static_cast<char>(0xe0 | (c >> 12)), more(c >> 6), more(c)};
  return {static_cast<char>(0xf0 | (c >> 18)), more(c >> 12), more(c >> 6), more(c)};
}

TEST(Utf8, EveryScalarValue) {
  for (u32 c = 0; c <= 0x10ffff; ++c) {
    const bool surrogate = c >= 0xd800 && c < 0xe000;
    ASSERT_EQ(is_utf8(encode(c)), !surrogate) << c;
  }
  EXPECT_FALSE(is_utf8(encode(0x110000)));
}

TEST(Utf8, MalformedAtEveryPlace) {
  // Behind the part that is read eight bytes at a time, and within it.
  for (size_t before = 0; before < 20; ++before) {
    const std::string ascii(before, 'x');
    for (const char* bad : {"\x80", "\xc0\x80", "\xc1\xbf", "\xc3", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xe2\x82",
                            "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
      EXPECT_FALSE(is_utf8(ascii + bad)) << before << bad;
      EXPECT_FALSE(is_utf8(ascii + bad + "tail of text")) << before << bad;
    }
    EXPECT_TRUE(is_utf8(ascii + "\xe2\x82\xac" + ascii));
  }
  EXPECT_TRUE(is_utf8(std::string_view{}));
}

}  // namespace
}  // namespace invar
