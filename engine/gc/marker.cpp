#include "engine/gc/marker.h"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "engine/runtime/engine_types.h"

namespace invar::gc {

namespace {

constexpr u64 elements_at_once = 256;

}  // namespace

void Marker::reach(Object* object) {
  Block* const block = block_of(object);
  const u32 at = granule_of(object);
  assert(block->live.get(at) && "a reference to an object that was freed");
  if (block->marked.get(at)) return;
  block->marked.set(at);
  if (heap_.mark_stack_.size() < heap_.mark_stack_limit_ && heap_.mark_stack_.push({object, 0})) return;
  overflowed_ = true;
}

void Marker::mark_conservatively(const Slot* begin, const Slot* end) {
  words_ += static_cast<u64>(end - begin);
  for (const Slot* slot = begin; slot < end; ++slot) {
    if (Object* const object = heap_.find_object(*slot)) reach(object);
  }
}

/// Follows the references of an object; of an array, as many as keep the stack short, and puts the rest back.
void Marker::scan(Object* object, u64 next) {
  if (object->kind() == ObjectKind::continuation) {
    const auto* const continuation = static_cast<const ContinuationObject*>(object);
    return mark_conservatively(continuation->slots(), continuation->slots() + continuation->length);
  }
  const Layout& layout = heap_.types().layout(object->type_id());
  const auto follow = [&](const u8* at) {
    Ref ref;
    std::memcpy(&ref, at, sizeof ref);
    if (is_object(ref)) reach(object_of(ref));
  };
  if (object->kind() != ObjectKind::array) {
    for (const u32 offset : layout.references) follow(object->at(offset));
  } else if (layout.traced_elements) {
    const u64 end = std::min<u64>(object->length, next + elements_at_once);
    if (end < object->length && !heap_.mark_stack_.push({object, end})) overflowed_ = true;
    for (u64 i = next; i < end; ++i) follow(object->at(header_bytes + i * sizeof(Ref)));
  }
}

/// Between asking for an object's memory and looking at it there are a few others.
void Marker::drain() {
  constexpr u32 ahead = 8;
  Heap::Pending waiting[ahead];
  u32 oldest = 0, count = 0;
  for (;;) {
    if (count < ahead && !heap_.mark_stack_.empty()) {
      Heap::Pending& last = waiting[(oldest + count++) % ahead];
      last = heap_.mark_stack_.pop();
      __builtin_prefetch(last.object);
    } else if (count != 0) {
      const Heap::Pending pending = waiting[oldest];
      oldest = (oldest + 1) % ahead;
      --count;
      scan(pending.object, pending.next);
    } else {
      return;
    }
  }
}

/// The stack was full at times: follows every marked object once more.
void Marker::scan_all_marked() {
  for (Block* const block : heap_.blocks_) {
    for (u32 word = 0; word < granules_per_block / 64; ++word) {
      // Bits that are set meanwhile belong to objects on the stack, or count as overflow.
      for (u64 bits = block->marked.words[word]; bits != 0; bits &= bits - 1) {
        scan(block->object_at(word * 64 + static_cast<u32>(std::countr_zero(bits))), 0);
        drain();
      }
    }
  }
}

void Marker::finish() {
  drain();
  while (overflowed_) {
    overflowed_ = false;
    ++heap_.mark_overflows_;
    scan_all_marked();
  }
}

}  // namespace invar::gc
