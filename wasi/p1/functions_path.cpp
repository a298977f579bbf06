// Paths, each beneath the directory of a descriptor.
#include "wasi/p1/conversions.h"
#include "wasi/p1/functions.h"

namespace invar::wasi::p1 {

Errno path_create_directory(Call& call, Fd fd, Path path) {
  P1_TRY_ASSIGN(const DescriptorPtr base, call.directory(fd, right::path_create_directory));
  return to_errno(call.beneath(base).create_directory(path.text));
}

Errno path_filestat_get(Call& call, Fd fd, LookupFlags flags, Path path, Out<FileStatus> stat) {
  P1_TRY_ASSIGN(const DescriptorPtr base, call.directory(fd, right::path_filestat_get));
  P1_TRY_ASSIGN(const FileStatus status, call.beneath(base).status(path.text, flags.has(LookupFlags::follow)));
  stat.set(status);
  return Errno::success;
}

Errno path_filestat_set_times(Call& call, Fd fd, LookupFlags flags, Path path, u64 atim, u64 mtim,
                              TimeFlags time_flags) {
  P1_TRY_ASSIGN(const DescriptorPtr base, call.directory(fd, right::path_filestat_set_times));
  P1_TRY_ASSIGN(const FileTimes times, file_times(atim, mtim, time_flags));
  return to_errno(call.beneath(base).set_times(path.text, flags.has(LookupFlags::follow), times.values));
}

Errno path_link(Call& call, Fd old_fd, LookupFlags old_flags, Path old_path, Fd new_fd, Path new_path) {
  P1_TRY_ASSIGN(const DescriptorPtr from, call.directory(old_fd, right::path_link_source));
  P1_TRY_ASSIGN(const DescriptorPtr to, call.directory(new_fd, right::path_link_target));
  // The new name must not give rights to the file that the old one did not.
  if ((to->rights().inheriting & ~from->rights().inheriting) != 0) return Errno::notcapable;
  return to_errno(
      call.beneath(from).link(old_path.text, old_flags.has(LookupFlags::follow), call.beneath(to), new_path.text));
}

Errno path_open(Call& call, Fd fd, LookupFlags dirflags, Path path, OpenFlags oflags, u64 base_rights, u64 inheriting,
                FdFlags fdflags, Out<u32> opened) {
  u64 needed = right::path_open;
  if (oflags.has(OpenFlags::create)) needed |= right::path_create_file;
  if (oflags.has(OpenFlags::truncate)) needed |= right::path_filestat_set_size;
  P1_TRY_ASSIGN(const DescriptorPtr base, call.directory(fd, needed));

  // Rights that no file has are asked for by programs that ask for all.
  Rights rights{base_rights & right::inheriting, inheriting & right::inheriting};
  u64 needed_inheriting = rights.base | rights.inheriting;
  if (fdflags.has(FdFlags::data_sync)) needed_inheriting |= right::fd_datasync;
  if (fdflags.has(FdFlags::sync | FdFlags::read_sync)) needed_inheriting |= right::fd_sync;
  if ((needed_inheriting & ~base->rights().inheriting) != 0) return Errno::notcapable;
  const bool wants_directory = oflags.has(OpenFlags::directory);
  if (wants_directory) rights.base &= ~(right::writing | right::fd_datasync);
  if (base->read_only) {
    if ((rights.base & right::writing) != 0) return Errno::notcapable;
    rights.base &= ~right::mutating;
  }

  OpenOptions options;
  options.write = (rights.base & right::writing) != 0;
  options.read = !options.write || (rights.base & right::reading) != 0;
  options.create = oflags.has(OpenFlags::create);
  options.exclusive = oflags.has(OpenFlags::exclusive);
  options.truncate = oflags.has(OpenFlags::truncate);
  options.directory = wants_directory;
  options.follow = dirflags.has(LookupFlags::follow);
  options.flags = file_flags(fdflags);
  P1_TRY_ASSIGN(OpenedFile file, call.beneath(base).open(path.text, options));

  const bool terminal = file.kind == FileKind::character_device && isatty(file.fd.get()) != 0;
  rights.base &= applicable_rights(file.kind, terminal);
  if (file.kind != FileKind::directory) rights.inheriting = 0;
  const auto descriptor = std::make_shared<Descriptor>(std::move(file.fd), file.kind, rights);
  descriptor->terminal = terminal;
  descriptor->read_only = base->read_only;
  P1_TRY_ASSIGN(const u32 number, call.context.table.add(descriptor));
  opened.set(number);
  return Errno::success;
}

Errno path_readlink(Call& call, Fd fd, Path path, Buffer buf, Out<u32> bufused) {
  P1_TRY_ASSIGN(const DescriptorPtr base, call.directory(fd, right::path_readlink));
  P1_TRY_ASSIGN(const size_t size, call.beneath(base).read_link(path.text, buf));
  bufused.set(static_cast<u32>(size));
  return Errno::success;
}

Errno path_remove_directory(Call& call, Fd fd, Path path) {
  P1_TRY_ASSIGN(const DescriptorPtr base, call.directory(fd, right::path_remove_directory));
  return to_errno(call.beneath(base).remove_directory(path.text));
}

Errno path_rename(Call& call, Fd old_fd, Path old_path, Fd new_fd, Path new_path) {
  P1_TRY_ASSIGN(const DescriptorPtr from, call.directory(old_fd, right::path_rename_source));
  P1_TRY_ASSIGN(const DescriptorPtr to, call.directory(new_fd, right::path_rename_target));
  if ((to->rights().inheriting & ~from->rights().inheriting) != 0) return Errno::notcapable;
  return to_errno(call.beneath(from).rename(old_path.text, call.beneath(to), new_path.text));
}

// The target of a link is text, and may lead nowhere or outside: it is resolved, and refused, when used. An absolute
// one could only ever mislead the host's own programs, and is refused here.
Errno path_symlink(Call& call, Path old_path, Fd fd, Path new_path) {
  P1_TRY_ASSIGN(const DescriptorPtr base, call.directory(fd, right::path_symlink));
  return to_errno(call.beneath(base).create_symbolic_link(old_path.text, new_path.text));
}

Errno path_unlink_file(Call& call, Fd fd, Path path) {
  P1_TRY_ASSIGN(const DescriptorPtr base, call.directory(fd, right::path_unlink_file));
  return to_errno(call.beneath(base).remove_file(path.text));
}

}  // namespace invar::wasi::p1
