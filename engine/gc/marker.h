// The mark phase of one collection.
#pragma once

#include "engine/gc/heap.h"
#include "engine/runtime/reference.h"

namespace invar::gc {

class Marker {
 public:
  explicit Marker(Heap& heap) : heap_(heap) {}

  /// A reference of the any, extern or exn hierarchy.
  void mark(Ref ref) {
    ++words_;
    if (is_object(ref)) reach(object_of(ref));
  }
  /// Words any of which may be a reference.
  void mark_conservatively(const Slot* begin, const Slot* end);
  void mark_conservatively(const std::vector<Slot>& slots) {
    mark_conservatively(slots.data(), slots.data() + slots.size());
  }
  /// So many words of roots were looked at in passing.
  void looked_at(u64 words) { words_ += words; }
  /// Marks whatever is reachable from what was marked so far.
  void finish();

  /// Bytes of roots that were looked at.
  u64 root_bytes() const { return words_ * sizeof(Slot); }

 private:
  void reach(Object* object);
  void drain();
  void scan(Object* object, u64 next);
  void scan_all_marked();

  Heap& heap_;
  u64 words_ = 0;
  bool overflowed_ = false;  // marked objects exist that were not put on the stack
};

}  // namespace invar::gc
