// Functions so large that branches and constants behind the code are far away (of what a machine's shortest forms reach
// there is more than one size), or that loops are nested deeply.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "jit/testing.h"

namespace invar::jit {
namespace {

/// Branches of all kinds to the end, traps, a br_table and constants, in between `parts` parts of about 100 bytes of
/// machine code.
std::string module_of(u32 parts) {
  std::string text =
      "(module (memory 1) (func (export \"f\") (param i32 i64) (result i64) (local f64 v128)"
      "(block $out (block $two (block $one (block $zero"
      "(br_table $zero $one $two $out (i32.and (local.get 0) (i32.const 3))))";
  for (u32 i = 0; i < parts; ++i) {
    text += fmt::format("(br_if $out (i64.lt_s (local.get 1) (i64.const 0)))");
    text += fmt::format("(br_if $two (i32.and (local.get 0) (i32.const {})))", 1u << (8 + i % 24));
    text += fmt::format("(br_if $one (i64.eq (local.get 1) (i64.const {})))", 0x1234'5678'9abc + u64{i});
    text += fmt::format("(local.set 2 (f64.add (local.get 2) (f64.const {}.37)))", i);
    text += fmt::format("(local.set 3 (v128.xor (local.get 3) (v128.const i64x2 {} {})))",
                        0x9e37'79b9'7f4a'7c15 * (i + 1), i);
    text += "(local.set 1 (i64.add (local.get 1) (i64.extend_i32_u (i32.div_u (i32.const 1000) (local.get 0)))))";
    text += fmt::format("(i64.store offset={} (i32.and (local.get 0) (i32.const 255)) (local.get 1))", i % 5000);
  }
  text +=
      ") (local.set 1 (i64.add (local.get 1) (i64.const 1))))"
      "(local.set 1 (i64.add (local.get 1) (i64.trunc_sat_f64_s (local.get 2)))))"
      "(i64.xor (local.get 1) (i64x2.extract_lane 0 (local.get 3)))))";
  return text;
}

class FarWays : public ::testing::TestWithParam<u32> {};

TEST_P(FarWays, AreCompiled) {
  const TestCompiler compiler({.check = false});
  INVAR_NEED_COMPILER(compiler);
  TwoMachines machines(lazily(compiler.get()));
  ASSERT_TRUE(machines.instantiate(module_of(GetParam())));
  const u64 numbers[] = {0, 1, 0x1234'5678'9abc, ~u64{0}, u64{1} << 62};
  // The first traps on its division; the third and fourth leave by a bit.
  for (const u32 first : {0u, 4u, 0x104u, 0x8000'0004u, 1u, 2u, 3u, 64u}) {
    for (const u64 second : numbers) EXPECT_TRUE(machines.agree("f", {first, second})) << first << ' ' << second;
  }
}

/// Whatever looks from each loop into those in it takes minutes for this.
TEST(LargeFunctions, MayBeDeepNestsOfLoops) {
  const TestCompiler compiler({.check = false});
  INVAR_NEED_COMPILER(compiler);
  std::string text = "(module (func (export \"f\") (param i32) ";
  constexpr u32 depth = 100'000;
  for (u32 i = 0; i < depth; ++i) text += "loop ";
  for (u32 i = 0; i < depth; ++i) text += "(br_if 0 (local.get 0)) end ";
  TwoMachines machines(lazily(compiler.get()));
  ASSERT_TRUE(machines.instantiate(text + "))"));
  EXPECT_TRUE(machines.agree("f", {0}));
}

INSTANTIATE_TEST_SUITE_P(Parts, FarWays, ::testing::Values(20u, 400u, 12'000u),
                         [](const auto& of) { return std::to_string(of.param); });

}  // namespace
}  // namespace invar::jit
