// Working memory of the lowering.
#pragma once

#include <algorithm>
#include <memory>

#include "decoder/base/int.h"

namespace invar::interp {

/// For what is called rarely: it saves the registers that calls may change, so that its callers need not.
#if __has_attribute(preserve_most)
#define INVAR_RARE __attribute__((noinline, preserve_most))
#else
#define INVAR_RARE __attribute__((noinline))
#endif

/// Like a vector, but new elements are not initialised: whoever appends writes what is needed.
template <class T>
class ScratchStack {
 public:
  u32 size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }
  T& back() { return data_[size_ - 1]; }
  const T& back() const { return data_[size_ - 1]; }
  /// Appends `count` elements and returns the first of them.
  T* extend(u32 count) {
    if (capacity_ - size_ < count) [[unlikely]]
      grow(count);
    T* const first = data_.get() + size_;
    size_ += count;
    return first;
  }
  T& push() { return *extend(1); }
  void pop() { --size_; }
  void truncate(u32 size) { size_ = size; }
  void clear() { size_ = 0; }

 private:
  INVAR_RARE void grow(u32 count) {
    const u32 capacity = capacity_ * 2 + 64 + count;
    std::unique_ptr<T[]> larger = std::make_unique_for_overwrite<T[]>(capacity);
    std::copy_n(data_.get(), size_, larger.get());
    data_ = std::move(larger);
    capacity_ = capacity;
  }

  std::unique_ptr<T[]> data_;
  u32 size_ = 0;
  u32 capacity_ = 0;
};

}  // namespace invar::interp
