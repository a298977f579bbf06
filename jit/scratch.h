// Memory for what the compiler makes of one function on its way to machine code: taken in small pieces, given back all
// at once, and used again for the next function.
#pragma once

#include <bit>
#include <cassert>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "engine/platform/sanitizer.h"

namespace invar::jit {

class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// Aligned for anything up to 8 bytes.
  void* take(size_t bytes) {
    void* const taken = bytes < least_reused ? take_new((bytes + 7) & ~size_t{7}) : take_reused(std::bit_ceil(bytes));
    platform::allow(taken, bytes);
    return taken;
  }
  /// What take() gave for so many bytes: for the most part what a vector has outgrown.
  void give_back(void* taken, size_t bytes) {
    platform::forbid(taken, bytes);
    if (bytes < least_reused) return;
    Free*& first = free_[std::bit_width(bytes - 1)];
    platform::allow(taken, sizeof(Free));
    first = new (taken) Free{first};
  }

  /// Takes everything back. What few functions need goes back to the system.
  void clear();

 private:
  struct Chunk {
    std::unique_ptr<std::byte[]> bytes;
    size_t size;
  };
  struct Free {
    Free* next;
  };
  static constexpr size_t least_reused = 32;

  void* take_new(size_t bytes) {
    if (bytes > left_) [[unlikely]]
      next_chunk(bytes);
    std::byte* const taken = next_;
    next_ += bytes;
    left_ -= bytes;
    return taken;
  }
  void* take_reused(size_t bytes) {
    Free*& first = free_[std::bit_width(bytes - 1)];
    return first == nullptr ? take_new(bytes) : std::exchange(first, first->next);
  }
  void next_chunk(size_t least);

  std::vector<Chunk> chunks_;
  size_t used_ = 0;  ///< Of `chunks_`.
  std::byte* next_ = nullptr;
  size_t left_ = 0;
  Free* free_[64] = {};  ///< By the logarithm of their size.
};

/// While it lives, scratch memory of its thread is from the arena, which is cleared in the end.
class ScratchScope {
 public:
  explicit ScratchScope(Arena& arena) : outer_(std::exchange(current_, &arena)) {}
  ScratchScope(const ScratchScope&) = delete;
  ScratchScope& operator=(const ScratchScope&) = delete;
  ~ScratchScope() { std::exchange(current_, outer_)->clear(); }

  static Arena& arena() {
    assert(current_ != nullptr);
    return *current_;
  }

 private:
  static constinit inline thread_local Arena* current_ = nullptr;
  Arena* const outer_;
};

/// From the scope's arena.
template <class T>
struct ScratchAllocator {
  using value_type = T;
  static_assert(alignof(T) <= 8);

  ScratchAllocator() = default;
  template <class U>
  ScratchAllocator(const ScratchAllocator<U>&) {}  // NOLINT(google-explicit-constructor): vectors convert them
  T* allocate(size_t count) { return static_cast<T*>(ScratchScope::arena().take(count * sizeof(T))); }
  void deallocate(T* taken, size_t count) { ScratchScope::arena().give_back(taken, count * sizeof(T)); }
  bool operator==(const ScratchAllocator&) const = default;
};

template <class T>
using ScratchVector = std::vector<T, ScratchAllocator<T>>;

}  // namespace invar::jit
