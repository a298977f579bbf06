#include "engine/runtime/parking_lot.h"

#include <chrono>
#include <condition_variable>
#include <limits>
#include <mutex>

#include "engine/runtime/store.h"

namespace invar {

namespace {

using Clock = std::chrono::steady_clock;

/// A thread that waits; lives in its stack frame.
struct Waiter {
  const u8* address;
  Store* store;
  Waiter* previous = nullptr;
  Waiter* next = nullptr;
  bool woken = false;
  std::condition_variable wake{};
};

/// The waiters of some addresses, in the order of their coming. Few threads wait at the same time, so one list for all
/// the addresses of a shard is short.
struct alignas(64) Shard {
  std::mutex mutex;
  Waiter* first = nullptr;
  Waiter* last = nullptr;

  void append(Waiter& waiter) {
    waiter.previous = last;
    (last != nullptr ? last->next : first) = &waiter;
    last = &waiter;
  }
  void remove(Waiter& waiter) {
    (waiter.previous != nullptr ? waiter.previous->next : first) = waiter.next;
    (waiter.next != nullptr ? waiter.next->previous : last) = waiter.previous;
  }
};

constexpr u32 shard_count_log2 = 6;

/// By the address in this process: a shared memory never moves, and nobody waits at one that is gone.
Shard& shard_of(const u8* address) {
  static Shard* const shards = new Shard[1u << shard_count_log2];  // outlives every thread
  return shards[(reinterpret_cast<u64>(address) >> 2) * 0x9e3779b97f4a7c15u >> (64 - shard_count_log2)];
}

u64 load(const u8* address, u32 bytes) {
  if (bytes == 4) return __atomic_load_n(reinterpret_cast<const u32*>(address), __ATOMIC_SEQ_CST);
  return __atomic_load_n(reinterpret_cast<const u64*>(address), __ATOMIC_SEQ_CST);
}

/// spec: the address is aligned, then within bounds.
TrapKind locate(const Memory& memory, u64 address, u64 offset, u32 bytes, const u8*& at) {
  if (((address + offset) & (bytes - 1)) != 0) return TrapKind::unaligned_atomic;
  const u64 length = memory.settled_length();
  u64 sum;
  if (__builtin_add_overflow(address, offset, &sum) || length < bytes || sum > length - bytes) {
    return TrapKind::out_of_bounds_memory_access;
  }
  at = memory.base + sum;
  return TrapKind::none;
}

/// The end of a wait; far enough is for ever.
Clock::time_point deadline_after(s64 timeout) {
  const Clock::time_point now = Clock::now();
  const auto wanted = std::chrono::nanoseconds{timeout};
  if (timeout < 0 || wanted >= Clock::time_point::max() - now) return Clock::time_point::max();
  return now + wanted;
}

}  // namespace

TrapKind atomic_wait(Store& store, const Memory& memory, u64 address, u64 offset, u32 bytes, u64 expected, s64 timeout,
                     WaitOutcome& outcome) {
  const u8* at = nullptr;
  if (const TrapKind trap = locate(memory, address, offset, bytes, at); trap != TrapKind::none) return trap;
  if (!memory.type.is_shared) return TrapKind::expected_shared_memory;

  Shard& shard = shard_of(at);
  std::unique_lock lock(shard.mutex);
  if (load(at, bytes) != expected) {
    outcome = WaitOutcome::not_equal;
    return TrapKind::none;
  }
  const Clock::time_point deadline = deadline_after(timeout);
  Waiter waiter{.address = at, .store = &store};
  shard.append(waiter);
  // First this, then a look whether to stop; interrupt() does it the other way round, so one of them sees the other.
  store.waits_at.store(&shard, std::memory_order_seq_cst);
  bool stopped = false, late = false;
  while (!waiter.woken && !late) {
    stopped = store.take_interrupt();
    if (stopped) break;
    if (deadline == Clock::time_point::max()) {
      waiter.wake.wait(lock);
    } else {
      late = waiter.wake.wait_until(lock, deadline) == std::cv_status::timeout;
    }
  }
  store.waits_at.store(nullptr, std::memory_order_relaxed);
  if (!waiter.woken) shard.remove(waiter);
  outcome = waiter.woken ? WaitOutcome::woken : WaitOutcome::timed_out;
  return stopped ? TrapKind::interrupted : TrapKind::none;
}

TrapKind atomic_notify(const Memory& memory, u64 address, u64 offset, u32 count, u32& woken) {
  const u8* at = nullptr;
  if (const TrapKind trap = locate(memory, address, offset, 4, at); trap != TrapKind::none) return trap;
  woken = 0;
  if (!memory.type.is_shared) return TrapKind::none;
  Shard& shard = shard_of(at);
  const std::lock_guard lock(shard.mutex);
  for (Waiter* waiter = shard.first; waiter != nullptr && woken < count;) {
    Waiter* const next = waiter->next;
    if (waiter->address == at) {
      shard.remove(*waiter);
      waiter->woken = true;
      // Under the lock: without it the waiter, and its condition with it, may be gone already.
      waiter->wake.notify_one();
      ++woken;
    }
    waiter = next;
  }
  return TrapKind::none;
}

void Store::interrupt() {
  interrupted_.store(1, std::memory_order_seq_cst);
  auto* const shard = static_cast<Shard*>(waits_at.load(std::memory_order_seq_cst));
  if (shard == nullptr) return;
  const std::lock_guard lock(shard->mutex);
  for (Waiter* waiter = shard->first; waiter != nullptr; waiter = waiter->next) {
    if (waiter->store == this) waiter->wake.notify_one();
  }
}

}  // namespace invar
