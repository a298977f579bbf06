#include "jit/ir/known_contents.h"

namespace invar::jit {

void KnownContents::begin() {
  facts_.assign(1, {});
  heads_.clear();
}

u32& KnownContents::head() {
  if (maker_.block() >= heads_.size()) heads_.resize(maker_.block() + 1);
  return heads_[maker_.block()];
}

void KnownContents::enter_from(u32 block) {
  if (block < heads_.size() && heads_[block] != 0) head() = heads_[block];
}

void KnownContents::forget() {
  if (maker_.block() < heads_.size()) heads_[maker_.block()] = 0;
}

Value KnownContents::find(const MemoryPlace& place) {
  if (maker_.block() >= heads_.size()) return no_value;
  for (u32 at = heads_[maker_.block()]; at != 0; at = facts_[at].next) {
    if (is_same(facts_[at].place, place)) return maker_.resolve(facts_[at].value);
  }
  return no_value;
}

void KnownContents::note(const MemoryPlace& place, Value value) {
  if (is_enabled_) add(head(), place, value);
}

void KnownContents::write(const MemoryPlace& place, Value value) {
  if (!is_enabled_) return;
  u32& first = head();
  Fact kept[most];
  u32 count = 0, all = 0;
  for (u32 at = first; at != 0; at = facts_[at].next, ++all) {
    if (!may_overlap(facts_[at].place, place)) kept[count++] = facts_[at];
  }
  if (count != all) {
    first = 0;
    while (count-- > 0) add(first, kept[count].place, kept[count].value);
  }
  if (value != no_value && place.op != Op::unreachable) add(first, place, value);
}

void KnownContents::add(u32& head, const MemoryPlace& place, Value value) {
  if (facts_.size() == most_facts) {
    facts_.resize(1);
    heads_.assign(heads_.size(), 0);
  }
  const u32 behind = head == 0 ? 0 : facts_[head].behind + 1;
  const bool is_full = behind == most;  // begins anew
  facts_.push_back({place, value, is_full ? 0 : head, is_full ? 0 : behind});
  head = static_cast<u32>(facts_.size() - 1);
}

bool KnownContents::is_same(const MemoryPlace& a, const MemoryPlace& b) {
  if (a.space != b.space || a.op != b.op || a.offset != b.offset || a.global != b.global) return false;
  return resolve(a.base) == resolve(b.base) && resolve(a.index) == resolve(b.index);
}

bool KnownContents::may_overlap(const MemoryPlace& a, const MemoryPlace& b) {
  if (a.space != b.space) return false;
  // One number may be two nodes.
  const auto constant = [&](Value value) { return function_.nodes[value].imm; };
  const auto ranges_overlap = [&](u64 a_begin, u64 b_begin) {
    return a_begin < b_begin + b.bytes && b_begin < a_begin + a.bytes;
  };
  switch (a.space) {
    case MemoryPlace::Space::global:  // two imports may be one
      return a.global == b.global || (a.is_imported && b.is_imported);
    case MemoryPlace::Space::field:
      return ranges_overlap(a.offset, b.offset);
    case MemoryPlace::Space::element: {
      // Arrays with elements of different sizes are different ones.
      const Value i = resolve(a.index), j = resolve(b.index);
      const bool differ = function_.is_constant(i) && function_.is_constant(j) && constant(i) != constant(j);
      return a.bytes == b.bytes && !differ;
    }
    case MemoryPlace::Space::memory:
      break;
  }
  const Value i = resolve(a.base), j = resolve(b.base);
  if (i == j) return ranges_overlap(a.offset, b.offset);
  if (!function_.is_constant(i) || !function_.is_constant(j)) return true;
  return ranges_overlap(constant(i) + a.offset, constant(j) + b.offset);
}

}  // namespace invar::jit
