// Address space of memories: used by the store, which owns them.
#pragma once

#include "engine/runtime/objects.h"

namespace invar {

/// Pages that a memory of the type can have at most: declared maximum, address type, this implementation.
u64 max_memory_pages(const MemoryType& type);

/// Reserves and commits what `memory.type` says, guarded if asked for and possible. False if the system refuses.
bool open_memory(Memory& memory, bool guard_pages);
void close_memory(Memory& memory);

}  // namespace invar
