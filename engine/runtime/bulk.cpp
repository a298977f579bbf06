#include "engine/runtime/bulk.h"

#include <algorithm>
#include <cstring>

namespace invar {

TrapKind memory_init(Instance& instance, u32 segment, Memory& memory, u64 to, u64 from, u64 count) {
  std::span<const u8> bytes;
  if (!instance.dropped_datas[segment]) bytes = instance.module->bytes(instance.module->datas[segment].bytes);
  if (!is_within(from, count, bytes.size()) || !is_within(to, count, memory.settled_length())) {
    return TrapKind::out_of_bounds_memory_access;
  }
  if (count != 0) std::memcpy(memory.base + to, bytes.data() + from, count);
  return TrapKind::none;
}

void data_drop(Instance& instance, u32 segment) { instance.dropped_datas[segment] = true; }

TrapKind table_fill(Table& table, u64 to, Ref value, u64 count) {
  if (!is_within(to, count, table.size)) return TrapKind::out_of_bounds_table_access;
  std::fill_n(table.elements + to, count, value);
  return TrapKind::none;
}

TrapKind table_copy(Table& to_table, u64 to, const Table& from_table, u64 from, u64 count) {
  if (!is_within(to, count, to_table.size) || !is_within(from, count, from_table.size)) {
    return TrapKind::out_of_bounds_table_access;
  }
  if (count != 0) std::memmove(to_table.elements + to, from_table.elements + from, count * sizeof(Ref));
  return TrapKind::none;
}

TrapKind table_init(Instance& instance, u32 segment, Table& table, u64 to, u64 from, u64 count) {
  std::span<const Ref> refs;
  if (!instance.dropped_elems[segment]) refs = instance.elems[segment];
  if (!is_within(from, count, refs.size()) || !is_within(to, count, table.size)) {
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
