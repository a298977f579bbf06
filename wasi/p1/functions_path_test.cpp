#include <csignal>
#include <thread>

#include "wasi/testing/guest.h"

namespace invar::wasi {
namespace {

using PathTest = GuestTest;
INSTANTIATE_FOR_WALK_MODES(PathTest);

constexpr u64 reading = right::regular & ~right::writing;

TEST_P(PathTest, RefusesWhatIsNoPathBeneath) {
  make_directory("dir");
  const std::pair<std::string, Errno> paths[] = {
      {"", Errno::noent},
      {"/", Errno::notcapable},
      {"/etc/passwd", Errno::notcapable},
      {"..", Errno::notcapable},
      {"../outside/secret", Errno::notcapable},
      {"dir/../../outside/secret", Errno::notcapable},
      {std::string("dir\0/x", 6), Errno::inval},
      {std::string("dir\0", 4), Errno::inval},
      {"d\xFFr", Errno::ilseq},
      {std::string(5000, 'a'), Errno::nametoolong},
      {std::string(300, 'a'), Errno::nametoolong},
  };
  for (const auto& [path, error] : paths) {
    guest.forget();
    EXPECT_EQ(guest.open(root, path), error) << path;
    EXPECT_EQ(guest.open(root, path, {.flags = OpenFlags::create}), error == Errno::noent ? Errno::noent : error);
    EXPECT_EQ(guest.status(root, path), error) << path;
    EXPECT_EQ(guest.status(root, path, false), error) << path;
    for (const char* function : {"path_create_directory", "path_remove_directory", "path_unlink_file"}) {
      EXPECT_EQ(guest.on_path(function, root, path), error) << function << path;
    }
    EXPECT_EQ(guest.rename(root, path, root, "new"), error) << path;
    EXPECT_EQ(guest.rename(root, "dir", root, path), error) << path;
    EXPECT_EQ(guest.link(root, path, root, "new"), error) << path;
    EXPECT_EQ(guest.link(root, "dir", root, path), error) << path;
    EXPECT_EQ(guest.symlink("dir", root, path), error) << path;
    EXPECT_EQ(guest.call("path_readlink", {root, guest.put(path), path.size(), guest.reserve(8), 8, Guest::out}),
              error);
    EXPECT_EQ(guest.call("path_filestat_set_times", {root, 1, guest.put(path), path.size(), 0, 0, 10}), error) << path;
  }
  EXPECT_TRUE(exists("dir"));
  EXPECT_EQ(Scratch::read_file(scratch.outside() / "secret"), "secret");
}

TEST_P(PathTest, PathsOutsideTheMemory) {
  const u64 size = guest.size();
  EXPECT_EQ(guest.call("path_create_directory", {root, size, 1}), Errno::fault);
  EXPECT_EQ(guest.call("path_create_directory", {root, size - 1, 2}), Errno::fault);
  EXPECT_EQ(guest.call("path_create_directory", {root, 0xFFFF'FFFF, 0xFFFF'FFFF}), Errno::fault);
  EXPECT_EQ(guest.call("path_create_directory", {root, 1, 0xFFFF'FFFF}), Errno::fault);
  // Results that have no place are refused before anything is done.
  EXPECT_EQ(guest.call("path_open", {root, 0, guest.put("new"), 3, OpenFlags::create, right::regular, 0, 0, size - 3}),
            Errno::fault);
  EXPECT_FALSE(exists("new"));
}

TEST_P(PathTest, NeedsADirectory) {
  write_file("file", "text");
  const u32 file = guest.opened(root, "file", {.rights = reading});
  EXPECT_EQ(guest.open(file, "x"), Errno::notdir);
  EXPECT_EQ(guest.status(file, "x"), Errno::notdir);
  EXPECT_EQ(guest.open(99, "x"), Errno::badf);
  EXPECT_EQ(guest.on_path("path_create_directory", 0, "x"), Errno::notdir);
}

TEST_P(PathTest, OpenCreatesTruncatesAppends) {
  EXPECT_EQ(guest.open(root, "file"), Errno::noent);
  u32 fd = guest.opened(root, "file", {.flags = OpenFlags::create | OpenFlags::exclusive});
  EXPECT_EQ(guest.write(fd, "hello"), Errno::success);
  EXPECT_EQ(guest.close(fd), Errno::success);
  EXPECT_EQ(guest.open(root, "file", {.flags = OpenFlags::create | OpenFlags::exclusive}), Errno::exist);
  fd = guest.opened(root, "file", {.fd_flags = FdFlags::append});
  EXPECT_EQ(guest.write(fd, " world"), Errno::success);
  guest.close(fd);
  EXPECT_EQ(read_file("file"), "hello world");
  guest.close(guest.opened(root, "file", {.flags = OpenFlags::truncate}));
  EXPECT_EQ(read_file("file"), "");
}

TEST_P(PathTest, TrailingSlashes) {
  write_file("file", "text");
  make_directory("dir");
  make_link("dir", "to_dir");
  make_link("file", "to_file");
  EXPECT_EQ(guest.open(root, "file/"), Errno::notdir);
  EXPECT_EQ(guest.open(root, "to_file/"), Errno::notdir);
  EXPECT_EQ(guest.open(root, "dir/"), Errno::success);
  EXPECT_EQ(guest.open(root, "to_dir/", {.rights = reading, .lookup = 0}), Errno::success);
  EXPECT_EQ(guest.open(root, "new/", {.flags = OpenFlags::create}), Errno::isdir);
  EXPECT_FALSE(exists("new"));
  EXPECT_EQ(guest.status(root, "file/"), Errno::notdir);
  EXPECT_EQ(guest.on_path("path_create_directory", root, "made/"), Errno::success);
  EXPECT_EQ(guest.on_path("path_create_directory", root, "made//"), Errno::exist);
  EXPECT_EQ(guest.on_path("path_unlink_file", root, "file/"), Errno::notdir);
  EXPECT_EQ(guest.on_path("path_unlink_file", root, "to_dir/"), Errno::notdir);
  EXPECT_EQ(guest.on_path("path_unlink_file", root, "dir/"), Errno::isdir);
  EXPECT_EQ(guest.rename(root, "file/", root, "other"), Errno::notdir);
  EXPECT_EQ(guest.rename(root, "file", root, "other/"), Errno::notdir);
  EXPECT_EQ(guest.rename(root, "made/", root, "moved/"), Errno::success);
  EXPECT_EQ(guest.symlink("dir", root, "link/"), Errno::noent);
  EXPECT_EQ(guest.symlink("dir", root, "dir/"), Errno::exist);
  EXPECT_EQ(guest.link(root, "file/", root, "link"), Errno::notdir);
  EXPECT_EQ(guest.link(root, "file", root, "link/"), Errno::noent);
  EXPECT_EQ(guest.on_path("path_remove_directory", root, "moved/"), Errno::success);
  EXPECT_EQ(guest.on_path("path_remove_directory", root, "to_dir/"), Errno::notdir);
  EXPECT_TRUE(exists("file") && exists("dir") && exists("to_dir"));
}

TEST_P(PathTest, OpenWithoutFollowing) {
  write_file("file", "text");
  make_link("file", "link");
  EXPECT_EQ(guest.open(root, "link", {.rights = reading, .lookup = 0}), Errno::loop);
  EXPECT_EQ(guest.open(root, "link"), Errno::success);
  make_link("to_be", "dangling");
  EXPECT_EQ(guest.open(root, "dangling"), Errno::noent);
  EXPECT_EQ(guest.open(root, "dangling", {.flags = OpenFlags::create | OpenFlags::exclusive}), Errno::exist);
  EXPECT_EQ(guest.open(root, "dangling", {.flags = OpenFlags::create}), Errno::success);
  EXPECT_TRUE(exists("to_be"));
  make_link("../outside/made", "leaving");
  EXPECT_EQ(guest.open(root, "leaving", {.flags = OpenFlags::create}), Errno::notcapable);
  EXPECT_FALSE(std::filesystem::exists(scratch.outside() / "made"));
}

TEST_P(PathTest, Directories) {
  EXPECT_EQ(guest.on_path("path_create_directory", root, "a"), Errno::success);
  EXPECT_EQ(guest.on_path("path_create_directory", root, "a"), Errno::exist);
  EXPECT_EQ(guest.on_path("path_create_directory", root, "."), Errno::exist);
  EXPECT_EQ(guest.on_path("path_create_directory", root, "a/b"), Errno::success);
  EXPECT_EQ(guest.on_path("path_create_directory", root, "none/b"), Errno::noent);
  EXPECT_EQ(guest.on_path("path_remove_directory", root, "a"), Errno::notempty);
  EXPECT_EQ(guest.on_path("path_unlink_file", root, "a/b"), Errno::isdir);
  const u32 a = guest.opened_directory(root, "a");
  EXPECT_EQ(guest.open(a, "b"), Errno::success);
  EXPECT_EQ(guest.open(a, ".."), Errno::notcapable);
  EXPECT_EQ(guest.open(a, "../a"), Errno::notcapable);
  EXPECT_EQ(guest.on_path("path_remove_directory", a, "b"), Errno::success);
  EXPECT_EQ(guest.on_path("path_remove_directory", root, "a"), Errno::success);
  EXPECT_EQ(guest.open(a, "x", {.flags = OpenFlags::create}), Errno::noent);  // removed, and still open
}

TEST_P(PathTest, OpenDirectories) {
  make_directory("dir");
  write_file("file", "text");
  EXPECT_EQ(guest.open(root, "file", {.flags = OpenFlags::directory, .rights = reading}), Errno::notdir);
  EXPECT_EQ(guest.open(root, "dir", {.rights = right::regular}), Errno::isdir);  // for writing
  EXPECT_EQ(guest.open(root, "dir", {.flags = OpenFlags::create | OpenFlags::directory}), Errno::inval);
  // Programs that ask for everything get what a directory has.
  const u32 fd = guest.opened(root, "dir", {.flags = OpenFlags::directory, .rights = ~u64{0}, .inheriting = ~u64{0}});
  EXPECT_EQ(guest.call("fd_fdstat_get", {fd, Guest::out}), Errno::success);
  EXPECT_EQ(guest.get<u8>(0), 3);
  EXPECT_EQ(guest.get<u64>(8), right::directory);
  EXPECT_EQ(guest.get<u64>(16), right::inheriting);
  EXPECT_EQ(guest.read(fd, 1), Errno::isdir);
  EXPECT_EQ(guest.write(fd, "x"), Errno::notcapable);
}

TEST_P(PathTest, Status) {
  write_file("file", "12345");
  make_link("file", "link");
  EXPECT_EQ(guest.status(root, "link"), Errno::success);
  EXPECT_EQ(guest.status_type(), 4);
  EXPECT_EQ(guest.status_size(), 5u);
  EXPECT_EQ(guest.status(root, "link", false), Errno::success);
  EXPECT_EQ(guest.status_type(), 7);
  EXPECT_EQ(guest.status(root, "."), Errno::success);
  EXPECT_EQ(guest.status_type(), 3);
  EXPECT_EQ(guest.call("path_filestat_get", {root, 2, guest.put("file"), 4, guest.reserve(64)}), Errno::inval);

  struct stat host{};
  ASSERT_EQ(stat((scratch.granted() / "file").c_str(), &host), 0);
  const u32 at = guest.reserve(64);
  EXPECT_EQ(guest.call("path_filestat_get", {root, 0, guest.put("file"), 4, at}), Errno::success);
  EXPECT_EQ(guest.get<u64>(at), host.st_dev);
  EXPECT_EQ(guest.get<u64>(at + 8), host.st_ino);
  EXPECT_EQ(guest.get<u64>(at + 24), 1u);
  EXPECT_EQ(guest.get<u64>(at + 48), static_cast<u64>(host.st_mtim.tv_sec) * 1'000'000'000 + host.st_mtim.tv_nsec);
}

TEST_P(PathTest, Times) {
  write_file("file", "");
  make_link("file", "link");
  const auto set = [&](std::string_view path, bool follow, u32 flags, u64 accessed, u64 modified) {
    return guest.call("path_filestat_set_times",
                      {root, follow ? 1u : 0u, guest.put(path), path.size(), accessed, modified, flags});
  };
  const auto times = [&](const char* name) {
    struct stat host{};
    EXPECT_EQ(lstat((scratch.granted() / name).c_str(), &host), 0);
    return std::pair(host.st_atim.tv_sec, host.st_mtim.tv_sec);
  };
  constexpr u64 second = 1'000'000'000;
  EXPECT_EQ(set("link", true, TimeFlags::accessed | TimeFlags::modified, 1000 * second, 2000 * second), Errno::success);
  EXPECT_EQ(times("file"), std::pair(1000l, 2000l));
  EXPECT_EQ(set("link", false, TimeFlags::modified, 0, 3000 * second), Errno::success);
  EXPECT_EQ(times("link").second, 3000);
  EXPECT_EQ(times("file"), std::pair(1000l, 2000l));
  EXPECT_EQ(set("file", false, TimeFlags::accessed | TimeFlags::accessed_now, 0, 0), Errno::inval);
  EXPECT_EQ(set("file", false, 16, 0, 0), Errno::inval);
  EXPECT_EQ(set("file", false, TimeFlags::modified_now, 0, 0), Errno::success);
  EXPECT_EQ(times("file").first, 1000);
  EXPECT_GT(times("file").second, 1'000'000'000);
}

TEST_P(PathTest, SymbolicLinks) {
  EXPECT_EQ(guest.symlink("some/where", root, "link"), Errno::success);
  EXPECT_EQ(guest.symlink("some/where", root, "link"), Errno::exist);
  EXPECT_EQ(guest.symlink("/etc/passwd", root, "absolute"), Errno::notcapable);
  EXPECT_FALSE(exists("absolute"));
  const u32 buffer = guest.reserve(16);
  EXPECT_EQ(guest.call("path_readlink", {root, guest.put("link"), 4, buffer, 16, Guest::out}), Errno::success);
  EXPECT_EQ(guest.text(buffer, guest.result()), "some/where");
  EXPECT_EQ(guest.call("path_readlink", {root, guest.put("link"), 4, buffer, 4, Guest::out}), Errno::success);
  EXPECT_EQ(guest.result(), 4u);
  write_file("file", "");
  EXPECT_EQ(guest.call("path_readlink", {root, guest.put("file"), 4, buffer, 16, Guest::out}), Errno::inval);
  EXPECT_EQ(guest.on_path("path_unlink_file", root, "link"), Errno::success);
  EXPECT_FALSE(exists("link"));
}

TEST_P(PathTest, LinksAndRenames) {
  write_file("file", "text");
  make_directory("dir");
  make_link("file", "symbolic");
  EXPECT_EQ(guest.link(root, "file", root, "dir/second"), Errno::success);
  EXPECT_EQ(read_file("dir/second"), "text");
  EXPECT_EQ(guest.link(root, "file", root, "dir/second"), Errno::exist);
  EXPECT_EQ(guest.link(root, "dir", root, "dir2"), Errno::perm);
  EXPECT_EQ(guest.link(root, "symbolic", root, "kept"), Errno::success);
  EXPECT_TRUE(std::filesystem::is_symlink(scratch.granted() / "kept"));
  EXPECT_EQ(guest.link(root, "symbolic", root, "followed", true), Errno::success);
  EXPECT_FALSE(std::filesystem::is_symlink(scratch.granted() / "followed"));
  make_link((scratch.outside() / "secret").string(), "leaving");
  EXPECT_EQ(guest.link(root, "leaving", root, "stolen", true), Errno::notcapable);

  const u32 dir = guest.opened_directory(root, "dir");
  EXPECT_EQ(guest.rename(dir, "second", root, "back"), Errno::success);
  EXPECT_TRUE(exists("back"));
  EXPECT_EQ(guest.rename(root, "none", root, "x"), Errno::noent);
  EXPECT_EQ(guest.rename(root, ".", root, "x"), Errno::busy);
  EXPECT_EQ(guest.rename(root, "dir", root, "dir/inside"), Errno::inval);
  EXPECT_EQ(guest.rename(root, "dir", root, "file"), Errno::notdir);
  EXPECT_EQ(guest.rename(root, "file", root, "dir"), Errno::isdir);
  EXPECT_EQ(guest.rename(root, "file", root, "back"), Errno::success);
}

TEST_P(PathTest, ReadOnlyGrant) {
  write_file("file", "text");
  make_directory("dir");
  make_directory("empty");
  const u32 ro = read_only_root;
  const u32 dir = guest.opened_directory(ro, "dir");
  for (const u32 fd : {ro, dir}) {
    for (const u32 flags : {OpenFlags::create, OpenFlags::truncate, OpenFlags::create | OpenFlags::exclusive}) {
      EXPECT_EQ(guest.open(fd, "file", {.flags = flags, .rights = reading}), Errno::notcapable);
      EXPECT_EQ(guest.open(fd, "new", {.flags = flags}), Errno::notcapable);
    }
    for (const u64 rights : {right::fd_write, right::fd_allocate, right::fd_filestat_set_size, right::regular}) {
      EXPECT_EQ(guest.open(fd, "file", {.rights = rights}), Errno::notcapable);
    }
    EXPECT_EQ(guest.on_path("path_create_directory", fd, "new"), Errno::notcapable);
    EXPECT_EQ(guest.on_path("path_remove_directory", fd, "empty"), Errno::notcapable);
    EXPECT_EQ(guest.on_path("path_unlink_file", fd, "file"), Errno::notcapable);
    EXPECT_EQ(guest.symlink("x", fd, "new"), Errno::notcapable);
    EXPECT_EQ(guest.rename(fd, "file", fd, "new"), Errno::notcapable);
    EXPECT_EQ(guest.rename(fd, "file", root, "new"), Errno::notcapable);
    EXPECT_EQ(guest.rename(root, "file", fd, "new"), Errno::notcapable);
    EXPECT_EQ(guest.link(root, "file", fd, "new"), Errno::notcapable);
    // A second name in the writable directory would make the file writable.
    EXPECT_EQ(guest.link(fd, "file", root, "new"), Errno::notcapable);
    EXPECT_EQ(guest.call("path_filestat_set_times", {fd, 0, guest.put("file"), 4, 0, 0, 10}), Errno::notcapable);
    EXPECT_EQ(guest.call("fd_filestat_set_times", {fd, 0, 0, 10}), Errno::notcapable);
  }
  // Reading works, even for programs that ask for rights they do not use.
  const u32 file = guest.opened(ro, "file", {.rights = (right::regular | right::directory) & ~right::writing});
  EXPECT_EQ(guest.read(file, 10), Errno::success);
  EXPECT_EQ(guest.read_text, "text");
  EXPECT_EQ(guest.write(file, "x"), Errno::notcapable);
  EXPECT_EQ(guest.call("fd_filestat_set_size", {file, 0}), Errno::notcapable);
  EXPECT_EQ(guest.call("fd_filestat_set_times", {file, 0, 0, 10}), Errno::notcapable);
  EXPECT_EQ(guest.call("fd_allocate", {file, 0, 10}), Errno::notcapable);
  EXPECT_EQ(read_file("file"), "text");
  EXPECT_FALSE(exists("new"));
  EXPECT_TRUE(exists("empty"));
}

TEST_P(PathTest, RightsNarrow) {
  write_file("file", "text");
  make_directory("dir");
  const u64 base = right::path_open | right::fd_readdir | right::path_link_target | right::path_rename_target;
  const u32 dir =
      guest.opened(root, "dir", {.flags = OpenFlags::directory, .rights = base, .inheriting = right::fd_read});
  EXPECT_EQ(guest.open(dir, "x", {.flags = OpenFlags::create, .rights = right::fd_read, .inheriting = 0}),
            Errno::notcapable);
  EXPECT_EQ(guest.status(dir, "."), Errno::notcapable);
  EXPECT_EQ(guest.on_path("path_create_directory", dir, "x"), Errno::notcapable);
  // What is opened through it inherits no more.
  write_file("dir/inner", "text");
  EXPECT_EQ(guest.open(dir, "inner", {.rights = right::fd_read | right::fd_seek, .inheriting = 0}), Errno::notcapable);
  EXPECT_EQ(guest.open(dir, "inner", {.rights = right::fd_read, .inheriting = right::fd_write}), Errno::notcapable);
  const u32 inner = guest.opened(dir, "inner", {.rights = right::fd_read, .inheriting = 0});
  EXPECT_EQ(guest.read(inner, 4), Errno::success);
  EXPECT_EQ(guest.call("fd_seek", {inner, 0, 0, Guest::out}), Errno::notcapable);
  EXPECT_EQ(guest.call("fd_filestat_get", {inner, guest.reserve(64)}), Errno::notcapable);

  // Rights can be given up and do not come back.
  const u32 file = guest.opened(root, "file", {});
  const u64 kept = right::regular & ~right::fd_write;
  EXPECT_EQ(guest.call("fd_fdstat_set_rights", {file, kept, 0}), Errno::success);
  EXPECT_EQ(guest.write(file, "x"), Errno::notcapable);
  EXPECT_EQ(guest.call("fd_fdstat_set_rights", {file, right::regular, 0}), Errno::notcapable);

  // Moving a file to where more may be done with it.
  const u32 weak = guest.opened(
      root, "dir",
      {.flags = OpenFlags::directory, .rights = right::directory, .inheriting = right::inheriting & ~right::fd_write});
  EXPECT_EQ(guest.link(weak, "inner", root, "strong"), Errno::notcapable);
  EXPECT_EQ(guest.rename(weak, "inner", root, "strong"), Errno::notcapable);
  EXPECT_EQ(guest.rename(root, "file", weak, "weaker"), Errno::success);
}

TEST_P(PathTest, OpeningAFifoDoesNotWait) {
  ASSERT_EQ(mkfifo((scratch.granted() / "fifo").c_str(), 0666), 0);
  EXPECT_EQ(guest.open(root, "fifo", {.rights = right::fd_write}), Errno::nxio);
  const u32 fd = guest.opened(root, "fifo", {.rights = right::regular & ~right::writing});
  EXPECT_EQ(guest.call("fd_fdstat_get", {fd, Guest::out}), Errno::success);
  EXPECT_EQ(guest.get<u8>(0), 0);
  EXPECT_EQ(guest.get<u16>(2), 0) << "opened without waiting, and then waits for data";
  EXPECT_EQ(guest.call("fd_seek", {fd, 0, 1, Guest::out}), Errno::spipe);
  EXPECT_EQ(guest.read(fd, 1), Errno::success) << "no writer: the end";
  EXPECT_EQ(guest.read_text, "");
  const u32 writer = guest.opened(root, "fifo", {.rights = right::fd_write});
  EXPECT_EQ(guest.write(writer, "through"), Errno::success);
  EXPECT_EQ(guest.read(fd, 10), Errno::success);
  EXPECT_EQ(guest.read_text, "through");
  const u32 impatient = guest.opened(root, "fifo", {.rights = right::fd_read, .fd_flags = FdFlags::nonblocking});
  EXPECT_EQ(guest.read(impatient, 1), Errno::again);
}

TEST_P(PathTest, DevicesAreFilesOfTheirKind) {
  Config devices = config();
  devices.preopens = {{"/dev", -1, "/dev", false}};
  Guest with_devices(devices);
  const u32 null = with_devices.opened(root, "null", {});
  EXPECT_EQ(with_devices.call("fd_fdstat_get", {null, Guest::out}), Errno::success);
  EXPECT_EQ(with_devices.get<u8>(0), 2);
  EXPECT_EQ(with_devices.write(null, "gone"), Errno::success);
  EXPECT_EQ(with_devices.read(null, 1), Errno::success);
  EXPECT_EQ(with_devices.read_text, "");
  const u32 zero = with_devices.opened(root, "zero", {.rights = reading});
  EXPECT_EQ(with_devices.read(zero, 3), Errno::success);
  EXPECT_EQ(with_devices.read_text, std::string(3, '\0'));
  // /dev/fd and /dev/stdin lead to /proc by absolute links.
  EXPECT_EQ(with_devices.open(root, "fd/0"), Errno::notcapable);
  EXPECT_EQ(with_devices.open(root, "stdin"), Errno::notcapable);
}

TEST_P(PathTest, ClosedDescriptorsAreGone) {
  write_file("file", "text");
  const u32 first = guest.opened(root, "file", {.rights = reading});
  const u32 second = guest.opened(root, "file", {.rights = reading});
  EXPECT_EQ(second, first + 1);
  EXPECT_EQ(guest.close(first), Errno::success);
  EXPECT_EQ(guest.close(first), Errno::badf);
  EXPECT_EQ(guest.read(first, 1), Errno::badf);
  EXPECT_EQ(guest.call("fd_fdstat_get", {first, Guest::out}), Errno::badf);
  EXPECT_EQ(guest.opened(root, "file", {.rights = reading}), first);
  EXPECT_EQ(guest.close(root), Errno::success);
  EXPECT_EQ(guest.open(root, "file"), Errno::badf);
  EXPECT_EQ(guest.opened(read_only_root, "file", {.rights = reading}), root);
  EXPECT_EQ(guest.call("fd_prestat_get", {root, Guest::out}), Errno::badf) << "a file, not the directory of before";
}

}  // namespace
}  // namespace invar::wasi
