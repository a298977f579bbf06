// Lowering of vector instructions that are not one machine instruction, or not always the same.
#include "jit/arm64/lowering_vector.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "jit/arm64/assembler.h"

namespace invar::jit::arm64 {

using Inst = asmjit::a64::Inst;

namespace {

bool is_general(Shape shape) { return shape == Shape::w || shape == Shape::x; }

u32 lane_bits(Shape shape) { return shape == Shape::b16 ? 8 : shape == Shape::h8 ? 16 : shape == Shape::s4 ? 32 : 64; }

}  // namespace

// Steps.

Steps::Item Steps::add(Instruction instruction, Item a, Item b, Item c) {
  if (instruction.form == Form::trap) instruction.form = Form::plain;
  const bool general = is_general(instruction.shape);
  const VReg def = lowering_.new_vreg(general ? RegClass::integer : RegClass::vector, !general);
  steps_.push_back({instruction, {a, b, c}, def});
  return {Item::Kind::vreg, def};
}

Steps::Item Steps::literal(const V128& bits) {
  return add({.form = Form::vector_constant, .literal = lowering_.literal(bits)}, {});
}

Steps::Item Steps::repeated(u64 bits, u32 bytes) {
  V128 result{};
  for (u32 at = 0; at < 16; at += bytes) std::memcpy(result.bytes + at, &bits, bytes);
  return literal(result);
}

Steps::Item Steps::select(Item mask, Item a, Item b) {
  return add({.id = Inst::kIdBsl_v,
              .shape = Shape::b16,
              .shape_a = Shape::b16,
              .shape_b = Shape::b16,
              .shape_c = Shape::b16,
              .is_tied = true},
             mask, a, b);
}

u8 Steps::read(Item item) {
  if (item.kind == Item::Kind::none) return no_operand;
  return item.kind == Item::Kind::value ? lowering_.use(item.index) : lowering_.add({.value = item.index});
}

void Steps::make_all() {
  for (size_t k = steps_.size(); k-- > 0;) {
    const Step& step = steps_[k];
    Instruction& i = lowering_.draft(step.instruction.form, value_).instruction;
    const u32 offset = i.offset;
    i = step.instruction;
    i.offset = offset;
    i.a = read(step.from[0]);
    i.b = read(step.from[1]);
    i.c = read(step.from[2]);
    if (i.form == Form::load) i.memory = lowering_.address_of(lowering_.node(value_));
    i.def = lowering_.define(step.def, i.is_tied ? Constraint::tied : Constraint::reg);
    lowering_.finish();
  }
}

void Steps::finish() {
  steps_.back().def = lowering_.vreg_of(value_);
  make_all();
}

void Steps::finish_comparison(Item number, Shape shape) {
  Instruction& i = lowering_.draft(Form::compare, value_).instruction;
  i.id = Inst::kIdCmp;
  i.shape_a = shape;
  i.a = read(number);
  i.has_imm = true;
  lowering_.finish();
  make_all();
}

// The ways of vector_patterns.def.

void Lowering::reversed(Value value, const Pattern& pattern) {
  Steps steps(*this, value);
  steps.binary(pattern.id, pattern.shape, pattern.shape_in, steps.input(1), steps.input(0));
  steps.finish();
}

void Lowering::inverted(Value value, const Pattern& pattern) {
  Steps steps(*this, value);
  const auto equal = steps.binary(pattern.id, pattern.shape, pattern.shape_in, steps.input(0), steps.input(1));
  steps.unary(Inst::kIdMvn_v, Shape::b16, Shape::b16, equal);
  steps.finish();
}

/// With an inverted operand.
void Lowering::vector_logic(Value value, const Pattern& pattern) {
  Value a = node(value).inputs[0], b = node(value).inputs[1];
  const auto is_inverted = [&](Value v) { return can_take_over(v) && node(v).op == Op::v128_not; };
  if (!is_inverted(b)) std::swap(a, b);
  if (!is_inverted(b)) return binary(value, pattern);
  take_over(b);
  Instruction& i = draft_of(Form::plain, value, pattern);
  i.id = static_cast<u16>(pattern.id == Inst::kIdAnd_v ? Inst::kIdBic_v : Inst::kIdOrn_v);
  i.shape_a = i.shape_b = pattern.shape;
  i.a = use(a);
  i.b = use(node(b).inputs[0]);
  define_result(value);
  finish();
}

void Lowering::bit_select(Value value, const Pattern& /*pattern*/) {
  Steps steps(*this, value);
  steps.select(steps.input(2), steps.input(0), steps.input(1));
  steps.finish();
}

/// By a register, negative counts shift right.
void Lowering::vector_shift(Value value, const Pattern& pattern) {
  const Value by = node(value).inputs[1];
  const u32 bits = lane_bits(pattern.shape);
  const bool left = pattern.id == Inst::kIdShl_v;
  Steps steps(*this, value);
  if (is_constant(by)) {
    const s64 count = static_cast<s64>(node(by).imm & (bits - 1));
    if (count == 0) {
      steps.unary(Inst::kIdMov_v, Shape::b16, Shape::b16, steps.input(0));
    } else {
      steps.with_number(pattern.id, pattern.shape, steps.input(0), count);
    }
    return steps.finish();
  }
  auto count = steps.with_number(Inst::kIdAnd, Shape::w, steps.input(1), bits - 1);
  if (!left) count = steps.unary(Inst::kIdNeg, Shape::w, Shape::w, count);
  const bool wide = pattern.shape == Shape::d2;
  // 64-bit lanes count by their lowest byte as well.
  const auto counts = steps.unary(Inst::kIdDup_v, pattern.shape, wide ? Shape::x : Shape::w, count);
  const u32 id = pattern.id == Inst::kIdSshr_v ? Inst::kIdSshl_v : Inst::kIdUshl_v;
  steps.binary(id, pattern.shape, pattern.shape, steps.input(0), counts);
  steps.finish();
}

/// (high a * low b + low a * high b) * 2^32 + low a * low b
void Lowering::product_64(Value value, const Pattern& pattern) {
  Steps steps(*this, value);
  const auto a = steps.input(0), b = steps.input(1);
  const auto turned = steps.unary(Inst::kIdRev64_v, Shape::s4, Shape::s4, b);
  const auto crossed = steps.binary(Inst::kIdMul_v, Shape::s4, Shape::s4, turned, a);
  const auto sums = steps.unary(Inst::kIdUaddlp_v, Shape::d2, Shape::s4, crossed);
  const auto high = steps.with_number(Inst::kIdShl_v, Shape::d2, sums, 32);
  const auto low_a = steps.unary(Inst::kIdXtn_v, Shape::s2, Shape::d2, a);
  const auto low_b = steps.unary(Inst::kIdXtn_v, Shape::s2, Shape::d2, b);
  steps.add({.id = pattern.id,
             .shape = Shape::d2,
             .shape_a = Shape::d2,
             .shape_b = Shape::s2,
             .shape_c = Shape::s2,
             .is_tied = true},
            high, low_a, low_b);
  steps.finish();
}

void Lowering::dot_product(Value value, const Pattern& pattern) {
  Steps steps(*this, value);
  const auto a = steps.input(0), b = steps.input(1);
  const auto low = steps.binary(Inst::kIdSmull_v, Shape::s4, Shape::h4, a, b);
  const auto high = steps.binary(Inst::kIdSmull2_v, Shape::s4, Shape::h8, a, b);
  steps.binary(pattern.id, Shape::s4, Shape::s4, low, high);
  steps.finish();
}

void Lowering::narrowing(Value value, const Pattern& pattern) {
  Steps steps(*this, value);
  const auto low = steps.unary(pattern.id, pattern.shape, pattern.shape_in, steps.input(0));
  const Shape whole = pattern.shape == Shape::b8 ? Shape::b16 : Shape::h8;
  const u32 upper = pattern.id == Inst::kIdSqxtn_v ? Inst::kIdSqxtn2_v : Inst::kIdSqxtun2_v;
  steps.add(
      {.id = static_cast<u16>(upper), .shape = whole, .shape_a = whole, .shape_b = pattern.shape_in, .is_tied = true},
      low, steps.input(1));
  steps.finish();
}

void Lowering::compare_truth(Value value) {
  const Node& n = node(value);
  const Pattern& pattern = pattern_of(n.op);
  Steps steps(*this, value);
  const auto a = steps.input(0);
  if (pattern.id == Inst::kIdUminv_v) {
    const auto least = steps.unary(pattern.id, pattern.shape, pattern.shape_in, a);
    return steps.finish_comparison(steps.unary(Inst::kIdFmov_v, Shape::w, Shape::s, least), Shape::w);
  }
  const bool is_all = pattern.id == Inst::kIdCmeq_v;
  const auto bits = is_all ? steps.with_number(pattern.id, pattern.shape_in, a, 0) : a;
  const auto pairs = steps.binary(Inst::kIdUmaxp_v, Shape::s4, Shape::s4, bits, bits);
  steps.finish_comparison(steps.unary(Inst::kIdFmov_v, Shape::x, Shape::d, pairs), Shape::x);
}

/// Each lane's sign as a bit of its own, then all added.
void Lowering::lane_signs(Value value, const Pattern& pattern) {
  const Op op = node(value).op;
  const bool bytes = op == Op::i8x16_bitmask;
  const Shape lanes = bytes ? Shape::b16 : pattern.shape_in;
  const u32 size = lane_bits(lanes) / 8;
  V128 bits{};
  for (u32 lane = 0; lane < 16 / size; ++lane) bits.bytes[lane * size] = static_cast<u8>(1u << (lane % 8));
  Steps steps(*this, value);
  const auto signs = steps.with_number(Inst::kIdCmlt_v, lanes, steps.input(0), 0);
  auto own = steps.binary(Inst::kIdAnd_v, Shape::b16, Shape::b16, signs, steps.literal(bits));
  if (bytes) {
    // Of 16 bits each: those of the upper half go above those of the lower.
    const auto upper = steps.add({.id = Inst::kIdExt_v,
                                  .shape = Shape::b16,
                                  .shape_a = Shape::b16,
                                  .shape_b = Shape::b16,
                                  .has_imm = true,
                                  .imm = 8},
                                 own, own);
    own = steps.binary(Inst::kIdZip1_v, Shape::b16, Shape::b16, own, upper);
  }
  const auto sum = steps.unary(pattern.id, pattern.shape, pattern.shape_in, own);
  steps.unary(Inst::kIdFmov_v, Shape::w, Shape::s, sum);
  steps.finish();
}

/// b if it is less (greater) than a, else a.
void Lowering::pseudo_extreme(Value value, const Pattern& pattern) {
  Steps steps(*this, value);
  const auto a = steps.input(0), b = steps.input(1);
  const bool least = pattern.condition == Condition::gt;
  const auto mask = steps.binary(pattern.id, pattern.shape, pattern.shape, least ? a : b, least ? b : a);
  steps.select(mask, b, a);
  steps.finish();
}

void Lowering::canonical_nans(Value value) {
  Steps steps(*this, value);
  const Shape lanes = node(value).imm == 4 ? Shape::s4 : Shape::d2;
  const auto a = steps.input(0);
  const auto numbers = steps.binary(Inst::kIdFcmeq_v, lanes, lanes, a, a);
  steps.select(numbers, a,
               lanes == Shape::s4 ? steps.repeated(0x7fc0'0000, 4) : steps.repeated(0x7ff8'0000'0000'0000, 8));
  steps.finish();
}

void Lowering::convert_low(Value value, const Pattern& pattern) {
  Steps steps(*this, value);
  const auto wide = steps.unary(pattern.id, pattern.shape, pattern.shape_in, steps.input(0));
  steps.unary(pattern.id == Inst::kIdSxtl_v ? Inst::kIdScvtf_v : Inst::kIdUcvtf_v, Shape::d2, Shape::d2, wide);
  steps.finish();
}

void Lowering::truncate_low(Value value, const Pattern& pattern) {
  Steps steps(*this, value);
  const auto wide = steps.unary(pattern.id, Shape::d2, Shape::d2, steps.input(0));
  steps.unary(pattern.id == Inst::kIdFcvtzs_v ? Inst::kIdSqxtn_v : Inst::kIdUqxtn_v, Shape::s2, Shape::d2, wide);
  steps.finish();
}

// Lanes.

void Lowering::extract_lane(Value value, const Pattern& pattern) {
  Instruction& i = draft_of(Form::plain, value, pattern);
  i.shape_a = pattern.shape_in;
  i.from_lane = static_cast<u8>(node(value).imm);
  i.a = use(node(value).inputs[0]);
  define_result(value);
  finish();
}

void Lowering::replace_lane(Value value, const Pattern& pattern) {
  Instruction& i = draft_of(Form::plain, value, pattern);
  i.is_tied = true;
  i.lane = static_cast<u8>(node(value).imm);
  i.shape_a = i.shape_b = pattern.shape_in;
  i.a = use(node(value).inputs[0]);
  const Value scalar = node(value).inputs[1];
  i.b = is_general(pattern.shape_in) ? use_or_zero(narrowed(scalar, pattern.shape_in)) : use(scalar);
  i.def = define(vreg_of(value), Constraint::tied);
  finish();
}

// Memory.

void Lowering::load_extended(Value value, const Pattern& pattern) {
  Steps steps(*this, value);
  const auto loaded =
      steps.add({.form = Form::load, .id = Inst::kIdLdr_v, .shape = Shape::d, .op = node(value).op}, {});
  steps.unary(pattern.id, pattern.shape, pattern.shape_in, loaded);
  steps.finish();
}

void Lowering::load_lane(Value value, const Pattern& pattern) {
  const Node& n = node(value);
  Instruction& i = draft_of(Form::load_lane, value, pattern);
  const bool one = info(n.op).family == Family::LoadLane;
  if (one) {
    i.lane = static_cast<u8>(n.index);
    i.a = use(n.inputs[1]);
  }
  i.memory = address_of(n);
  i.def = define(vreg_of(value), one ? Constraint::tied : Constraint::reg);
  finish();
}

void Lowering::store_lane(Value value, const Pattern& pattern) {
  const Node& n = node(value);
  // The lowest lane is a register of its own.
  const bool lowest = n.index == 0;
  Instruction& i = draft_of(lowest ? Form::store : Form::store_lane, value, pattern);
  if (lowest) i.id = Inst::kIdStr_v;
  i.shape_a = pattern.shape_in;
  i.lane = static_cast<u8>(n.index);
  i.a = use(n.inputs[1]);
  i.memory = address_of(n);
  finish();
}

// Shuffles.

namespace {

using Lanes = std::array<u8, 16>;

/// What instructions of two operands take from which place: element `i` of `count`, of both operands in a row.
struct Permutation {
  u16 id;
  u32 (*element)(u32 i, u32 count);
};
constexpr Permutation permutations[] = {
    {Inst::kIdZip1_v, [](u32 i, u32 count) { return i / 2 + i % 2 * count; }},
    {Inst::kIdZip2_v, [](u32 i, u32 count) { return count / 2 + i / 2 + i % 2 * count; }},
    {Inst::kIdUzp1_v, [](u32 i, u32 /*count*/) { return 2 * i; }},
    {Inst::kIdUzp2_v, [](u32 i, u32 /*count*/) { return 2 * i + 1; }},
    {Inst::kIdTrn1_v, [](u32 i, u32 count) { return i / 2 * 2 + i % 2 * count; }},
    {Inst::kIdTrn2_v, [](u32 i, u32 count) { return i / 2 * 2 + 1 + i % 2 * count; }},
};
constexpr std::pair<u32, Shape> sizes[] = {{1, Shape::b16}, {2, Shape::h8}, {4, Shape::s4}, {8, Shape::d2}};

/// Lanes that are taken in groups: of which element each is.
template <class Element>
bool are(const Lanes& lanes, u32 bytes, u32 mask, Element element) {
  for (u32 i = 0; i < 16; ++i) {
    if (lanes[i] != ((element(i / bytes) * bytes + i % bytes) & mask)) return false;
  }
  return true;
}

/// The order of elements within blocks of 2, 4 or 8 bytes turned around.
constexpr std::pair<u16, u32> reversals[] = {{Inst::kIdRev16_v, 2}, {Inst::kIdRev32_v, 4}, {Inst::kIdRev64_v, 8}};

}  // namespace

/// One instruction for it, of one vector or of two; false if there is none. `mask`: 15 or 31.
bool Lowering::permute(Value value, Value a, Value b, const u8 (&wanted)[16], u32 mask) {
  const Lanes lanes = std::to_array(wanted);
  Steps steps(*this, value);
  const Steps::Item first{Steps::Item::Kind::value, a}, second{Steps::Item::Kind::value, b};
  if (are(lanes, 1, mask, [&](u32 i) { return lanes[0] + i; })) {
    const bool from_second = lanes[0] >= 16;
    steps.add({.id = Inst::kIdExt_v,
               .shape = Shape::b16,
               .shape_a = Shape::b16,
               .shape_b = Shape::b16,
               .has_imm = true,
               .imm = lanes[0] % 16},
              from_second ? second : first, from_second ? first : second);
    steps.finish();
    return true;
  }
  for (const auto& [bytes, shape] : sizes) {
    const u32 count = 16 / bytes;
    for (const Permutation& permutation : permutations) {
      for (const u32 turned : {0u, count}) {
        if (!are(lanes, bytes, mask, [&](u32 i) { return permutation.element(i, count) ^ turned; })) continue;
        steps.binary(permutation.id, shape, shape, turned ? second : first, turned ? first : second);
        steps.finish();
        return true;
      }
    }
    if (mask == 31) continue;
    const Shape lane = bytes == 1   ? Shape::lane_b
                       : bytes == 2 ? Shape::lane_h
                       : bytes == 4 ? Shape::lane_s
                                    : Shape::lane_d;
    const u32 element = lanes[0] / bytes;
    if (are(lanes, bytes, mask, [&](u32) { return element; })) {
      steps.add({.id = Inst::kIdDup_v, .shape = shape, .shape_a = lane, .from_lane = static_cast<u8>(element)}, first);
      steps.finish();
      return true;
    }
    for (const auto& [id, block] : reversals) {
      const u32 last = block / bytes;
      if (last < 2 || !are(lanes, bytes, mask, [&](u32 i) { return i / last * last + last - 1 - i % last; })) continue;
      steps.unary(id, shape, shape, first);
      steps.finish();
      return true;
    }
  }
  return false;
}

/// Numbers that are no lane's give 0 in tbl, and leave what is there in tbx.
void Lowering::shuffle(Value value, const Pattern& pattern) {
  const Node& n = node(value);
  Value a = n.inputs[0], b = n.inputs[1];
  u8 lanes[16];
  std::ranges::copy(function_.vectors[n.imm].bytes, lanes);
  const auto of_a = [&](u8 lane) { return lane < 16; };
  if (std::ranges::none_of(lanes, of_a)) a = b;
  if (std::ranges::all_of(lanes, of_a)) b = a;
  const u32 mask = a == b ? 15 : 31;
  V128 from_a{}, from_b{};
  for (u32 i = 0; i < 16; ++i) {
    lanes[i] &= static_cast<u8>(mask);
    from_a.bytes[i] = lanes[i];
    from_b.bytes[i] = static_cast<u8>(lanes[i] - 16);
  }
  if (permute(value, a, b, lanes, mask)) return;
  const auto is_zero_vector = [&](Value v) { return is_constant(v) && function_.vector(v) == V128{}; };
  Steps steps(*this, value);
  const Steps::Item first{Steps::Item::Kind::value, a}, second{Steps::Item::Kind::value, b};
  if (a == b || is_zero_vector(b)) {
    steps.binary(pattern.id, Shape::b16, Shape::b16, first, steps.literal(from_a));
  } else if (is_zero_vector(a)) {
    steps.binary(pattern.id, Shape::b16, Shape::b16, second, steps.literal(from_b));
  } else {
    const auto half = steps.binary(pattern.id, Shape::b16, Shape::b16, first, steps.literal(from_a));
    steps.add({.id = Inst::kIdTbx_v,
               .shape = Shape::b16,
               .shape_a = Shape::b16,
               .shape_b = Shape::b16,
               .shape_c = Shape::b16,
               .is_tied = true},
              half, second, steps.literal(from_b));
  }
  steps.finish();
}

}  // namespace invar::jit::arm64
