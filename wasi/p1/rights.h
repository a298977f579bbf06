// Which calls a descriptor admits.
#pragma once

#include "wasi/host/descriptor_table.h"

namespace invar::wasi {

/// One constant per row of rights.def.
namespace right {
#define WASI_RIGHT(name, bit, where) inline constexpr u64 name = u64{1} << bit;
#include "wasi/p1/rights.def"
#undef WASI_RIGHT

/// The columns of rights.def as sets.
namespace where {
inline constexpr u32 regular = 1, directory = 2, stream = 4, connection = 8, listener = 16, mutating = 32, reading = 64,
                     writing = 128;
}

constexpr u64 all_that(u32 properties) {
  using namespace where;
  u64 result = 0;
#define WASI_RIGHT(name, bit, where) \
  if (((where) & properties) != 0) result |= name;
#include "wasi/p1/rights.def"
#undef WASI_RIGHT
  return result;
}

inline constexpr u64 regular = all_that(where::regular);
inline constexpr u64 directory = all_that(where::directory);
inline constexpr u64 stream = all_that(where::stream);  ///< Terminals and pipes: nothing that needs a position.
inline constexpr u64 connection = stream | all_that(where::connection);
inline constexpr u64 listener = (stream & ~(fd_read | fd_write)) | all_that(where::listener);
inline constexpr u64 mutating = all_that(where::mutating);
inline constexpr u64 reading = all_that(where::reading);
inline constexpr u64 writing = all_that(where::writing);
/// What directories pass on.
inline constexpr u64 inheriting = regular | directory;
}  // namespace right

/// The rights that make sense for a file of this kind.
u64 applicable_rights(FileKind kind, bool terminal);

/// Of a granted directory. If it is read-only, its base rights say so; its inheriting rights do not: C libraries mask
/// what they ask for with them, and would open for reading what the program wants to write. Writing through it is
/// refused when a file is opened.
Rights rights_of_preopen(bool read_only);

/// Of an inherited stream: by kind, and by how it was opened. Never those of a directory.
u64 rights_of_stream(int fd, FileKind kind, bool terminal);

}  // namespace invar::wasi
