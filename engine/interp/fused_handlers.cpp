// Handlers of two numeric instructions at once; fusions.def says which.
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

template <Op first, Op second, u32 position>
struct FusedTable {
  static constexpr u32 locs = narrow_locs<first>;
  template <size_t... i>
  static constexpr auto make(std::index_sequence<i...>) {
    return std::array<Handler, sizeof...(i)>{
        &fused_handler<first, static_cast<Loc>(i / dst_count / locs / locs),
                       static_cast<Loc>(i / dst_count / locs % locs), second, position,
                       static_cast<Loc>(i / dst_count % locs), static_cast<Dst>(i % dst_count)>...};
  }
  static constexpr auto handlers = make(std::make_index_sequence<3 * locs * locs * dst_count>{});
};

struct Fusion {
  Op first, second;
  u32 position;
  u32 locs;
  const Handler* handlers;
};

constexpr Fusion fusions[] = {
#define FUSION(first, second, position)                     \
  {Op::first, Op::second, position, narrow_locs<Op::first>, \
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

}  // namespace

Row fused_row(Op first, Loc a, Loc b, Op second, u32 position, Loc c) {
  for (u32 i = fusions_of[static_cast<size_t>(first)]; i < fusion_count && fusions[i].first == first; ++i) {
    const Fusion& fusion = fusions[i];
    if (fusion.second != second || fusion.position != position) continue;
    if (b == Loc::imm && fusion.locs == 3) return nullptr;
    const u32 index = (static_cast<u32>(a) * fusion.locs + static_cast<u32>(b)) * fusion.locs + static_cast<u32>(c);
    return fusion.handlers + index * dst_count;
  }
  return nullptr;
}

}  // namespace invar::interp
