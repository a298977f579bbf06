// Vector instructions that x86-64 has no single instruction for.
#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "jit/x64/lowering_vector.h"

namespace invar::jit::x64 {

namespace Inst = asmjit::x86::Inst;

namespace {

constexpr u64 bits_of_f32(float value) { return std::bit_cast<u32>(value); }
constexpr u64 bits_of_f64(double value) { return std::bit_cast<u64>(value); }

}  // namespace

// Integers.

/// (a ^ sign) - sign, where sign is all ones if a is negative.
void VectorLowering::absolute_64(const Row& /*row*/) {
  const Item a = in_register(input(0));
  const Item sign = op_by(Inst::kIdPshufd, op(Inst::kIdPsrad, a, immediate(31)), 0xf5);
  finish(op(Inst::kIdPsubq, op(Inst::kIdPxor, a, sign), sign));
}

void VectorLowering::product_64(const Row& /*row*/) {
  const Item a = in_register(input(0)), b = in_register(input(1));
  const Item high_a = op(Inst::kIdPmuludq, op(Inst::kIdPsrlq, a, immediate(32)), b);
  const Item high_b = op(Inst::kIdPmuludq, op(Inst::kIdPsrlq, b, immediate(32)), a);
  const Item high = op(Inst::kIdPsllq, op(Inst::kIdPaddq, high_a, high_b), immediate(32));
  finish(op(Inst::kIdPaddq, op(Inst::kIdPmuludq, a, b), high));
}

/// pmulhrsw is wrong for -1 * -1 only.
void VectorLowering::rounding_product(const Row& /*row*/) {
  const Item product = op(Inst::kIdPmulhrsw, input(0), input(1));
  finish(op(Inst::kIdPxor, product, op(Inst::kIdPcmpeqw, product, repeated(0x8000, 2))));
}

/// By table, for each half of a byte.
void VectorLowering::count_bits(const Row& /*row*/) {
  const Item a = in_register(input(0)), half = repeated(0x0f, 1);
  V128 counts{};
  for (u32 i = 0; i < 16; ++i) counts.bytes[i] = static_cast<u8>(std::popcount(i));
  const Item table = in_register(literal(counts));
  const Item low = op(Inst::kIdPshufb, table, op(Inst::kIdPand, a, half));
  const Item high = op(Inst::kIdPshufb, table, op(Inst::kIdPand, op(Inst::kIdPsrlw, a, immediate(4)), half));
  finish(op(Inst::kIdPaddb, low, high));
}

VectorLowering::Item VectorLowering::extended(u32 id, Item item, bool high) {
  item = in_register(item);
  if (high && id == Inst::kIdPmovzxbw) return op(Inst::kIdPunpckhbw, item, zero());
  return op(id, high ? op_by(Inst::kIdPshufd, item, 0xee) : item);
}

void VectorLowering::extend_high(const Row& row) { finish(extended(row.first, input(0), true)); }

void VectorLowering::product_of_extended(const Row& row) {
  const bool high = row.number != 0;
  const Item a = extended(row.first, input(0), high);
  finish(op(Inst::kIdPmullw, a, extended(row.first, input(1), high)));
}

void VectorLowering::product_of_halves(const Row& row) {
  const Item a = in_register(input(0)), b = in_register(input(1));
  const Item low = op(Inst::kIdPmullw, a, b);
  finish(op(row.second, low, op(row.first, a, b)));
}

void VectorLowering::product_of_spread(const Row& row) {
  const Item a = op_by(Inst::kIdPshufd, in_register(input(0)), row.number);
  finish(op(row.first, a, op_by(Inst::kIdPshufd, in_register(input(1)), row.number)));
}

// pmaddubsw takes its first operand as unsigned, its second as signed.

void VectorLowering::pair_sum_s8(const Row& row) { finish(op(row.first, repeated(1, 1), input(0))); }
void VectorLowering::pair_sum_u8(const Row& row) { finish(op(row.first, input(0), repeated(1, 1))); }
void VectorLowering::pair_sum_s16(const Row& row) { finish(op(row.first, input(0), repeated(1, 2))); }
/// As signed numbers that are less by 2^15.
void VectorLowering::pair_sum_u16(const Row& row) {
  const Item less = op(Inst::kIdPxor, input(0), repeated(0x8000, 2));
  finish(op(Inst::kIdPaddd, op(row.first, less, repeated(1, 2)), repeated(0x1'0000, 4)));
}

void VectorLowering::shift(const Row& row) {
  const Item by = count(static_cast<u32>(row.number));
  finish(op(row.first, input(0), by));
}

/// In words, without the bits that come from or go to a byte's neighbour.
void VectorLowering::shift_bytes(const Row& row) {
  const bool left = row.first == Inst::kIdPsllw;
  const Item a = input(0), by = count(8);
  const auto shifted = [&](Item kept) {
    if (left) return op(row.first, op(Inst::kIdPand, a, kept), by);
    return op(Inst::kIdPand, op(row.first, a, by), kept);
  };
  if (by.kind == Item::Kind::immediate) return finish(shifted(repeated(0xffu >> by.index, 1)));
  const Item words = op(Inst::kIdPsrlw, ones(), count(8, 8));
  finish(shifted(op(Inst::kIdPackuswb, words, words)));
}

void VectorLowering::shift_signed_bytes(const Row& row) {
  const Item a = in_register(input(0)), by = count(8, 8);
  const Item low = op(row.first, op(Inst::kIdPunpcklbw, a, a), by);
  finish(op(Inst::kIdPacksswb, low, op(row.first, op(Inst::kIdPunpckhbw, a, a), by)));
}

/// ((a >> n) ^ sign) - sign, where sign is the shifted sign bit.
void VectorLowering::shift_signed_64(const Row& row) {
  const Item by = count(64);
  const Item sign = by.kind == Item::Kind::immediate ? in_register(repeated(u64{1} << 63 >> by.index, 8))
                                                     : op(row.first, repeated(u64{1} << 63, 8), by);
  finish(op(Inst::kIdPsubq, op(Inst::kIdPxor, op(row.first, input(0), by), sign), sign));
}

/// Of two shifts of one vector that together are a rotation by whole bytes: one shuffle.
bool VectorLowering::rotated_by_bytes() {
  const Value values[] = {lowering_.node(value_).inputs[0], lowering_.node(value_).inputs[1]};
  const Row* shifts[2];
  u32 counts[2];
  for (u32 i = 0; i < 2; ++i) {
    const Node& n = lowering_.node(values[i]);
    if (!lowering_.can_take_over(values[i])) return false;
    shifts[i] = row_of(n.op);
    if (shifts[i] == nullptr || shifts[i]->way != &VectorLowering::shift || !lowering_.is_constant(n.inputs[1]))
      return false;
    counts[i] = static_cast<u32>(lowering_.node(n.inputs[1]).imm) & (static_cast<u32>(shifts[i]->number) - 1);
  }
  const auto is_left = [&](u32 i) {
    return shifts[i]->first == Inst::kIdPsllw || shifts[i]->first == Inst::kIdPslld ||
           shifts[i]->first == Inst::kIdPsllq;
  };
  const auto is_right = [&](u32 i) {
    return shifts[i]->first == Inst::kIdPsrlw || shifts[i]->first == Inst::kIdPsrld ||
           shifts[i]->first == Inst::kIdPsrlq;
  };
  const u32 left = is_left(0) ? 0 : 1, bits = static_cast<u32>(shifts[0]->number);
  const Value from = lowering_.node(values[0]).inputs[0];
  if (!is_left(left) || !is_right(1 - left) || shifts[1]->number != shifts[0]->number) return false;
  if (from != lowering_.node(values[1]).inputs[0] || counts[0] + counts[1] != bits || counts[0] % 8 != 0) return false;
  lowering_.take_over(values[0]);
  lowering_.take_over(values[1]);
  V128 lanes{};
  const u32 bytes = bits / 8, by = counts[left] / 8;
  for (u32 i = 0; i < 16; ++i) lanes.bytes[i] = static_cast<u8>(i / bytes * bytes + (i + bytes - by) % bytes);
  finish(op(Inst::kIdPshufb, value(from), literal(lanes)));
  return true;
}

void VectorLowering::disjunction(const Row& row) {
  if (!rotated_by_bytes()) commuting(row);
}

void VectorLowering::bit_select(const Row& /*row*/) {
  const std::optional<Item> inverted_mask = uninverted_input(2);
  const Item mask = in_register(inverted_mask ? *inverted_mask : input(2));
  const Item a = input(inverted_mask ? 1 : 0), b = input(inverted_mask ? 0 : 1);
  if (is_zero(a)) return finish(op(Inst::kIdPandn, mask, b));
  const Item of_a = op(Inst::kIdPand, mask, a);
  if (is_zero(b)) return finish(of_a);
  finish(op(Inst::kIdPor, of_a, op(Inst::kIdPandn, mask, b)));
}

void VectorLowering::mask_of_words(const Row& row) {
  const Item bytes = op(Inst::kIdPacksswb, input(0), zero());
  finish(transfer(row.first, Width::w32, Width::vector, bytes));
}

// Floats.

/// The instruction gives its second operand for NaNs and for zeros of either sign. Both ways around differ in zeros
/// only, or if there is a NaN: that becomes a canonical one.
void VectorLowering::float_extreme(const Row& row) {
  const bool is_f32 = row.number == 4;
  const Item a = in_register(input(0)), b = in_register(input(1));
  const Item number = op(row.second, op(row.first, a, b), op(row.first, b, a));
  const Item is_nan = op(is_f32 ? Inst::kIdCmpps : Inst::kIdCmppd, a, b, 3);
  const Item payload = is_f32 ? op(Inst::kIdPsrld, is_nan, immediate(10)) : op(Inst::kIdPsrlq, is_nan, immediate(13));
  finish(op(Inst::kIdAndnps, payload, op(Inst::kIdOrps, number, is_nan)));
}

/// Both halves are exact, so that only their sum rounds.
void VectorLowering::convert_u32(const Row& /*row*/) {
  const Item a = in_register(input(0));
  const Item low = op(Inst::kIdCvtdq2ps, op(Inst::kIdPand, a, repeated(0xffff, 4)));
  const Item high = op(Inst::kIdCvtdq2ps, op(Inst::kIdPsrld, a, immediate(16)));
  finish(op(Inst::kIdAddps, op(Inst::kIdMulps, high, repeated(bits_of_f32(65536), 4)), low));
}

/// The number is the lowest bits of one that is greater by 2^52.
void VectorLowering::convert_u32_low(const Row& /*row*/) {
  const Item greater = op(Inst::kIdPunpckldq, input(0), repeated(0x4330'0000, 4));
  finish(op(Inst::kIdSubpd, greater, repeated(bits_of_f64(0x1p52), 8)));
}

// Conversions give the least number for all that they cannot convert.

void VectorLowering::truncate_f32_s(const Row& /*row*/) {
  const Item a = in_register(input(0));
  const Item number = op(Inst::kIdAndps, a, op(Inst::kIdCmpps, a, a, 0));  // NaN: 0
  const Item converted = op(Inst::kIdCvttps2dq, number);
  const Item too_great = op(Inst::kIdCmpps, number, repeated(bits_of_f32(0x1p31f), 4), 5);
  finish(op(Inst::kIdPxor, converted, too_great));
}

void VectorLowering::truncate_f32_u(const Row& /*row*/) {
  const Item limit = repeated(bits_of_f32(0x1p31f), 4);
  const Item number = op(Inst::kIdMaxps, input(0), zero());  // NaN: 0
  const Item low = op(Inst::kIdCvttps2dq, number);
  const Item rest = op(Inst::kIdMaxps, op(Inst::kIdSubps, number, limit), zero());
  const Item too_great = op(Inst::kIdCmpps, rest, limit, 5);
  finish(op(Inst::kIdPaddd, low, op(Inst::kIdPxor, op(Inst::kIdCvttps2dq, rest), too_great)));
}

void VectorLowering::truncate_f64_s(const Row& /*row*/) {
  const Item a = in_register(input(0));
  const Item limit = op(Inst::kIdAndpd, op(Inst::kIdCmppd, a, a, 0), repeated(bits_of_f64(2147483647), 8));
  finish(op(Inst::kIdCvttpd2dq, op(Inst::kIdMinpd, a, limit)));  // NaN: the limit, 0
}

void VectorLowering::truncate_f64_u(const Row& /*row*/) {
  const Item positive = op(Inst::kIdMaxpd, input(0), zero());  // NaN: 0
  const Item number = op(Inst::kIdMinpd, positive, repeated(bits_of_f64(4294967295), 8));
  const Item integer = op_by(Inst::kIdRoundpd, number, 11);
  const Item greater = op(Inst::kIdAddpd, integer, repeated(bits_of_f64(0x1p52), 8));
  finish(op(Inst::kIdShufps, greater, zero(), 0x88));
}

// Lanes.

void VectorLowering::splat_integer(const Row& row) {
  const Item low = transfer(row.first, Width::vector, row.number == 8 ? Width::w64 : Width::w32, input(0));
  switch (row.number) {
    case 1:
      return finish(op(Inst::kIdPshufb, low, zero()));
    case 2:
      return finish(op_by(Inst::kIdPshufd, op_by(Inst::kIdPshuflw, low, 0), 0));
    case 4:
      return finish(op_by(Inst::kIdPshufd, low, 0));
    default:
      return finish(op(Inst::kIdPunpcklqdq, low, low));
  }
}

void VectorLowering::splat_float(const Row& row) { finish(op_by(row.first, input(0), row.number)); }

void VectorLowering::extract(const Row& row) {
  const s32 lane = static_cast<s32>(lowering_.node(value_).imm);
  const Width width = static_cast<Width>(row.number);
  if (lane == 0 && row.second != Inst::kIdNone) return finish(transfer(row.second, width, Width::vector, input(0)));
  finish(transfer(row.first, width, Width::vector, input(0), lane));
}

void VectorLowering::extract_signed(const Row& row) {
  const s32 lane = static_cast<s32>(lowering_.node(value_).imm);
  const Item number = transfer(row.first, Width::w32, Width::vector, input(0), lane);
  finish(transfer(Inst::kIdMovsx, Width::w32, static_cast<Width>(row.number), number, no_number, Form::move));
}

void VectorLowering::extract_float(const Row& row) {
  const s32 lane = static_cast<s32>(lowering_.node(value_).imm);
  const Item a = in_register(input(0));
  if (lane == 0) return finish(a);
  finish(row.first == Inst::kIdPshufd ? op_by(row.first, a, lane) : op(row.first, a, a));
}

void VectorLowering::replace(const Row& row) {
  const s32 lane = static_cast<s32>(lowering_.node(value_).imm);
  finish(note({.id = row.first,
               .width_b = static_cast<Width>(row.number),
               .a = in_register(input(0)),
               .b = input(1),
               .number = lane}));
}

void VectorLowering::replace_f32(const Row& row) {
  const s32 lane = static_cast<s32>(lowering_.node(value_).imm);
  finish(op(row.first, input(0), input(1), lane << 4));
}

void VectorLowering::replace_f64(const Row& row) {
  if (lowering_.node(value_).imm == 0) return finish(op(row.first, input(0), input(1), 1));
  finish(op(row.second, input(0), input(1)));
}

// Shuffles.

void VectorLowering::swizzle(const Row& /*row*/) {
  const Item lanes = input(1);
  if (!is_literal(lanes)) {
    // From 16 on the upper bit comes to be set.
    const Item indices = op(Inst::kIdPaddusb, lanes, repeated(0x70, 1));
    return finish(op(Inst::kIdPshufb, input(0), indices));
  }
  V128 indices = bits_of(lanes);
  for (u8& lane : indices.bytes) lane = lane < 16 ? lane : 0x80;
  finish(op(Inst::kIdPshufb, input(0), literal(indices)));
}

namespace {

/// The lanes as ones of `bytes` bytes, if they are.
template <u32 bytes>
std::optional<std::array<u8, 16 / bytes>> grouped(const u8 (&lanes)[16]) {
  std::array<u8, 16 / bytes> result{};
  for (u32 i = 0; i < 16; i += bytes) {
    if (lanes[i] % bytes != 0) return std::nullopt;
    for (u32 k = 1; k < bytes; ++k) {
      if (lanes[i + k] != lanes[i] + k) return std::nullopt;
    }
    result[i / bytes] = static_cast<u8>(lanes[i] / bytes);
  }
  return result;
}

/// Four lanes of two bits for pshufd and its like.
template <class Lanes>
s32 selector(const Lanes& lanes, size_t from) {
  s32 bits = 0;
  for (size_t i = 0; i < 4; ++i) bits |= (lanes[from + i] & 3) << (2 * i);
  return bits;
}

/// Where in the first of them the bytes are, if they follow each other around `period`.
std::optional<u32> rotation(const u8 (&lanes)[16], u32 period) {
  for (u32 i = 1; i < 16; ++i) {
    if (lanes[i] != (lanes[0] + i) % period) return std::nullopt;
  }
  return lanes[0];
}

/// Lane numbers of a punpck of `bytes` bytes whose first operand begins at `first`.
bool is_interleaved(const u8 (&lanes)[16], u32 bytes, bool high, u32 first) {
  for (u32 i = 0; i < 16; ++i) {
    const u32 group = i / bytes, from = (first + (group % 2) * 16) % 32;
    if (lanes[i] != from + (high ? 8 : 0) + group / 2 * bytes + i % bytes) return false;
  }
  return true;
}

struct Interleaving {
  u32 bytes;
  bool high;
  u32 id;
};
constexpr Interleaving interleavings[] = {
    {1, false, Inst::kIdPunpcklbw},  {2, false, Inst::kIdPunpcklwd}, {4, false, Inst::kIdPunpckldq},
    {8, false, Inst::kIdPunpcklqdq}, {1, true, Inst::kIdPunpckhbw},  {2, true, Inst::kIdPunpckhwd},
    {4, true, Inst::kIdPunpckhdq},   {8, true, Inst::kIdPunpckhqdq},
};

}  // namespace

/// Of one vector; lanes are below 16.
VectorLowering::Item VectorLowering::shuffled(Item from, const u8 (&lanes)[16]) {
  from = in_register(from);
  if (const auto fours = grouped<4>(lanes)) {
    const s32 order = selector(*fours, 0);
    return order == 0xe4 ? from : op_by(Inst::kIdPshufd, from, order);
  }
  if (const auto by = rotation(lanes, 16)) return op(Inst::kIdPalignr, from, from, static_cast<s32>(*by));
  if (const auto twos = grouped<2>(lanes)) {
    const auto stays = [&](size_t first) {
      for (size_t i = first; i < first + 4; ++i) {
        if ((*twos)[i] != i) return false;
      }
      return true;
    };
    const auto is_within = [&](size_t first) {
      for (size_t i = first; i < first + 4; ++i) {
        if ((*twos)[i] / 4 != first / 4) return false;
      }
      return true;
    };
    if (stays(4) && is_within(0)) return op_by(Inst::kIdPshuflw, from, selector(*twos, 0));
    if (stays(0) && is_within(4)) return op_by(Inst::kIdPshufhw, from, selector(*twos, 4));
  }
  V128 indices{};
  std::ranges::copy(lanes, indices.bytes);
  return op(Inst::kIdPshufb, from, literal(indices));
}

/// Of two, where one instruction does it.
bool VectorLowering::shuffled_both(Item a, Item b, const u8 (&lanes)[16]) {
  if (const auto by = rotation(lanes, 32)) {
    finish(*by < 16 ? op(Inst::kIdPalignr, b, a, static_cast<s32>(*by))
                    : op(Inst::kIdPalignr, a, b, static_cast<s32>(*by - 16)));
    return true;
  }
  for (const auto& [bytes, high, id] : interleavings) {
    for (const bool swapped : {false, true}) {
      if (!is_interleaved(lanes, bytes, high, swapped ? 16 : 0)) continue;
      finish(swapped ? op(id, b, a) : op(id, a, b));
      return true;
    }
  }
  if (const auto twos = grouped<2>(lanes)) {
    s32 from_b = 0;
    bool is_blend = true;
    for (size_t i = 0; i < 8; ++i) {
      is_blend &= (*twos)[i] % 8 == i;
      from_b |= ((*twos)[i] / 8) << i;
    }
    if (is_blend) {
      finish(op(Inst::kIdPblendw, a, b, from_b));
      return true;
    }
  }
  if (const auto fours = grouped<4>(lanes)) {
    const auto source = [&](size_t i) { return (*fours)[i] / 4; };
    if (source(0) == source(1) && source(2) == source(3)) {
      finish(op(Inst::kIdShufps, source(0) == 0 ? a : b, source(2) == 0 ? a : b, selector(*fours, 0)));
      return true;
    }
  }
  return false;
}

void VectorLowering::shuffle(const Row& /*row*/) {
  const Node& n = lowering_.node(value_);
  u8 lanes[16];
  std::ranges::copy(lowering_.function_.vectors[n.imm].bytes, lanes);
  const bool is_same = n.inputs[0] == n.inputs[1];
  const auto is_of_a = [&](u8 lane) { return is_same || lane < 16; };
  const bool only_a = std::ranges::all_of(lanes, is_of_a), only_b = std::ranges::none_of(lanes, is_of_a);
  if (only_a || only_b) {
    for (u8& lane : lanes) lane &= 15;
    return finish(shuffled(input(only_a ? 0 : 1), lanes));
  }
  const Item a = input(0), b = input(1);
  if (shuffled_both(a, b, lanes)) return;
  V128 of_a{}, of_b{};
  for (u32 i = 0; i < 16; ++i) {
    of_a.bytes[i] = lanes[i] < 16 ? lanes[i] : 0x80;
    of_b.bytes[i] = lanes[i] < 16 ? 0x80 : lanes[i] & 15;
  }
  if (is_zero(b)) return finish(op(Inst::kIdPshufb, a, literal(of_a)));
  if (is_zero(a)) return finish(op(Inst::kIdPshufb, b, literal(of_b)));
  const Item first = op(Inst::kIdPshufb, a, literal(of_a));
  finish(op(Inst::kIdPor, first, op(Inst::kIdPshufb, b, literal(of_b))));
}

}  // namespace invar::jit::x64
