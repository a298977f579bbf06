// Folders for tests, and the ways of resolving paths to run them in.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "wasi/host/beneath.h"

namespace invar::wasi {

/// A temporary folder with `granted/` and, beside it, `outside/secret`.
class Scratch {
 public:
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "wasi-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    path_ = std::filesystem::canonical(name);
    std::filesystem::create_directory(granted());
    std::filesystem::create_directory(outside());
    write_file(outside() / "secret", "secret");
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path granted() const { return path_ / "granted"; }
  std::filesystem::path outside() const { return path_ / "outside"; }

  static void write_file(const std::filesystem::path& path, std::string_view text) {
    std::ofstream(path, std::ios::binary) << text;
  }
  static std::string read_file(const std::filesystem::path& path) {
    std::ostringstream out;
    out << std::ifstream(path, std::ios::binary).rdbuf();
    return out.str();
  }

 private:
  std::filesystem::path path_;
};

/// Both ways, or the one that this kernel has.
inline std::vector<WalkMode> walk_modes() {
  std::vector<WalkMode> modes{WalkMode::components};
  if (PathResolver().mode() == WalkMode::kernel) modes.push_back(WalkMode::kernel);
  return modes;
}
inline std::string name_of_mode(const testing::TestParamInfo<WalkMode>& info) {
  return info.param == WalkMode::kernel ? "kernel" : "components";
}

}  // namespace invar::wasi

/// Runs a TEST_P suite in both ways of resolving paths.
#define INSTANTIATE_FOR_WALK_MODES(suite) \
  INSTANTIATE_TEST_SUITE_P(Walk, suite, testing::ValuesIn(walk_modes()), name_of_mode)
