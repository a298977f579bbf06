// Sizes in which the heap hands out memory.
#pragma once

#include <array>

#include "decoder/base/int.h"

namespace invar::gc {

inline constexpr u64 block_bytes = u64{64} << 10;
/// Cells begin and end at multiples of it.
inline constexpr u32 granule_bytes = 16;
inline constexpr u32 granules_per_block = block_bytes / granule_bytes;
/// What a block spends on itself (Block in block.h).
inline constexpr u32 block_header_bytes = 64 + 2 * granules_per_block / 8;
inline constexpr u32 cell_area = block_bytes - block_header_bytes;

namespace detail {

inline constexpr u32 fine_classes = 16;  // 16, 32, ... 256
/// Above, so many cells share a block: about four sizes for each doubling.
inline constexpr u8 cells_per_block[] = {201, 167, 143, 125, 100, 83, 71, 62, 50, 41, 35, 31, 25,
                                         21,  18,  15,  12,  10,  8,  7,  6,  5,  4,  3,  2};

}  // namespace detail

inline constexpr u32 class_count = detail::fine_classes + sizeof detail::cells_per_block;
/// Larger objects have memory of their own; this stands for their class.
inline constexpr u32 large_class = class_count;

inline constexpr auto cell_sizes = [] {
  std::array<u32, class_count> sizes{};
  for (u32 i = 0; i < class_count; ++i) {
    sizes[i] = i < detail::fine_classes
                   ? (i + 1) * granule_bytes
                   : cell_area / detail::cells_per_block[i - detail::fine_classes] / granule_bytes * granule_bytes;
  }
  return sizes;
}();
inline constexpr u32 max_cell_bytes = cell_sizes[class_count - 1];

namespace detail {

inline constexpr auto class_by_granules = [] {
  std::array<u8, max_cell_bytes / granule_bytes + 1> classes{};
  u8 at = 0;
  for (u32 granules = 0; granules < classes.size(); ++granules) {
    while (cell_sizes[at] < granules * granule_bytes) ++at;
    classes[granules] = at;
  }
  return classes;
}();

}  // namespace detail

/// The smallest class whose cells hold so many bytes.
constexpr u32 class_of(u64 bytes) {
  return bytes > max_cell_bytes ? large_class : detail::class_by_granules[(bytes + granule_bytes - 1) / granule_bytes];
}

}  // namespace invar::gc
