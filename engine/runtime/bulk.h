// Bulk operations on memories, tables and segments: what the instructions do, shared by all tiers and by instantiation.
// Each checks its bounds before it writes anything. spec: exec/instructions#bulk-memory
#pragma once

#include <cstring>

#include "engine/runtime/objects.h"

namespace invar {

/// Does [from, from + count) lie within [0, size)?
constexpr bool is_within(u64 from, u64 count, u64 size) { return count <= size && from <= size - count; }

// In line: most blocks are small.
inline TrapKind memory_fill(Memory& memory, u64 to, u8 value, u64 count) {
  if (!is_within(to, count, memory.settled_length())) return TrapKind::out_of_bounds_memory_access;
  if (count != 0) std::memset(memory.base + to, value, count);
  return TrapKind::none;
}
inline TrapKind memory_copy(Memory& to_memory, u64 to, const Memory& from_memory, u64 from, u64 count) {
  if (!is_within(to, count, to_memory.settled_length()) || !is_within(from, count, from_memory.settled_length())) {
    return TrapKind::out_of_bounds_memory_access;
  }
  if (count != 0) std::memmove(to_memory.base + to, from_memory.base + from, count);
  return TrapKind::none;
}
TrapKind memory_init(Instance& instance, u32 segment, Memory& memory, u64 to, u64 from, u64 count);
void data_drop(Instance& instance, u32 segment);

TrapKind table_fill(Table& table, u64 to, Ref value, u64 count);
TrapKind table_copy(Table& to_table, u64 to, const Table& from_table, u64 from, u64 count);
TrapKind table_init(Instance& instance, u32 segment, Table& table, u64 to, u64 from, u64 count);
void elem_drop(Instance& instance, u32 segment);

}  // namespace invar
