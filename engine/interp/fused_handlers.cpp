// Handlers of two instructions at once: numeric ones (fusions.def says which), and what closes loops.
#include <array>

#include "engine/interp/handlers.h"
#include "engine/interp/signature.h"
#include "engine/semantics/semantics.h"

namespace invar::interp {

namespace {

template <Op first, Loc a, Loc b, Op second, u32 position, Loc c, Dst dst>
INVAR_HANDLER(fused_handler) {
  INVAR_ENTER;
  using A = typename Signature<first>::template Operand<0>;
  using B = typename Signature<first>::template Operand<1>;
  using C = typename Signature<second>::template Operand<1 - position>;
  const auto value = semantics::function_of<first>(INVAR_READ(A, a, 1), INVAR_READ_NARROW(B, b, 2));
  const C other = INVAR_READ_NARROW(C, c, 3);
  if constexpr (position == 0) {
    INVAR_WRITE(dst, semantics::function_of<second>(value, other));
  } else {
    INVAR_WRITE(dst, semantics::function_of<second>(other, value));
  }
  INVAR_NEXT(2);
}

/// Locations of the operands b and c: floats have no immediates of 16 bits.
template <Op op>
inline constexpr u32 narrow_locs = is_float<typename Signature<op>::template Operand<0>> ? 3 : 4;

/// Locations of b: the lowering puts a register into a, except for two floats in registers.
constexpr Loc loc_of_b(bool is_integer, size_t i) { return is_integer && i == 1 ? Loc::imm : static_cast<Loc>(i); }

template <Op first, Op second, u32 position>
struct FusedTable {
  static constexpr u32 c_locs = narrow_locs<first>;
  static constexpr bool is_integer = c_locs == 4;
  static constexpr u32 b_locs = is_integer ? 2 : 3;
  template <size_t... i>
  static constexpr auto make(std::index_sequence<i...>) {
    return std::array<Handler, sizeof...(i)>{
        &fused_handler<first, static_cast<Loc>(i / dst_count / c_locs / b_locs),
                       loc_of_b(is_integer, i / dst_count / c_locs % b_locs), second, position,
                       static_cast<Loc>(i / dst_count % c_locs), static_cast<Dst>(i % dst_count)>...};
  }
  static constexpr auto handlers = make(std::make_index_sequence<3 * b_locs * c_locs * dst_count>{});
};

struct Fusion {
  Op first, second;
  u32 position;
  u32 b_locs, c_locs;
  const Handler* handlers;
};

constexpr Fusion fusions[] = {
#define FUSION(first, second, position)                 \
  {Op::first,                                           \
   Op::second,                                          \
   position,                                            \
   FusedTable<Op::first, Op::second, position>::b_locs, \
   FusedTable<Op::first, Op::second, position>::c_locs, \
   FusedTable<Op::first, Op::second, position>::handlers.data()},
#include "engine/interp/fusions.def"
#undef FUSION
};
constexpr u32 fusion_count = sizeof fusions / sizeof fusions[0];

/// Of each first instruction, the first of its rows.
constexpr auto fusions_of = [] {
  std::array<u8, op_count> begin;
  begin.fill(fusion_count);
  for (u32 i = fusion_count; i-- > 0;) begin[static_cast<size_t>(fusions[i].first)] = static_cast<u8>(i);
  return begin;
}();

/// Adds to an i32 in a slot.
[[gnu::always_inline]] inline u32 step(Slot* fp, u32 slot, u32 by) {
  const u32 sum = load_slot<u32>(fp, slot) + static_cast<u32>(static_cast<s16>(by));
  store_slot(fp, slot, sum);
  return sum;
}

template <u32 reg>
INVAR_HANDLER(step_twice) {
  INVAR_ENTER;
  (reg == 0 ? r1 : r0) = step(fp, field(ip, 0), field(ip, 1));
  (reg == 0 ? r0 : r1) = step(fp, field(ip, 2), field(ip, 3));
  INVAR_NEXT(2);
}

INVAR_HANDLER(step_and_jump) {
  INVAR_ENTER;
  step(fp, field(ip, 0), field(ip, 1));
  ip += static_cast<s32>(upper(ip));
  INVAR_DISPATCH();
}

template <Op op, Loc b, bool taken_if, u32 reg>
INVAR_HANDLER(step_and_branch) {
  INVAR_ENTER;
  u32 outcome;
  if constexpr (info(op).family == Family::Test) {
    const u32 sum = step(fp, field(ip, 0), field(ip, 1));
    (reg == 0 ? r0 : r1) = sum;
    outcome = semantics::function_of<op>(sum);
  } else {
    u32 other;
    if constexpr (b == Loc::imm) {
      other = static_cast<u32>(ip[2]);
    } else {
      other = INVAR_READ(u32, b, 2);
    }
    const u32 sum = step(fp, field(ip, 0), field(ip, 1));
    (reg == 0 ? r0 : r1) = sum;
    outcome = semantics::function_of<op>(sum, other);
  }
  if ((outcome != 0) == taken_if) {
    ip += static_cast<s32>(ip[2] >> 32);
    INVAR_DISPATCH();
  }
  INVAR_NEXT(step_and_branch_words);
}

consteval bool compares_i32(Op op) {
  const OpInfo& row = info(op);
  return (row.family == Family::Test && row.signature == "i:i") ||
         (row.family == Family::Compare && row.signature == "ii:i");
}

template <Op op>
struct StepTable {
  template <size_t... i>
  static constexpr auto make(std::index_sequence<i...>) {
    return std::array<Handler, sizeof...(i)>{&step_and_branch < op, static_cast<Loc>(i / 4), i / 2 % 2 != 0,
                                             i % 2 > ...};
  }
  static constexpr auto handlers = make(std::make_index_sequence<16>{});
};

template <Op op>
consteval const Handler* step_rows_of() {
  if constexpr (compares_i32(op)) {
    return StepTable<op>::handlers.data();
  } else {
    return nullptr;
  }
}

constexpr const Handler* step_rows[op_count] = {
#define OP(name, prefix, code, mnemonic, immediates, signature, family, feature, access) step_rows_of<Op::name>(),
#include "decoder/opcodes.def"
#undef OP
};

}  // namespace

Handler step_twice_handler(u32 reg) { return reg == 0 ? &step_twice<0> : &step_twice<1>; }

Handler step_and_jump_handler() { return &step_and_jump; }

Handler step_and_branch_handler(Op op, Loc b, bool taken_if, u32 reg) {
  const Handler* rows = step_rows[static_cast<size_t>(op)];
  return rows ? rows[static_cast<u32>(b) * 4 + (taken_if ? 2 : 0) + reg] : nullptr;
}

Row fused_row(Op first, Loc a, Loc b, Op second, u32 position, Loc c) {
  for (u32 i = fusions_of[static_cast<size_t>(first)]; i < fusion_count && fusions[i].first == first; ++i) {
    const Fusion& fusion = fusions[i];
    if (fusion.second != second || fusion.position != position) continue;
    u32 b_index = 0;
    while (b_index < fusion.b_locs && loc_of_b(fusion.b_locs == 2, b_index) != b) ++b_index;
    if (b_index == fusion.b_locs) return nullptr;
    const u32 index = (static_cast<u32>(a) * fusion.b_locs + b_index) * fusion.c_locs + static_cast<u32>(c);
    return fusion.handlers + index * dst_count;
  }
  return nullptr;
}

}  // namespace invar::interp
