// Small functions that become part of their callers: results, traps with their backtraces, and fuel as in the
// interpreter.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "jit/testing.h"

namespace invar::jit {
namespace {

constexpr std::string_view program = R"((module
  (memory 1)
  (table 4 funcref)
  (elem (i32.const 0) $divide $twice)
  (type $binary (func (param i32 i32) (result i32)))
  (global $count (mut i32) (i32.const 0))
  (func $divide (type $binary) (i32.div_s (local.get 0) (local.get 1)))
  (func $twice (type $binary) (i32.add (call $divide (local.get 0) (local.get 1)) (call $divide (local.get 1) (local.get 0))))
  (func $read (param i32) (result i32) (i32.load offset=65500 (local.get 0)))
  (func $write (param i32 i32) (i32.store (local.get 0) (local.get 1)))
  (func $early (param $x i32) (result i32)
    (if (i32.lt_u (local.get $x) (i32.const 10)) (then (return (i32.const 7))))
    (block $out (br_if 1 (local.get $x) (i32.and (local.get $x) (i32.const 1))) (drop))
    (i32.sub (local.get $x) (call $read (local.get $x))))
  (func $pair (param i32) (result i32 i64) (local i64)
    (local.set 1 (i64.extend_i32_u (local.get 0)))
    (i32.add (local.get 0) (i32.const 1)) (i64.mul (local.get 1) (local.get 1)))
  (func $loops (param $n i32) (result i32) (local $sum i32)
    (loop $more
      (local.set $sum (i32.add (local.get $sum) (call $early (local.get $n))))
      (br_if $more (local.tee $n (i32.shr_u (local.get $n) (i32.const 1)))))
    (local.get $sum))
  (func $forever (param i32) (loop $more (br_if $more (local.get 0)) (br $more)))
  (func $stops (param i32) (if (local.get 0) (then (unreachable))))
  (func $effects (param i32) (global.set $count (i32.add (global.get $count) (local.get 0))))

  (func $fibonacci (export "fibonacci") (param $n i32) (result i32)
    (if (result i32) (i32.lt_u (local.get $n) (i32.const 2))
      (then (local.get $n))
      (else (i32.add (call $fibonacci (i32.sub (local.get $n) (i32.const 1)))
                     (call $fibonacci (i32.sub (local.get $n) (i32.const 2)))))))
  (func $even (export "even") (param i32) (result i32)
    (if (result i32) (local.get 0) (then (call $odd (i32.sub (local.get 0) (i32.const 1)))) (else (i32.const 1))))
  (func $odd (export "odd") (param i32) (result i32)
    (if (result i32) (local.get 0) (then (call $even (i32.sub (local.get 0) (i32.const 1)))) (else (i32.const 0))))
  (func (export "divides") (param i32) (result i32)
    (i32.add (call $twice (local.get 0) (i32.const 3)) (call $divide (i32.const 100) (i32.sub (local.get 0) (i32.const 5)))))
  (func (export "reads") (param i32) (result i32) (i32.add (call $early (local.get 0)) (call $read (local.get 0))))
  (func (export "pairs") (param i32) (result i32) (local i64)
    (call $pair (local.get 0)) (local.set 1) (i32.add (i32.wrap_i64 (local.get 1))))
  (func (export "loops") (param i32) (result i32) (local $i i32)
    (loop $more
      (call $write (local.get $i) (call $loops (i32.add (local.get 0) (local.get $i))))
      (call $effects (local.get $i))
      (br_if $more (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 4))) (i32.const 200))))
    (i32.add (global.get $count) (i32.load (local.get 0))))
  (func (export "indirect") (param i32) (result i32)
    (call_indirect (type $binary) (i32.const 9) (local.get 0) (i32.and (local.get 0) (i32.const 3))))
  (func (export "stops") (param i32) (result i32) (call $stops (i32.and (local.get 0) (i32.const 4))) (local.get 0))
  (func (export "goes_on_nowhere") (param i32) (result i32)
    (if (i32.eq (local.get 0) (i32.const 12345)) (then (call $forever (local.get 0))))
    (i32.add (call $early (local.get 0)) (call $early (i32.const 3))))
))";

constexpr std::string_view exports[] = {"fibonacci", "even",  "odd",      "divides", "reads",
                                        "pairs",     "loops", "indirect", "stops",   "goes_on_nowhere"};

class Inlining : public ::testing::TestWithParam<bool> {};

TEST_P(Inlining, ShowsInNothing) {
  const TestCompiler compiler;
  INVAR_NEED_COMPILER(compiler);
  EngineConfig config;
  config.fuel = GetParam();
  config.compiler = compiler.get();
  TwoMachines machines(config);
  ASSERT_TRUE(machines.instantiate(program));
  for (const std::string_view name : exports) {
    for (const u32 argument : {0u, 1u, 2u, 3u, 5u, 7u, 12u, 20u, 40u, 63u, 70'000u}) {
      if (argument > 20 && name == "fibonacci") continue;
      if (argument > 100 && (name == "even" || name == "odd")) continue;
      ASSERT_EQ(outcome_with_fuel(machines.compiled.store, machines.got, name, {argument}, 100'000),
                outcome_with_fuel(machines.interpreted.store, machines.expected, name, {argument}, 100'000))
          << name << ' ' << argument;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, Inlining, ::testing::Bool(), [](const auto& of) { return of.param ? "fuel" : "plain"; });

TEST(InlinedFunctions, LeaveNoCall) {
  std::string told;
  const auto compiler = make_compiler({.dump_ir = true, .dump = [&](std::string_view text) { told += text; }});
  INVAR_NEED_COMPILER(compiler != nullptr);
  TestMachine machine(lazily(compiler.get()));
  const Instance* const instance = machine.instantiate(program);
  EXPECT_EQ(machine.value(instance, "pairs", {6}), 6u + 1u + 36u);
  EXPECT_EQ(told.find("call"), std::string::npos) << told;
}

}  // namespace
}  // namespace invar::jit
