// Blocks: 64 KiB, aligned, holding cells of one size behind a header; or a single larger object.
#pragma once

#include <algorithm>
#include <array>
#include <bit>

#include "engine/gc/object.h"
#include "engine/gc/size_class.h"

namespace invar::gc {

/// By step, below 64: every so many bits, the first one included.
inline constexpr auto every_bits = [] {
  std::array<u64, 64> made{};
  for (u32 step = 1; step < 64; ++step) {
    for (u32 bit = 0; bit < 64; bit += step) made[step] |= u64{1} << bit;
  }
  return made;
}();

/// A bit for each granule of a block.
struct GranuleBits {
  u64 words[granules_per_block / 64];
  bool get(u32 i) const { return (words[i / 64] >> i % 64 & 1) != 0; }
  void set(u32 i) { words[i / 64] |= u64{1} << i % 64; }
  void reset(u32 i) { words[i / 64] &= ~(u64{1} << i % 64); }
  /// Of every `step` granules the first, from `first` on and in front of `last`.
  void set_every(u32 step, u32 first, u32 last) {
    const u64 pattern = step < 64 ? every_bits[step] : 1;
    while (first < last) {
      const u32 bit = first % 64, left = last - first;
      const u64 mask = bit + left < 64 ? (u64{1} << (bit + left)) - 1 : ~u64{0};
      words[first / 64] |= pattern << bit & mask;
      first += (63 - bit + step) / step * step;
    }
  }
  /// The first one that is set from `first` on; `last` if there is none in front of it.
  u32 find_set(u32 first, u32 last) const {
    if (first >= last) return last;
    u32 word = first / 64;
    u64 bits = words[word] & ~u64{0} << first % 64;
    while (bits == 0) {
      if (++word * 64 >= last) return last;
      bits = words[word];
    }
    return std::min(last, word * 64 + static_cast<u32>(std::countr_zero(bits)));
  }
  u32 count() const {
    u32 total = 0;
    for (const u64 word : words) total += static_cast<u32>(std::popcount(word));
    return total;
  }
};

struct Block {
  Block* next;     ///< In the list of its class, or of free blocks.
  u64 cell_bytes;  ///< Of a cell; of the one object if it is large.
  u64 mapped;      ///< Large: bytes of the mapping that starts at `mapping`. Else 0.
  u8* mapping;
  u32 size_class;
  u32 first_free;  ///< Cells in front of it (an offset in the block) are not free.
  bool discarded;  ///< If free: it has no memory behind it but the first page.
  u8 spare[23];
  GranuleBits live;    ///< First granules of the cells that are in use, or were handed to the allocator.
  GranuleBits marked;  ///< First granules of the objects that the collection under way has reached.

  u8* at(u64 offset) { return reinterpret_cast<u8*>(this) + offset; }
  Object* object_at(u32 granule_index) { return reinterpret_cast<Object*>(at(u64{granule_index} * granule_bytes)); }
  bool is_large() const { return size_class == large_class; }
  /// Offset behind the last cell.
  u32 end() const { return block_header_bytes + static_cast<u32>(cell_area / cell_bytes * cell_bytes); }
};
static_assert(sizeof(Block) == block_header_bytes);

/// Of an object: also a large object begins in the first 64 KiB of its block.
inline Block* block_of(const Object* object) {
  return reinterpret_cast<Block*>(reinterpret_cast<uintptr_t>(object) & ~(block_bytes - 1));
}
inline u32 granule_of(const Object* object) {
  return static_cast<u32>(reinterpret_cast<uintptr_t>(object) & (block_bytes - 1)) / granule_bytes;
}

}  // namespace invar::gc
