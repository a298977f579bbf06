// Lists that are mostly short.
#pragma once

#include <algorithm>

#include "decoder/base/int.h"
#include "jit/scratch.h"

namespace invar::jit {

/// Numbers, the first `own` of which lie in the list itself, more of them in scratch memory. That stays the list's
/// until the scope ends.
template <u32 own>
class ShortList {
 public:
  ShortList() = default;
  ShortList(const ShortList&) = delete;
  ShortList& operator=(const ShortList&) = delete;
  /// `other` still has its items: it may only be destroyed.
  ShortList(ShortList&& other) noexcept = default;
  ShortList& operator=(ShortList&& other) noexcept = default;
  ~ShortList() = default;

  u32 size() const { return size_; }
  bool empty() const { return size_ == 0; }
  u32* begin() { return capacity_ == own ? items_.own_items : items_.more; }
  u32* end() { return begin() + size_; }
  const u32* begin() const { return capacity_ == own ? items_.own_items : items_.more; }
  const u32* end() const { return begin() + size_; }
  u32& operator[](size_t index) { return begin()[index]; }
  u32 operator[](size_t index) const { return begin()[index]; }
  u32& back() { return end()[-1]; }
  u32 back() const { return end()[-1]; }

  void push_back(u32 item) {
    if (size_ == capacity_) grow();
    begin()[size_++] = item;
  }
  /// In front of the last.
  void insert_before_last(u32 item) {
    push_back(back());
    end()[-2] = item;
  }
  void pop_back() { --size_; }
  void clear() { size_ = 0; }
  template <class Is>
  void remove_if(Is is) {
    size_ = static_cast<u32>(std::remove_if(begin(), end(), is) - begin());
  }

 private:
  void grow() {
    u32* const more = ScratchAllocator<u32>().allocate(2 * size_t{capacity_});
    std::copy(begin(), end(), more);
    if (capacity_ != own) ScratchAllocator<u32>().deallocate(items_.more, capacity_);
    capacity_ *= 2;
    items_.more = more;
  }

  u32 size_ = 0, capacity_ = own;
  union {
    u32 own_items[own];
    u32* more;
  } items_;
};

}  // namespace invar::jit
