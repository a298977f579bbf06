#include "decoder/base/leb128.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>
#include <vector>

#include "decoder/base/byte_reader.h"
#include "decoder/base/byte_writer.h"

namespace invar {
namespace {

using Bytes = std::vector<u8>;

ErrorCode error_of(const Bytes& bytes, void (*read)(ByteReader&)) {
  ByteReader in(bytes);
  read(in);
  EXPECT_FALSE(in.ok());
  return in.error().code;
}

void read_u32(ByteReader& in) { in.u32_leb(); }
void read_u64(ByteReader& in) { in.u64_leb(); }
void read_s32(ByteReader& in) { in.s32_leb(); }
void read_s33(ByteReader& in) { in.s33_leb(); }
void read_s64(ByteReader& in) { in.s64_leb(); }

TEST(Leb128, RoundTrips) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20000; ++i) {
    const u64 bits = random() >> (random() % 64);
    ByteWriter out;
    out.u32_leb(static_cast<u32>(bits));
    out.u64_leb(bits);
    out.s32_leb(static_cast<s32>(bits));
    const s64 s33 = static_cast<s64>(bits << 31) >> 31;
    out.s33_leb(s33);
    out.s64_leb(static_cast<s64>(bits));
    out.s64_leb(-static_cast<s64>(bits));
    ByteReader in(out.data());
    EXPECT_EQ(in.u32_leb(), static_cast<u32>(bits));
    EXPECT_EQ(in.u64_leb(), bits);
    EXPECT_EQ(in.s32_leb(), static_cast<s32>(bits));
    EXPECT_EQ(in.s33_leb(), s33);
    EXPECT_EQ(in.s64_leb(), static_cast<s64>(bits));
    EXPECT_EQ(in.s64_leb(), -static_cast<s64>(bits));
    EXPECT_TRUE(in.ok());
    EXPECT_TRUE(in.at_end());
  }
}

TEST(Leb128, Limits) {
  const Bytes max_u32 = {0xff, 0xff, 0xff, 0xff, 0x0f};
  EXPECT_EQ(ByteReader(max_u32).u32_leb(), ~u32{0});
  const Bytes min_s32 = {0x80, 0x80, 0x80, 0x80, 0x78};
  EXPECT_EQ(ByteReader(min_s32).s32_leb(), std::numeric_limits<s32>::min());
  const Bytes min_s64 = {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f};
  EXPECT_EQ(ByteReader(min_s64).s64_leb(), std::numeric_limits<s64>::min());
  const Bytes padded = {0x81, 0x80, 0x80, 0x80, 0x00};
  EXPECT_EQ(ByteReader(padded).u32_leb(), 1u);
  const Bytes padded_minus_one = {0xff, 0xff, 0xff, 0xff, 0x7f};
  EXPECT_EQ(ByteReader(padded_minus_one).s32_leb(), -1);
}

TEST(Leb128, Errors) {
  EXPECT_EQ(error_of({}, read_u32), ErrorCode::unexpected_end_of_section);
  EXPECT_EQ(error_of({0x80}, read_u32), ErrorCode::unexpected_end_of_section);
  EXPECT_EQ(error_of({0x80, 0x80, 0x80, 0x80, 0x80, 0x00}, read_u32), ErrorCode::integer_representation_too_long);
  EXPECT_EQ(error_of({0x80, 0x80, 0x80, 0x80, 0x10}, read_u32), ErrorCode::integer_too_large);
  EXPECT_EQ(error_of({0xff, 0xff, 0xff, 0xff, 0x0f}, read_s32), ErrorCode::integer_too_large);
  EXPECT_EQ(error_of({0x80, 0x80, 0x80, 0x80, 0x80, 0x00}, read_s32), ErrorCode::integer_representation_too_long);
  EXPECT_EQ(error_of({0x80, 0x80, 0x80, 0x80, 0x20}, read_s33), ErrorCode::integer_too_large);
  EXPECT_EQ(error_of({0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x02}, read_u64),
            ErrorCode::integer_too_large);
  EXPECT_EQ(error_of({0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00}, read_s64),
            ErrorCode::integer_representation_too_long);
}

TEST(ByteReader, KeepsTheFirstError) {
  const Bytes bytes = {0x80, 0x80, 0x80, 0x80, 0x10, 1, 2, 3};
  ByteReader in(bytes);
  EXPECT_EQ(in.u32_leb(), 0u);
  EXPECT_TRUE(in.at_end());
  EXPECT_EQ(in.byte(), 0);
  EXPECT_EQ(in.fixed64(), 0u);
  EXPECT_EQ(in.error().code, ErrorCode::integer_too_large);
  EXPECT_EQ(in.error().offset, 0u);
}

TEST(ByteReader, Names) {
  const Bytes good = {3, 'a', 0xc3, 0xa4};
  EXPECT_EQ(ByteReader(good).name(), "a\xc3\xa4");
  const Bytes long_name = {9, 'a'};
  ByteReader too_long(long_name);
  too_long.name();
  EXPECT_EQ(too_long.error().code, ErrorCode::length_out_of_bounds);
  const Bytes bad_name = {1, 0xc3};
  ByteReader malformed(bad_name);
  malformed.name();
  EXPECT_EQ(malformed.error().code, ErrorCode::malformed_utf8);
}

TEST(ByteReader, FixedWidth) {
  ByteWriter out;
  out.fixed32(0x01020304);
  out.fixed64(0x1122334455667788);
  EXPECT_EQ(out.data()[0], 4);
  ByteReader in(out.data());
  EXPECT_EQ(in.fixed32(), 0x01020304u);
  EXPECT_EQ(in.fixed64(), 0x1122334455667788u);
}

}  // namespace
}  // namespace invar
