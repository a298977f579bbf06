// Handlers of the families Load and Store.
#include <array>

#include "engine/interp/memory_address.h"
#include "engine/interp/signature.h"
#include "engine/semantics/semantics.h"

namespace invar::interp {

namespace {

#define INVAR_LOCATE(first) locate<op, access, mode, first>(ip, fp, mem, inst, r0, r1, f0, f1)

constexpr u32 words_of(Access access, u32 mode) {
  const AddressMode::Kind kind = address_modes[mode].kind;
  return kind == AddressMode::Kind::displaced || kind == AddressMode::Kind::table ? 3 : words_of(access);
}

template <Op op, Access access, u32 mode, Dst dst>
INVAR_HANDLER(load_handler) {
  INVAR_ENTER;
  const u8* p = INVAR_LOCATE(1);
  if constexpr (access != Access::guarded) {
    if (!p) [[unlikely]]
      INVAR_TRAP(TrapKind::out_of_bounds_memory_access);
  }
  const Raw<op> raw = load_raw<Raw<op>>(p);
  INVAR_PIN_IP();
  INVAR_WRITE(dst, semantics::function_of<op>(raw));
  INVAR_NEXT(words_of(access, mode));
}

template <Op op, Access access, u32 mode, Loc value>
INVAR_HANDLER(store_handler_for) {
  INVAR_ENTER;
  using Value = typename Signature<op>::template Operand<1>;
  u8* p = INVAR_LOCATE(0);
  if constexpr (access != Access::guarded) {
    if (!p) [[unlikely]]
      INVAR_TRAP(TrapKind::out_of_bounds_memory_access);
  }
  store_raw(p, semantics::function_of<op>(INVAR_READ_NARROW(Value, value, 1)));
  INVAR_PIN_IP();
  INVAR_NEXT(words_of(access, mode));
}

/// Tables have a row for each addressing mode of guarded accesses, then the plain modes' of both kinds of checked ones.
constexpr u32 mode_rows = address_mode_count + (access_count - 1) * plain_modes;
constexpr u32 row_of(Access access, u32 mode) {
  return access == Access::guarded ? mode : address_mode_count + (static_cast<u32>(access) - 1) * plain_modes + mode;
}
constexpr Access access_of_row(u32 row) {
  return row < address_mode_count ? Access::guarded : static_cast<Access>(1 + (row - address_mode_count) / plain_modes);
}
constexpr u32 mode_of_row(u32 row) { return row < address_mode_count ? row : (row - address_mode_count) % plain_modes; }

template <Op op>
struct LoadTable {
  template <size_t... i>
  static constexpr auto make(std::index_sequence<i...>) {
    return std::array<Handler, sizeof...(i)>{
        &load_handler<op, access_of_row(i / dst_count), mode_of_row(i / dst_count),
                      available_dst(i % dst_count, Signature<op>::yields_vector)>...};
  }
  static constexpr auto handlers = make(std::make_index_sequence<mode_rows * dst_count>{});
};

template <Op op>
struct StoreTable {
  using Value = typename Signature<op>::template Operand<1>;
  static constexpr u32 values = is_vector<Value> || is_float<Value> ? source_locs<Value> : source_locs_with_imm<Value>;
  template <size_t... i>
  static constexpr auto make(std::index_sequence<i...>) {
    return std::array<Handler, sizeof...(i)>{
        &store_handler_for<op, access_of_row(i / values), mode_of_row(i / values), static_cast<Loc>(i % values)>...};
  }
  static constexpr auto handlers = make(std::make_index_sequence<mode_rows * values>{});
};

struct AccessRows {
  const Handler* handlers = nullptr;
  u8 values = 0;  ///< Locations of a store's value.
};

template <Op op>
consteval AccessRows rows_of() {
  if constexpr (info(op).family == Family::Load) {
    return {LoadTable<op>::handlers.data(), 0};
  } else if constexpr (info(op).family == Family::Store) {
    return {StoreTable<op>::handlers.data(), StoreTable<op>::values};
  } else {
    return {};
  }
}

constexpr AccessRows access_rows[op_count] = {
#define OP(name, prefix, code, mnemonic, immediates, signature, family, feature, access) rows_of<Op::name>(),
#include "decoder/opcodes.def"
#undef OP
};

}  // namespace

Row load_row(Op op, Access access, u32 mode) {
  return access_rows[static_cast<size_t>(op)].handlers + row_of(access, mode) * dst_count;
}

Handler store_handler(Op op, Access access, u32 mode, Loc value) {
  const AccessRows& rows = access_rows[static_cast<size_t>(op)];
  return rows.handlers[row_of(access, mode) * rows.values + static_cast<u32>(value)];
}

}  // namespace invar::interp
