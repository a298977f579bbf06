#include "jit/ir/bounds.h"

#include <algorithm>
#include <bit>

namespace invar::jit {

namespace {

constexpr u32 deepest_expression = 4;

u64 bound_of(const Function& function, Value value, u32 depth) {
  const Node& node = function.nodes[value];
  const u64 all = node.type == Type::i32 ? 0xffff'ffff : ~u64{0};
  if (node.kind == Kind::constant) return node.imm & all;
  if (node.kind == Kind::phi) return node.type == Type::i32 && node.imm != 0 ? node.imm : all;
  if (depth == deepest_expression) return all;
  const auto of = [&](u32 input) { return bound_of(function, node.inputs[input], depth + 1); };
  const auto number = [&](u32 input) { return function.nodes[node.inputs[input]].imm; };
  const auto has_number = [&](u32 input) { return function.nodes[node.inputs[input]].kind == Kind::constant; };
  if (node.kind == Kind::select) return std::max(of(1), of(2));
  switch (node.op) {
    case Op::i32_load8_u:
    case Op::i64_load8_u:
      return 0xff;
    case Op::i32_load16_u:
    case Op::i64_load16_u:
      return 0xffff;
    case Op::i64_load32_u:
      return 0xffff'ffff;
    default:
      break;
  }
  if (node.kind != Kind::numeric) return all;
  if (info(node.op).family == Family::Compare || info(node.op).family == Family::Test) return 1;
  switch (node.op) {
    case Op::i32_and:
    case Op::i64_and:
      return std::min(of(0), of(1));
    case Op::i32_or:
    case Op::i64_or:
    case Op::i32_xor:
    case Op::i64_xor: {
      const u64 either = of(0) | of(1);
      return either == 0 ? 0 : ~u64{0} >> std::countl_zero(either);
    }
    case Op::i32_shr_u:
    case Op::i64_shr_u:
      return has_number(1) ? of(0) >> (number(1) & (node.type == Type::i32 ? 31 : 63)) : of(0);
    case Op::i32_shl:
    case Op::i64_shl: {
      if (!has_number(1)) return all;
      const u64 by = number(1) & (node.type == Type::i32 ? 31 : 63), from = of(0);
      return from <= all >> by ? from << by : all;
    }
    case Op::i32_add:
    case Op::i64_add: {
      const u64 a = of(0), b = of(1);
      return a <= all - b ? a + b : all;
    }
    case Op::i32_mul:
    case Op::i64_mul: {
      const u64 a = of(0), b = of(1);
      return b == 0 || a <= all / b ? a * b : all;
    }
    case Op::i64_extend_i32_u:
      return of(0);
    case Op::i32_wrap_i64:
      return std::min(of(0), all);
    case Op::i32_clz:
    case Op::i32_ctz:
    case Op::i32_popcnt:
      return 32;
    case Op::i64_clz:
    case Op::i64_ctz:
    case Op::i64_popcnt:
      return 64;
    default:
      return all;
  }
}

}  // namespace

u64 upper_bound(const Function& function, Value value) { return bound_of(function, value, 0); }

}  // namespace invar::jit
