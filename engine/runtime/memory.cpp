// Memories: reservation and growth. spec: exec/modules#growing-memories
#include <algorithm>
#include <limits>
#include <mutex>
#include <vector>

#include "engine/platform/fault.h"
#include "engine/platform/virtual_memory.h"
#include "engine/runtime/guarded_size.h"
#include "engine/runtime/memory_space.h"
#include "engine/runtime/store.h"

namespace invar {

namespace {

/// What one memory may be asked to hold at all: half of a user-space address space, so that sums do not overflow.
constexpr u64 max_memory_bytes = u64{1} << 46;
/// A movable memory with a declared maximum up to this is reserved in whole.
constexpr u64 small_memory = u64{1} << 20;

u64 bytes_for(u64 pages, u8 page_size_log2) { return pages << page_size_log2; }

/// Reservations that closed memories have left, for the next ones: setting up gigabytes of address space costs the
/// system more than emptying the pages that were used, on an emulated processor a hundred times more.
class ReservationPool {
 public:
  /// nullptr if there is none.
  u8* take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return nullptr;
    u8* const base = free_.back();
    free_.pop_back();
    return base;
  }
  /// False if there are enough.
  bool put(u8* base) {
    const std::lock_guard lock(mutex_);
    if (free_.size() >= max_free) return false;
    free_.push_back(base);
    return true;
  }

 private:
  static constexpr size_t max_free = 16;
  std::mutex mutex_;
  std::vector<u8*> free_;
};

ReservationPool& reservation_pool() {
  static ReservationPool& pool = *new ReservationPool;  // outlives every store, static ones too
  return pool;
}

bool reserve_guarded(Memory& memory) {
  u8* base = reservation_pool().take();
  if (base == nullptr) base = platform::reserve(guarded_reservation);
  if (base == nullptr) return false;
  if (!platform::register_reservation(base, guarded_reservation)) {
    platform::release(base, guarded_reservation);
    return false;
  }
  memory.base = base;
  memory.reserved = guarded_reservation;
  memory.guarded = true;
  return true;
}

bool reserve_movable(Memory& memory, u64 bytes, u64 max_bytes) {
  // A shared memory never moves, so all it may grow to is reserved at once; or as much as the system grants.
  const bool whole = memory.type.is_shared || max_bytes <= small_memory;
  for (u64 target = whole ? max_bytes : bytes;; target = std::max(target / 2, bytes)) {
    const u64 wanted = platform::round_to_pages(std::max(target, u64{1}));
    u8* const base = wanted == 0 ? nullptr : platform::reserve_zeroed(wanted);
    if (base != nullptr) {
      memory.base = base;
      memory.reserved = wanted;
      memory.guarded = false;
      return true;
    }
    if (target <= bytes) return false;
  }
}

bool enlarge(Memory& memory, u64 bytes, u64 max_bytes) {
  if (bytes <= memory.reserved) return true;
  if (memory.type.is_shared) return false;
  // Twice as much each time, so that growth page by page moves rarely; exactly as much if that is refused.
  for (const u64 target : {std::clamp(memory.reserved * 2, bytes, max_bytes), bytes}) {
    const u64 rounded = platform::round_to_pages(target);
    u8* const base = platform::enlarge_zeroed(memory.base, memory.reserved, rounded);
    if (base == nullptr) continue;
    memory.base = base;
    memory.reserved = rounded;
    return true;
  }
  return false;
}

}  // namespace

u64 max_memory_pages(const MemoryType& type) {
  u64 addressable = (type.is_64 ? max_memory_bytes : u64{1} << 32) >> type.page_size_log2;
  // With pages of one byte: the size must be a number of the address type.
  if (!type.is_64) addressable = std::min(addressable, u64{0xffffffff});
  return type.limits.has_max ? std::min(type.limits.max, addressable) : addressable;
}

bool open_memory(Memory& memory, bool guard_pages) {
  memory.max_pages = max_memory_pages(memory.type);
  const u64 bytes = bytes_for(memory.type.limits.min, memory.type.page_size_log2);
  const u64 max_bytes = bytes_for(memory.max_pages, memory.type.page_size_log2);
  // Pages smaller than the system's cannot be guarded one by one.
  const bool can_guard = guard_pages && !memory.type.is_64 && memory.type.page_size_log2 == 16;
  if (can_guard && reserve_guarded(memory)) {
    memory.size = bytes;  // what close_memory has to undo
    if (!platform::commit(memory.base, bytes)) {
      close_memory(memory);
      return false;
    }
  } else if (!reserve_movable(memory, bytes, max_bytes)) {
    return false;
  }
  memory.size = bytes;
  return true;
}

void close_memory(Memory& memory) {
  if (memory.base == nullptr) return;
  if (memory.guarded) platform::unregister_reservation(memory.base, memory.reserved);
  const bool kept =
      memory.guarded && platform::decommit(memory.base, memory.size) && reservation_pool().put(memory.base);
  if (!kept) platform::release(memory.base, memory.reserved);
  memory.base = nullptr;
  memory.size = 0;
}

s64 Memory::grow(u64 delta) {
  // Threads may grow a shared memory at the same time, and read its size meanwhile.
  static std::mutex growing;
  std::unique_lock lock(growing, std::defer_lock);
  if (type.is_shared) lock.lock();
  const u64 before = pages();
  if (delta > max_pages - before) return -1;
  const u64 more = bytes_for(delta, type.page_size_log2);
  if (!store->take_memory(more)) return -1;
  const bool done = guarded ? platform::commit(base + size, more)
                            : enlarge(*this, size + more, bytes_for(max_pages, type.page_size_log2));
  if (!done) {
    store->give_back_memory(more);
    return -1;
  }
  __atomic_store_n(&size, size + more, __ATOMIC_RELEASE);
  return static_cast<s64>(before);
}

}  // namespace invar
