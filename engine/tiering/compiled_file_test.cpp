#include "engine/tiering/compiled_file.h"

#include <gtest/gtest.h>

#include "engine/platform/virtual_memory.h"
#include "engine/tiering/section_file.h"

namespace invar {
namespace {

constexpr u8 module_bytes[] = {0, 'a', 's', 'm', 1, 0, 0, 0};

std::vector<u8> sample() {
  const auto write = [](u8* code) {
    for (size_t i = 0; i < 300; ++i) code[i] = static_cast<u8>(i);
  };
  return write_compiled_file("build=1 cpu=x,y fuel=no", module_bytes, {300, write});
}

TEST(CompiledFile, GivesBackWhatItWasMadeOf) {
  const std::vector<u8> file = sample();
  ASSERT_TRUE(is_compiled_file(file));
  const auto read = read_compiled_file({file, nullptr});
  ASSERT_TRUE(read);
  EXPECT_EQ(read->key, "build=1 cpu=x,y fuel=no");
  EXPECT_TRUE(std::ranges::equal(read->module, module_bytes));
  ASSERT_EQ(read->code.size(), 300u);
  EXPECT_EQ(read->code[299], static_cast<u8>(299));
  EXPECT_EQ(static_cast<u64>(read->code.data() - file.data()) % platform::page_size(), 0u);
}

TEST(CompiledFile, IsRefusedWhereverABitIsWrong) {
  std::vector<u8> file = sample();
  for (size_t i = 0; i < file.size(); ++i) {
    for (const u8 bits : {u8{0x01}, u8{0x80}, u8{0xff}}) {
      file[i] ^= bits;
      EXPECT_FALSE(read_compiled_file({file, nullptr})) << "byte " << i;
      file[i] ^= bits;
    }
  }
  ASSERT_TRUE(read_compiled_file({file, nullptr}));
}

TEST(CompiledFile, IsRefusedAtAnyOtherLength) {
  const std::vector<u8> file = sample();
  for (size_t size = 0; size < file.size(); ++size) {
    EXPECT_FALSE(read_compiled_file({std::span{file}.first(size), nullptr})) << size;
  }
  std::vector<u8> longer = file;
  longer.push_back(0);
  EXPECT_FALSE(read_compiled_file({longer, nullptr}));
}

TEST(SectionFile, StaysWithinItsBytesWhateverTheySay) {
  SectionWriter writer;
  const std::vector<u8> contents(24, 3);
  writer.add(section_tag("one "), contents);
  writer.add(section_tag("two "), contents, 64);
  std::vector<u8> bytes(writer.size());
  writer.write(bytes.data());
  const auto is_inside = [&](std::span<const u8> found) {
    return found.data() >= bytes.data() && found.data() + found.size() <= bytes.data() + bytes.size();
  };
  for (size_t i = 0; i < 56; ++i) {
    for (u32 value = 0; value < 256; ++value) {
      const u8 before = bytes[i];
      bytes[i] = static_cast<u8>(value);
      if (const auto reader = SectionReader::read(bytes)) {
        for (const u32 tag : {section_tag("one "), section_tag("two ")}) {
          if (const auto found = reader->find(tag)) EXPECT_TRUE(is_inside(*found)) << i << " " << value;
        }
        if (const auto array = reader->find_array<u64>(section_tag("one "))) {
          EXPECT_TRUE(is_inside({reinterpret_cast<const u8*>(array->data()), array->size_bytes()}));
        }
      }
      bytes[i] = before;
    }
  }
}

TEST(ExplainMismatch, NamesTheFirstDifference) {
  EXPECT_EQ(explain_mismatch("build=1 fuel=no", "build=1 fuel=no"), "");
  EXPECT_EQ(explain_mismatch("build=1 fuel=no", "build=1 fuel=yes"), "compiled with fuel=no, but here it is fuel=yes");
  EXPECT_EQ(explain_mismatch("build=1 other=2", "build=1"), "compiled with other=2");
  EXPECT_EQ(explain_mismatch("effort=0", "effort=1"), "");  // any effort's code is right
  EXPECT_EQ(explain_mismatch("cpu=x,a", "cpu=x,a,b"), "");
  EXPECT_EQ(explain_mismatch("cpu=x,a,b", "cpu=x,a"), "compiled with cpu=x,a,b, but here it is cpu=x,a");
  EXPECT_EQ(explain_mismatch("cpu=y", "cpu=x,a"), "compiled with cpu=y, but here it is cpu=x,a");
}

}  // namespace
}  // namespace invar
