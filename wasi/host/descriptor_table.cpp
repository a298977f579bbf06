#include "wasi/host/descriptor_table.h"

#include <algorithm>
#include <functional>

namespace invar::wasi {

SysResult<u32> DescriptorTable::add(DescriptorPtr descriptor) {
  const std::scoped_lock lock(mutex_);
  if (!free_.empty()) {
    std::pop_heap(free_.begin(), free_.end(), std::greater<>());
    const u32 number = free_.back();
    free_.pop_back();
    entries_[number] = std::move(descriptor);
    return number;
  }
  if (entries_.size() >= limit_) return sys_fail(EMFILE);
  entries_.push_back(std::move(descriptor));
  return static_cast<u32>(entries_.size() - 1);
}

DescriptorPtr DescriptorTable::find(u32 number) const {
  const std::scoped_lock lock(mutex_);
  return number < entries_.size() ? entries_[number] : nullptr;
}

void DescriptorTable::release(u32 number) {
  free_.push_back(number);
  std::push_heap(free_.begin(), free_.end(), std::greater<>());
}

SysStatus DescriptorTable::close(u32 number) {
  DescriptorPtr closed;  // outlives the lock: closing may wait for a device
  const std::scoped_lock lock(mutex_);
  if (number >= entries_.size() || !entries_[number]) return sys_fail(EBADF);
  closed = std::move(entries_[number]);
  release(number);
  return {};
}

SysStatus DescriptorTable::renumber(u32 from, u32 to) {
  DescriptorPtr closed;
  const std::scoped_lock lock(mutex_);
  const auto in_use = [&](u32 number) { return number < entries_.size() && entries_[number]; };
  if (!in_use(from) || !in_use(to)) return sys_fail(EBADF);
  if (from == to) return {};
  closed = std::exchange(entries_[to], std::move(entries_[from]));
  release(from);
  return {};
}

u32 DescriptorTable::size() const {
  const std::scoped_lock lock(mutex_);
  return static_cast<u32>(entries_.size());
}

}  // namespace invar::wasi
