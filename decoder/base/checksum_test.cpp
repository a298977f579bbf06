#include "decoder/base/checksum.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace invar {
namespace {

TEST(Checksum, EveryBitCounts) {
  for (const size_t size : {1u, 7u, 8u, 63u, 64u, 65u, 200u}) {
    std::vector<u8> bytes(size, 0x5a);
    std::set<std::string> seen = {to_string(checksum(bytes))};
    for (size_t bit = 0; bit < 8 * size; ++bit) {
      bytes[bit / 8] ^= static_cast<u8>(1u << bit % 8);
      EXPECT_TRUE(seen.insert(to_string(checksum(bytes))).second) << size << " bytes, bit " << bit;
      bytes[bit / 8] ^= static_cast<u8>(1u << bit % 8);
    }
  }
}

TEST(Checksum, LengthCounts) {
  std::set<Checksum, decltype([](const Checksum& a, const Checksum& b) { return to_string(a) < to_string(b); })> seen;
  for (size_t size = 0; size < 300; ++size) EXPECT_TRUE(seen.insert(checksum(std::vector<u8>(size))).second) << size;
}

TEST(Checksum, IsTheSameEverywhere) {
  std::vector<u8> bytes(1000);
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<u8>(i * i);
  EXPECT_EQ(to_string(checksum(bytes)), "de5e84cd458248f255e5c176fa8ba43a");
}

TEST(Checksum, SwappedWordsAreSeen) {
  std::vector<u8> bytes(256);
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<u8>(i);
  const Checksum before = checksum(bytes);
  for (size_t a = 0; a < bytes.size(); a += 8) {
    for (size_t b = a + 8; b < bytes.size(); b += 8) {
      std::vector<u8> swapped = bytes;
      std::swap_ranges(swapped.begin() + static_cast<std::ptrdiff_t>(a),
                       swapped.begin() + static_cast<std::ptrdiff_t>(a) + 8,
                       swapped.begin() + static_cast<std::ptrdiff_t>(b));
      EXPECT_FALSE(checksum(swapped) == before) << a << " " << b;
    }
  }
}

}  // namespace
}  // namespace invar
