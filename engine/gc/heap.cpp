#include "engine/gc/heap.h"

#include <cstring>

#include "engine/gc/marker.h"
#include "engine/platform/virtual_memory.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/store.h"

namespace invar::gc {

namespace {

/// So much is allocated at least between two collections.
constexpr u64 min_trigger_bytes = u64{8} << 20;
constexpr u64 first_region_bytes = u64{1} << 20;
constexpr u64 max_region_bytes = u64{64} << 20;
/// A collection that a limit forces must be paid for by allocation of this part of the limit, or every allocation in a
/// heap that is all but full would collect.
constexpr u64 forced_collection_share = 32;
/// Objects for which the collector's stack has room whatever happens. Lists need one at a time, trees little more.
constexpr u64 min_mark_stack = 8192;
/// What freed memory is overwritten with in stress mode.
constexpr int poison = 0xdb;

u8* align_to_block(u8* address) {
  return reinterpret_cast<u8*>((reinterpret_cast<uintptr_t>(address) + block_bytes - 1) & ~(block_bytes - 1));
}

}  // namespace

Heap::Heap(Store& store, u64 max_bytes, bool stress)
    : store_(store),
      types_(store.engine().types()),
      max_bytes_(max_bytes),
      stress_(stress),
      trigger_bytes_(min_trigger_bytes) {
  for (u32 i = 0; i < class_count; ++i) cells_[i].cell_bytes = cell_sizes[i];
}

Heap::~Heap() {
  // What the host holds may outlive the heap.
  while (host_roots_.next != &host_roots_) host_roots_.next->unlink();
  while (lists_.next != &lists_) lists_.next->unlink();
  for (const Block* const block : blocks_) {
    if (block->is_large()) platform::release(block->mapping, block->mapped);
  }
  for (const Region& region : regions_) platform::release(region.mapping, region.bytes);
}

// Allocation

Object* Heap::new_array(const Layout& layout, u32 length, bool zeroed, const Slot* stack_end) {
  const u64 bytes = header_bytes + (u64{length} << log2_bytes(layout.element));
  const u32 size_class = class_of(bytes);
  Object* const made = allocate(bytes, size_class, stack_end);
  if (made == nullptr) [[unlikely]]
    return nullptr;
  *made = {layout.header, length};
  // A large object's memory is fresh from the system.
  if (zeroed && size_class != large_class) std::memset(made->at(header_bytes), 0, bytes - header_bytes);
  return made;
}

ExceptionObject* Heap::new_exception(const Tag& tag, const Slot* payload, const Slot* stack_end) {
  const Layout& layout = types_.layout(tag.type_id);
  Object* const made = allocate(layout.bytes, layout.size_class, stack_end);
  if (made == nullptr) [[unlikely]]
    return nullptr;
  *made = {layout.header, 0};
  auto* const exception = static_cast<ExceptionObject*>(made);
  exception->tag = &tag;
  std::copy_n(payload, layout.slots, exception->payload());
  return exception;
}

ContinuationObject* Heap::new_continuation(u32 slots, const Slot* stack_end) {
  const u64 bytes = sizeof(ContinuationObject) + u64{slots} * sizeof(Slot);
  Object* const made = allocate(bytes, class_of(bytes), stack_end);
  if (made == nullptr) [[unlikely]]
    return nullptr;
  auto* const continuation = static_cast<ContinuationObject*>(made);
  *continuation = {};
  continuation->header = make_header(0, ObjectKind::continuation);
  continuation->length = slots;
  return continuation;
}

Object* Heap::allocate_slowly(u64 bytes, u32 size_class, const Slot* stack_end) {
  if (bytes > max_bytes_) return nullptr;
  bool collected = false;
  if (stress_ || allocated_bytes_ >= trigger_bytes_) {
    collect(stack_end);
    collected = true;
  }
  Object* made = try_allocate(bytes, size_class);
  if (made == nullptr && !collected && (failed_ || allocated_bytes_ >= max_bytes_ / forced_collection_share)) {
    collect(stack_end);
    made = try_allocate(bytes, size_class);
  }
  failed_ |= made == nullptr;
  return made;
}

/// Without collecting.
Object* Heap::try_allocate(u64 bytes, u32 size_class) {
  if (!mark_stack_.reserve_first(min_mark_stack)) return nullptr;
  if (size_class == large_class) return new_large(bytes);
  Cells& cells = cells_[size_class];
  if (!find_cells(cells, size_class)) return nullptr;
  u8* const cell = cells.cursor;
  cells.cursor += cells.cell_bytes;
  return reinterpret_cast<Object*>(cell);
}

/// Brings free cells between cursor and limit.
bool Heap::find_cells(Cells& cells, u32 size_class) {
  if (cells.block != nullptr && take_cells(cells, cells.block)) return true;
  while (cells.search != nullptr) {
    Block* const block = cells.search;
    cells.search = block->next;
    if (take_cells(cells, block)) return true;
  }
  Block* const block = new_block(size_class);
  if (block == nullptr) return false;
  block->next = cells.blocks;
  cells.blocks = block;
  return take_cells(cells, block);
}

/// Takes the next run of free cells of a block.
bool Heap::take_cells(Cells& cells, Block* block) {
  const u32 end = block->end(), step = static_cast<u32>(block->cell_bytes);
  u32 first = block->first_free;
  while (first < end && block->live.get(first / granule_bytes)) first += step;
  if (first >= end) {
    block->first_free = end;
    return false;
  }
  // Under stress one at a time.
  const u32 limit = stress_ ? first + step : end;
  const u32 last = block->live.find_set(first / granule_bytes, limit / granule_bytes) * granule_bytes;
  block->live.set_every(step / granule_bytes, first / granule_bytes, last / granule_bytes);
  block->first_free = last;
  cells.block = block;
  cells.cursor = block->at(first);
  cells.limit = block->at(last);
  allocated_bytes_ += last - first;
  return true;
}

Block* Heap::new_block(u32 size_class) {
  if (!fits(block_bytes)) return nullptr;
  Block* const block = raw_block();
  if (block == nullptr) return nullptr;
  if (!blocks_.push(block)) {
    free_block(block);
    return nullptr;
  }
  std::memset(block, 0, sizeof *block);
  block->size_class = size_class;
  block->cell_bytes = cell_sizes[size_class];
  block->first_free = block_header_bytes;
  committed_bytes_ += block_bytes;
  return block;
}

/// Memory for a block, not initialised.
Block* Heap::raw_block() {
  if (free_blocks_ != nullptr) {
    Block* const block = free_blocks_;
    free_blocks_ = block->next;
    return block;
  }
  if (region_cursor_ == region_end_) {
    // Larger and larger; but small where address space is short.
    u64 bytes =
        regions_.empty() ? first_region_bytes : std::min(regions_[regions_.size() - 1].bytes * 2, max_region_bytes);
    u8* mapping = nullptr;
    for (; bytes >= 2 * block_bytes; bytes /= 2) {
      mapping = platform::reserve_zeroed(bytes);
      if (mapping != nullptr) break;
    }
    if (mapping == nullptr) return nullptr;
    if (!regions_.push({mapping, bytes})) {
      platform::release(mapping, bytes);
      return nullptr;
    }
    region_cursor_ = align_to_block(mapping);
    region_end_ = region_cursor_ + ((mapping + bytes - region_cursor_) & ~static_cast<ptrdiff_t>(block_bytes - 1));
  }
  u8* const made = region_cursor_;
  region_cursor_ += block_bytes;
  return reinterpret_cast<Block*>(made);
}

void Heap::free_block(Block* block) {
  block->next = free_blocks_;
  free_blocks_ = block;
  block->discarded = false;
}

Object* Heap::new_large(u64 bytes) {
  // No overflow: an array has less than 2^36 bytes, a struct far less.
  const u64 mapped = platform::round_to_pages(bytes + sizeof(Block) + block_bytes);
  const u64 used = mapped - block_bytes;
  if (!fits(used)) return nullptr;
  u8* const mapping = platform::reserve_zeroed(mapped);
  if (mapping == nullptr) return nullptr;
  auto* const block = reinterpret_cast<Block*>(align_to_block(mapping));
  if (!blocks_.push(block)) {
    platform::release(mapping, mapped);
    return nullptr;
  }
  block->size_class = large_class;
  block->cell_bytes = used;
  block->mapped = mapped;
  block->mapping = mapping;
  block->live.set(block_header_bytes / granule_bytes);
  committed_bytes_ += used;
  allocated_bytes_ += used;
  return block->object_at(block_header_bytes / granule_bytes);
}

// Collection

/// The object that begins at the address `word`, if it is one. While a collection is under way.
Object* Heap::find_object(u64 word) const {
  if (word % granule_bytes != 0 || blocks_.empty()) return nullptr;
  auto* const wanted = reinterpret_cast<Block*>(word & ~(block_bytes - 1));
  if (wanted < *blocks_.begin() || wanted > *(blocks_.end() - 1)) return nullptr;
  if (!std::binary_search(blocks_.begin(), blocks_.end(), wanted)) return nullptr;
  return wanted->live.get(word % block_bytes / granule_bytes) ? reinterpret_cast<Object*>(word) : nullptr;
}

void Heap::visit_roots(Marker& marker) {
  for (const Link* at = host_roots_.next; at != &host_roots_; at = at->next) {
    marker.mark(static_cast<const HostRoot*>(at)->ref);
  }
  for (const Link* at = lists_.next; at != &lists_; at = at->next) {
    marker.mark_conservatively(static_cast<const RootList*>(at)->slots);
  }
}

HostRoot* Heap::hold(Ref ref) {
  auto* const root = new HostRoot(ref);
  root->insert_behind(host_roots_);
  return root;
}

void Heap::collect(const Slot* stack_end) {
  ++collections_;
  for (Cells& cells : cells_) retire(cells);
  std::sort(blocks_.begin(), blocks_.end());
  Marker marker(*this);
  marker.mark_conservatively(store_.stack_base, stack_end);
  const MachineState& machine = store_.machine_state();
  marker.mark_conservatively(machine.stack, machine.stack_base);
  store_.visit_roots(marker);
  visit_roots(marker);
  marker.finish();
  mark_stack_.discard(min_mark_stack);
  sweep(marker.root_bytes());
}

/// Takes back the cells that were not used. What is in use then has its bit in `live`.
void Heap::retire(Cells& cells) {
  for (; cells.cursor != cells.limit; cells.cursor += cells.cell_bytes) {
    cells.block->live.reset(static_cast<u32>(cells.cursor - cells.block->at(0)) / granule_bytes);
  }
  cells.cursor = cells.limit = nullptr;
  cells.block = cells.search = cells.blocks = nullptr;
}

/// Everything not marked becomes free.
void Heap::sweep(u64 scanned_bytes) {
  live_bytes_ = 0;
  u64 kept = 0;
  for (u64 i = 0; i < blocks_.size(); ++i) {
    Block* const block = blocks_[i];
    const u32 reached = block->marked.count();
    if (stress_ && !block->is_large()) {
      for (u32 at = 0; at < granules_per_block; ++at) {
        if (block->live.get(at) && !block->marked.get(at)) std::memset(block->object_at(at), poison, block->cell_bytes);
      }
    }
    if (reached == 0) {
      committed_bytes_ -= block->is_large() ? block->cell_bytes : block_bytes;
      if (block->is_large()) {
        platform::release(block->mapping, block->mapped);
      } else {
        free_block(block);
      }
      continue;
    }
    live_bytes_ += reached * block->cell_bytes;
    block->live = block->marked;
    std::memset(&block->marked, 0, sizeof block->marked);
    block->first_free = block_header_bytes;
    blocks_[kept++] = block;
    if (block->is_large()) continue;
    Cells& cells = cells_[block->size_class];
    block->next = cells.blocks;
    cells.blocks = block;
  }
  blocks_.resize_down(kept);
  for (Cells& cells : cells_) cells.search = cells.blocks;
  give_back_free_blocks();
  allocated_bytes_ = 0;
  failed_ = false;
  // Looking at the roots is paid for by allocation, too.
  trigger_bytes_ = std::max({min_trigger_bytes, live_bytes_, scanned_bytes});
}

/// Of the free blocks, as many as are soon needed again keep their memory.
void Heap::give_back_free_blocks() {
  const u64 wanted = std::max(min_trigger_bytes, live_bytes_) / block_bytes;
  // All but the first page, in which the list's link is.
  const u64 page = platform::page_size();
  if (page >= block_bytes) return;
  u64 count = 0;
  for (Block* block = free_blocks_; block != nullptr; block = block->next) {
    if (++count <= wanted || block->discarded) continue;
    platform::discard(block->at(page), block_bytes - page);
    block->discarded = true;
  }
}

}  // namespace invar::gc
