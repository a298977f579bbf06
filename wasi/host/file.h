// Operations on open files. All offsets are checked against what the operating system's signed type holds.
#pragma once

#include <sys/uio.h>

#include <optional>
#include <span>

#include "wasi/host/descriptor_table.h"

namespace invar::wasi {

enum class Whence : u8 { set, current, end };
enum class Advice : u8 { normal, sequential, random, will_need, dont_need, no_reuse };

/// One system call each, from and to the given buffers. Fewer bytes than asked for may be moved. With an offset the
/// file's position is neither used nor changed.
SysResult<u64> read(const Descriptor& file, std::span<iovec> buffers, std::optional<u64> offset = {});
SysResult<u64> write(const Descriptor& file, std::span<iovec> buffers, std::optional<u64> offset = {});

SysResult<u64> seek(const Descriptor& file, s64 offset, Whence whence);
SysResult<FileFlags> flags(const Descriptor& file);
/// Changes append and nonblocking. Errors: ENOTSUP if one of the others is to change.
SysStatus set_flags(Descriptor& file, const FileFlags& flags);
SysStatus set_size(const Descriptor& file, u64 size);
SysStatus set_times(const Descriptor& file, const timespec (&times)[2]);
SysStatus advise(const Descriptor& file, u64 offset, u64 size, Advice advice);
/// Makes sure that the range takes no more space when written; the file grows to hold it.
SysStatus allocate(const Descriptor& file, u64 offset, u64 size);
SysStatus sync(const Descriptor& file);
SysStatus sync_data(const Descriptor& file);

/// Can the position of such a file be moved?
bool is_seekable(const Descriptor& file);
bool is_socket(const Descriptor& file);

}  // namespace invar::wasi
