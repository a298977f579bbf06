#include "jit/ir/node_maker.h"

#include <algorithm>
#include <array>
#include <bit>

#include "decoder/validate/signature.h"
#include "engine/semantics/identities.h"
#include "engine/semantics/nan.h"
#include "jit/ir/division.h"
#include "jit/ir/fold.h"

namespace invar::jit {

namespace {

u64 hash_of(const Node& node) {
  const u64 what = static_cast<u64>(node.kind) | static_cast<u64>(node.type) << 8 | static_cast<u64>(node.op) << 16 |
                   u64{node.inputs[2]} << 32;
  const u64 inputs = u64{node.inputs[0]} | u64{node.inputs[1]} << 32;
  const u64 hash = (what ^ std::rotl(node.imm, 8)) * 0x9e37'79b9'7f4a'7c15u ^ inputs * 0xd6e8'feb8'6659'fd93u;
  return hash >> 32 ^ hash >> 48;
}

bool equal(const Node& a, const Node& b) {
  return a.kind == b.kind && a.type == b.type && a.op == b.op && a.imm == b.imm && a.inputs[0] == b.inputs[0] &&
         a.inputs[1] == b.inputs[1] && a.inputs[2] == b.inputs[2];
}

constexpr u64 mask_of(Type type) { return type == Type::i32 ? 0xffff'ffffu : ~u64{0}; }

/// Is op one of the pair (i32, i64)?
constexpr bool either(Op op, Op narrow, Op wide) { return op == narrow || op == wide; }

}  // namespace

void NodeMaker::begin(size_t likely) {
  block_of_.reserve(function_.nodes.size() + likely);
  block_of_.assign(function_.nodes.size(), 0);
  replaced_.clear();
  table_.assign(std::clamp<size_t>(std::bit_ceil(2 * likely), 512, most_remembered), no_value);
  vectors_.clear();
}

Value NodeMaker::add(const Node& node, u32 block) {
  const Value value = static_cast<Value>(function_.nodes.size());
  function_.nodes.push_back(node);
  function_.nodes.back().offset = offset_;
  block_of_.push_back(block);
  if (replaces()) replaced_.push_back(value);
  return value;
}

Value NodeMaker::append(Node node) {
  const Value value = add(node, block_);
  function_.blocks[block_].nodes.push_back(value);
  return value;
}

Value NodeMaker::append(Node node, std::span<const Value> list) {
  node.inputs[0] = static_cast<u32>(function_.lists.size());
  node.inputs[1] = static_cast<u32>(list.size());
  function_.lists.insert(function_.lists.end(), list.begin(), list.end());
  return append(node);
}

Value NodeMaker::phi(Type type, u32 block) {
  const Value value = add({.kind = Kind::phi, .type = type}, block);
  function_.blocks[block].phis.push_back(value);
  return value;
}

void NodeMaker::replace(Value value, Value by) {
  for (Value i = static_cast<Value>(replaced_.size()); i < function_.nodes.size(); ++i) replaced_.push_back(i);
  replaced_[value] = by;
}

Value NodeMaker::replacement_of(Value value) {
  while (replaced_[value] != value) value = replaced_[value] = replaced_[replaced_[value]];
  return value;
}

bool NodeMaker::dominates(u32 above, u32 block) const {
  constexpr u32 patience = 64;
  const u32 depth = function_.blocks[above].depth;
  for (u32 steps = 0; function_.blocks[block].depth > depth; ++steps) {
    if (steps == patience) return false;
    block = function_.blocks[block].dominator;
  }
  return block == above;
}

Value NodeMaker::pure(const Node& wanted) {
  const size_t at = hash_of(wanted) & (table_.size() - 1);
  Value &last = table_[at], &before = table_[at ^ 1];
  for (const Value known : {last, before}) {
    if (known == no_value || !equal(function_.nodes[known], wanted)) continue;
    if (function_.is_constant(known) || dominates(block_of_[known], block_)) return known;
  }
  const bool is_constant = wanted.kind == Kind::constant || wanted.kind == Kind::vector_constant;
  before = last;
  return last = is_constant ? add(wanted, 0) : append(wanted);
}

Value NodeMaker::constant(Type type, u64 bits) { return pure({.kind = Kind::constant, .type = type, .imm = bits}); }

u64 NodeMaker::vector_index(const V128& value) {
  const auto halves = std::bit_cast<std::array<u64, 2>>(value);
  const auto [it, is_new] = vectors_.try_emplace({halves[0], halves[1]}, function_.vectors.size());
  if (is_new) function_.vectors.push_back(value);
  return it->second;
}

Value NodeMaker::constant(const V128& value) {
  return pure({.kind = Kind::vector_constant, .type = Type::v128, .imm = vector_index(value)});
}

Value NodeMaker::numeric(Op op, Value a, Value b) {
  const Type type = type_of(signature_of(op).results[0]);
  if (b != no_value && is_constant(a) && !is_constant(b)) {
    if (semantics::is_commutative(op)) {
      std::swap(a, b);
    } else if (semantics::mirrored(op) != op) {
      op = semantics::mirrored(op);
      std::swap(a, b);
    }
  }
  if (is_constant(a) && (b == no_value || is_constant(b))) {
    if (const auto result = fold(op, bits(a), b == no_value ? 0 : bits(b))) return constant(type, *result);
  } else if (const Value simple = simplified(op, a, b); simple != no_value) {
    return simple;
  }
  const Node made{
      .kind = can_trap(op) ? Kind::trapping : Kind::numeric, .type = type, .op = op, .inputs = {a, b, no_value}};
  return made.kind == Kind::numeric ? pure(made) : append(made);
}

Value NodeMaker::canonical_nan(Value value) {
  const Type type = node(value).type;
  if (is_constant(value)) {
    if (type == Type::f32) {
      return constant(type,
                      std::bit_cast<u32>(semantics::canonical_nan(std::bit_cast<f32>(static_cast<u32>(bits(value))))));
    }
    return constant(type, std::bit_cast<u64>(semantics::canonical_nan(std::bit_cast<f64>(bits(value)))));
  }
  return pure({.kind = Kind::canonical_nan, .type = type, .inputs = {value, no_value, no_value}});
}

Value NodeMaker::canonical_nan(Value value, u32 lane_bytes) {
  return pure(
      {.kind = Kind::canonical_nan, .type = Type::v128, .inputs = {value, no_value, no_value}, .imm = lane_bytes});
}

Value NodeMaker::select(Value condition, Value if_true, Value if_false) {
  if (if_true == if_false) return if_true;
  if (is_constant(condition)) return static_cast<u32>(bits(condition)) != 0 ? if_true : if_false;
  if (node(condition).kind == Kind::numeric && node(condition).op == Op::i32_eqz) {
    return select(node(condition).inputs[0], if_false, if_true);
  }
  return pure({.kind = Kind::select, .type = node(if_true).type, .inputs = {condition, if_true, if_false}});
}

/// What the instruction comes to without computing it, or no_value.
Value NodeMaker::simplified(Op op, Value a, Value b) {
  if (is_constant(b)) return simplified_with_constant(op, a, bits(b), node(a).type);
  if (b != no_value && a == b) {
    if (either(op, Op::i32_and, Op::i64_and) || either(op, Op::i32_or, Op::i64_or)) return a;
    if (either(op, Op::i32_sub, Op::i64_sub) || either(op, Op::i32_xor, Op::i64_xor)) return constant(node(a).type, 0);
    return no_value;
  }
  const Node from = node(a);
  if (from.kind != Kind::numeric) return no_value;
  switch (op) {
    case Op::i32_eqz:
      if (semantics::inverse(from.op) != Op::unreachable) {
        return numeric(semantics::inverse(from.op), from.inputs[0], from.inputs[1]);
      }
      return no_value;
    case Op::i32_wrap_i64:
      if (from.op == Op::i64_extend_i32_u || from.op == Op::i64_extend_i32_s) return from.inputs[0];
      return no_value;
    default:
      return no_value;
  }
}

Value NodeMaker::simplified_with_constant(Op op, Value a, u64 constant_bits, Type type) {
  const u64 all = mask_of(type);
  const u32 width = type == Type::i32 ? 32 : 64;
  const u64 c = constant_bits & all;
  const auto narrow_or_wide = [type](Op narrow, Op wide) { return type == Type::i32 ? narrow : wide; };
  const auto is_power_of_two = [](u64 number) { return std::has_single_bit(number); };
  const auto shifted_left = [&](u64 power) {
    const Value log2 = constant(type, static_cast<u64>(std::countr_zero(power)));
    return numeric(narrow_or_wide(Op::i32_shl, Op::i64_shl), a, log2);
  };
  switch (op) {
    case Op::i32_add:
    case Op::i64_add: {
      if (c == 0) return a;
      const Node from = node(a);
      if (from.kind == Kind::numeric && from.op == op && is_constant(from.inputs[1])) {
        return numeric(op, from.inputs[0], constant(type, (bits(from.inputs[1]) + c) & all));
      }
      return no_value;
    }
    case Op::i32_sub:
    case Op::i64_sub:
      return numeric(narrow_or_wide(Op::i32_add, Op::i64_add), a, constant(type, (0 - c) & all));
    case Op::i32_mul:
    case Op::i64_mul:
      if (c == 0) return constant(type, 0);
      if (c == 1) return a;
      if (c == all) return numeric(narrow_or_wide(Op::i32_sub, Op::i64_sub), constant(type, 0), a);
      if (is_power_of_two(c)) return shifted_left(c);
      // One instruction on both machines, which is quicker than a product.
      if (c == 3 || c == 5 || c == 9) return numeric(narrow_or_wide(Op::i32_add, Op::i64_add), shifted_left(c - 1), a);
      return no_value;
    case Op::i32_and:
    case Op::i64_and: {
      if (c == 0) return constant(type, 0);
      if (c == all) return a;
      const Node from = node(a);
      if (from.kind == Kind::numeric && from.op == op && is_constant(from.inputs[1])) {
        return numeric(op, from.inputs[0], constant(type, bits(from.inputs[1]) & c));
      }
      return no_value;
    }
    case Op::i32_or:
    case Op::i64_or:
    case Op::i32_xor:
    case Op::i64_xor:
      return c == 0 ? a : no_value;
    case Op::i32_shl:
    case Op::i64_shl:
    case Op::i32_shr_s:
    case Op::i64_shr_s:
    case Op::i32_shr_u:
    case Op::i64_shr_u:
    case Op::i32_rotl:
    case Op::i64_rotl:
    case Op::i32_rotr:
    case Op::i64_rotr:
      if (c % width == 0) return a;
      if (c >= width) return numeric(op, a, constant(type, c % width));
      if (op == Op::i32_rotr || op == Op::i64_rotr) {
        return numeric(narrow_or_wide(Op::i32_rotl, Op::i64_rotl), a, constant(type, width - c));
      }
      return no_value;
    case Op::i32_eq:
      return c == 0 ? numeric(Op::i32_eqz, a) : no_value;
    case Op::i64_eq:
      return c == 0 ? numeric(Op::i64_eqz, a) : no_value;
    case Op::i32_ne: {
      const Node from = node(a);
      const bool is_truth = from.kind == Kind::numeric &&
                            (info(from.op).family == Family::Compare || info(from.op).family == Family::Test);
      return c == 0 && is_truth ? a : no_value;
    }
    case Op::i32_div_s:
    case Op::i32_div_u:
    case Op::i32_rem_s:
    case Op::i32_rem_u:
    case Op::i64_div_s:
    case Op::i64_div_u:
    case Op::i64_rem_s:
    case Op::i64_rem_u:
      return divide_by_constant(*this, op, a, c);
    default:
      return no_value;
  }
}

}  // namespace invar::jit
