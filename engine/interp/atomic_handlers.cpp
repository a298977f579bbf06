// Handlers of atomic accesses to memory, shared or not, and of waiting for them. All of them are sequentially
// consistent. spec: threads proposal
#include <array>

#include "engine/interp/memory_address.h"
#include "engine/interp/signature.h"
#include "engine/runtime/parking_lot.h"
#include "engine/semantics/read_modify_write.h"

namespace invar::interp {

namespace {

using semantics::Rmw;

/// Where an access goes, or why there is none. Alignment comes first; with guard pages, bounds are found by a fault.
template <Access access>
struct Place {
  u8* at = nullptr;
  TrapKind trap = TrapKind::none;
};

template <Access access, u32 size>
[[gnu::always_inline]] inline Place<access> locate(u64 address, u64 offset, u8* mem, const Instance* inst, u64 memory) {
  if (((address + offset) & (size - 1)) != 0) [[unlikely]]
    return {nullptr, TrapKind::unaligned_atomic};
  if constexpr (access == Access::guarded) {
    return {mem + (address + offset)};
  } else {
    u8* at = locate_checked(*inst->memories[memory], address, offset, size);
    return {at, at == nullptr ? TrapKind::out_of_bounds_memory_access : TrapKind::none};
  }
}

#define INVAR_LOCATE(address, offset, memory)                                                            \
  const Place<access> place = locate<access, info(op).access>((address), (offset), mem, inst, (memory)); \
  if (place.trap != TrapKind::none) [[unlikely]]                                                         \
    INVAR_TRAP(place.trap);                                                                              \
  /* Volatile: with guard pages a fault is an outcome, so that the access must stay where it is. */      \
  auto* at = reinterpret_cast<volatile Raw<op>*>(place.at)

/// The offset of a load or store.
template <Access access>
[[gnu::always_inline]] inline u64 offset_of(const u64* ip) {
  if constexpr (access == Access::guarded) return upper(ip);
  return ip[2];
}

template <Op op, Access access, Loc address, Dst dst>
INVAR_HANDLER(load_handler) {
  INVAR_ENTER;
  INVAR_LOCATE(INVAR_READ(Address<access>, address, 1), offset_of<access>(ip), field(ip, 3));
  const Raw<op> raw = __atomic_load_n(at, __ATOMIC_SEQ_CST);
  INVAR_PIN_IP();
  INVAR_WRITE(dst, semantics::function_of<op>(raw));
  INVAR_NEXT(words_of(access));
}

template <Op op, Access access, Loc address, Loc value>
INVAR_HANDLER(store_handler) {
  INVAR_ENTER;
  using Value = typename Signature<op>::template Operand<1>;
  INVAR_LOCATE(INVAR_READ(Address<access>, address, 0), offset_of<access>(ip), field(ip, 3));
  const Raw<op> raw = semantics::function_of<op>(INVAR_READ_NARROW(Value, value, 1));
  __atomic_store_n(at, raw, __ATOMIC_SEQ_CST);
  INVAR_PIN_IP();
  INVAR_NEXT(words_of(access));
}

template <Rmw rmw, class T>
[[gnu::always_inline]] inline T modify(volatile T* at, T operand) {
  if constexpr (rmw == Rmw::add) return __atomic_fetch_add(at, operand, __ATOMIC_SEQ_CST);
  if constexpr (rmw == Rmw::sub) return __atomic_fetch_sub(at, operand, __ATOMIC_SEQ_CST);
  if constexpr (rmw == Rmw::and_) return __atomic_fetch_and(at, operand, __ATOMIC_SEQ_CST);
  if constexpr (rmw == Rmw::or_) return __atomic_fetch_or(at, operand, __ATOMIC_SEQ_CST);
  if constexpr (rmw == Rmw::xor_) return __atomic_fetch_xor(at, operand, __ATOMIC_SEQ_CST);
  if constexpr (rmw == Rmw::exchange) return __atomic_exchange_n(at, operand, __ATOMIC_SEQ_CST);
}

template <Op op, Access access, Dst dst>
INVAR_HANDLER(rmw_handler) {
  INVAR_ENTER;
  using Value = typename Signature<op>::template Operand<1>;
  INVAR_LOCATE(load_slot<Address<access>>(fp, field(ip, 1)), ip[2], ip[3]);
  const Value operand = load_slot<Value>(fp, field(ip, 2));
  Raw<op> old;
  if constexpr (info(op).family == Family::AtomicCmpxchg) {
    const Value replacement = load_slot<Value>(fp, field(ip, 3));
    // Only what is expected can be replaced: where the operand does not fit the access, its lower part counts.
    old = static_cast<Raw<op>>(operand);
    __atomic_compare_exchange_n(at, &old, static_cast<Raw<op>>(replacement), false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
  } else {
    old = modify<semantics::rmw_of<op>()>(at, static_cast<Raw<op>>(operand));
  }
  INVAR_PIN_IP();
  INVAR_WRITE(dst, static_cast<Value>(old));
  INVAR_NEXT(atomic_rmw_words(access));
}

/// Handlers by access, location of the address, and then destination (loads) or location of the value (stores).
template <Op op>
struct LoadTable {
  static constexpr u32 addresses = 3;
  template <size_t... i>
  static constexpr auto make(std::index_sequence<i...>) {
    return std::array<Handler, sizeof...(i)>{
        &load_handler<op, static_cast<Access>(i / dst_count / addresses), static_cast<Loc>(i / dst_count % addresses),
                      static_cast<Dst>(i % dst_count)>...};
  }
  static constexpr auto handlers = make(std::make_index_sequence<access_count * addresses * dst_count>{});
};

template <Op op>
struct StoreTable {
  static constexpr u32 addresses = 3, values = 4;
  template <size_t... i>
  static constexpr auto make(std::index_sequence<i...>) {
    return std::array<Handler, sizeof...(i)>{
        &store_handler<op, static_cast<Access>(i / values / addresses), static_cast<Loc>(i / values % addresses),
                       static_cast<Loc>(i % values)>...};
  }
  static constexpr auto handlers = make(std::make_index_sequence<access_count * addresses * values>{});
};

/// Handlers by access, then destination.
template <Op op>
struct RmwTable {
  template <size_t... i>
  static constexpr auto make(std::index_sequence<i...>) {
    return std::array<Handler, sizeof...(i)>{
        &rmw_handler<op, static_cast<Access>(i / dst_count), static_cast<Dst>(i % dst_count)>...};
  }
  static constexpr auto handlers = make(std::make_index_sequence<access_count * dst_count>{});
};

template <Op op>
consteval const Handler* handlers_of() {
  constexpr Family family = info(op).family;
  if constexpr (family == Family::AtomicLoad) {
    return LoadTable<op>::handlers.data();
  } else if constexpr (family == Family::AtomicStore) {
    return StoreTable<op>::handlers.data();
  } else if constexpr (family == Family::AtomicRmw || family == Family::AtomicCmpxchg) {
    return RmwTable<op>::handlers.data();
  } else {
    return nullptr;
  }
}

constexpr const Handler* atomic_rows[op_count] = {
#define OP(name, prefix, code, mnemonic, immediates, signature, family, feature, access) handlers_of<Op::name>(),
#include "decoder/opcodes.def"
#undef OP
};

[[gnu::noinline]] TrapKind wait_at(const Instance& instance, const u64* ip, Slot* x, u32 bytes) {
  WaitOutcome outcome{};
  const TrapKind trap = invar::atomic_wait(*instance.store, *instance.memories[upper(ip)], x[0], ip[2], bytes, x[1],
                                           static_cast<s64>(x[2]), outcome);
  x[0] = static_cast<u32>(outcome);
  return trap;
}

template <u32 bytes>
INVAR_HANDLER(wait) {
  INVAR_ENTER;
  const TrapKind trap = wait_at(*inst, ip, fp + field(ip, 0), bytes);
  if (trap != TrapKind::none) [[unlikely]]
    INVAR_TRAP(trap);
  INVAR_NEXT(3);
}

[[gnu::noinline]] TrapKind notify_at(const Instance& instance, const u64* ip, Slot* x) {
  u32 woken = 0;
  const TrapKind trap = invar::atomic_notify(*instance.memories[upper(ip)], x[0], ip[2], static_cast<u32>(x[1]), woken);
  x[0] = woken;
  return trap;
}

INVAR_HANDLER(notify) {
  INVAR_ENTER;
  const TrapKind trap = notify_at(*inst, ip, fp + field(ip, 0));
  if (trap != TrapKind::none) [[unlikely]]
    INVAR_TRAP(trap);
  INVAR_NEXT(3);
}

INVAR_HANDLER(fence) {
  INVAR_ENTER;
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  INVAR_NEXT(2);
}

}  // namespace

Row atomic_load_row(Op op, Access access, Loc address) {
  return atomic_rows[static_cast<size_t>(op)] + (static_cast<u32>(access) * 3 + static_cast<u32>(address)) * dst_count;
}

Handler atomic_store_handler(Op op, Access access, Loc address, Loc value) {
  return atomic_rows[static_cast<size_t>(op)]
                    [(static_cast<u32>(access) * 3 + static_cast<u32>(address)) * 4 + static_cast<u32>(value)];
}

Row atomic_rmw_row(Op op, Access access) {
  return atomic_rows[static_cast<size_t>(op)] + static_cast<u32>(access) * dst_count;
}

const WaitHandlers wait_handlers = {.wait32 = &wait<4>, .wait64 = &wait<8>, .notify = &notify, .fence = &fence};

}  // namespace invar::interp
