// Handlers of the families Load and Store.
#include <array>

#include "engine/interp/memory_address.h"
#include "engine/interp/signature.h"
#include "engine/semantics/semantics.h"

namespace invar::interp {

namespace {

/// Where the access goes; nullptr if it is out of bounds (found by comparison).
template <Access access, u32 size>
[[gnu::always_inline]] inline u8* locate(Address<access> address, const u64* ip, u8* mem, const Instance* inst) {
  if constexpr (access == Access::guarded) {
    return mem + (u64{address} + upper(ip));
  } else {
    return locate_checked(*inst->memories[field(ip, 3)], address, ip[2], size);
  }
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

template <Op op, Access access, Loc address, Dst dst>
INVAR_HANDLER(load_handler) {
  INVAR_ENTER;
  const u8* p = locate<access, info(op).access>(INVAR_READ(Address<access>, address, 1), ip, mem, inst);
  if constexpr (access != Access::guarded) {
    if (!p) [[unlikely]]
      INVAR_TRAP(TrapKind::out_of_bounds_memory_access);
  }
  const Raw<op> raw = load_raw<Raw<op>>(p);
  INVAR_PIN_IP();
  INVAR_WRITE(dst, semantics::function_of<op>(raw));
  INVAR_NEXT(words_of(access));
}

template <Op op, Access access, Loc address, Loc value>
INVAR_HANDLER(store_handler_for) {
  INVAR_ENTER;
  using Value = typename Signature<op>::template Operand<1>;
  u8* p = locate<access, info(op).access>(INVAR_READ(Address<access>, address, 0), ip, mem, inst);
  if constexpr (access != Access::guarded) {
    if (!p) [[unlikely]]
      INVAR_TRAP(TrapKind::out_of_bounds_memory_access);
  }
  if constexpr (value == Loc::imm) {
    store_raw(p, semantics::function_of<op>(static_cast<Value>(static_cast<s64>(static_cast<s16>(field(ip, 1))))));
  } else {
    store_raw(p, semantics::function_of<op>(INVAR_READ(Value, value, 1)));
  }
  INVAR_PIN_IP();
  INVAR_NEXT(words_of(access));
}

template <Op op>
struct LoadTable {
  static constexpr u32 addresses = 3;
  template <size_t... i>
  static constexpr auto make(std::index_sequence<i...>) {
    return std::array<Handler, sizeof...(i)>{
        &load_handler<op, static_cast<Access>(i / dst_count / addresses), static_cast<Loc>(i / dst_count % addresses),
                      available_dst(i % dst_count, Signature<op>::yields_vector)>...};
  }
  static constexpr auto handlers = make(std::make_index_sequence<access_count * addresses * dst_count>{});
};

template <Op op>
struct StoreTable {
  using Value = typename Signature<op>::template Operand<1>;
  static constexpr u32 addresses = 3;
  static constexpr u32 values = is_vector<Value> || is_float<Value> ? source_locs<Value> : source_locs_with_imm<Value>;
  template <size_t... i>
  static constexpr auto make(std::index_sequence<i...>) {
    return std::array<Handler, sizeof...(i)>{
        &store_handler_for<op, static_cast<Access>(i / values / addresses), static_cast<Loc>(i / values % addresses),
                           static_cast<Loc>(i % values)>...};
  }
  static constexpr auto handlers = make(std::make_index_sequence<access_count * addresses * values>{});
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

Row load_row(Op op, Access access, Loc address) {
  return access_rows[static_cast<size_t>(op)].handlers +
         (static_cast<u32>(access) * 3 + static_cast<u32>(address)) * dst_count;
}

Handler store_handler(Op op, Access access, Loc address, Loc value) {
  const AccessRows& rows = access_rows[static_cast<size_t>(op)];
  return rows
      .handlers[(static_cast<u32>(access) * 3 + static_cast<u32>(address)) * rows.values + static_cast<u32>(value)];
}

}  // namespace invar::interp
