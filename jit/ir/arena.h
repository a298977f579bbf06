// Memory for what belongs to one function: taken in small pieces, given back all at once.
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>
#include <vector>

namespace invar::jit {

class Arena {
 public:
  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// Aligned for anything up to 8 bytes.
  void* take(size_t bytes) {
    bytes = (bytes + 7) & ~size_t{7};
    if (bytes > left_) [[unlikely]]
      add_chunk(bytes);
    std::byte* const taken = next_;
    next_ += bytes;
    left_ -= bytes;
    return taken;
  }

 private:
  void add_chunk(size_t least) {
    constexpr size_t usual = size_t{32} << 10;
    left_ = least > usual ? least : usual;
    next_ = chunks_.emplace_back(std::make_unique_for_overwrite<std::byte[]>(left_)).get();
  }

  std::vector<std::unique_ptr<std::byte[]>> chunks_;
  std::byte* next_ = nullptr;
  size_t left_ = 0;
};

/// What a vector in an arena outgrows stays there.
template <class T>
struct ArenaAllocator {
  using value_type = T;
  using propagate_on_container_move_assignment = std::true_type;
  static_assert(alignof(T) <= 8);

  explicit ArenaAllocator(Arena& of) : arena(&of) {}
  template <class U>
  explicit ArenaAllocator(const ArenaAllocator<U>& other) : arena(other.arena) {}
  T* allocate(size_t count) { return static_cast<T*>(arena->take(count * sizeof(T))); }
  void deallocate(T*, size_t) {}
  bool operator==(const ArenaAllocator&) const = default;

  Arena* arena;
};

template <class T>
using ArenaVector = std::vector<T, ArenaAllocator<T>>;

}  // namespace invar::jit
