#include <gtest/gtest.h>

#include "decoder/binary/encoder.h"
#include "decoder/binary/immediates.h"
#include "decoder/opcode_lookup.h"
#include "decoder/validate/signature.h"

namespace invar {
namespace {

TEST(Opcode, EveryRowIsFoundByItsCode) {
  size_t found = 0;
  for (u32 byte = 0; byte < 256; ++byte) {
    if (is_prefix(static_cast<u8>(byte))) {
      EXPECT_EQ(find_op(static_cast<u8>(byte)), no_op);
      for (u32 code = 0; code < 0x400; ++code) {
        const Op op = find_op(static_cast<u8>(byte), code);
        if (op == no_op) continue;
        ++found;
        EXPECT_EQ(info(op).prefix, byte);
        EXPECT_EQ(info(op).code, code);
      }
      EXPECT_EQ(find_op(static_cast<u8>(byte), ~u32{0}), no_op);
    } else if (const Op op = find_op(static_cast<u8>(byte)); op != no_op) {
      ++found;
      EXPECT_EQ(info(op).code, byte);
    }
  }
  EXPECT_EQ(found, op_count);
}

TEST(Opcode, WriteAndRead) {
  for (size_t i = 0; i < op_count; ++i) {
    const Op op = static_cast<Op>(i);
    ByteWriter out;
    write_op(out, op);
    ByteReader in(out.data());
    EXPECT_EQ(read_op(in, Features::all()), op);
    EXPECT_TRUE(in.ok() && in.at_end());
    // Without its feature it is no instruction.
    Features without = Features::all();
    without.set(info(op).feature, false);
    ByteReader again(out.data());
    EXPECT_EQ(read_op(again, without), no_op);
    EXPECT_EQ(again.error().code, ErrorCode::illegal_opcode);
    EXPECT_NE(again.error().message().find(info(info(op).feature).name), std::string::npos);
  }
}

TEST(Opcode, Signatures) {
  const Signature& store = signature_of(Op::i64_store);
  EXPECT_TRUE(store.has_address);
  EXPECT_EQ(store.param_count, 2);
  EXPECT_EQ(store.params[1], type_i64);
  EXPECT_EQ(store.result_count, 0);
  EXPECT_TRUE(signature_of(Op::memory_size).returns_address);
  EXPECT_TRUE(signature_of(Op::memory_grow).returns_address);
  EXPECT_FALSE(signature_of(Op::i32_load).returns_address);
  EXPECT_TRUE(signature_of(Op::call).depends_on_context);
  EXPECT_EQ(signature_of(Op::i64_add128).result_count, 2);
  for (size_t i = 0; i < op_count; ++i) {
    const OpInfo& row = op_infos[i];
    const bool accesses = row.immediates == Immediates::Memarg || row.immediates == Immediates::MemargLane;
    EXPECT_EQ(row.access != 0, accesses) << row.mnemonic;
    EXPECT_EQ(signature_of(static_cast<Op>(i)).has_address || signature_of(static_cast<Op>(i)).returns_address,
              accesses || row.mnemonic == "memory.size" || row.mnemonic == "memory.grow")
        << row.mnemonic;
  }
}

TEST(Opcode, LaneCounts) {
  EXPECT_EQ(lane_count(Op::i8x16_extract_lane_s), 16u);
  EXPECT_EQ(lane_count(Op::i16x8_replace_lane), 8u);
  EXPECT_EQ(lane_count(Op::f32x4_extract_lane), 4u);
  EXPECT_EQ(lane_count(Op::v128_load64_lane), 2u);
  EXPECT_EQ(lane_count(Op::v128_store8_lane), 16u);
}

TEST(Opcode, UnknownOnesAreSpelledInHex) {
  const std::vector<u8> bytes = {0xff};
  ByteReader in(bytes);
  EXPECT_EQ(read_op(in, Features::all()), no_op);
  EXPECT_TRUE(in.error().message().starts_with("illegal opcode ff"));
}

}  // namespace
}  // namespace invar
