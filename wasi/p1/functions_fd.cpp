// Descriptors: attributes, positions, listings.
#include <algorithm>

#include "wasi/p1/conversions.h"
#include "wasi/p1/functions.h"

namespace invar::wasi::p1 {

Errno fd_advise(Call& call, Fd fd, u64 offset, u64 len, Advice advice) {
  P1_TRY_ASSIGN(const DescriptorPtr file, call.descriptor(fd, right::fd_advise));
  return to_errno(advise(*file, offset, len, advice));
}

Errno fd_allocate(Call& call, Fd fd, u64 offset, u64 len) {
  P1_TRY_ASSIGN(const DescriptorPtr file, call.descriptor(fd, right::fd_allocate));
  return to_errno(allocate(*file, offset, len));
}

Errno fd_close(Call& call, Fd fd) { return to_errno(call.context.table.close(fd.number)); }

Errno fd_renumber(Call& call, Fd fd, Fd to) { return to_errno(call.context.table.renumber(fd.number, to.number)); }

Errno fd_sync(Call& call, Fd fd) {
  P1_TRY_ASSIGN(const DescriptorPtr file, call.descriptor(fd, right::fd_sync));
  return to_errno(sync(*file));
}

Errno fd_datasync(Call& call, Fd fd) {
  P1_TRY_ASSIGN(const DescriptorPtr file, call.descriptor(fd, right::fd_datasync));
  return to_errno(sync_data(*file));
}

Errno fd_fdstat_get(Call& call, Fd fd, Out<DescriptorStatus> stat) {
  P1_TRY_ASSIGN(const DescriptorPtr file, call.descriptor(fd, 0));
  P1_TRY_ASSIGN(const FileFlags now, flags(*file));
  const Rights rights = file->rights();
  stat.set({file_type(file->kind), guest_flags(now), rights.base, rights.inheriting});
  return Errno::success;
}

Errno fd_fdstat_set_flags(Call& call, Fd fd, FdFlags wanted) {
  P1_TRY_ASSIGN(const DescriptorPtr file, call.descriptor(fd, right::fd_fdstat_set_flags));
  return to_errno(set_flags(*file, file_flags(wanted)));
}

Errno fd_fdstat_set_rights(Call& call, Fd fd, u64 base, u64 inheriting) {
  P1_TRY_ASSIGN(const DescriptorPtr file, call.descriptor(fd, 0));
  const Rights now = file->rights();
  if ((base & ~now.base) != 0 || (inheriting & ~now.inheriting) != 0) return Errno::notcapable;
  file->base &= base;
  file->inheriting &= inheriting;
  return Errno::success;
}

Errno fd_filestat_get(Call& call, Fd fd, Out<FileStatus> stat) {
  P1_TRY_ASSIGN(const DescriptorPtr file, call.descriptor(fd, right::fd_filestat_get));
  P1_TRY_ASSIGN(const FileStatus status, status_of_file(file->fd.get()));
  stat.set(status);
  return Errno::success;
}

Errno fd_filestat_set_size(Call& call, Fd fd, u64 size) {
  P1_TRY_ASSIGN(const DescriptorPtr file, call.descriptor(fd, right::fd_filestat_set_size));
  return to_errno(set_size(*file, size));
}

Errno fd_filestat_set_times(Call& call, Fd fd, u64 atim, u64 mtim, TimeFlags time_flags) {
  P1_TRY_ASSIGN(const DescriptorPtr file, call.descriptor(fd, right::fd_filestat_set_times));
  P1_TRY_ASSIGN(const FileTimes times, file_times(atim, mtim, time_flags));
  return to_errno(set_times(*file, times.values));
}

// A C library looks at 3, 4, ... until badf.
Errno fd_prestat_get(Call& call, Fd fd, Out<Prestat> stat) {
  P1_TRY_ASSIGN(const DescriptorPtr file, call.descriptor(fd, 0));
  if (!file->preopened) return Errno::badf;
  stat.set({static_cast<u32>(file->guest_path.size())});
  return Errno::success;
}

Errno fd_prestat_dir_name(Call& call, Fd fd, Buffer path) {
  P1_TRY_ASSIGN(const DescriptorPtr file, call.descriptor(fd, 0));
  if (!file->preopened) return Errno::badf;
  if (path.size() < file->guest_path.size()) return Errno::nametoolong;
  std::ranges::copy(file->guest_path, path.begin());
  return Errno::success;
}

Errno fd_seek(Call& call, Fd fd, s64 offset, u32 whence, Out<u64> position) {
  P1_TRY_ASSIGN(const Whence from, whence_of(whence, call.version));
  P1_TRY_ASSIGN(const DescriptorPtr file, call.descriptor(fd, 0));
  if (!is_seekable(*file)) return Errno::spipe;
  const bool only_asks = offset == 0 && from == Whence::current;
  if ((file->rights().base & (only_asks ? right::fd_tell : right::fd_seek)) == 0) return Errno::notcapable;
  P1_TRY_ASSIGN(const u64 value, seek(*file, offset, from));
  position.set(value);
  return Errno::success;
}

Errno fd_tell(Call& call, Fd fd, Out<u64> position) {
  P1_TRY_ASSIGN(const DescriptorPtr file, call.descriptor(fd, 0));
  if (!is_seekable(*file)) return Errno::spipe;
  if ((file->rights().base & right::fd_tell) == 0) return Errno::notcapable;
  P1_TRY_ASSIGN(const u64 value, seek(*file, 0, Whence::current));
  position.set(value);
  return Errno::success;
}

// Fills the buffer to its end if there are entries enough, with a part of the last one: the caller asks for that one
// again, by the cookie of the one before. Less than the full size means that the listing is complete.
Errno fd_readdir(Call& call, Fd fd, Buffer buf, u64 cookie, Out<u32> bufused) {
  P1_TRY_ASSIGN(const DescriptorPtr directory, call.directory(fd, right::fd_readdir));
  const std::scoped_lock lock(directory->stream_mutex);
  if (!directory->stream) directory->stream = std::make_unique<DirectoryStream>(directory->fd.get());
  DirectoryStream& stream = *directory->stream;
  if (const SysStatus sought = stream.seek(cookie); !sought) return to_errno(sought);
  size_t used = 0;
  const auto append = [&](const void* bytes, size_t size) {
    const size_t part = std::min(size, buf.size() - used);
    std::memcpy(buf.data() + used, bytes, part);
    used += part;
    return part == size;
  };
  while (used < buf.size()) {
    auto entry = stream.peek();
    if (!entry) {
      if (used != 0) break;  // the next call will say so
      return to_errno(entry.error());
    }
    if (!*entry) break;
    const DirectoryEntry& found = **entry;
    u8 header[24] = {};
    store<u64>(header, found.next_cookie);
    store<u64>(header + 8, found.inode);
    store<u32>(header + 16, static_cast<u32>(found.name.size()));
    store<u8>(header + 20, file_type(found.kind));
    if (!append(header, sizeof header) || !append(found.name.data(), found.name.size())) break;
    stream.advance();
  }
  bufused.set(static_cast<u32>(used));
  return Errno::success;
}

}  // namespace invar::wasi::p1
