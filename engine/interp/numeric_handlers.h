// Handlers of the families Test, Unary, Compare and Binary, made from the semantics functions by template: one for each
// combination of operand locations. Instantiated in three files by the types involved, so that they compile in
// parallel.
#pragma once

#include <array>

#include "engine/interp/handlers.h"
#include "engine/interp/signature.h"
#include "engine/semantics/semantics.h"

namespace invar::interp {

template <class T>
inline constexpr bool can_trap = false;
template <class T>
inline constexpr bool can_trap<semantics::Trapping<T>> = true;

template <Op op, Loc a, Dst dst>
INVAR_HANDLER(unary_handler) {
  INVAR_ENTER;
  using A = typename Signature<op>::template Operand<0>;
  const auto result = semantics::function_of<op>(INVAR_READ(A, a, 1));
  if constexpr (can_trap<std::remove_const_t<decltype(result)>>) {
    if (result.trap != TrapKind::none) [[unlikely]]
      INVAR_TRAP(result.trap);
    INVAR_WRITE(dst, result.value);
  } else {
    INVAR_WRITE(dst, result);
  }
  INVAR_NEXT(2);
}

template <Op op, Loc a, Loc b, Dst dst>
INVAR_HANDLER(binary_handler) {
  INVAR_ENTER;
  using A = typename Signature<op>::template Operand<0>;
  using B = typename Signature<op>::template Operand<1>;
  const auto result = semantics::function_of<op>(INVAR_READ(A, a, 1), INVAR_READ(B, b, 2));
  if constexpr (can_trap<std::remove_const_t<decltype(result)>>) {
    if (result.trap != TrapKind::none) [[unlikely]]
      INVAR_TRAP(result.trap);
    INVAR_WRITE(dst, result.value);
  } else {
    INVAR_WRITE(dst, result);
  }
  INVAR_NEXT((b == Loc::imm ? words_with_imm<B> : 2));
}

/// With an immediate of 64 bits in word 2.
template <Op op, Loc a, Dst dst>
INVAR_HANDLER(binary_wide_handler) {
  INVAR_ENTER;
  const auto result = semantics::function_of<op>(INVAR_READ(u64, a, 1), ip[2]);
  if constexpr (can_trap<std::remove_const_t<decltype(result)>>) {
    if (result.trap != TrapKind::none) [[unlikely]]
      INVAR_TRAP(result.trap);
    INVAR_WRITE(dst, result.value);
  } else {
    INVAR_WRITE(dst, result);
  }
  INVAR_NEXT(3);
}

[[gnu::always_inline]] inline const u64* branch_target(const u64* ip) { return ip + static_cast<s32>(upper(ip)); }

/// The second operand of a comparison with a branch. An immediate integer has 16 bits, since the distance takes 32; a
/// float stands in word 2.
template <class T, Loc loc>
[[gnu::always_inline]] inline T read_compared(const u64* ip, const Slot* fp, u64 r0, u64 r1, Vec f0, Vec f1) {
  if constexpr (loc == Loc::imm && std::is_same_v<T, f64>) {
    return std::bit_cast<f64>(ip[2]);
  } else if constexpr (loc == Loc::imm && std::is_same_v<T, f32>) {
    return std::bit_cast<f32>(static_cast<u32>(ip[2]));
  } else {
    return INVAR_READ_NARROW(T, loc, 1);
  }
}

template <Op op, Loc a, Loc b, bool taken_if>
INVAR_HANDLER(compare_and_branch_handler) {
  INVAR_ENTER;
  using A = typename Signature<op>::template Operand<0>;
  bool outcome;
  if constexpr (info(op).family == Family::Test) {
    outcome = semantics::function_of<op>(INVAR_READ_NARROW(A, a, 0)) != 0;
  } else {
    using B = typename Signature<op>::template Operand<1>;
    const B other = read_compared<B, b>(ip, fp, r0, r1, f0, f1);
    outcome = semantics::function_of<op>(INVAR_READ_NARROW(A, a, 0), other) != 0;
  }
  if (outcome == taken_if) {
    ip = branch_target(ip);
    INVAR_DISPATCH();
  }
  INVAR_NEXT((b == Loc::imm && is_float<A> ? 3 : 2));
}

/// The same with an immediate integer in word 2. Branches if the comparison holds.
template <Op op, Loc a>
INVAR_HANDLER(compare_wide_and_branch_handler) {
  INVAR_ENTER;
  using A = typename Signature<op>::template Operand<0>;
  if (semantics::function_of<op>(INVAR_READ(A, a, 0), static_cast<A>(ip[2])) != 0) {
    ip = branch_target(ip);
    INVAR_DISPATCH();
  }
  INVAR_NEXT(3);
}

/// All handlers of one instruction.
template <Op op>
struct NumericTable {
  using A = typename Signature<op>::template Operand<0>;
  static constexpr bool is_unary = info(op).family == Family::Unary || info(op).family == Family::Test;
  static consteval u32 b_locs() {
    if constexpr (is_unary) {
      return 1;
    } else {
      return source_locs_with_imm<typename Signature<op>::template Operand<1>>;
    }
  }
  static consteval Dst dst_at(size_t i) { return available_dst(i % dst_count, Signature<op>::yields_vector); }
  template <size_t... i>
  static constexpr auto make(std::index_sequence<i...>) {
    constexpr u32 nb = b_locs();
    if constexpr (is_unary) {
      return std::array<Handler, sizeof...(i)>{&unary_handler<op, static_cast<Loc>(i / dst_count), dst_at(i)>...};
    } else {
      return std::array<Handler, sizeof...(i)>{&binary_handler<op, static_cast<Loc>(i / dst_count / nb),
                                                               static_cast<Loc>(i / dst_count % nb), dst_at(i)>...};
    }
  }
  static constexpr auto handlers = make(std::make_index_sequence<source_locs<A> * b_locs() * dst_count>{});
};

template <Op op>
struct BranchTable {
  using A = typename Signature<op>::template Operand<0>;
  static constexpr u32 b_locs = NumericTable<op>::b_locs();
  template <size_t... i>
  static constexpr auto make(std::index_sequence<i...>) {
    return std::array<Handler, sizeof...(i)>{&compare_and_branch_handler < op, static_cast<Loc>(i / 2 / b_locs),
                                             static_cast<Loc>(i / 2 % b_locs), i % 2 != 0 > ...};
  }
  static constexpr auto handlers = make(std::make_index_sequence<source_locs<A> * b_locs * 2>{});
};

/// By location of the first operand.
template <Op op>
inline constexpr std::array<Handler, 3> wide_branches = {&compare_wide_and_branch_handler<op, Loc::slot>,
                                                         &compare_wide_and_branch_handler<op, Loc::reg0>,
                                                         &compare_wide_and_branch_handler<op, Loc::reg1>};

/// By location of the first operand and destination.
template <Op op>
inline constexpr auto wide_values = []<size_t... i>(std::index_sequence<i...>) {
  return std::array<Handler, sizeof...(i)>{
      &binary_wide_handler<op, static_cast<Loc>(i / dst_count), static_cast<Dst>(i % dst_count)>...};
}(std::make_index_sequence<3 * dst_count>{});

enum class NumericClass : u8 { none, integer, floating, vector };

consteval NumericClass class_of(Op op) {
  const OpInfo& row = info(op);
  if (row.family != Family::Unary && row.family != Family::Test && row.family != Family::Binary &&
      row.family != Family::Compare) {
    return NumericClass::none;
  }
  if (row.signature.contains('v')) return NumericClass::vector;
  return row.signature.contains('f') || row.signature.contains('d') ? NumericClass::floating : NumericClass::integer;
}

template <Op op, NumericClass wanted>
consteval NumericRows rows_of() {
  NumericRows rows;
  if constexpr (class_of(op) == wanted) {
    rows.values = NumericTable<op>::handlers.data();
    rows.b_locs = NumericTable<op>::b_locs();
    if constexpr (has_branch_form(op)) {
      rows.branches = BranchTable<op>::handlers.data();
    }
    if constexpr (wanted == NumericClass::integer && info(op).signature.starts_with("ll")) {
      rows.wide_values = wide_values<op>.data();
    }
    if constexpr (info(op).family == Family::Compare && wanted == NumericClass::integer) {
      rows.wide_branches = wide_branches<op>.data();
    }
  }
  return rows;
}

template <NumericClass wanted>
consteval NumericRowsByOp make_numeric_rows() {
  return {
#define OP(name, prefix, code, mnemonic, immediates, signature, family, feature, access) rows_of<Op::name, wanted>(),
#include "decoder/opcodes.def"
#undef OP
  };
}

}  // namespace invar::interp
