// Storage of tables: used by the store, which owns them.
#pragma once

#include "engine/runtime/objects.h"

namespace invar {

/// Allocates what `table.type` says. Null elements take memory only when they are touched. False if it cannot be had.
bool open_table(Table& table, Ref init);
void close_table(Table& table);

}  // namespace invar
