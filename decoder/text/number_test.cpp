#include "decoder/text/number.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <string>

namespace invar::text {
namespace {

TEST(Number, Naturals) {
  EXPECT_EQ(parse_natural("0", 10), 0u);
  EXPECT_EQ(parse_natural("1_0", 10), 10u);
  EXPECT_EQ(parse_natural("11", 10), std::nullopt);
  EXPECT_EQ(parse_natural("0xff", 255), 255u);
  EXPECT_EQ(parse_natural("0xF_f", 255), 255u);
  EXPECT_EQ(parse_natural("18446744073709551615", ~u64{0}), ~u64{0});
  EXPECT_EQ(parse_natural("18446744073709551616", ~u64{0}), std::nullopt);
  EXPECT_EQ(parse_natural("0x1_0000_0000_0000_0000", ~u64{0}), std::nullopt);
  EXPECT_EQ(parse_natural("00000000000000000000000000000000000007", 10), 7u);
  for (const char* malformed : {"", "_1", "1_", "1__0", "0x", "0x_1", "1a", "0xg", "-1", "+1", "1.0"}) {
    EXPECT_EQ(parse_natural(malformed, 1000), std::nullopt) << malformed;
  }
}

TEST(Number, Integers) {
  EXPECT_EQ(parse_integer("-1", 8), 0xffu);
  EXPECT_EQ(parse_integer("-128", 8), 0x80u);
  EXPECT_EQ(parse_integer("-129", 8), std::nullopt);
  EXPECT_EQ(parse_integer("+255", 8), 255u);
  EXPECT_EQ(parse_integer("256", 8), std::nullopt);
  EXPECT_EQ(parse_integer("-0x80000000", 32), 0x80000000u);
  EXPECT_EQ(parse_integer("-0x80000001", 32), std::nullopt);
  EXPECT_EQ(parse_integer("0xffffffff", 32), 0xffffffffu);
  EXPECT_EQ(parse_integer("0x100000000", 32), std::nullopt);
  EXPECT_EQ(parse_integer("-9223372036854775808", 64), u64{1} << 63);
  EXPECT_EQ(parse_integer("-9223372036854775809", 64), std::nullopt);
  EXPECT_EQ(parse_integer("-0", 32), 0u);
  EXPECT_EQ(parse_integer("--1", 32), std::nullopt);
}

TEST(Number, FloatSyntax) {
  for (const char* good : {"1", "1.", "1.5", "1e3", "1.e3", "1.5E-3", "0x1p4", "0x1.p4", "0xA.bP+4", "inf", "-nan",
                           "nan:0x1_2", "1_0.0_1e1_0", "+0x0"}) {
    EXPECT_TRUE(is_floating(good)) << good;
  }
  for (const char* bad : {"", ".5", "1e", "1e+", "0x.8", "0x1p", "1._5", "1_.5", "1.5_", "nan:1", "nan:", "infinity",
                          "0x1p0x1", "1p3", "1e0x1", "nan:0x", "1ee1"}) {
    EXPECT_FALSE(is_floating(bad)) << bad;
    EXPECT_EQ(parse_f64(bad), std::nullopt) << bad;
  }
}

TEST(Number, SpecialFloats) {
  EXPECT_EQ(parse_f32("inf"), 0x7f800000u);
  EXPECT_EQ(parse_f32("-inf"), 0xff800000u);
  EXPECT_EQ(parse_f32("nan"), 0x7fc00000u);
  EXPECT_EQ(parse_f32("-nan:0x200000"), 0xffa00000u);
  EXPECT_EQ(parse_f32("nan:0x7fffff"), 0x7fffffffu);
  EXPECT_EQ(parse_f32("nan:0x800000"), std::nullopt);
  EXPECT_EQ(parse_f32("nan:0x0"), std::nullopt);
  EXPECT_EQ(parse_f64("nan"), 0x7ff8000000000000u);
  EXPECT_EQ(parse_f64("nan:0xfffffffffffff"), 0x7fffffffffffffffu);
  EXPECT_EQ(parse_f64("nan:0x10000000000000"), std::nullopt);
  EXPECT_EQ(parse_f32("-0"), 0x80000000u);
  EXPECT_EQ(parse_f64("-0x0p-5000"), u64{1} << 63);
}

// 1 + 2^-24 + 2^-60 lies above the middle between 1 and the next f32, but as f64 it is the middle itself: rounding
// twice gives 1.
TEST(Number, SingleRoundingOfDecimals) {
  EXPECT_EQ(parse_f32("1.000000059604644775390625"), 0x3f800000u);  // the middle: to even
  EXPECT_EQ(parse_f32("1.000000059604644775390626"), 0x3f800001u);
  EXPECT_EQ(parse_f32("1.00000005960464477539062500000000000000000000000000000000000001"), 0x3f800001u);
  EXPECT_EQ(parse_f32("1.000000178813934326171875"), 0x3f800002u);  // the middle above an odd one: up
  EXPECT_EQ(parse_f32("1.00000017881393432617187499"), 0x3f800001u);
  const auto twice = static_cast<f32>(std::bit_cast<f64>(*parse_f64("1.00000005960464477539062500000000000000001")));
  EXPECT_EQ(std::bit_cast<u32>(twice), 0x3f800000u) << "this example no longer shows the difference";
}

TEST(Number, SingleRoundingOfHex) {
  EXPECT_EQ(parse_f32("0x1.000001p0"), 0x3f800000u);
  EXPECT_EQ(parse_f32("0x1.00000100000000000p0"), 0x3f800000u);
  EXPECT_EQ(parse_f32("0x1.00000100000000000000000000000001p0"), 0x3f800001u);
  EXPECT_EQ(parse_f32("0x1.000003p0"), 0x3f800002u);
  EXPECT_EQ(parse_f32("0x1.000002fffffffffffffffffffffffffffffp0"), 0x3f800001u);
  EXPECT_EQ(parse_f64("0x1.00000000000008p0"), 0x3ff0000000000000u);
  EXPECT_EQ(parse_f64("0x1.000000000000080000000000000000000001p0"), 0x3ff0000000000001u);
  EXPECT_EQ(parse_f64("0x1.00000000000018p0"), 0x3ff0000000000002u);
  EXPECT_EQ(parse_f64("0x123456789abcdef0123456789p-100"), 0x3fb23456789abcdfu);
}

TEST(Number, Overflow) {
  EXPECT_EQ(parse_f32("0x1.fffffep127"), 0x7f7fffffu);
  EXPECT_EQ(parse_f32("0x1.fffffeffffffp127"), 0x7f7fffffu);
  EXPECT_EQ(parse_f32("0x1.ffffffp127"), std::nullopt);
  EXPECT_EQ(parse_f32("0x1p128"), std::nullopt);
  EXPECT_EQ(parse_f32("340282356779733661637539395458142568447"), 0x7f7fffffu);
  EXPECT_EQ(parse_f32("340282356779733661637539395458142568448"), std::nullopt);
  EXPECT_EQ(parse_f32("-1e39"), std::nullopt);
  EXPECT_EQ(parse_f64("1e308"), std::bit_cast<u64>(1e308));
  EXPECT_EQ(parse_f64("1.7976931348623157e308"), std::bit_cast<u64>(std::numeric_limits<f64>::max()));
  EXPECT_EQ(parse_f64("1.7976931348623159e308"), std::nullopt);
  EXPECT_EQ(parse_f64("0x1.fffffffffffff8p1023"), std::nullopt);
  EXPECT_EQ(parse_f64("1e99999999999999999999999"), std::nullopt);
  EXPECT_EQ(parse_f64("0x1p99999999999999999999999"), std::nullopt);
}

TEST(Number, Subnormals) {
  EXPECT_EQ(parse_f32("0x1p-149"), 1u);
  EXPECT_EQ(parse_f32("0x1p-150"), 0u);  // a tie, to even
  EXPECT_EQ(parse_f32("0x1.0000000000000000000000001p-150"), 1u);
  EXPECT_EQ(parse_f32("0x1.8p-149"), 2u);
  EXPECT_EQ(parse_f32("0x1p-151"), 0u);
  EXPECT_EQ(parse_f32("0x1.fffffep-127"), 0x00800000u);  // rounds up to the least normal number
  EXPECT_EQ(parse_f32("0x0.fffffep-126"), 0x007fffffu);
  EXPECT_EQ(parse_f32("1.401298464324817e-45"), 1u);
  EXPECT_EQ(parse_f32("1e-46"), 0u);
  EXPECT_EQ(parse_f32("-1e-400"), 0x80000000u);
  EXPECT_EQ(parse_f64("4.9406564584124654e-324"), 1u);
  EXPECT_EQ(parse_f64("2.4703282292062327e-324"), 0u);
  EXPECT_EQ(parse_f64("2.4703282292062328e-324"), 1u);
  EXPECT_EQ(parse_f64("1e-99999999999999999999999"), 0u);
  EXPECT_EQ(parse_f64("0x1p-1074"), 1u);
  EXPECT_EQ(parse_f64("0x1p-99999999999999999999999"), 0u);
  EXPECT_EQ(parse_f64("0x0.0000000000000000000000000001p-962"), 1u);
}

TEST(Number, ManyDigits) {
  const std::string zeros(100'000, '0');
  EXPECT_EQ(parse_f64("1" + zeros + "e-100000"), std::bit_cast<u64>(1.0));
  EXPECT_EQ(parse_f64("0." + zeros + "1e100001"), std::bit_cast<u64>(1.0));
  EXPECT_EQ(parse_f64("0x1" + zeros + "p-400000"), std::bit_cast<u64>(1.0));
  EXPECT_EQ(parse_f64("0x0." + zeros + "1p400004"), std::bit_cast<u64>(1.0));
  EXPECT_EQ(parse_f64("1" + zeros), std::nullopt);
  EXPECT_EQ(parse_f32("0." + zeros + "1"), 0u);
}

}  // namespace
}  // namespace invar::text
