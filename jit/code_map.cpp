#include "jit/code_map.h"

#include <algorithm>

#include "engine/runtime/compiled_module.h"

namespace invar::jit {

void CodeMap::add_function(const u8* begin, u64 size, const Code* code, std::vector<Site> sites, InlinedCode inlined) {
  std::ranges::sort(sites, {}, &Site::position);
  const std::lock_guard lock(mutex_);
  ranges_[begin] = {begin + size, code, std::move(sites), std::move(inlined)};
}

void CodeMap::add_entry(const u8* begin, u64 size) {
  const std::lock_guard lock(mutex_);
  ranges_[begin] = {begin + size, nullptr, {}, {}};
}

void CodeMap::remove(const u8* begin) {
  const std::lock_guard lock(mutex_);
  ranges_.erase(begin);
}

MachineSite CodeMap::find(const u8* pc, u32 level) const {
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
  if (!is_known) return {.code = range.code};
  u32 at = site->offset;
  const Code* code = range.code;
  for (;; --level) {
    const bool is_inlined = at >= InlinedCode::first_position;
    const InlinedCode::Position* from =
        is_inlined ? &range.inlined.positions[at - InlinedCode::first_position] : nullptr;
    if (level == 0 || !is_inlined) {
      if (!is_inlined) return {.code = code, .offset = at};
      code = &code->module->codes[range.inlined.calls[from->call].callee];
      return {.code = code, .offset = from->offset, .is_inlined = true};
    }
    at = range.inlined.calls[from->call].position;
  }
}

}  // namespace invar::jit
