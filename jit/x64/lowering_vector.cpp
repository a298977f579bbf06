// Lowering of vector instructions: how steps become machine instructions.
#include "jit/x64/lowering_vector.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace invar::jit::x64 {

namespace x86 = asmjit::x86;

namespace {

constexpr std::array<VectorLowering::Row, op_count> rows = [] {
  std::array<VectorLowering::Row, op_count> table{};
#define VECTOR(op, way, first, second, number) \
  table[static_cast<size_t>(Op::op)] = {&VectorLowering::way, x86::Inst::kId##first, x86::Inst::kId##second, number};
#include "jit/x64/vector_patterns.def"
#undef VECTOR
  return table;
}();

}  // namespace

const VectorLowering::Row* VectorLowering::row_of(Op op) {
  const Row& row = rows[static_cast<size_t>(op)];
  return row.way == nullptr ? nullptr : &row;
}

void VectorLowering::lower(const Row& row) { (this->*row.way)(row); }

// What steps read.

VectorLowering::Item VectorLowering::value(Value value) const {
  const Node& node = lowering_.node(value);
  if (node.kind != Kind::vector_constant) return {Item::Kind::value, value};
  return {Item::Kind::literal, lowering_.literal(lowering_.function_.vector(value))};
}

VectorLowering::Item VectorLowering::literal(const V128& bits) {
  return {Item::Kind::literal, lowering_.literal(bits)};
}

VectorLowering::Item VectorLowering::repeated(u64 bits, u32 bytes) {
  V128 result{};
  for (u32 at = 0; at < 16; at += bytes) std::memcpy(result.bytes + at, &bits, bytes);
  return literal(result);
}

V128 VectorLowering::bits_of(Item literal) const { return lowering_.out_.literals[literal.index]; }

// Noting steps.

VectorLowering::Item VectorLowering::note(Step step) {
  const bool is_vector = step.width == Width::vector;
  if (step.def == no_vreg) {
    step.def = lowering_.new_vreg(is_vector ? RegClass::vector : RegClass::integer, is_vector);
  }
  steps_.push_back(step);
  return {Item::Kind::vreg, step.def};
}

VectorLowering::Item VectorLowering::in_register(Item item) {
  return is_literal(item) ? note({.form = Form::vector_constant, .b = item}) : item;
}

VectorLowering::Item VectorLowering::op(u32 id, Item a, Item b, s32 number) {
  return note({.id = static_cast<u16>(id), .a = in_register(a), .b = b, .number = number});
}

VectorLowering::Item VectorLowering::transfer(u32 id, Width width, Width width_b, Item b, s32 number, Form form) {
  if (width_b == Width::vector) b = in_register(b);
  return note({.form = form, .id = static_cast<u16>(id), .width = width, .width_b = width_b, .b = b, .number = number});
}

VectorLowering::Item VectorLowering::count(u32 bits, u32 plus) {
  const Value number = lowering_.node(value_).inputs[1];
  if (lowering_.is_constant(number)) {
    return immediate((static_cast<u32>(lowering_.node(number).imm) & (bits - 1)) + plus);
  }
  const auto step = [&](u32 id, Item a, u32 by) {
    return note({.form = Form::two,
                 .id = static_cast<u16>(id),
                 .width = Width::w32,
                 .width_b = Width::w32,
                 .a = a,
                 .b = immediate(by)});
  };
  Item item = step(x86::Inst::kIdAnd, value(number), bits - 1);
  if (plus != 0) item = step(x86::Inst::kIdAdd, item, plus);
  return transfer(x86::Inst::kIdMovd, Width::vector, Width::w32, item);
}

// Making them.

bool VectorLowering::is_read_once(Item item) const {
  u32 reads = 0;
  for (const Step& step : steps_) reads += (step.a == item ? 1u : 0u) + (step.b == item ? 1u : 0u);
  return reads == 1;
}

u8 VectorLowering::read(Item item, Constraint constraint) {
  if (item.kind == Item::Kind::value) return lowering_.use(item.index, Access::early_use, constraint);
  return lowering_.add({.value = item.index, .access = Access::early_use, .constraint = constraint});
}

void VectorLowering::make(const Step& step) {
  Lowering::Draft& d = lowering_.draft(step.form, value_);
  Instruction& i = d.instruction;
  i.id = step.id;
  i.width = step.width;
  i.width_b = step.width_b;
  if (step.number != no_number) {
    i.has_number = true;
    i.imm = step.number;
  }
  const bool has_a = step.a.kind != Item::Kind::none;
  if (has_a) i.a = read(step.a, Constraint::reg);
  switch (step.b.kind) {
    case Item::Kind::none:
      break;
    case Item::Kind::immediate:
      i.b_is_immediate = true;
      i.imm = step.b.index;
      break;
    case Item::Kind::literal:
      i.b_is_literal = true;
      i.literal = step.b.index;
      break;
    case Item::Kind::memory:
      i.b_in_memory = true;
      lowering_.lower_address(i, lowering_.node(value_));
      break;
    case Item::Kind::value: {
      // Operands in memory have to be aligned, but for AVX's. Those with one operand may read less than a vector.
      const bool is_whole = has_a && step.width_b == Width::vector && lowering_.node(step.b.index).type == Type::v128;
      if (is_whole && is_read_once(step.b) && lowering_.can_fold_load(step.b.index, Width::vector)) {
        lowering_.take_over(step.b.index);
        lowering_.folded_[step.b.index] = true;
        i.b_in_memory = true;
        i.offset = lowering_.node(step.b.index).offset;
        lowering_.lower_address(i, lowering_.node(step.b.index));
      } else {
        i.b = read(step.b, is_whole && lowering_.out_.features.avx ? Constraint::any : Constraint::reg);
      }
      break;
    }
    case Item::Kind::vreg:
      i.b = read(step.b, Constraint::reg);
      break;
  }
  if (step.form == Form::vector_store) {
    i.a = i.b;
    i.b = no_operand;
  } else {
    const bool is_tied = has_a && (step.form == Form::two || !lowering_.out_.features.avx);
    i.def = lowering_.define(step.def, is_tied ? Constraint::tied : Constraint::reg);
  }
  lowering_.finish();
}

/// The last step makes the result, or it is there already.
void VectorLowering::finish(Item result) {
  if (steps_.empty() || result != Item{Item::Kind::vreg, steps_.back().def}) {
    if (is_literal(result)) {
      in_register(result);
    } else {
      op(x86::Inst::kIdMovaps, result);
    }
  }
  steps_.back().def = lowering_.vreg_of(value_);
  for (size_t i = steps_.size(); i-- > 0;) make(steps_[i]);
}

// What is no table's.

void VectorLowering::lower_truth() {
  const Row& row = *row_of(lowering_.node(value_).op);
  Item tested = input(0);
  if (row.first == x86::Inst::kIdNone) {
    tested = in_register(tested);
  } else {
    tested = op(row.first, tested, zero());
  }
  Lowering::Draft& d = lowering_.draft(Form::compare, value_);
  d.instruction.id = x86::Inst::kIdPtest;
  d.instruction.width = d.instruction.width_b = Width::vector;
  d.instruction.a = d.instruction.b = read(tested, Constraint::reg);
  lowering_.finish();
  for (size_t i = steps_.size(); i-- > 0;) make(steps_[i]);
}

void VectorLowering::truth(const Row& /*row*/) {
  Lowering::Draft& d = lowering_.draft(Form::set, value_);
  d.instruction.condition = Lowering::condition_for(lowering_.node(value_).op);
  d.instruction.def = lowering_.define(lowering_.vreg_of(value_));
  lowering_.finish();
  lower_truth();
}

void VectorLowering::lower_canonical_nan() {
  const bool is_f32 = lowering_.node(value_).imm == 4;
  const Item a = in_register(input(0));
  const Item is_nan = op(is_f32 ? x86::Inst::kIdCmpps : x86::Inst::kIdCmppd, a, a, 3);
  const Item numbers = op(x86::Inst::kIdAndnps, is_nan, a);
  const Item nans =
      op(x86::Inst::kIdAndps, is_nan, is_f32 ? repeated(0x7fc0'0000, 4) : repeated(0x7ff8'0000'0000'0000, 8));
  finish(op(x86::Inst::kIdOrps, numbers, nans));
}

// Instructions of one or two steps.

void VectorLowering::unary(const Row& row) { finish(op(row.first, in_register(input(0)))); }
void VectorLowering::unary_by(const Row& row) { finish(op_by(row.first, in_register(input(0)), row.number)); }
void VectorLowering::binary(const Row& row) { finish(op(row.first, input(0), input(1))); }
void VectorLowering::binary_by(const Row& row) { finish(op(row.first, input(0), input(1), row.number)); }
void VectorLowering::reversed(const Row& row) { finish(op(row.first, input(1), input(0))); }
void VectorLowering::reversed_by(const Row& row) { finish(op(row.first, input(1), input(0), row.number)); }
void VectorLowering::inverted(const Row& row) { finish(inverse(uninverted(row))); }
void VectorLowering::inverted_reversed(const Row& row) { finish(inverse(uninverted(row))); }
void VectorLowering::complement(const Row& row) { finish(inverse(uninverted(row))); }
void VectorLowering::no_extreme(const Row& row) { finish(inverse(uninverted(row))); }
void VectorLowering::with_zero(const Row& row) { finish(op(row.first, input(0), zero())); }
void VectorLowering::negation(const Row& row) { finish(op(row.first, zero(), input(0))); }

void VectorLowering::commuting(const Row& row) {
  const Value first = lowering_.node(value_).inputs[0], second = lowering_.node(value_).inputs[1];
  const auto is_better_second = [&](Value v) {
    return lowering_.is_constant(v) || lowering_.can_fold_load(v, Width::vector);
  };
  const bool keeps_second = !lowering_.out_.features.avx && lowering_.dies(second) && !lowering_.dies(first);
  const bool swaps = !is_better_second(second) && (is_better_second(first) || keeps_second);
  finish(swaps ? op(row.first, input(1), input(0)) : op(row.first, input(0), input(1)));
}

void VectorLowering::extreme(const Row& row) {
  const Item a = in_register(input(0));
  finish(op(row.second, op(row.first, a, input(1)), a));
}

VectorLowering::Item VectorLowering::uninverted(const Row& row) {
  if (row.way == &VectorLowering::complement) return input(0);
  if (row.way == &VectorLowering::inverted) return op(row.first, input(0), input(1));
  if (row.way == &VectorLowering::inverted_reversed) return op(row.first, input(1), input(0));
  const Item a = in_register(input(0));
  return op(row.second, op(row.first, a, input(1)), a);
}

std::optional<VectorLowering::Item> VectorLowering::uninverted_input(u32 index) {
  const Value inner = lowering_.node(of_).inputs[index];
  if (!lowering_.can_take_over(inner)) return std::nullopt;
  const Row* const row = row_of(lowering_.node(inner).op);
  if (row == nullptr) return std::nullopt;
  const auto way = row->way;
  if (way != &VectorLowering::complement && way != &VectorLowering::inverted &&
      way != &VectorLowering::inverted_reversed && way != &VectorLowering::no_extreme) {
    return std::nullopt;
  }
  lowering_.take_over(inner);
  of_ = inner;
  const Item item = uninverted(*row);
  of_ = value_;
  return item;
}

void VectorLowering::conjunction(const Row& row) {
  for (const u32 index : {1u, 0u}) {
    if (const auto item = uninverted_input(index))
      return finish(op(asmjit::x86::Inst::kIdPandn, *item, input(1 - index)));
  }
  commuting(row);
}

void VectorLowering::difference(const Row& row) {
  if (const auto item = uninverted_input(1)) return finish(op(asmjit::x86::Inst::kIdPand, *item, input(0)));
  reversed(row);
}

void VectorLowering::mask_of(const Row& row) { finish(transfer(row.first, Width::w32, Width::vector, input(0))); }

void VectorLowering::without_sign(const Row& row) {
  finish(op(row.first, input(0), row.number == 4 ? repeated(0x7fff'ffff, 4) : repeated(~u64{0} >> 1, 8)));
}

void VectorLowering::with_sign(const Row& row) {
  finish(op(row.first, input(0), row.number == 4 ? repeated(0x8000'0000, 4) : repeated(u64{1} << 63, 8)));
}

// Memory.

void VectorLowering::load(const Row& row) {
  finish(transfer(row.first, Width::vector, static_cast<Width>(row.number), memory()));
}

void VectorLowering::load_splat(const Row& row) {
  const Width width = static_cast<Width>(row.number);
  if (lowering_.out_.features.avx2) return load(row);
  const Item number = transfer(x86::Inst::kIdMovzx, Width::w32, width, memory(), no_number, Form::move);
  const Item low = transfer(x86::Inst::kIdMovd, Width::vector, Width::w32, number);
  if (width == Width::w8) return finish(op(x86::Inst::kIdPshufb, low, zero()));
  finish(op_by(x86::Inst::kIdPshufd, op_by(x86::Inst::kIdPshuflw, low, 0), 0));
}

void VectorLowering::load_splat_32(const Row& row) {
  if (lowering_.out_.features.avx) return load(row);
  finish(op_by(x86::Inst::kIdPshufd, transfer(x86::Inst::kIdMovd, Width::vector, Width::w32, memory()), 0));
}

void VectorLowering::load_lane(const Row& row) {
  const s32 lane = static_cast<s32>(lowering_.node(value_).index);
  finish(note({.id = row.first,
               .width_b = static_cast<Width>(row.number),
               .a = in_register(input(1)),
               .b = memory(),
               .number = lane}));
}

void VectorLowering::store_lane(const Row& row) {
  const u32 lane = lowering_.node(value_).index;
  const bool is_lowest = lane == 0 && row.second != x86::Inst::kIdNone;
  const Item from = in_register(input(1));
  Lowering::Draft& d = lowering_.draft(Form::vector_store, value_);
  Instruction& i = d.instruction;
  i.id = is_lowest ? row.second : row.first;
  i.width = Width::vector;
  i.width_b = static_cast<Width>(row.number);
  if (!is_lowest) {
    i.has_number = true;
    i.imm = lane;
  }
  i.a = read(from, Constraint::reg);
  lowering_.lower_address(i, lowering_.node(value_));
  lowering_.finish();
  for (size_t k = steps_.size(); k-- > 0;) make(steps_[k]);
}

}  // namespace invar::jit::x64
