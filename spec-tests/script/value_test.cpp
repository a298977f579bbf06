#include "spec-tests/script/value.h"

#include <gtest/gtest.h>

namespace invar::spec {
namespace {

Pattern scalar(ValKind type, LanePattern lane) {
  Pattern pattern;
  pattern.type = type;
  pattern.lane_bytes = type == ValKind::i32 || type == ValKind::f32 ? 4 : 8;
  pattern.floating = type == ValKind::f32 || type == ValKind::f64;
  pattern.lanes = {lane};
  return pattern;
}

Pattern bits(ValKind type, u64 value) { return scalar(type, {LanePattern::Kind::bits, value}); }
Pattern canonical(ValKind type) { return scalar(type, {LanePattern::Kind::nan_canonical, 0}); }
Pattern arithmetic(ValKind type) { return scalar(type, {LanePattern::Kind::nan_arithmetic, 0}); }

Pattern reference(RefKind kind, std::optional<u64> number = {}) {
  Pattern pattern;
  pattern.kind = Pattern::Kind::ref;
  pattern.ref = kind;
  pattern.number = number;
  return pattern;
}

TEST(SpecValue, NumbersMatchBitForBit) {
  EXPECT_TRUE(matches(Value::number_value(ValKind::i32, 7), bits(ValKind::i32, 7)));
  EXPECT_FALSE(matches(Value::number_value(ValKind::i32, 7), bits(ValKind::i32, 8)));
  EXPECT_FALSE(matches(Value::number_value(ValKind::i32, 7), bits(ValKind::i64, 7)));
  EXPECT_FALSE(matches(Value::number_value(ValKind::f32, 0x80000000), bits(ValKind::f32, 0)));
  EXPECT_FALSE(matches(Value::number_value(ValKind::f64, 0x7ff8000000000001), bits(ValKind::f64, 0x7ff8000000000000)));
}

TEST(SpecValue, CanonicalNansHaveOnePayloadAndEitherSign) {
  EXPECT_TRUE(matches(Value::number_value(ValKind::f32, 0x7fc00000), canonical(ValKind::f32)));
  EXPECT_TRUE(matches(Value::number_value(ValKind::f32, 0xffc00000), canonical(ValKind::f32)));
  EXPECT_FALSE(matches(Value::number_value(ValKind::f32, 0x7fc00001), canonical(ValKind::f32)));
  EXPECT_FALSE(matches(Value::number_value(ValKind::f32, 0x7f800000), canonical(ValKind::f32)));
  EXPECT_TRUE(matches(Value::number_value(ValKind::f64, 0xfff8000000000000), canonical(ValKind::f64)));
  EXPECT_FALSE(matches(Value::number_value(ValKind::f64, 0x7ffc000000000000), canonical(ValKind::f64)));
}

TEST(SpecValue, ArithmeticNansHaveTheQuietBit) {
  EXPECT_TRUE(matches(Value::number_value(ValKind::f32, 0x7fc00001), arithmetic(ValKind::f32)));
  EXPECT_FALSE(matches(Value::number_value(ValKind::f32, 0x7fa00000), arithmetic(ValKind::f32)));
  EXPECT_TRUE(matches(Value::number_value(ValKind::f64, 0xfffc000000000000), arithmetic(ValKind::f64)));
  EXPECT_FALSE(matches(Value::number_value(ValKind::f64, 0x7ff4000000000000), arithmetic(ValKind::f64)));
}

TEST(SpecValue, VectorsMatchLaneByLane) {
  Value value;
  value.type = ValKind::v128;
  for (size_t i = 0; i < 16; ++i) value.bits.bytes[i] = static_cast<u8>(i);
  value.bits.bytes[14] = 0xc0;
  value.bits.bytes[15] = 0x7f;  // last lane: 0x7fc00d0c, a NaN that is not canonical
  Pattern pattern;
  pattern.type = ValKind::v128;
  pattern.floating = true;
  pattern.lane_bytes = 4;
  using enum LanePattern::Kind;
  pattern.lanes = {{bits, 0x03020100}, {bits, 0x07060504}, {bits, 0x0b0a0908}, {nan_arithmetic, 0}};
  EXPECT_TRUE(matches(value, pattern));
  pattern.lanes[3].kind = nan_canonical;
  EXPECT_FALSE(matches(value, pattern));
  pattern.lanes[3].kind = nan_arithmetic;
  pattern.lanes[1].bits = 0;
  EXPECT_FALSE(matches(value, pattern));
}

TEST(SpecValue, ReferencesMatchByKindAndNumber) {
  EXPECT_TRUE(matches(Value::reference(RefKind::null_), reference(RefKind::null_)));
  EXPECT_FALSE(matches(Value::reference(RefKind::func), reference(RefKind::null_)));
  EXPECT_TRUE(matches(Value::reference(RefKind::extern_, 3), reference(RefKind::extern_, 3)));
  EXPECT_TRUE(matches(Value::reference(RefKind::extern_, 3), reference(RefKind::extern_)));
  EXPECT_FALSE(matches(Value::reference(RefKind::extern_, 3), reference(RefKind::extern_, 4)));
  EXPECT_FALSE(matches(Value::reference(RefKind::host, 3), reference(RefKind::extern_, 3)));
  EXPECT_FALSE(matches(Value::number_value(ValKind::i64, 0), reference(RefKind::null_)));
}

TEST(SpecValue, EqRefIsWhatRefEqCompares) {
  Pattern eq;
  eq.kind = Pattern::Kind::eq_ref;
  Pattern any;
  any.kind = Pattern::Kind::any_ref;
  for (RefKind kind : {RefKind::i31, RefKind::struct_, RefKind::array}) {
    EXPECT_TRUE(matches(Value::reference(kind), eq));
    EXPECT_TRUE(matches(Value::reference(kind), any));
  }
  EXPECT_FALSE(matches(Value::reference(RefKind::host, 1), eq));
  EXPECT_TRUE(matches(Value::reference(RefKind::host, 1), any));
  EXPECT_FALSE(matches(Value::reference(RefKind::null_), eq));
  EXPECT_FALSE(matches(Value::reference(RefKind::null_), any));
}

TEST(SpecValue, EitherTakesOneOfSeveral) {
  Pattern either;
  either.kind = Pattern::Kind::either;
  either.alternatives = {bits(ValKind::i32, 1), bits(ValKind::i32, 2)};
  EXPECT_TRUE(matches(Value::number_value(ValKind::i32, 2), either));
  EXPECT_FALSE(matches(Value::number_value(ValKind::i32, 3), either));
}

TEST(SpecValue, TextIsTheScripts) {
  EXPECT_EQ(to_string(Value::number_value(ValKind::i32, 0xffffffff)), "i32.const -1");
  EXPECT_EQ(to_string(Value::number_value(ValKind::f32, 0x3fc00000)), "f32.const 1.5 (0x3fc00000)");
  EXPECT_EQ(to_string(Value::reference(RefKind::extern_, 4)), "ref.extern 4");
  EXPECT_EQ(to_string(canonical(ValKind::f64)), "f64.const nan:canonical");
  EXPECT_EQ(to_string(std::vector<Value>{}), "nothing");
  EXPECT_EQ(to_string(std::vector{bits(ValKind::i32, 1), bits(ValKind::i64, 2)}), "(i32.const 1) (i64.const 2)");
}

}  // namespace
}  // namespace invar::spec
