#include <map>
#include <set>

#include "wasi/testing/guest.h"

namespace invar::wasi {
namespace {

using FdTest = GuestTest;
INSTANTIATE_FOR_WALK_MODES(FdTest);

TEST_P(FdTest, PreopensInOrder) {
  const std::pair<u32, std::string_view> expected[] = {{3, "/"}, {4, "/ro"}};
  for (const auto& [fd, name] : expected) {
    EXPECT_EQ(guest.call("fd_prestat_get", {fd, Guest::out}), Errno::success);
    EXPECT_EQ(guest.get<u8>(0), 0);
    EXPECT_EQ(guest.get<u32>(4), name.size());
    const u32 buffer = guest.reserve(8);
    EXPECT_EQ(guest.call("fd_prestat_dir_name", {fd, buffer, name.size()}), Errno::success);
    EXPECT_EQ(guest.text(buffer, name.size()), name);
    EXPECT_EQ(guest.call("fd_prestat_dir_name", {fd, buffer, name.size() - 1}), Errno::nametoolong);
  }
  // The end of the list, as a C library looks for it; streams are not in it.
  EXPECT_EQ(guest.call("fd_prestat_get", {5, Guest::out}), Errno::badf);
  EXPECT_EQ(guest.call("fd_prestat_get", {0, Guest::out}), Errno::badf);
}

TEST_P(FdTest, StatusOfDirectories) {
  EXPECT_EQ(guest.call("fd_fdstat_get", {root, Guest::out}), Errno::success);
  EXPECT_EQ(guest.get<u8>(0), 3);
  EXPECT_EQ(guest.get<u16>(2), 0);
  EXPECT_EQ(guest.get<u64>(8), right::directory);
  EXPECT_EQ(guest.get<u64>(16), right::inheriting);
  EXPECT_EQ(guest.call("fd_fdstat_get", {read_only_root, Guest::out}), Errno::success);
  EXPECT_EQ(guest.get<u64>(8) & right::mutating, 0u);
  EXPECT_EQ(guest.call("fd_fdstat_get", {root, guest.size() - 23}), Errno::fault);
}

TEST_P(FdTest, SeekAndTell) {
  write_file("file", "0123456789");
  const u32 fd = guest.opened(root, "file", {});
  const auto seek = [&](s64 offset, u32 whence) {
    const Errno error = guest.call("fd_seek", {fd, static_cast<u64>(offset), whence, Guest::out});
    return error == Errno::success ? static_cast<s64>(guest.result64()) : -static_cast<s64>(error);
  };
  EXPECT_EQ(seek(4, 0), 4);
  EXPECT_EQ(seek(3, 1), 7);
  EXPECT_EQ(seek(-1, 2), 9);
  EXPECT_EQ(guest.call("fd_tell", {fd, Guest::out}), Errno::success);
  EXPECT_EQ(guest.result64(), 9u);
  EXPECT_EQ(seek(-1, 0), -static_cast<s64>(Errno::inval));
  EXPECT_EQ(seek(0, 3), -static_cast<s64>(Errno::inval));
  EXPECT_EQ(seek(1'000'000, 0), 1'000'000);
  EXPECT_EQ(guest.read(fd, 1), Errno::success);
  EXPECT_EQ(guest.read_text, "");
  EXPECT_EQ(guest.call("fd_seek", {root, 0, 0, Guest::out}), Errno::notcapable);
}

TEST_P(FdTest, UnstableVersionNumbersWhenceOtherwise) {
  write_file("file", "0123456789");
  Guest old(config(), Version::unstable);
  const u32 fd = old.opened(root, "file", {});
  EXPECT_EQ(old.call("fd_seek", {fd, 4, 2, Guest::out}), Errno::success);  // set
  EXPECT_EQ(old.result64(), 4u);
  EXPECT_EQ(old.call("fd_seek", {fd, 2, 0, Guest::out}), Errno::success);  // current
  EXPECT_EQ(old.result64(), 6u);
  EXPECT_EQ(old.call("fd_seek", {fd, 0, 1, Guest::out}), Errno::success);  // end
  EXPECT_EQ(old.result64(), 10u);
}

TEST_P(FdTest, UnstableVersionHasAShorterFilestat) {
  write_file("file", "12345");
  std::filesystem::create_hard_link(scratch.granted() / "file", scratch.granted() / "second");
  struct stat host{};
  ASSERT_EQ(stat((scratch.granted() / "file").c_str(), &host), 0);
  Guest old(config(), Version::unstable);
  const u32 fd = old.opened(root, "file", {});
  const u32 at = old.reserve(64);
  old.set<u64>(at + 56, 0x1234);
  EXPECT_EQ(old.call("fd_filestat_get", {fd, at}), Errno::success);
  EXPECT_EQ(old.get<u64>(at + 8), host.st_ino);
  EXPECT_EQ(old.get<u8>(at + 16), 4);
  EXPECT_EQ(old.get<u32>(at + 20), 2u);
  EXPECT_EQ(old.get<u64>(at + 24), 5u);
  EXPECT_EQ(old.get<u64>(at + 40) / 1'000'000'000, static_cast<u64>(host.st_mtim.tv_sec));
  EXPECT_EQ(old.get<u64>(at + 56), 0x1234u);
  EXPECT_EQ(old.call("fd_filestat_get", {fd, old.size() - 56}), Errno::success);
  EXPECT_EQ(guest.call("fd_filestat_get", {root, guest.size() - 56}), Errno::fault);
}

TEST_P(FdTest, FlagsOfFiles) {
  const u32 fd = guest.opened(root, "file", {.flags = OpenFlags::create, .fd_flags = FdFlags::append});
  const auto flags = [&] {
    EXPECT_EQ(guest.call("fd_fdstat_get", {fd, Guest::out}), Errno::success);
    return guest.get<u16>(2);
  };
  EXPECT_EQ(flags(), FdFlags::append);
  EXPECT_EQ(guest.call("fd_fdstat_set_flags", {fd, FdFlags::nonblocking}), Errno::success);
  EXPECT_EQ(flags(), FdFlags::nonblocking);
  EXPECT_EQ(guest.call("fd_fdstat_set_flags", {fd, 0}), Errno::success);
  EXPECT_EQ(flags(), 0);
  EXPECT_EQ(guest.call("fd_fdstat_set_flags", {fd, FdFlags::sync}), Errno::notsup);
  EXPECT_EQ(guest.call("fd_fdstat_set_flags", {fd, 32}), Errno::inval);
  const u32 synced = guest.opened(root, "file", {.fd_flags = FdFlags::sync});
  EXPECT_EQ(guest.call("fd_fdstat_get", {synced, Guest::out}), Errno::success);
  EXPECT_NE(guest.get<u16>(2) & FdFlags::sync, 0);
  EXPECT_EQ(guest.open(root, "file", {.fd_flags = 32}), Errno::inval);
}

TEST_P(FdTest, SizesAndTimes) {
  const u32 fd = guest.opened(root, "file", {.flags = OpenFlags::create});
  EXPECT_EQ(guest.call("fd_filestat_set_size", {fd, 1000}), Errno::success);
  EXPECT_EQ(read_file("file"), std::string(1000, '\0'));
  EXPECT_EQ(guest.call("fd_filestat_set_size", {fd, ~u64{0}}), Errno::inval);
  EXPECT_EQ(guest.call("fd_filestat_set_size", {fd, 10}), Errno::success);
  EXPECT_EQ(guest.call("fd_allocate", {fd, 100, 20}), Errno::success);
  EXPECT_EQ(read_file("file").size(), 120u);
  EXPECT_EQ(guest.call("fd_allocate", {fd, 0, 0}), Errno::inval);
  EXPECT_EQ(guest.call("fd_allocate", {fd, ~u64{0}, 1}), Errno::inval);
  EXPECT_EQ(guest.call("fd_advise", {fd, 0, 10, 3}), Errno::success);
  EXPECT_EQ(guest.call("fd_advise", {fd, 0, 10, 6}), Errno::inval);
  EXPECT_EQ(guest.call("fd_sync", {fd}), Errno::success);
  EXPECT_EQ(guest.call("fd_datasync", {fd}), Errno::success);
  EXPECT_EQ(guest.call("fd_filestat_set_times", {fd, 5'000'000'000, 7'000'000'001, 5}), Errno::success);
  const u32 at = guest.reserve(64);
  EXPECT_EQ(guest.call("fd_filestat_get", {fd, at}), Errno::success);
  EXPECT_EQ(guest.get<u64>(at + 40), 5'000'000'000u);
  EXPECT_EQ(guest.get<u64>(at + 48), 7'000'000'001u);
  EXPECT_EQ(guest.call("fd_filestat_set_times", {fd, 0, 0, 12}), Errno::inval);
}

TEST_P(FdTest, Renumber) {
  write_file("a", "a");
  write_file("b", "b");
  const u32 a = guest.opened(root, "a", {});
  const u32 b = guest.opened(root, "b", {});
  EXPECT_EQ(guest.call("fd_renumber", {a, b}), Errno::success);
  EXPECT_EQ(guest.read(b, 1), Errno::success);
  EXPECT_EQ(guest.read_text, "a");
  EXPECT_EQ(guest.read(a, 1), Errno::badf);
  EXPECT_EQ(guest.call("fd_renumber", {b, 1000}), Errno::badf);
  EXPECT_EQ(guest.call("fd_renumber", {b, 0xFFFF'FFFF}), Errno::badf);
  EXPECT_EQ(guest.call("fd_renumber", {b, b}), Errno::success);
  EXPECT_EQ(guest.opened(root, "b", {}), a);
}

class Listing : public GuestTest {
 protected:
  struct Entry {
    u64 next;
    u64 inode;
    std::string name;
    u8 type;
  };
  /// Reads on with buffers of `size` bytes as C libraries do: the last entry is dropped if it is cut.
  std::vector<Entry> list(u32 fd, u32 size, u64 cookie = 0, size_t most = ~size_t{0}) {
    std::vector<Entry> entries;
    const u32 buffer = guest.reserve(size);
    while (entries.size() < most) {
      EXPECT_EQ(guest.call("fd_readdir", {fd, buffer, size, cookie, Guest::out}), Errno::success);
      const u32 used = guest.result();
      u32 at = 0;
      while (used - at >= 24) {
        const u32 length = guest.get<u32>(buffer + at + 16);
        if (used - at - 24 < length) break;
        cookie = guest.get<u64>(buffer + at);
        entries.push_back({cookie, guest.get<u64>(buffer + at + 8), guest.text(buffer + at + 24, length),
                           guest.get<u8>(buffer + at + 20)});
        at += 24 + length;
      }
      if (used < size) break;
      if (at == 0) {
        ADD_FAILURE() << "no progress";
        break;
      }
    }
    return entries;
  }
};
INSTANTIATE_FOR_WALK_MODES(Listing);

TEST_P(Listing, NamesTypesAndSpecialEntries) {
  make_directory("d/sub");
  write_file("d/file", "");
  make_link("file", "d/link");
  const u32 fd = guest.opened_directory(root, "d");
  std::map<std::string, u8> types;
  for (const Entry& entry : list(fd, 4096)) {
    EXPECT_TRUE(types.emplace(entry.name, entry.type).second) << entry.name;
    if (entry.name == "file") {
      struct stat host{};
      ASSERT_EQ(stat((scratch.granted() / "d/file").c_str(), &host), 0);
      EXPECT_EQ(entry.inode, host.st_ino);
    }
  }
  EXPECT_EQ(types, (std::map<std::string, u8>{{".", 3}, {"..", 3}, {"file", 4}, {"link", 7}, {"sub", 3}}));
}

TEST_P(Listing, SmallBuffersAndCookies) {
  make_directory("d");
  std::set<std::string> names{".", ".."};
  for (int i = 0; i < 1000; ++i) names.insert("file-" + std::to_string(i));
  for (const std::string& name : names) {
    if (name[0] != '.') write_file("d/" + name, "");
  }
  const u32 fd = guest.opened_directory(root, "d");
  for (const u32 size : {40u, 41u, 100u, 1000u, 4096u, 100'000u}) {
    guest.forget();
    const auto entries = list(fd, size);
    std::set<std::string> found;
    for (const Entry& entry : entries) found.insert(entry.name);
    EXPECT_EQ(found, names) << size;
    EXPECT_EQ(entries.size(), names.size()) << size;
    // From any cookie the rest follows.
    if (size != 4096) continue;
    for (const size_t from : {size_t{0}, size_t{1}, size_t{500}, entries.size() - 1}) {
      guest.forget();
      const auto rest = list(fd, size, entries[from].next);
      ASSERT_EQ(rest.size(), entries.size() - from - 1);
      for (size_t i = 0; i < rest.size(); ++i) EXPECT_EQ(rest[i].name, entries[from + 1 + i].name);
    }
  }
}

TEST_P(Listing, CutEntries) {
  make_directory("d");
  const u32 fd = guest.opened_directory(root, "d");
  const u32 buffer = guest.reserve(64);
  // Even the head of an entry may be cut; a full buffer means that there is more.
  for (const u32 size : {0u, 1u, 23u, 24u}) {
    EXPECT_EQ(guest.call("fd_readdir", {fd, buffer, size, 0, Guest::out}), Errno::success);
    EXPECT_EQ(guest.result(), size);
  }
  EXPECT_EQ(guest.call("fd_readdir", {fd, guest.size() - 10, 11, 0, Guest::out}), Errno::fault);
  EXPECT_EQ(guest.call("fd_readdir", {fd, buffer, 64, ~u64{0}, Guest::out}), Errno::inval);
  EXPECT_EQ(guest.call("fd_readdir", {0, buffer, 64, 0, Guest::out}), Errno::notdir);
}

TEST_P(Listing, RemovingWhileReading) {
  make_directory("d");
  for (int i = 0; i < 1000; ++i) write_file("d/file-" + std::to_string(i), "");
  const u32 fd = guest.opened_directory(root, "d");
  u64 cookie = 0;
  size_t removed = 0;
  while (true) {
    guest.forget();
    const auto entries = list(fd, 300, cookie, 1);
    if (entries.empty()) break;
    for (const Entry& entry : entries) {
      if (entry.name[0] == '.') continue;
      EXPECT_EQ(guest.on_path("path_unlink_file", fd, entry.name), Errno::success) << entry.name;
      ++removed;
    }
    cookie = entries.back().next;
  }
  EXPECT_EQ(removed, 1000u);
  EXPECT_TRUE(std::filesystem::is_empty(scratch.granted() / "d"));
}

TEST_P(Listing, StartsAfreshAtZero) {
  make_directory("d");
  const u32 fd = guest.opened_directory(root, "d");
  EXPECT_EQ(list(fd, 4096).size(), 2u);
  write_file("d/new", "");
  EXPECT_EQ(list(fd, 4096).size(), 3u);
  EXPECT_EQ(guest.on_path("path_unlink_file", fd, "new"), Errno::success);
  EXPECT_EQ(list(fd, 4096).size(), 2u);
}

TEST(Limits, Descriptors) {
  Scratch scratch;
  Scratch::write_file(scratch.granted() / "file", "");
  Config config;
  config.preopens = {{scratch.granted().string(), -1, "/", false}};
  config.max_descriptors = 6;
  Guest guest(config);
  EXPECT_EQ(guest.open(3, "file"), Errno::success);
  EXPECT_EQ(guest.open(3, "file"), Errno::success);
  EXPECT_EQ(guest.open(3, "file"), Errno::mfile);
  config.max_descriptors = 3;
  EXPECT_FALSE(create(config));
}

}  // namespace
}  // namespace invar::wasi
