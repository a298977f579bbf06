#include "engine/gc/marker.h"

#include <cassert>
#include <cstring>

#include "engine/runtime/engine_types.h"

namespace invar::gc {

void Marker::reach(Object* object) {
  Block* const block = block_of(object);
  const u32 at = granule_of(object);
  assert(block->live.get(at) && "a reference to an object that was freed");
  if (block->marked.get(at)) return;
  block->marked.set(at);
  if (heap_.mark_stack_.size() < heap_.mark_stack_limit_ && heap_.mark_stack_.push(object)) return;
  overflowed_ = true;
}

void Marker::mark_conservatively(const Slot* begin, const Slot* end) {
  words_ += static_cast<u64>(end - begin);
  for (const Slot* slot = begin; slot < end; ++slot) {
    if (Object* const object = heap_.find_object(*slot)) reach(object);
  }
}

void Marker::scan(const Object* object) {
  const Layout& layout = heap_.types().layout(object->type_id());
  const auto follow = [&](const u8* at) {
    Ref ref;
    std::memcpy(&ref, at, sizeof ref);
    if (is_object(ref)) reach(object_of(ref));
  };
  if (object->kind() != ObjectKind::array) {
    for (const u32 offset : layout.references) follow(object->at(offset));
  } else if (layout.traced_elements) {
    const u8* at = object->at(header_bytes);
    for (const u8* end = at + u64{object->length} * sizeof(Ref); at < end; at += sizeof(Ref)) follow(at);
  }
}

void Marker::drain() {
  while (!heap_.mark_stack_.empty()) scan(heap_.mark_stack_.pop());
}

/// The stack was full at times: follows every marked object once more.
void Marker::scan_all_marked() {
  for (Block* const block : heap_.blocks_) {
    for (u32 word = 0; word < granules_per_block / 64; ++word) {
      // Bits that are set meanwhile belong to objects on the stack, or count as overflow.
      for (u64 bits = block->marked.words[word]; bits != 0; bits &= bits - 1) {
        scan(block->object_at(word * 64 + static_cast<u32>(std::countr_zero(bits))));
        drain();
      }
    }
  }
}

void Marker::finish() {
  drain();
  while (overflowed_) {
    overflowed_ = false;
    scan_all_marked();
  }
}

}  // namespace invar::gc
