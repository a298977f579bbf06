#include "spec-tests/script/trace.h"

#include <gtest/gtest.h>

#include <functional>

namespace invar::spec {
namespace {

u64 digest_of(const std::function<void(Trace&)>& fill, bool exact = false, bool racing = false) {
  Trace trace{exact, racing};
  fill(trace);
  return trace.digest();
}

u64 digest_of(const Value& value, const std::vector<Pattern>& patterns = {}, bool exact = false, bool racing = false) {
  return digest_of([&](Trace& trace) { trace.add(std::vector{value}, patterns); }, exact, racing);
}

Value f32_bits(u64 bits) { return Value::number_value(ValKind::f32, bits); }

Pattern f32_pattern(LanePattern lane) {
  Pattern pattern;
  pattern.type = ValKind::f32;
  pattern.floating = true;
  pattern.lanes = {lane};
  return pattern;
}

TEST(Digest, OrderAndBordersMatter) {
  Digest a, b, c;
  a.add("ab");
  a.add("c");
  b.add("a");
  b.add("bc");
  c.add("c");
  c.add("ab");
  EXPECT_NE(a.value(), b.value());
  EXPECT_NE(a.value(), c.value());
}

TEST(Digest, IsTheSameEverywhere) {
  Digest digest;
  digest.add("a digest is the same on every processor");
  digest.add(u64{42});
  EXPECT_EQ(digest.value(), 8853421653779519981u);
}

TEST(Trace, NansAreOneNan) {
  EXPECT_EQ(digest_of(f32_bits(0x7fc00000)), digest_of(f32_bits(0xffc00001)));
  EXPECT_NE(digest_of(f32_bits(0x7f800000)), digest_of(f32_bits(0x7fc00000)));
  EXPECT_NE(digest_of(f32_bits(0x7fc00000), {}, true), digest_of(f32_bits(0xffc00001), {}, true));
  const Pattern any = f32_pattern({LanePattern::Kind::nan_arithmetic, 0});
  EXPECT_EQ(digest_of(f32_bits(0x7fc00000), {any}), digest_of(f32_bits(0xffc00001), {any}));
}

TEST(Trace, ANanThatWasAskedForCountsByItsBits) {
  const Pattern bits = f32_pattern({LanePattern::Kind::bits, 0x7fa00000});
  EXPECT_NE(digest_of(f32_bits(0x7fa00000), {bits}), digest_of(f32_bits(0x7fc00000), {bits}));
}

TEST(Trace, LanesOfVectorsToo) {
  Value one, other;
  one.type = other.type = ValKind::v128;
  one.bits.bytes[3] = 0x7f, one.bits.bytes[2] = 0xc0;      // the first f32 lane is a NaN
  other.bits.bytes[3] = 0xff, other.bits.bytes[2] = 0xc1;  // and so is this, with other bits
  EXPECT_EQ(digest_of(one), digest_of(other));
  Pattern integers;
  integers.type = ValKind::v128;
  integers.lane_bytes = 8;
  integers.lanes = {{LanePattern::Kind::bits, 0x7fc00000}, {LanePattern::Kind::bits, 0}};
  EXPECT_NE(digest_of(one, {integers}), digest_of(other, {integers}));
  Pattern floats = integers;
  floats.floating = true;
  floats.lane_bytes = 4;
  floats.lanes.assign(4, {LanePattern::Kind::nan_arithmetic, 0});
  EXPECT_EQ(digest_of(one, {floats}), digest_of(other, {floats}));
}

TEST(Trace, ReferencesCountByKindAndNumber) {
  EXPECT_EQ(digest_of(Value::reference(RefKind::func)), digest_of(Value::reference(RefKind::func)));
  EXPECT_NE(digest_of(Value::reference(RefKind::func)), digest_of(Value::reference(RefKind::null_)));
  EXPECT_NE(digest_of(Value::reference(RefKind::extern_, 1)), digest_of(Value::reference(RefKind::extern_, 2)));
}

TEST(Trace, OnlyThreadsMayChoose) {
  Pattern either;
  either.kind = Pattern::Kind::either;
  either.alternatives = {f32_pattern({LanePattern::Kind::bits, 0}), f32_pattern({LanePattern::Kind::bits, 1})};
  EXPECT_NE(digest_of(f32_bits(0), {either}), digest_of(f32_bits(1), {either}));
  EXPECT_EQ(digest_of(f32_bits(0), {either}, false, true), digest_of(f32_bits(1), {either}, false, true));
  EXPECT_NE(digest_of(f32_bits(0), {either}, false, true), digest_of(f32_bits(2), {either}, false, true));
}

TEST(Trace, FailuresCountByKindAndNotByWords) {
  const auto of = [](const Failure& failure) { return digest_of([&](Trace& trace) { trace.add(failure); }); };
  EXPECT_EQ(of({ErrorCategory::trap, "unreachable at 7", "unreachable"}),
            of({ErrorCategory::trap, "unreachable", "unreachable"}));
  EXPECT_NE(of({ErrorCategory::trap, "", "unreachable"}), of({ErrorCategory::trap, "", "integer overflow"}));
  EXPECT_NE(of({ErrorCategory::trap, "", ""}), of({ErrorCategory::exhaustion, "", ""}));
}

TEST(Trace, StateIsGlobalsMemoriesAndTables) {
  const std::vector<u8> memory(100, 1), other = [] {
    std::vector<u8> bytes(100, 1);
    bytes[99] = 2;
    return bytes;
  }();
  const auto of = [](const InstanceState& state) { return digest_of([&](Trace& trace) { trace.add(state); }); };
  const InstanceState state{{{"g", f32_bits(1)}}, {memory}, {10}};
  EXPECT_EQ(of(state), of(state));
  EXPECT_NE(of(state), of({{{"g", f32_bits(2)}}, {memory}, {10}}));
  EXPECT_NE(of(state), of({{{"g", f32_bits(1)}}, {other}, {10}}));
  EXPECT_NE(of(state), of({{{"g", f32_bits(1)}}, {memory}, {11}}));
}

TEST(Trace, MarksGoOnFromWhatWasBefore) {
  Trace a{false, false}, b{false, false};
  a.add(std::vector{f32_bits(1)}, {});
  b.add(std::vector{f32_bits(2)}, {});
  for (Trace* trace : {&a, &b}) {
    trace->mark();
    trace->add_success();
    trace->mark();
  }
  ASSERT_EQ(a.marks().size(), 2u);
  EXPECT_NE(a.marks()[0], b.marks()[0]);
  EXPECT_NE(a.marks()[1], b.marks()[1]);
}

TEST(Trace, MarksAsText) {
  const std::vector<u32> marks = {0, 0xffffff, 0x123456};
  const std::string text = encode_marks(marks);
  EXPECT_EQ(text, "AAAA____EjRW");
  EXPECT_EQ(decode_marks(text), marks);
  EXPECT_FALSE(decode_marks("AAA"));
  EXPECT_FALSE(decode_marks("AA!A"));
}

}  // namespace
}  // namespace invar::spec
