#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "wasi/host/directory.h"
#include "wasi/host/path.h"
#include "wasi/testing/scratch.h"

namespace invar::wasi {
namespace {

class Beneath : public testing::TestWithParam<WalkMode> {
 protected:
  Beneath() {
    std::filesystem::create_directories(scratch.granted() / "a/b/c");
    Scratch::write_file(scratch.granted() / "a/b/file", "inside");
  }
  void make_link(std::string_view target, std::string_view name) {
    std::filesystem::create_symlink(target, scratch.granted() / name);
  }
  /// 0, or why the path's status cannot be told.
  int follow(std::string_view path) const {
    const auto status = directory.status(path, true);
    return status ? 0 : status.error().code;
  }
  int keep(std::string_view path) const {
    const auto status = directory.status(path, false);
    return status ? 0 : status.error().code;
  }
  u64 secret() const {
    struct stat status{};
    if (stat((scratch.outside() / "secret").c_str(), &status) < 0) std::abort();
    return status.st_ino;
  }

  Scratch scratch;
  UniqueFd fd{open(scratch.granted().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  PathResolver resolver{GetParam()};
  Directory directory{resolver, fd.get()};
};
INSTANTIATE_FOR_WALK_MODES(Beneath);

TEST_P(Beneath, UsesTheModeThatWasAskedFor) { EXPECT_EQ(resolver.mode(), GetParam()); }

TEST_P(Beneath, FindsWhatLiesInside) {
  for (const char* path : {"a/b/file", "a//b/./file", "./a/b/../b/file", "a/b/c/../../../a/b/file", ".", "a/..", "a/.",
                           "a/", "a/b/c/", "a/b/c/../../.."}) {
    EXPECT_EQ(follow(path), 0) << path;
    EXPECT_EQ(keep(path), 0) << path;
  }
}

TEST_P(Beneath, NeverLeavesTheStart) {
  for (const char* path : {"..", "../", "../granted", "../outside/secret", "a/../..", "a/../../outside/secret",
                           "a/b/../../../granted/a", "./..", "a/b/c/../../../../outside/secret"}) {
    EXPECT_EQ(follow(path), not_capable) << path;
    EXPECT_EQ(keep(path), not_capable) << path;
  }
}

TEST_P(Beneath, TellsWhyNothingIsThere) {
  EXPECT_EQ(follow("none"), ENOENT);
  EXPECT_EQ(follow("none/file"), ENOENT);
  EXPECT_EQ(follow("none/.."), ENOENT);
  EXPECT_EQ(follow("a/b/file/x"), ENOTDIR);
  EXPECT_EQ(follow("a/b/file/.."), ENOTDIR);
  EXPECT_EQ(follow("a/b/file/"), ENOTDIR);
  EXPECT_EQ(follow("a/b/file/."), ENOTDIR);
  EXPECT_EQ(follow(std::string(300, 'x')), ENAMETOOLONG);
  EXPECT_EQ(follow(std::string(300, 'x') + "/y"), ENAMETOOLONG);
}

TEST_P(Beneath, FollowsLinksThatStayInside) {
  make_link("b/file", "a/to_file");
  make_link("a/to_file", "chain");
  make_link("../b", "a/b/up");  // a/b/up -> a/b
  make_link("a/b", "to_dir");
  make_link("./a/b/c/../../to_file", "winding");
  for (const char* path : {"a/to_file", "chain", "a/b/up/file", "to_dir/file", "to_dir/up/up/file", "winding",
                           "to_dir/", "to_dir/../to_file"}) {
    EXPECT_EQ(follow(path), 0) << path;
  }
  // Where `..` of a linked directory is: the directory's own parent.
  EXPECT_EQ(directory.status("to_dir/../to_file", true)->inode, directory.status("a/b/file", true)->inode);
  EXPECT_EQ(directory.status("chain", false)->kind, FileKind::symbolic_link);
  EXPECT_EQ(directory.status("to_dir/", false)->kind, FileKind::directory);
  EXPECT_EQ(keep("chain/"), ENOTDIR);
}

TEST_P(Beneath, FollowsNoLinkToTheOutside) {
  const std::string secret = (scratch.outside() / "secret").string();
  make_link(secret, "absolute");
  make_link(scratch.outside().string(), "absolute_dir");
  make_link("../outside/secret", "relative");
  make_link("../outside", "relative_dir");
  make_link("a/../../outside", "winding_dir");
  make_link((scratch.granted() / "a").string(), "absolute_inside");
  make_link("/", "top");
  for (const char* path :
       {"absolute", "absolute_dir/secret", "absolute_dir/", "relative", "relative_dir/secret", "relative_dir/",
        "winding_dir/secret", "absolute_inside", "absolute_inside/b", "top", "top/etc/passwd", "top/"}) {
    EXPECT_EQ(follow(path), not_capable) << path;
  }
  EXPECT_EQ(keep("absolute"), 0);
  EXPECT_EQ(keep("absolute/"), not_capable);
  EXPECT_EQ(keep("relative_dir/secret"), not_capable);
}

TEST_P(Beneath, EndsInLoops) {
  make_link("loop", "loop");
  make_link("pong", "ping");
  make_link("ping", "pong");
  make_link("a/../deep/x", "deep");
  for (const char* path : {"loop", "ping", "loop/x", "ping/x/y", "deep", "deep/x"}) {
    EXPECT_EQ(follow(path), ELOOP) << path;
  }
  EXPECT_EQ(keep("loop"), 0);
  // A chain of 40 links is followed, one of 41 is not.
  make_link("a", "l0");
  for (int i = 1; i <= 41; ++i) make_link("l" + std::to_string(i - 1), "l" + std::to_string(i));
  EXPECT_EQ(follow("l39"), 0);
  EXPECT_EQ(follow("l39/b"), 0);
  EXPECT_EQ(follow("l40"), ELOOP);
  EXPECT_EQ(follow("l40/b"), ELOOP);
}

TEST_P(Beneath, DeepPaths) {
  // As long as a path may be; each component is one descriptor while walking.
  std::string path;
  for (int i = 0; i < 200; ++i) path += "d/";
  const UniqueFd start(dup(fd.get()));
  int at = start.get();
  std::vector<UniqueFd> kept;
  for (int i = 0; i < 200; ++i) {
    ASSERT_EQ(mkdirat(at, "d", 0777), 0);
    at = openat(at, "d", O_PATH | O_DIRECTORY | O_CLOEXEC);
    kept.emplace_back(at);
  }
  kept.clear();
  EXPECT_EQ(follow(path), 0);
  std::string back;
  for (int i = 0; i < 200; ++i) back += "../";
  EXPECT_EQ(follow(path + back + "a"), 0);
  EXPECT_EQ(follow(path + back + ".."), not_capable);
}

TEST_P(Beneath, RefusesMagicLinks) {
  const UniqueFd proc(open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  ASSERT_TRUE(proc);
  const Directory process(resolver, proc.get());
  const std::string itself = "fd/" + std::to_string(fd.get());
  for (const std::string& path : {std::string("cwd"), std::string("root"), std::string("root/etc/passwd"),
                                  std::string("exe"), itself, itself + "/a", std::string("cwd/")}) {
    const auto status = process.status(path, true);
    ASSERT_FALSE(status) << path;
    EXPECT_TRUE(status.error().code == not_capable || status.error().code == ELOOP) << path << status.error().code;
    OpenOptions options;
    options.read = options.follow = true;
    EXPECT_FALSE(process.open(path, options)) << path;
    options.follow = false;
    EXPECT_FALSE(process.open(path, options)) << path;
  }
  // Ordinary files of the same file system are just files.
  EXPECT_TRUE(process.status("status", true));
}

/// Swaps names while paths that go through them are opened over and over: none may ever lead outside.
class Swapper {
 public:
  Swapper(std::filesystem::path a, std::filesystem::path b)
      : thread_([this, a = std::move(a), b = std::move(b)] {
          while (!stop_) renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE);
        }) {}
  ~Swapper() {
    stop_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

struct Tries {
  int inside = 0;
  int refused = 0;
  int outside = 0;
};

/// Many times, and then until both other outcomes were seen: the swapping thread may have to wait for a processor.
Tries open_often(const Directory& directory, std::string_view path, u64 secret) {
  Tries tries;
  OpenOptions options;
  options.read = options.follow = true;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  for (int i = 0; i < 20'000 || tries.inside == 0 || tries.refused == 0; ++i) {
    if (std::chrono::steady_clock::now() > deadline) break;
    const auto file = directory.open(path, options);
    if (!file) {
      ++tries.refused;
    } else if (status_of_file(file->fd.get())->inode == secret) {
      ++tries.outside;
    } else {
      ++tries.inside;
    }
  }
  return tries;
}

TEST_P(Beneath, DirectoryBecomesLinkMeanwhile) {
  for (const std::string& target : {scratch.outside().string(), std::string("../outside")}) {
    const std::filesystem::path swapped = scratch.granted() / "swapped";
    std::filesystem::create_directory(swapped);
    Scratch::write_file(swapped / "secret", "not this one");
    make_link(target, "link");
    {
      const Swapper swapper(swapped, scratch.granted() / "link");
      const Tries tries = open_often(directory, "swapped/secret", secret());
      EXPECT_EQ(tries.outside, 0);
      EXPECT_GT(tries.inside, 0);
      EXPECT_GT(tries.refused, 0);
    }
    std::filesystem::remove_all(swapped);
    std::filesystem::remove_all(scratch.granted() / "link");
  }
}

TEST_P(Beneath, FileBecomesLinkMeanwhile) {
  Scratch::write_file(scratch.granted() / "plain", "plain");
  make_link("../outside/secret", "link");
  const Swapper swapper(scratch.granted() / "plain", scratch.granted() / "link");
  const Tries tries = open_often(directory, "plain", secret());
  EXPECT_EQ(tries.outside, 0);
  EXPECT_GT(tries.inside, 0);
  EXPECT_GT(tries.refused, 0);
}

TEST_P(Beneath, DirectoryMovesAwayMeanwhile) {
  // `..` of a directory that is inside now and elsewhere then: outside/y/../secret would be the secret. The other one
  // is a file, so that the path through it is refused.
  std::filesystem::create_directories(scratch.granted() / "x/moving");
  Scratch::write_file(scratch.outside() / "y", "");
  Scratch::write_file(scratch.granted() / "x/secret", "not this one");
  const Swapper swapper(scratch.granted() / "x/moving", scratch.outside() / "y");
  const Tries tries = open_often(directory, "x/moving/../secret", secret());
  EXPECT_EQ(tries.outside, 0);
  EXPECT_GT(tries.inside, 0);
}

TEST(Path, Checks) {
  const auto code = [](std::string_view text) {
    const auto path = checked_path(text);
    return path ? 0 : path.error().code;
  };
  EXPECT_EQ(code("a/b"), 0);
  EXPECT_EQ(code("é中𝄞"), 0);
  EXPECT_EQ(code(""), ENOENT);
  EXPECT_EQ(code("/"), not_capable);
  EXPECT_EQ(code("/etc/passwd"), not_capable);
  EXPECT_EQ(code(std::string_view("a\0b", 3)), EINVAL);
  EXPECT_EQ(code(std::string_view("a\0", 2)), EINVAL);
  EXPECT_EQ(code("a\xFF"), EILSEQ);
  EXPECT_EQ(code("\xED\xA0\x80"), EILSEQ);  // a surrogate
  EXPECT_EQ(code("\xC0\xAF"), EILSEQ);      // an overlong slash
  EXPECT_EQ(code(std::string(max_path, 'a')), 0);
  EXPECT_EQ(code(std::string(max_path + 1, 'a')), ENAMETOOLONG);
}

TEST(Path, Splits) {
  const auto check = [](std::string_view path, std::string_view directory, std::string_view name, bool slash) {
    const SplitPath parts = split(path);
    EXPECT_EQ(parts.directory, directory) << path;
    EXPECT_EQ(parts.name, name) << path;
    EXPECT_EQ(parts.trailing_slash, slash) << path;
  };
  check("a", "", "a", false);
  check("a/", "", "a", true);
  check("a//", "", "a", true);
  check("a/b", "a/", "b", false);
  check("a//b//", "a//", "b", true);
  check("a/..", "a/", "..", false);
}

}  // namespace
}  // namespace invar::wasi
