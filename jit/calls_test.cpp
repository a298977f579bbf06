// Calls between compiled and interpreted functions, with arguments of all types in registers and on the stack.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "jit/compiler.h"
#include "jit/testing.h"

namespace invar::jit {
namespace {

/// Of the text format, with the instruction that stores them and the bytes that takes.
struct Type {
  std::string_view name, store;
  u32 bytes;
};
constexpr Type types[] = {
    {"i32", "i32.store", 4}, {"i64", "i64.store", 8},    {"f32", "f32.store", 4},
    {"f64", "f64.store", 8}, {"v128", "v128.store", 16},
};

std::string constant(const Type& type, u64 bits) {
  if (type.name == "v128") return fmt::format("(v128.const i64x2 {} {})", bits, bits * 0x9e37'79b9'7f4a'7c15u);
  if (type.name == "i32") return fmt::format("(i32.const {})", static_cast<u32>(bits));
  if (type.name == "i64") return fmt::format("(i64.const {})", bits);
  return fmt::format("({}.const {})", type.name, static_cast<u32>(bits));
}

std::string list(std::string_view what, const std::vector<Type>& of) {
  std::string out = fmt::format("({}", what);
  for (const Type& type : of) out += fmt::format(" {}", type.name);
  return out + ")";
}

/// Function 0 stores its parameters and gives some back; functions 1 to 3 call it, each in its way, and store the
/// results.
std::string random_module(std::mt19937_64& random, u32 most_params) {
  const auto some = [&](u64 count) {
    std::vector<Type> made;
    for (u64 i = 0; i < count; ++i) made.push_back(types[random() % std::size(types)]);
    return made;
  };
  const std::vector<Type> params = some(random() % (most_params + 1)), results = some(random() % 5);
  const std::string type = list("param", params) + " " + list("result", results);
  std::string text = fmt::format("(module (memory 1) (type $t (func {})) (table funcref (elem $callee))", type);
  text += "(elem declare func $callee) (func $callee (type $t)";
  u32 at = 0;
  for (u32 i = 0; i < params.size(); ++i) {
    text += fmt::format(" ({} offset={} (i32.const 0) (local.get {}))", params[i].store, at, i);
    at += params[i].bytes;
  }
  for (const Type& result : results) {
    std::string value = constant(result, random());
    const u64 start = random();
    for (u32 i = 0; i < params.size(); ++i) {
      const u64 param = (start + i) % params.size();
      if (params[param].name != result.name) continue;
      value = fmt::format("(local.get {})", param);
      break;
    }
    text += " " + value;
  }
  text += ")";
  constexpr std::string_view calls[] = {"(call $callee{})", "(call_indirect (type $t){} (i32.const 0))",
                                        "(call_ref $t{} (ref.func $callee))"};
  for (u32 way = 0; way < std::size(calls); ++way) {
    text += fmt::format(" (func (export \"{}\")", way);
    for (const Type& result : results) text += fmt::format(" (local {})", result.name);
    std::string arguments;
    for (const Type& param : params) arguments += " " + constant(param, random());
    text += " " + fmt::format(fmt::runtime(calls[way]), arguments);
    for (size_t i = results.size(); i-- > 0;) text += fmt::format(" (local.set {})", i);
    for (size_t i = 0; i < results.size(); ++i) {
      text += fmt::format(" ({} offset={} (i32.const 0) (local.get {}))", results[i].store, 20'000 + 16 * i, i);
    }
    text += ")";
  }
  return text + ")";
}

class Calls : public ::testing::TestWithParam<std::pair<unsigned, unsigned>> {};

TEST_P(Calls, PassTheirArguments) {
  const auto [first, last] = GetParam();
  std::string refused;
  const auto compiler = make_compiler({.check = true,
                                       .dump = [&](std::string_view text) { refused += text; },
                                       .inlines = false,
                                       .first_function = first,
                                       .last_function = last});
  INVAR_NEED_COMPILER(compiler != nullptr);
  std::mt19937_64 random(7);
  for (u32 round = 0; round < 60; ++round) {
    const std::string text = random_module(random, round % 10 == 9 ? 900 : round % 3 == 2 ? 60 : 12);
    TestMachine interpreted(nullptr), compiled(compiler.get());
    const Instance* const expected = interpreted.instantiate(text);
    const Instance* const got = compiled.instantiate(text);
    for (const std::string_view way : {"0", "1", "2", "0", "1", "2"}) {
      interpreted.value(expected, way);
      compiled.value(got, way);
      const auto memory = [](const Instance* instance) {
        const Memory& held = *instance->memories[0];
        return std::vector<u8>(held.base, held.base + 32'000);
      };
      ASSERT_EQ(memory(expected), memory(got)) << way << text;
    }
  }
  EXPECT_EQ(refused, "");
}

INSTANTIATE_TEST_SUITE_P(All, Calls, ::testing::Values(std::pair(0u, 3u), std::pair(0u, 0u), std::pair(1u, 3u)),
                         [](const auto& of) {
                           return fmt::format("compiled_{}_to_{}", of.param.first, of.param.second);
                         });

}  // namespace
}  // namespace invar::jit
