// Handlers of instructions that take their operands from consecutive slots and leave their results there: bulk
// operations, tables, and the rarer vector and wide instructions.
#include "engine/runtime/bulk.h"

#include <array>

#include "engine/interp/memory_address.h"
#include "engine/interp/signature.h"
#include "engine/runtime/reference.h"
#include "engine/semantics/semantics.h"

namespace invar::interp {

namespace {

/// Operands and results. i32 operands are zero-extended in their slots, so addresses of both widths read as 64 bits.
[[gnu::always_inline]] inline Slot* operands(const u64* ip, Slot* fp) { return fp + field(ip, 0); }

/// -1 of the address type.
Slot growth_failure(bool is_64) { return is_64 ? ~u64{0} : u64{0xffffffff}; }

INVAR_HANDLER(memory_size) {
  INVAR_ENTER;
  operands(ip, fp)[0] = inst->memories[upper(ip)]->pages();
  INVAR_NEXT(2);
}

INVAR_HANDLER(memory_grow) {
  INVAR_ENTER;
  Memory& memory = *inst->memories[upper(ip)];
  Slot* x = operands(ip, fp);
  const s64 before = memory.grow(x[0]);
  x[0] = before < 0 ? growth_failure(memory.type.is_64) : static_cast<Slot>(before);
  INVAR_NEXT(2);
}

INVAR_HANDLER(memory_fill_) {
  INVAR_ENTER;
  const Slot* x = operands(ip, fp);
  INVAR_CHECK(memory_fill(*inst->memories[upper(ip)], x[0], static_cast<u8>(x[1]), x[2]));
  INVAR_NEXT(2);
}

INVAR_HANDLER(memory_copy_) {
  INVAR_ENTER;
  const Slot* x = operands(ip, fp);
  INVAR_CHECK(memory_copy(*inst->memories[upper(ip)], x[0], *inst->memories[ip[2]], x[1], x[2]));
  INVAR_NEXT(3);
}

INVAR_HANDLER(memory_init_) {
  INVAR_ENTER;
  const Slot* x = operands(ip, fp);
  INVAR_CHECK(memory_init(*inst, upper(ip), *inst->memories[ip[2]], x[0], x[1], x[2]));
  INVAR_NEXT(3);
}

INVAR_HANDLER(data_drop_) {
  INVAR_ENTER;
  data_drop(*inst, upper(ip));
  INVAR_NEXT(2);
}

INVAR_HANDLER(table_get) {
  INVAR_ENTER;
  const Table& table = *inst->tables[upper(ip)];
  Slot* x = operands(ip, fp);
  if (x[0] >= table.size) [[unlikely]]
    INVAR_TRAP(TrapKind::out_of_bounds_table_access);
  x[0] = table.elements[x[0]];
  INVAR_NEXT(2);
}

INVAR_HANDLER(table_set) {
  INVAR_ENTER;
  const Table& table = *inst->tables[upper(ip)];
  const Slot* x = operands(ip, fp);
  if (x[0] >= table.size) [[unlikely]]
    INVAR_TRAP(TrapKind::out_of_bounds_table_access);
  table.elements[x[0]] = x[1];
  INVAR_NEXT(2);
}

INVAR_HANDLER(table_size) {
  INVAR_ENTER;
  operands(ip, fp)[0] = inst->tables[upper(ip)]->size;
  INVAR_NEXT(2);
}

INVAR_HANDLER(table_grow) {
  INVAR_ENTER;
  Table& table = *inst->tables[upper(ip)];
  Slot* x = operands(ip, fp);
  const s64 before = table.grow(x[1], x[0]);
  x[0] = before < 0 ? growth_failure(table.type.is_64) : static_cast<Slot>(before);
  INVAR_NEXT(2);
}

INVAR_HANDLER(table_fill_) {
  INVAR_ENTER;
  const Slot* x = operands(ip, fp);
  INVAR_CHECK(table_fill(*inst->tables[upper(ip)], x[0], x[1], x[2]));
  INVAR_NEXT(2);
}

INVAR_HANDLER(table_copy_) {
  INVAR_ENTER;
  const Slot* x = operands(ip, fp);
  INVAR_CHECK(table_copy(*inst->tables[upper(ip)], x[0], *inst->tables[ip[2]], x[1], x[2]));
  INVAR_NEXT(3);
}

INVAR_HANDLER(table_init_) {
  INVAR_ENTER;
  const Slot* x = operands(ip, fp);
  INVAR_CHECK(table_init(*inst, upper(ip), *inst->tables[ip[2]], x[0], x[1], x[2]));
  INVAR_NEXT(3);
}

INVAR_HANDLER(elem_drop_) {
  INVAR_ENTER;
  elem_drop(*inst, upper(ip));
  INVAR_NEXT(2);
}

INVAR_HANDLER(ref_func) {
  INVAR_ENTER;
  operands(ip, fp)[0] = ref_of(inst->functions[upper(ip)]);
  INVAR_NEXT(2);
}

INVAR_HANDLER(shuffle) {
  INVAR_ENTER;
  Slot* x = operands(ip, fp);
  const auto lanes = std::bit_cast<V128>(std::array<u64, 2>{ip[2], ip[3]});
  store_slot(x, 0, semantics::i8x16_shuffle(load_slot<V128>(x, 0), load_slot<V128>(x, 2), lanes));
  INVAR_NEXT(4);
}

template <Op op>
INVAR_HANDLER(ternary) {
  INVAR_ENTER;
  Slot* x = operands(ip, fp);
  store_slot(x, 0, semantics::function_of<op>(load_slot<V128>(x, 0), load_slot<V128>(x, 2), load_slot<V128>(x, 4)));
  INVAR_NEXT(2);
}

template <Op op>
INVAR_HANDLER(wide) {
  INVAR_ENTER;
  Slot* x = operands(ip, fp);
  semantics::Pair pair;
  if constexpr (Signature<op>::colon == 4) {
    pair = semantics::function_of<op>(x[0], x[1], x[2], x[3]);
  } else {
    pair = semantics::function_of<op>(x[0], x[1]);
  }
  x[0] = pair.low;
  x[1] = pair.high;
  INVAR_NEXT(2);
}

/// The lane in memory; nullptr if out of bounds.
template <Op op, bool address_64>
[[gnu::always_inline]] inline u8* locate_lane(const u64* ip, u64 address, const Instance* inst) {
  return locate_checked(*inst->memories[field(ip, 3)], address_64 ? address : static_cast<u32>(address), ip[2],
                        info(op).access);
}

template <Op op, bool address_64>
INVAR_HANDLER(lane_access) {
  INVAR_ENTER;
  constexpr u32 size = info(op).access;
  Slot* x = operands(ip, fp);
  u8* p = locate_lane<op, address_64>(ip, x[0], inst);
  if (!p) [[unlikely]]
    INVAR_TRAP(TrapKind::out_of_bounds_memory_access);
  const u32 at = field(ip, 2) * size;
  auto* vector = reinterpret_cast<u8*>(x + 1);
  if constexpr (info(op).family == Family::LoadLane) {
    V128 value = load_slot<V128>(x, 1);
    std::memcpy(value.bytes + at, p, size);
    store_slot(x, 0, value);
  } else {
    std::memcpy(p, vector + at, size);
  }
  INVAR_NEXT(3);
}

template <Op op>
consteval std::array<Handler, 2> handlers_of() {
  constexpr Family family = info(op).family;
  if constexpr (family == Family::Ternary) {
    return {&ternary<op>, &ternary<op>};
  } else if constexpr (family == Family::Wide) {
    return {&wide<op>, &wide<op>};
  } else if constexpr (family == Family::LoadLane || family == Family::StoreLane) {
    return {&lane_access<op, false>, &lane_access<op, true>};
  } else {
    return {nullptr, nullptr};
  }
}

constexpr std::array<Handler, 2> slots_handlers[op_count] = {
#define OP(name, prefix, code, mnemonic, immediates, signature, family, feature, access) handlers_of<Op::name>(),
#include "decoder/opcodes.def"
#undef OP
};

}  // namespace

const BulkHandlers bulk_handlers = {
    .memory_size = &memory_size,
    .memory_grow = &memory_grow,
    .memory_fill = &memory_fill_,
    .memory_init = &memory_init_,
    .data_drop = &data_drop_,
    .memory_copy = &memory_copy_,
    .table_get = &table_get,
    .table_set = &table_set,
    .table_size = &table_size,
    .table_grow = &table_grow,
    .table_fill = &table_fill_,
    .table_init = &table_init_,
    .elem_drop = &elem_drop_,
    .table_copy = &table_copy_,
    .ref_func = &ref_func,
    .shuffle = &shuffle,
};

Handler slots_handler(Op op, bool address_64) { return slots_handlers[static_cast<size_t>(op)][address_64 ? 1 : 0]; }

}  // namespace invar::interp
