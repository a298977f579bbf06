#include "jit/code_map.h"

#include <algorithm>

#include "engine/runtime/compiled_module.h"

namespace invar::jit {

void CodeMap::add_function(const u8* begin, const Code* code, EmittedFunction&& emitted,
                           interp::HandlerTable&& handlers, InlinedCode&& inlined) {
  std::ranges::sort(emitted.sites, {}, &Site::position);
  const std::lock_guard lock(mutex_);
  ranges_[begin] = {begin + emitted.code.size(), code,
                    std::move(emitted.sites),    std::move(inlined),
                    std::move(handlers),         emitted.frame_bytes};
}

void CodeMap::add_entry(const u8* begin, u64 size) {
  const std::lock_guard lock(mutex_);
  ranges_[begin] = {begin + size, nullptr, {}, {}, {}, 0};
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
  MachineSite found{.code = range.code};
  if (site == range.sites.end() || site->position != position) return found;
  if (site->scope != Site::none) {
    found.handlers = &range.handlers;
    found.scope = site->scope;
    found.landing = it->first + site->landing;
    found.frame_bytes = range.frame_bytes;
  }
  for (found.offset = site->offset; found.offset >= InlinedCode::first_position; --level) {
    const InlinedCode::Position& from = range.inlined.positions[found.offset - InlinedCode::first_position];
    const InlinedCode::Call& call = range.inlined.calls[from.call];
    if (level == 0) {
      found.code = &range.code->module->codes[call.callee];
      found.offset = from.offset;
      found.is_inlined = true;
      return found;
    }
    found.offset = call.position;
  }
  return found;
}

}  // namespace invar::jit
