// A growable array whose growth may fail: for what the collector needs when memory is short.
#pragma once

#include <type_traits>

#include "engine/platform/virtual_memory.h"

namespace invar::gc {

/// Memory comes straight from the system, in pages.
template <class T>
class PageVector {
  static_assert(std::is_trivially_copyable_v<T>);
  static constexpr u64 element_bytes = sizeof(T);  // NOLINT(bugprone-sizeof-expression): also of pointers

 public:
  PageVector() = default;
  PageVector(const PageVector&) = delete;
  PageVector& operator=(const PageVector&) = delete;
  ~PageVector() { reset(); }

  /// False, and nothing has changed, if the system gives no memory.
  [[nodiscard]] bool push(T value) {
    if (size_ == capacity_ && !grow()) return false;
    data_[size_++] = value;
    return true;
  }
  T pop() { return data_[--size_]; }
  bool empty() const { return size_ == 0; }
  u64 size() const { return size_; }
  void resize_down(u64 size) { size_ = size; }
  T& operator[](u64 i) { return data_[i]; }
  T* begin() const { return data_; }
  T* end() const { return data_ + size_; }
  u64 capacity() const { return capacity_; }
  /// Gives all memory but some back, for a while: the capacity stays. Elements beyond `kept` are lost.
  void discard(u64 kept) {
    const u64 offset = platform::round_to_pages(kept * element_bytes);
    if (offset < bytes_) platform::discard(reinterpret_cast<u8*>(data_) + offset, bytes_ - offset);
  }
  /// Room for so many elements at least, if there is none yet.
  [[nodiscard]] bool reserve_first(u64 count) {
    if (capacity_ != 0) return true;
    const u64 bytes = platform::round_to_pages(count * element_bytes);
    data_ = reinterpret_cast<T*>(platform::reserve_zeroed(bytes));
    if (data_ == nullptr) return false;
    bytes_ = bytes;
    capacity_ = bytes / element_bytes;
    return true;
  }
  /// Gives all memory back.
  void reset() {
    platform::release(reinterpret_cast<u8*>(data_), bytes_);
    data_ = nullptr;
    size_ = capacity_ = bytes_ = 0;
  }

 private:
  bool grow() {
    if (capacity_ == 0) return reserve_first(16);
    const u64 wanted = bytes_ * 2;
    u8* const moved = platform::enlarge_zeroed(reinterpret_cast<u8*>(data_), bytes_, wanted);
    if (moved == nullptr) return false;
    data_ = reinterpret_cast<T*>(moved);
    bytes_ = wanted;
    capacity_ = bytes_ / element_bytes;
    return true;
  }

  T* data_ = nullptr;
  u64 size_ = 0, capacity_ = 0, bytes_ = 0;
};

}  // namespace invar::gc
