// Handlers of the families Load and Store.
#include <array>
#include <bit>

#include "engine/interp/memory_address.h"
#include "engine/interp/signature.h"
#include "engine/semantics/semantics.h"

namespace invar::interp {

namespace {

/// Where the access goes; nullptr if it is out of bounds (found by comparison). Field `first` is the base.
template <Op op, Access access, u32 mode, u32 first>
[[gnu::always_inline]] inline u8* locate(const u64* ip, const Slot* fp, u8* mem, const Instance* inst, u64 r0, u64 r1,
                                         Vec f0, Vec f1) {
  using Kind = AddressMode::Kind;
  constexpr AddressMode made = address_modes[mode];
  if constexpr (made.kind == Kind::absolute) {
    return mem + upper(ip);
  } else {
    const Address<access> base = INVAR_READ(Address<access>, made.base, first);
    if constexpr (access != Access::guarded) {
      return locate_checked(*inst->memories[field(ip, 3)], base, ip[2], info(op).access);
    } else if constexpr (made.kind == Kind::plain) {
      return mem + (u64{base} + upper(ip));
    } else if constexpr (made.kind == Kind::displaced) {
      return mem + (u64{base + static_cast<u32>(ip[2])} + (ip[2] >> 32));
    } else {
      constexpr u32 shift = made.kind == Kind::scaled ? std::countr_zero(u32{info(op).access}) : 0;
      const u32 index = INVAR_READ(u32, made.index, 2) << shift;
      return mem + (u64{base + index} + field(ip, 3));
    }
  }
}
#define INVAR_LOCATE(first) locate<op, access, mode, first>(ip, fp, mem, inst, r0, r1, f0, f1)

constexpr u32 words_of(Access access, u32 mode) {
  return address_modes[mode].kind == AddressMode::Kind::displaced ? 3 : words_of(access);
}

template <class T>
struct [[gnu::packed, gnu::may_alias]] Unaligned {
  T value;
};
typedef u64 UnalignedVector __attribute__((vector_size(16), aligned(1), may_alias));

/// The access itself is volatile: with guard pages a fault is its outcome, so it must stay where it is.
template <class T>
[[gnu::always_inline]] inline T load_raw(const u8* p) {
  if constexpr (is_vector<T>) {
    const UnalignedVector lanes = *reinterpret_cast<const volatile UnalignedVector*>(p);
    V128 value;
    std::memcpy(&value, &lanes, sizeof value);
    return value;
  } else {
    return reinterpret_cast<const volatile Unaligned<T>*>(p)->value;
  }
}

template <class T>
[[gnu::always_inline]] inline void store_raw(u8* p, T value) {
  if constexpr (is_vector<T>) {
    UnalignedVector lanes;
    std::memcpy(&lanes, &value, sizeof lanes);
    *reinterpret_cast<volatile UnalignedVector*>(p) = lanes;
  } else {
    reinterpret_cast<volatile Unaligned<T>*>(p)->value = value;
  }
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
