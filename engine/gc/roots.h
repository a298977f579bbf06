// References that keep objects alive from outside of wasm.
#pragma once

#include <vector>

#include "engine/runtime/objects.h"

namespace invar::gc {

/// A node of a ring.
struct Link {
  Link* previous = this;
  Link* next = this;
  Link() = default;
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link() { unlink(); }
  void insert_behind(Link& other) {
    previous = &other;
    next = other.next;
    other.next->previous = this;
    other.next = this;
  }
  void unlink() {
    previous->next = next;
    next->previous = previous;
    previous = next = this;
  }
};

/// A reference that the embedder holds, counted: Heap::hold makes one, the last release deletes it. It may outlive the
/// heap; then it keeps nothing alive. For the store's thread only.
struct HostRoot : Link {
  explicit HostRoot(Ref held) : ref(held) {}
  Ref ref;
  u32 uses = 1;
  void retain() { ++uses; }
  void release() {
    if (--uses == 0) delete this;
  }
};

/// References that C++ code is about to put elsewhere (constant expressions, segments): alive while the list is.
/// Entries that are no references do no harm.
class RootList : public Link {
 public:
  std::vector<Slot> slots;
};

}  // namespace invar::gc
