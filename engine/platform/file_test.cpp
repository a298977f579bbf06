#include "engine/platform/file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

namespace invar {
namespace {

std::string temporary_path(std::string_view name) {
  return testing::TempDir() + "invar_" + std::string(name) + std::to_string(getpid());
}

TEST(File, ReadsSmallAndLargeFiles) {
  const std::string path = temporary_path("file");
  for (const size_t size : {size_t{0}, size_t{1}, size_t{4096}, size_t{1} << 20}) {
    const std::string contents(size, 'x');
    std::ofstream(path, std::ios::binary) << contents;
    const auto file = read_file(path);
    ASSERT_TRUE(file) << file.error().message();
    EXPECT_EQ(as_text(*file), contents);
  }
  std::remove(path.c_str());
}

TEST(File, FailuresNameThePath) {
  const std::string missing = temporary_path("missing");
  const auto file = read_file(missing);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, ErrorCode::io_error);
  EXPECT_EQ(file.error().message(), "cannot read " + missing + ": No such file or directory");
  const auto directory = read_file(testing::TempDir());
  ASSERT_FALSE(directory);
  EXPECT_NE(directory.error().message().find("Is a directory"), std::string::npos);
}

TEST(File, ReadsPipes) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], "streamed", 8), 8);
  close(ends[1]);
  const auto file = read_file("/dev/fd/" + std::to_string(ends[0]));
  close(ends[0]);
  ASSERT_TRUE(file) << file.error().message();
  EXPECT_EQ(as_text(*file), "streamed");
}

}  // namespace
}  // namespace invar
