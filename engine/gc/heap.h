// The collected heap of a store. Non-moving: cells of some 40 sizes in blocks of 64 KiB, larger objects in mappings of
// their own. Mark and sweep: marks lie beside the blocks' cells, so that sweeping touches no dead object: what was not
// marked simply counts as free.
//
// Objects are found precisely from globals, tables, segments, host handles and other objects, and conservatively from
// the value stack: a word there that looks like an object's address keeps the object. Only addresses of whole objects
// count, not addresses within.
#pragma once

#include <cstddef>
#include <new>

#include "engine/gc/block.h"
#include "engine/gc/layout.h"
#include "engine/gc/page_vector.h"
#include "engine/gc/roots.h"
#include "engine/runtime/objects.h"

namespace invar {
class Store;
class EngineTypes;
}  // namespace invar

namespace invar::gc {

class Marker;

/// Where the next cells of a size class come from. Whoever moves the cursor on, not beyond the limit, has allocated the
/// cell: compiled code does so.
struct Cells {
  u8* cursor = nullptr;
  u8* limit = nullptr;
  u64 cell_bytes = 0;
  Block* block = nullptr;   ///< The cells lie in it.
  Block* search = nullptr;  ///< The next block to look for free cells in.
  Block* blocks = nullptr;  ///< All of the class.
};

class Heap {
 public:
  /// `stress`: for tests; collects at every allocation and overwrites what it frees.
  Heap(Store& store, u64 max_bytes, bool stress);
  ~Heap();
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;

  // Allocation may collect: every reference that is still needed must be on the value stack below `stack_end`, or in
  // another root. What is returned must be filled before the next allocation. nullptr: TrapKind::allocation_failure.

  /// A struct whose fields are not initialised.
  [[gnu::always_inline]] Object* new_struct(const Layout& layout, const Slot* stack_end) {
    Object* const made = allocate(layout.bytes, layout.size_class, stack_end);
    if (made != nullptr) [[likely]]
      *made = {layout.header, 0};
    return made;
  }
  /// An array whose elements are not initialised, or zero.
  Object* new_array(const Layout& layout, u32 length, bool zeroed, const Slot* stack_end);
  /// An exception with its payload: slots of the tag's parameters, below `stack_end` or in another root.
  ExceptionObject* new_exception(const Tag& tag, const Slot* payload, const Slot* stack_end);

  /// A continuation that holds nothing yet; its slots are not initialised.
  ContinuationObject* new_continuation(u32 slots, const Slot* stack_end);

  /// For compiled code: where in a heap the Cells of the class are.
  static constexpr u64 cells_offset(u32 size_class) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winvalid-offsetof"  // what both compilers support
    return offsetof(Heap, cells_) + size_class * sizeof(Cells);
#pragma GCC diagnostic pop
  }

  /// Frees what is not reachable.
  void collect(const Slot* stack_end);

  /// A counted handle for the host; see HostRoot. The caller releases it.
  HostRoot* hold(Ref ref);
  void add(RootList& list) { list.insert_behind(lists_); }
  void visit_roots(Marker& marker);

  // Figures, for tests and people.
  u64 collections() const { return collections_; }
  u64 live_bytes() const { return live_bytes_; }            ///< Found by the last collection.
  u64 committed_bytes() const { return committed_bytes_; }  ///< Blocks and large objects in use.
  u64 mark_overflows() const { return mark_overflows_; }    ///< Times that the mark stack was too short.
  const EngineTypes& types() const { return types_; }

  /// For tests: the collector's stack holds no more than so many objects, as if memory for more were refused.
  void limit_mark_stack(u64 objects) { mark_stack_limit_ = objects; }

 private:
  friend class Marker;

  [[gnu::always_inline]] Object* allocate(u64 bytes, u32 size_class, const Slot* stack_end) {
    Cells& cells = cells_[size_class];
    u8* const cell = cells.cursor;
    if (cell == cells.limit) [[unlikely]]
      return allocate_slowly(bytes, size_class, stack_end);
    cells.cursor = cell + cells.cell_bytes;
    return reinterpret_cast<Object*>(cell);
  }
  [[gnu::noinline]] Object* allocate_slowly(u64 bytes, u32 size_class, const Slot* stack_end);
  Object* try_allocate(u64 bytes, u32 size_class);
  bool find_cells(Cells& cells, u32 size_class);
  bool take_cells(Cells& cells, Block* block);
  Block* new_block(u32 size_class);
  Block* raw_block();
  Object* new_large(u64 bytes);
  bool fits(u64 bytes) const { return bytes <= max_bytes_ - committed_bytes_; }
  void retire(Cells& cells);
  void sweep(u64 scanned_bytes);
  void free_block(Block* block);
  void give_back_free_blocks();
  Object* find_object(u64 word) const;

  Store& store_;
  const EngineTypes& types_;
  const u64 max_bytes_;
  const bool stress_;
  Cells cells_[class_count + 1];  // the last one, for large objects, is always empty

  struct Region {
    u8* mapping;
    u64 bytes;
  };
  PageVector<Region> regions_;
  u8* region_cursor_ = nullptr;  // unused part of the newest region
  u8* region_end_ = nullptr;
  Block* free_blocks_ = nullptr;
  /// All blocks in use, large ones included; sorted when a collection begins.
  PageVector<Block*> blocks_;

  /// A marked object whose references are still to be followed; those of an array from element `next` on.
  struct Pending {
    Object* object;
    u64 next;
  };
  PageVector<Pending> mark_stack_;
  u64 mark_stack_limit_ = ~u64{0};

  Link host_roots_;
  Link lists_;

  u64 allocated_bytes_ = 0;  // since the last collection
  u64 trigger_bytes_;
  u64 live_bytes_ = 0;
  u64 committed_bytes_ = 0;
  u64 collections_ = 0;
  u64 mark_overflows_ = 0;
  bool failed_ = false;  // an allocation, since the last collection
};

}  // namespace invar::gc
