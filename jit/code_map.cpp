#include "jit/code_map.h"

#include <algorithm>

#include "engine/runtime/compiled_module.h"

namespace invar::jit {

namespace {

/// `handlers`: the function's, if it has any.
MachineSite site_at(const Code& function, const u8* begin, const CodeTableViews& tables,
                    const interp::HandlerTable* handlers, u64 position, u32 level) {
  const auto site = std::ranges::lower_bound(tables.sites, position, {}, &Site::position);
  MachineSite found{.code = &function};
  if (site == tables.sites.end() || site->position != position) return found;
  if (site->scope != Site::none) {
    found.handlers = handlers;
    found.scope = site->scope;
    found.landing = begin + site->landing;
    found.frame_bytes = tables.frame_bytes;
  }
  for (found.offset = site->offset; found.offset >= InlinedCode::first_position; --level) {
    const InlinedCode::Position& from = tables.positions[found.offset - InlinedCode::first_position];
    const InlinedCode::Call& call = tables.calls[from.call];
    if (level == 0) {
      found.code = &function.module->codes[call.callee];
      found.offset = from.offset;
      found.is_inlined = true;
      return found;
    }
    found.offset = call.position;
  }
  return found;
}

}  // namespace

void CodeMap::add_function(const u8* begin, u64 size, const Code* code, CodeTables&& tables) {
  std::ranges::sort(tables.sites, {}, &Site::position);
  const std::lock_guard lock(mutex_);
  ranges_[begin] = {.end = begin + size, .code = code, .tables = std::move(tables)};
}

void CodeMap::add_entry(const u8* begin, u64 size) {
  const std::lock_guard lock(mutex_);
  ranges_[begin] = {.end = begin + size};
}

void CodeMap::add_image(const u8* begin, const CodeImage& image, const Code* codes) {
  auto range = std::make_shared<ImageRange>();
  range->image = image;
  range->codes = codes;
  for (const FunctionRecord& record : image.functions) {
    if (record.scopes.count != 0) range->handlers.emplace(record.function, image.handlers_of(record));
  }
  const std::lock_guard lock(mutex_);
  ranges_[begin] = {.end = begin + image.code.size(), .image = std::move(range)};
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
  const u64 position = static_cast<u64>(pc - it->first);
  if (range.image) {
    const FunctionRecord* const record = range.image->image.find(position);
    if (record == nullptr) return {};
    const auto handlers = range.image->handlers.find(record->function);
    return site_at(
        range.image->codes[record->function], it->first + record->code_offset, range.image->image.tables_of(*record),
        handlers == range.image->handlers.end() ? nullptr : &handlers->second, position - record->code_offset, level);
  }
  if (range.code == nullptr) return {.is_entry = true};
  return site_at(*range.code, it->first, range.tables, &range.tables.handlers, position, level);
}

CodeTables CodeMap::tables_of(const u8* begin) const {
  const std::lock_guard lock(mutex_);
  const auto it = ranges_.find(begin);
  return it == ranges_.end() ? CodeTables() : it->second.tables;
}

}  // namespace invar::jit
