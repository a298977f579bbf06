// Tables: allocation and growth. spec: exec/modules#growing-tables
#include <algorithm>
#include <limits>

#include "engine/platform/virtual_memory.h"
#include "engine/runtime/store.h"
#include "engine/runtime/table_space.h"

namespace invar {

namespace {

/// What one table may be asked to hold at all, so that sizes in bytes do not overflow.
constexpr u64 max_elements = u64{1} << 42;

void fill(Table& table, u64 from, u64 to, Ref init) {
  if (init != 0) std::fill(table.elements + from, table.elements + to, init);  // fresh elements are null already
}

bool enlarge(Table& table, u64 size) {
  if (size <= table.capacity) return true;
  const u64 most = std::min(table.max_size, max_elements);
  for (const u64 target : {std::clamp(table.capacity * 2, size, most), size}) {
    const u64 bytes = platform::round_to_pages(target * sizeof(Ref));
    u8* const moved =
        platform::enlarge_zeroed(reinterpret_cast<u8*>(table.elements), table.capacity * sizeof(Ref), bytes);
    if (moved == nullptr) continue;
    table.elements = reinterpret_cast<Ref*>(moved);
    table.capacity = bytes / sizeof(Ref);
    return true;
  }
  return false;
}

}  // namespace

bool open_table(Table& table, Ref init) {
  const u64 addressable = table.type.is_64 ? std::numeric_limits<u64>::max() : std::numeric_limits<u32>::max();
  table.max_size = table.type.limits.has_max ? std::min(table.type.limits.max, addressable) : addressable;
  const u64 size = table.type.limits.min;
  if (size > max_elements) return false;
  const u64 bytes = platform::round_to_pages(std::max(size, u64{1}) * sizeof(Ref));
  table.elements = reinterpret_cast<Ref*>(platform::reserve_zeroed(bytes));
  if (table.elements == nullptr) return false;
  table.capacity = bytes / sizeof(Ref);
  table.size = size;
  fill(table, 0, size, init);
  return true;
}

void close_table(Table& table) {
  platform::release(reinterpret_cast<u8*>(table.elements), table.capacity * sizeof(Ref));
  table.elements = nullptr;
  table.size = 0;
}

s64 Table::grow(u64 delta, Ref init) {
  const u64 before = size;
  if (delta > max_size - before || delta > max_elements - before) return -1;
  if (!store->take_table_elements(delta)) return -1;
  if (!enlarge(*this, before + delta)) {
    store->give_back_table_elements(delta);
    return -1;
  }
  fill(*this, before, before + delta, init);
  size = before + delta;
  return static_cast<s64>(before);
}

}  // namespace invar
