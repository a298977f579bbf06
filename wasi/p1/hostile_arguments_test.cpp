// Every function with every kind of argument that no program would pass: nothing but an answer may come of it.
#include <random>

#include "wasi/testing/guest.h"

namespace invar::wasi {
namespace {

using HostileArguments = GuestTest;
INSTANTIATE_FOR_WALK_MODES(HostileArguments);

TEST_P(HostileArguments, AreAnswered) {
  make_directory("a");
  write_file("file", "text");
  make_link("..", "a/up");
  make_link("/", "top");
  Config reading = config();
  reading.preopens = {{scratch.granted().string(), -1, "/", true}, {scratch.outside().string(), -1, "/x", true}};
  reading.clocks.virtual_time = VirtualTime{};  // nothing takes long
  reading.random.seed = 1;
  reading.args = {"program", "argument"};
  reading.env = {{"NAME", "value"}};

  std::mt19937_64 random(2024);
  const auto pick = [&](const auto& choices) { return choices[random() % std::size(choices)]; };
  for (const Version version : {Version::snapshot, Version::unstable}) {
    constexpr u64 size = 1 << 16;
    constexpr std::string_view pieces[] = {"/", "..", ".", "a", "file", "up", "top", std::string_view("\0", 1), "\xFF"};
    const auto argument = [&]() -> u64 {
      const u64 edges[] = {0,
                           1,
                           2,
                           3,
                           4,
                           5,
                           6,
                           8,
                           64,
                           100,
                           1000,
                           size - 64,
                           size - 8,
                           size - 1,
                           size,
                           size + 1,
                           0x7FFF'FFFF,
                           0x8000'0000,
                           0xFFFF'FFF8,
                           0xFFFF'FFFF,
                           random() % size,
                           random(),
                           random() % 32};
      return pick(edges);
    };
    for (int round = 0; round < 400; ++round) {
      Guest hostile(reading, version, size);  // with all its descriptors open
      // Memory that holds paths here and there, small numbers elsewhere, and at times anything.
      for (u32 at = 0; at < size; ++at) *hostile.at(at) = static_cast<u8>(random() % (round % 2 == 0 ? 4 : 256));
      for (u32 at = 0; at + 64 < size / 2; at += 64) {
        u32 place = at;
        for (int i = 0; i < 5; ++i) {
          const std::string_view piece = pick(pieces);
          std::memcpy(hostile.at(place), piece.data(), piece.size());
          place += static_cast<u32>(piece.size());
        }
      }
      for (const Function& function : functions()) {
        std::vector<Slot> slots;
        for (const ValType type : function.type.params) {
          slots.push_back(type == type_i32 ? static_cast<u32>(argument()) : argument());
        }
        slots.resize(slots.size() + 1);
        Call call{hostile.context(), {hostile.at(0), size}, version};
        function.invoke(call, slots.data());
        if (!function.type.results.empty()) {
          ASSERT_LE(slots[0], static_cast<u16>(Errno::notcapable)) << function.name;
        }
      }
    }
  }
  EXPECT_EQ(read_file("file"), "text");
  EXPECT_EQ(Scratch::read_file(scratch.outside() / "secret"), "secret");
}

}  // namespace
}  // namespace invar::wasi
