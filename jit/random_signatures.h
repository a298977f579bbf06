// For tests of calls: modules whose functions have random types, which leave in memory what they are passed.
#pragma once

#include <random>

#include "jit/testing.h"

namespace invar::jit {

/// Pieces of such modules, in the text format.
class RandomSignatures {
 public:
  struct Type {
    std::string_view name;
    u32 bytes;
  };
  using Types = std::vector<Type>;

  explicit RandomSignatures(u64 seed) : random_(seed) {}

  Types types(u64 most) {
    constexpr Type all[] = {{"i32", 4}, {"i64", 8}, {"f32", 4}, {"f64", 8}, {"v128", 16}};
    Types made(random_() % (most + 1));
    for (Type& type : made) type = all[random_() % std::size(all)];
    return made;
  }
  std::string constant(const Type& type) {
    const u64 bits = random_();
    if (type.name == "v128") return fmt::format(" (v128.const i64x2 {} {})", bits, bits * 0x9e37'79b9'7f4a'7c15u);
    if (type.name == "i64") return fmt::format(" (i64.const {})", bits);
    return fmt::format(" ({}.const {})", type.name, static_cast<u32>(bits));
  }
  /// A parameter of the type if there is one.
  std::string value(const Type& type, const Types& params) {
    const u64 start = random_();
    for (size_t i = 0; i < params.size(); ++i) {
      const u64 param = (start + i) % params.size();
      if (params[param].name == type.name) return fmt::format(" (local.get {})", param);
    }
    return constant(type);
  }

  /// Such as " (param i32 f64)".
  static std::string list(std::string_view what, const Types& of) {
    std::string out = fmt::format(" ({}", what);
    for (const Type& type : of) out += fmt::format(" {}", type.name);
    return out + ")";
  }
  static std::string store(const Type& type, u64 address, size_t local) {
    return fmt::format(" ({}.store offset={} (i32.const 0) (local.get {}))", type.name, address, local);
  }
  /// Takes what is on the stack.
  static std::string set_locals(size_t count) {
    std::string out;
    for (size_t i = count; i-- > 0;) out += fmt::format(" (local.set {})", i);
    return out;
  }

 private:
  std::mt19937_64 random_;
};

/// Makes modules that export functions, and compares what those leave in memory, compiled and interpreted.
inline void expect_same_memories(Compiler* compiler, u64 seed,
                                 std::string (*random_module)(RandomSignatures& random, u32 most_params)) {
  RandomSignatures random(seed);
  for (u32 round = 0; round < 60; ++round) {
    const std::string text = random_module(random, round % 10 == 9 ? 900 : round % 3 == 2 ? 60 : 14);
    TwoMachines machines(lazily(compiler));
    ASSERT_TRUE(machines.instantiate(text)) << text;
    for (u32 again = 0; again < 2; ++again) {
      for (const Export& way : machines.expected->module->exports) {
        machines.interpreted.value(machines.expected, way.name);
        machines.compiled.value(machines.got, way.name);
        ASSERT_TRUE(machines.memories_agree(32'000)) << way.name << text;
      }
    }
  }
}

}  // namespace invar::jit
