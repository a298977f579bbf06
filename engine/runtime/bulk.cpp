#include "engine/runtime/bulk.h"

#include <algorithm>
#include <cstring>

namespace invar {

namespace {

/// Does [from, from + count) lie within [0, size)?
bool in_bounds(u64 from, u64 count, u64 size) { return count <= size && from <= size - count; }

}  // namespace

TrapKind memory_fill(Memory& memory, u64 to, u8 value, u64 count) {
  if (!in_bounds(to, count, memory.settled_length())) return TrapKind::out_of_bounds_memory_access;
  if (count != 0) std::memset(memory.base + to, value, count);
  return TrapKind::none;
}

TrapKind memory_copy(Memory& to_memory, u64 to, const Memory& from_memory, u64 from, u64 count) {
  if (!in_bounds(to, count, to_memory.settled_length()) || !in_bounds(from, count, from_memory.settled_length())) {
    return TrapKind::out_of_bounds_memory_access;
  }
  if (count != 0) std::memmove(to_memory.base + to, from_memory.base + from, count);
  return TrapKind::none;
}

TrapKind memory_init(Instance& instance, u32 segment, Memory& memory, u64 to, u64 from, u64 count) {
  std::span<const u8> bytes;
  if (!instance.dropped_datas[segment]) bytes = instance.module->bytes(instance.module->datas[segment].bytes);
  if (!in_bounds(from, count, bytes.size()) || !in_bounds(to, count, memory.settled_length())) {
    return TrapKind::out_of_bounds_memory_access;
  }
  if (count != 0) std::memcpy(memory.base + to, bytes.data() + from, count);
  return TrapKind::none;
}

void data_drop(Instance& instance, u32 segment) { instance.dropped_datas[segment] = true; }

TrapKind table_fill(Table& table, u64 to, Ref value, u64 count) {
  if (!in_bounds(to, count, table.size)) return TrapKind::out_of_bounds_table_access;
  std::fill_n(table.elements + to, count, value);
  return TrapKind::none;
}

TrapKind table_copy(Table& to_table, u64 to, const Table& from_table, u64 from, u64 count) {
  if (!in_bounds(to, count, to_table.size) || !in_bounds(from, count, from_table.size)) {
    return TrapKind::out_of_bounds_table_access;
  }
  if (count != 0) std::memmove(to_table.elements + to, from_table.elements + from, count * sizeof(Ref));
  return TrapKind::none;
}

TrapKind table_init(Instance& instance, u32 segment, Table& table, u64 to, u64 from, u64 count) {
  std::span<const Ref> refs;
  if (!instance.dropped_elems[segment]) refs = instance.elems[segment];
  if (!in_bounds(from, count, refs.size()) || !in_bounds(to, count, table.size)) {
    return TrapKind::out_of_bounds_table_access;
  }
  std::copy_n(refs.data() + from, count, table.elements + to);
  return TrapKind::none;
}

void elem_drop(Instance& instance, u32 segment) {
  instance.dropped_elems[segment] = true;
  instance.elems[segment] = {};
}

}  // namespace invar
