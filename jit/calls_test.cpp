// Calls between compiled and interpreted functions, with arguments of all types in registers and on the stack.
#include "jit/mixes.h"
#include "jit/random_signatures.h"

namespace invar::jit {
namespace {

/// Function 0 stores its parameters and gives some back; functions 1 to 3 call it, each in its way, and store the
/// results.
std::string random_module(RandomSignatures& random, u32 most_params) {
  const auto params = random.types(most_params), results = random.types(4);
  std::string text =
      fmt::format("(module (memory 1) (type $t (func{}{})) (table funcref (elem $callee)) (elem declare func $callee)",
                  random.list("param", params), random.list("result", results));
  text += " (func $callee (type $t)";
  u32 at = 0;
  for (size_t i = 0; i < params.size(); at += params[i++].bytes) text += random.store(params[i], at, i);
  for (const auto& result : results) text += random.value(result, params);
  text += ")";
  constexpr std::string_view calls[] = {"(call $callee{})", "(call_indirect (type $t){} (i32.const 0))",
                                        "(call_ref $t{} (ref.func $callee))"};
  for (u32 way = 0; way < std::size(calls); ++way) {
    std::string arguments;
    for (const auto& param : params) arguments += random.constant(param);
    text += fmt::format(" (func (export \"{}\"){} {}{}", way, random.list("local", results),
                        fmt::format(fmt::runtime(calls[way]), arguments), random.set_locals(results.size()));
    for (size_t i = 0; i < results.size(); ++i) text += random.store(results[i], 20'000 + 16 * i, i);
    text += ")";
  }
  return text + ")";
}

class Calls : public MixTest {};

TEST_P(Calls, PassTheirArguments) { expect_same_memories(compiler.get(), 7, random_module); }

constexpr Mix mixes[] = {{.name = "compiled_0_to_3", .first = 0, .last = 3, .inlines = false},
                         {.name = "compiled_0_to_0", .first = 0, .last = 0, .inlines = false},
                         {.name = "compiled_1_to_3", .first = 1, .last = 3, .inlines = false}};

INSTANTIATE_TEST_SUITE_P(All, Calls, ::testing::ValuesIn(mixes), name_of_mix);

}  // namespace
}  // namespace invar::jit
