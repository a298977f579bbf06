// Bulk operations on memories, tables and segments: what the instructions do, shared by all tiers and by instantiation.
// Each checks its bounds before it writes anything. spec: exec/instructions#bulk-memory
#pragma once

#include "engine/runtime/objects.h"

namespace invar {

TrapKind memory_fill(Memory& memory, u64 to, u8 value, u64 count);
TrapKind memory_copy(Memory& to_memory, u64 to, const Memory& from_memory, u64 from, u64 count);
TrapKind memory_init(Instance& instance, u32 segment, Memory& memory, u64 to, u64 from, u64 count);
void data_drop(Instance& instance, u32 segment);

TrapKind table_fill(Table& table, u64 to, Ref value, u64 count);
TrapKind table_copy(Table& to_table, u64 to, const Table& from_table, u64 from, u64 count);
TrapKind table_init(Instance& instance, u32 segment, Table& table, u64 to, u64 from, u64 count);
void elem_drop(Instance& instance, u32 segment);

}  // namespace invar
