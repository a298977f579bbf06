// Handlers of a guarded load and the instruction that takes what it loaded: a numeric one (load_fusions.def), or a
// comparison that decides a branch.
#include <array>

#include "engine/interp/memory_address.h"
#include "engine/interp/signature.h"
#include "engine/semantics/semantics.h"

namespace invar::interp {

namespace {

/// The other operand of the second instruction: its slot is in the lower half of word 2, an immediate in the upper.
template <class T, Loc loc>
[[gnu::always_inline]] inline T read_other(const u64* ip, const Slot* fp, u64 r0, u64 r1, Vec f0, Vec f1) {
  if constexpr (loc == Loc::slot) {
    return load_slot<T>(fp, static_cast<u16>(ip[2]));
  } else if constexpr (loc == Loc::imm) {
    return static_cast<T>(static_cast<s64>(static_cast<s32>(ip[2] >> 32)));
  } else {
    return read<T, loc>(0, ip, fp, r0, r1, f0, f1);
  }
}

template <Op load, u32 mode, Op second, u32 position, Loc c, Dst dst>
INVAR_HANDLER(load_and_handler) {
  INVAR_ENTER;
  using C = typename Signature<second>::template Operand<1 - position>;
  const u8* p = locate<load, Access::guarded, mode, 1>(ip, fp, mem, inst, r0, r1, f0, f1);
  const Raw<load> raw = load_raw<Raw<load>>(p);
  INVAR_PIN_IP();
  const auto value = semantics::function_of<load>(raw);
  const C other = read_other<C, c>(ip, fp, r0, r1, f0, f1);
  if constexpr (position == 0) {
    INVAR_WRITE(dst, semantics::function_of<second>(value, other));
  } else {
    INVAR_WRITE(dst, semantics::function_of<second>(other, value));
  }
  INVAR_NEXT(load_and_words);
}

/// `kept`: 1 if the loaded value is written to the slot of field 0 and to r0, 2 if to r1.
template <Op load, u32 mode, Op compare, Loc b, u32 kept>
INVAR_HANDLER(load_and_branch) {
  INVAR_ENTER;
  const u8* p = locate<load, Access::guarded, mode, 1>(ip, fp, mem, inst, r0, r1, f0, f1);
  const Raw<load> raw = load_raw<Raw<load>>(p);
  INVAR_PIN_IP();
  const u32 value = semantics::function_of<load>(raw);
  if constexpr (kept == 1) INVAR_WRITE(Dst::slot_reg0, value);
  if constexpr (kept == 2) INVAR_WRITE(Dst::slot_reg1, value);
  u32 other;
  if constexpr (b == Loc::imm) {
    other = static_cast<u32>(ip[2]);
  } else {
    other = read_other<u32, b>(ip, fp, r0, r1, f0, f1);
  }
  if (semantics::function_of<compare>(value, other) != 0) {
    ip += static_cast<s32>(ip[2] >> 32);
    INVAR_DISPATCH();
  }
  INVAR_NEXT(load_and_words);
}

template <Op load, u32 mode, u32 kept>
INVAR_HANDLER(load_and_table) {
  INVAR_ENTER;
  const u8* p = locate<load, Access::guarded, mode, 1>(ip, fp, mem, inst, r0, r1, f0, f1);
  const Raw<load> raw = load_raw<Raw<load>>(p);
  INVAR_PIN_IP();
  const u32 value = semantics::function_of<load>(raw);
  if constexpr (kept == 1) INVAR_WRITE(Dst::slot_reg0, value);
  if constexpr (kept == 2) INVAR_WRITE(Dst::slot_reg1, value);
  const u32 last = static_cast<u32>(ip[2]) - 1;
  const u64 target = ip[load_and_words + (value < last ? value : last)];
  ip += static_cast<s32>(target >> 32);
  INVAR_DISPATCH();
}

/// The addressing modes that handlers exist for; for branches, the first `branch_modes`.
constexpr AddressMode modes[] = {
    {AddressMode::Kind::plain, Loc::slot},
    {AddressMode::Kind::plain, Loc::reg0},
    {AddressMode::Kind::plain, Loc::reg1},
    {AddressMode::Kind::indexed, Loc::slot, Loc::slot},
    {AddressMode::Kind::indexed, Loc::reg0, Loc::slot},
    {AddressMode::Kind::scaled, Loc::slot, Loc::slot},
    {AddressMode::Kind::scaled, Loc::slot, Loc::reg0},
};
constexpr u32 mode_count = sizeof modes / sizeof modes[0];
constexpr u32 branch_modes = 4;

/// Of each addressing mode, its index in `modes`, or mode_count.
constexpr auto mode_positions = [] {
  std::array<u8, address_mode_count> positions;
  positions.fill(static_cast<u8>(mode_count));
  for (u32 i = 0; i < mode_count; ++i) positions[index_of(modes[i])] = static_cast<u8>(i);
  return positions;
}();

template <Op load, Op second, u32 position>
struct LoadFusionTable {
  using C = typename Signature<second>::template Operand<1 - position>;
  static constexpr u32 c_locs = is_float<C> ? 3 : 4;
  template <size_t... i>
  static constexpr auto make(std::index_sequence<i...>) {
    return std::array<Handler, sizeof...(i)>{
        &load_and_handler<load, index_of(modes[i / dst_count / c_locs]), second, position,
                          static_cast<Loc>(i / dst_count % c_locs), static_cast<Dst>(i % dst_count)>...};
  }
  static constexpr auto handlers = make(std::make_index_sequence<mode_count * c_locs * dst_count>{});
};

struct LoadFusion {
  Op load, second;
  u32 position;
  u32 c_locs;
  const Handler* handlers;
};

constexpr LoadFusion fusions[] = {
#define LOAD_FUSION(load, second, position)                                                 \
  {Op::load, Op::second, position, LoadFusionTable<Op::load, Op::second, position>::c_locs, \
   LoadFusionTable<Op::load, Op::second, position>::handlers.data()},
#include "engine/interp/load_fusions.def"
#undef LOAD_FUSION
};
constexpr u32 fusion_count = sizeof fusions / sizeof fusions[0];

/// Of each load, the first of its rows.
constexpr auto fusions_of = [] {
  std::array<u8, op_count> begin;
  begin.fill(fusion_count);
  for (u32 i = fusion_count; i-- > 0;) begin[static_cast<size_t>(fusions[i].load)] = static_cast<u8>(i);
  return begin;
}();

constexpr u32 kept_count = 3;

/// By mode, location of b, and `kept`.
template <Op load, Op compare>
struct LoadBranchTable {
  template <size_t... i>
  static constexpr auto make(std::index_sequence<i...>) {
    return std::array<Handler, sizeof...(i)>{&load_and_branch<load, index_of(modes[i / kept_count / 4]), compare,
                                                              static_cast<Loc>(i / kept_count % 4), i % kept_count>...};
  }
  static constexpr auto handlers = make(std::make_index_sequence<branch_modes * 4 * kept_count>{});
};

template <Op load, Op compare>
consteval const Handler* branches_of() {
  if constexpr (info(compare).family == Family::Compare && info(compare).signature == "ii:i") {
    return LoadBranchTable<load, compare>::handlers.data();
  } else {
    return nullptr;
  }
}

/// Of each load that is made one with branches, by comparison.
template <Op load>
constexpr const Handler* load_branches[op_count] = {
#define OP(name, prefix, code, mnemonic, immediates, signature, family, feature, access) branches_of<load, Op::name>(),
#include "decoder/opcodes.def"
#undef OP
};

/// By mode and `kept`.
template <Op load>
constexpr auto load_tables = []<size_t... i>(std::index_sequence<i...>) {
  return std::array<Handler, sizeof...(i)>{
      &load_and_table<load, index_of(modes[i / kept_count]), static_cast<u32>(i % kept_count)>...};
}(std::make_index_sequence<branch_modes * kept_count>{});

}  // namespace

Handler load_and_table_handler(Op load, u32 mode, u32 kept) {
  const u32 index = mode_positions[mode] * kept_count + kept;
  if (mode_positions[mode] >= branch_modes) return nullptr;
  if (load == Op::i32_load) return load_tables<Op::i32_load>[index];
  return load == Op::i32_load8_u ? load_tables<Op::i32_load8_u>[index] : nullptr;
}

Handler load_and_branch_handler(Op load, u32 mode, Op compare, Loc b, u32 kept) {
  const u32 mode_position = mode_positions[mode];
  if (mode_position >= branch_modes) return nullptr;
  const Handler* const* branches = load == Op::i32_load      ? load_branches<Op::i32_load>
                                   : load == Op::i32_load8_u ? load_branches<Op::i32_load8_u>
                                                             : nullptr;
  const Handler* handlers = branches != nullptr ? branches[static_cast<size_t>(compare)] : nullptr;
  return handlers ? handlers[(mode_position * 4 + static_cast<u32>(b)) * kept_count + kept] : nullptr;
}

Row load_and_row(Op load, u32 mode, Op second, u32 position, Loc c) {
  const u32 mode_position = mode_positions[mode];
  if (mode_position == mode_count) return nullptr;
  for (u32 i = fusions_of[static_cast<size_t>(load)]; i < fusion_count && fusions[i].load == load; ++i) {
    const LoadFusion& fusion = fusions[i];
    if (fusion.second != second || fusion.position != position) continue;
    return fusion.handlers + (mode_position * fusion.c_locs + static_cast<u32>(c)) * dst_count;
  }
  return nullptr;
}

}  // namespace invar::interp
