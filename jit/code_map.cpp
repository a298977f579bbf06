#include "jit/code_map.h"

#include <algorithm>

namespace invar::jit {

void CodeMap::add_function(const u8* begin, u64 size, const Code* code, std::vector<Site> sites) {
  std::ranges::sort(sites, {}, &Site::position);
  const std::lock_guard lock(mutex_);
  ranges_[begin] = {begin + size, code, std::move(sites)};
}

void CodeMap::add_entry(const u8* begin, u64 size) {
  const std::lock_guard lock(mutex_);
  ranges_[begin] = {begin + size, nullptr, {}};
}

void CodeMap::remove(const u8* begin) {
  const std::lock_guard lock(mutex_);
  ranges_.erase(begin);
}

MachineSite CodeMap::find(const u8* pc) const {
  const std::lock_guard lock(mutex_);
  auto it = ranges_.upper_bound(pc);
  if (it == ranges_.begin()) return {};
  --it;
  const Range& range = it->second;
  if (pc > range.end) return {};  // a call may be a function's last instruction
  if (range.code == nullptr) return {.is_entry = true};
  const u32 position = static_cast<u32>(pc - it->first);
  const auto site = std::ranges::lower_bound(range.sites, position, {}, &Site::position);
  const bool is_known = site != range.sites.end() && site->position == position;
  return {.code = range.code, .offset = is_known ? site->offset : 0};
}

}  // namespace invar::jit
