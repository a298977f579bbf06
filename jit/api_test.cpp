// The compiler through the public interface.
#include <gtest/gtest.h>

#include "invar/invar.h"
#include "jit/machine/machine.h"

namespace invar::api {
namespace {

constexpr std::string_view text = R"((module
  (import "host" "add" (func $add (param i32 i32) (result i32)))
  (func (export "sum") (param $n i32) (result i32) (local $sum i32)
    (loop $l
      (local.set $sum (call $add (local.get $sum) (local.get $n)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $sum))
  (func (export "divide") (param i32) (result i32) (i32.div_u (i32.const 100) (local.get 0)))))";

TEST(CompilerInterface, ComesToTheSameInAllTiers) {
  std::shared_ptr<invar::Compiler> compilers[] = {nullptr, make_compiler(), make_compiler({.effort = 0})};
  EXPECT_EQ(compilers[1] != nullptr, jit::is_supported_machine());
  for (std::shared_ptr<invar::Compiler>& compiler : compilers) {
    for (const Tiering tiering : {Tiering::eager, Tiering::lazy, Tiering::automatic}) {
      const auto engine = Engine::create({.compiler = compiler, .tiering = tiering});
      ASSERT_TRUE(engine);
      const auto module = Module::from_text(*engine, text);
      ASSERT_TRUE(module);
      Store store(*engine);
      Linker linker(store);
      ASSERT_TRUE(linker.func("host", "add", [](std::int32_t a, std::int32_t b) { return a + b; }));
      const auto instance = linker.instantiate(*module);
      ASSERT_TRUE(instance);
      EXPECT_EQ(instance->func("sum")->call<std::int32_t>(100'000).value(), 705'082'704);
      EXPECT_EQ(instance->func("divide")->call<std::int32_t>(7).value(), 14);
      const auto failed = instance->func("divide")->call<std::int32_t>(0);
      ASSERT_FALSE(failed);
      EXPECT_EQ(failed.error().trap->kind, TrapKind::integer_divide_by_zero);
      ASSERT_EQ(failed.error().trap->backtrace.size(), 1u);
    }
    compiler = nullptr;  // the engines kept it for as long as they needed it
  }
}

TEST(CompilerInterface, ModulesGoBeforeTheirEngines) {
  const auto module_of_its_own = [] {
    const auto engine = Engine::create({.compiler = make_compiler(), .tiering = Tiering::eager});
    return *Module::from_text(*engine, text);
  };
  Module module = module_of_its_own();
  module = module_of_its_own();
  const Module copy = module;
  module = module_of_its_own();
  std::vector<Module> several(3, copy);
  several.erase(several.begin());
  EXPECT_EQ(several.front().imports().size(), 1u);
}

}  // namespace
}  // namespace invar::api
