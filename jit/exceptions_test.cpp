// Exceptions through compiled and interpreted functions, the host's and other instances', by way of calls and tail
// calls; what is live at a call must be where the handler finds it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/runtime/exception.h"
#include "jit/mixes.h"

namespace invar::jit {
namespace {

constexpr Mix mixes[] = {{"all", 0, ~0u, false, false},
                         {"stressed", 0, ~0u, false, true},
                         {"all_without_inlining", 0, ~0u, false, false, false},
                         {"first", 0, 0, false, false},
                         {"second", 1, 1, false, false},
                         {"all_but_second", 2, ~0u, false, false},
                         {"first_three", 0, 2, false, true},
                         {"third_and_fourth", 2, 3, false, false},
                         {"tiers_up", 0, ~0u, true, false},
                         {"second_tiers_up", 1, 1, true, false}};

TrapKind throw_it(void* environment, Instance*, Slot* slots) {
  auto& store = *static_cast<Store*>(environment);
  // The tag is the exception's that was thrown last, for want of another way to know it.
  return throw_from_host(store, exception_tag(slots[0]), {slots + 1, 1});
}

/// Calls the export "inner" of its caller and passes on what that comes to.
TrapKind call_inner(void* environment, Instance* caller, Slot* slots) {
  auto& store = *static_cast<Store*>(environment);
  return call(store, *std::get<Func*>(*find_export(*caller, "inner")), {slots, 1}, {slots, 1});
}

class Exceptions : public MixTest {
 protected:
  Exceptions() {
    const FuncType throws{{type_exnref, type_i64}, {}}, calls{{type_i32}, {type_i32}};
    for (TestMachine* const machine : {&machines.interpreted, &machines.compiled}) {
      EXPECT_TRUE(machine->linker.define_function("host", "throw", throws, throw_it, &machine->store));
      EXPECT_TRUE(machine->linker.define_function("host", "call_inner", calls, call_inner, &machine->store));
    }
  }

  /// Every export that takes a number must come to the same.
  void compare(std::initializer_list<std::string_view> modules, u32 most) {
    for (const std::string_view text : modules) {
      ASSERT_TRUE(machines.instantiate(text));
      machines.interpreted.linker.define_instance("previous", *machines.expected);
      machines.compiled.linker.define_instance("previous", *machines.got);
    }
    for (const Export& exported : machines.expected->module->exports) {
      if (exported.kind != ExternKind::func || !exported.name.starts_with("run")) continue;
      for (u32 round = 0; round < 3; ++round) {
        for (u32 argument = 0; argument <= most; ++argument) {
          EXPECT_TRUE(machines.agree(exported.name, {argument})) << argument;
        }
      }
    }
  }

  TwoMachines machines{config()};
};

TEST_P(Exceptions, AreCaughtWithAllThatIsLive) {
  compare({R"((module $m
    (tag $int (param i32)) (tag $all (param i32 i64 f32 f64 v128 externref i32)) (tag $none)
    (func $first (param $x i32) (result i32)
      (if (i32.eq (local.get $x) (i32.const 1)) (then (throw $int (i32.const 41))))
      (if (i32.eq (local.get $x) (i32.const 2))
        (then (throw $all (i32.const 1) (i64.const -2) (f32.const 3.5) (f64.const -4.5) (v128.const i64x2 5 6)
          (ref.null extern) (i32.const -7))))
      (if (i32.eq (local.get $x) (i32.const 3)) (then (throw $none)))
      (if (i32.eq (local.get $x) (i32.const 4)) (then (unreachable)))
      (i32.add (local.get $x) (i32.const 10)))
    (func $second (param $x i32) (result i32) (call $first (local.get $x)))
    ;; Values of all types live across calls that may throw; both handlers see them as they are at the call.
    (func $third (param $x i32) (param $base i64) (param $f f32) (param $d f64) (param $v v128) (result i64)
      (local $i i32) (local $sum i64) (local $caught v128)
      (local.set $sum (local.get $base))
      (block $ints (result i32)
        (block $alls (result i32 i64 f32 f64 v128 externref i32)
          (try_table (catch $int $ints) (catch $all $alls)
            (local.set $i (call $second (i32.const 50)))
            (local.set $sum (i64.add (local.get $sum) (i64.const 7)))
            (local.set $f (f32.add (local.get $f) (f32.const 1)))
            (local.set $i (i32.add (local.get $i) (call $second (local.get $x))))
            (local.set $sum (i64.mul (local.get $sum) (i64.const 3)))
            (local.set $d (f64.add (local.get $d) (f64.convert_i32_s (call $second (local.get $i))))))
          (return (i64.add (local.get $sum) (i64.trunc_sat_f64_s (local.get $d)))))
        (local.set $i (i32.mul (i32.const 3)))
        (drop)
        (local.set $caught)
        (local.set $d (f64.mul (local.get $d)))
        (local.set $f (f32.mul (local.get $f)))
        (local.set $sum (i64.mul (local.get $sum)))
        (i32.add (i32.wrap_i64 (i64x2.extract_lane 1 (local.get $caught)))))
      (local.set $i (i32.add (local.get $i)))
      (i64.add
        (i64.add (local.get $sum) (i64.extend_i32_s (local.get $i)))
        (i64.add (i64.trunc_sat_f32_s (f32.mul (local.get $f) (f32.const 100)))
          (i64.add (i64.trunc_sat_f64_s (f64.mul (local.get $d) (f64.const 1000)))
            (i64x2.extract_lane 0 (i64x2.add (local.get $v) (local.get $caught)))))))
    (func (export "run") (param $x i32) (result i64)
      (call $third (local.get $x) (i64.const 1000) (f32.const 0.5) (f64.const 0.25) (v128.const i64x2 77 88)))
    (func (export "run_loop") (param $x i32) (result i64) (local $sum i64) (local $i i32)
      (local.set $i (i32.const 100))
      (loop $l
        (block $caught
          (try_table (catch_all $caught)
            (local.set $sum (i64.add (local.get $sum)
              (call $third (i32.rem_u (i32.add (local.get $i) (local.get $x)) (i32.const 4))
                (local.get $sum) (f32.const 0.5) (f64.const 0.25) (v128.const i64x2 77 88))))))
        (br_if $l (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
      (local.get $sum))))"},
          5);
}

TEST_P(Exceptions, FindTheInnermostClauseThatCatches) {
  compare({R"((module $m
    (tag $a (param i32)) (tag $b (param i32)) (tag $c)
    (func $throws (param $x i32)
      (block $1 (block $2 (block $0 (br_table $0 $1 $2 (local.get $x))) (throw $a (i32.const 1)))
        (throw $b (i32.const 2)))
      (throw $c))
    (func $one (param $x i32) (result i32)
      (block $a (result i32)
        (block $all
          (try_table (catch $a $a) (catch_all $all)
            (block $b (result i32)
              (try_table (catch $b $b) (call $throws (local.get $x)))
              (unreachable))
            (return (i32.add (i32.const 100))))
          (unreachable))
        (i32.const 300))
      (i32.add (i32.const 1000)))
    (func $two (param $x i32) (result i32)
      (block $rest
        (block $all
          (try_table (catch_all $all) (catch_all $rest) (call $throws (local.get $x)))
          (unreachable))
        (return (i32.const 7)))
      (i32.const 8))
    (func $outer (param $x i32) (result i32)
      (block $b (result i32)
        (try_table (catch $b $b)
          (block $a (result i32)
            (try_table (catch $a $a) (call $throws (local.get $x)))
            (unreachable))
          (return (i32.add (i32.const 10))))
        (unreachable))
      (i32.add (i32.const 20)))
    (func (export "run_one") (param $x i32) (result i32) (call $one (local.get $x)))
    (func (export "run_two") (param $x i32) (result i32) (call $two (local.get $x)))
    (func (export "run_outer") (param $x i32) (result i32) (call $outer (local.get $x)))
    ;; To the function's own label, a loop, and a block that nothing else leaves.
    (func (export "run_return") (param $x i32) (result i32)
      (try_table (catch $a 0) (catch $b 0) (call $throws (local.get $x)))
      (i32.const 5))
    (func (export "run_loop") (param $x i32) (result i32) (local $n i32)
      (i32.const 0)
      (loop $l (param i32)
        (local.set $n (i32.add (i32.const 1) (i32.add (local.get $n))))
        (if (i32.gt_u (local.get $n) (i32.const 1000)) (then (return (local.get $n))))
        (try_table (catch $a $l) (catch $b $l) (call $throws (local.get $x))))
      (i32.const -1))
    ;; Nothing in there throws.
    (func (export "run_nothing") (param $x i32) (result i32)
      (block $h (result i32)
        (try_table (catch $a $h) (local.set $x (i32.add (local.get $x) (i32.const 1))))
        (return (local.get $x)))
      (i32.add (local.get $x)))))"},
          2);
}

TEST_P(Exceptions, AreHeldRethrownAndDelegated) {
  compare({R"((module $m
    (import "host" "throw" (func $host_throw (param exnref i64)))
    (tag $e (param i64))
    (tag $box (param i32 exnref))
    (global $kept (mut exnref) (ref.null exn))
    (func $make (param $n i64) (result exnref)
      (block $h (result exnref)
        (try_table (catch_all_ref $h) (throw $e (local.get $n)))
        (unreachable)))
    (func $open (param $r exnref) (result i64)
      (block $h (result i64)
        (try_table (catch $e $h) (throw_ref (local.get $r)))
        (unreachable)))
    (func $nested (param $n i32) (result i64) (local $r exnref) (local $i i32)
      (local.set $r (call $make (i64.const 1000)))
      (loop $l
        (local.set $r
          (block $h (result exnref)
            (try_table (catch_all_ref $h) (throw $box (local.get $i) (local.get $r)))
            (unreachable)))
        (global.set $kept (call $make (i64.extend_i32_u (local.get $i))))
        (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
      (loop $l (result i64)
        (block $inner (result i64 exnref)
          (block $box (result i32 exnref)
            (try_table (catch_ref $e $inner) (catch $box $box) (throw_ref (local.get $r)))
            (unreachable))
          (local.set $r)
          (drop)
          (br $l))
        (i64.add (call $open)))
      (i64.add (call $open (global.get $kept))))
    (func (export "run_nested") (param $n i32) (result i64) (call $nested (local.get $n)))
    (func (export "run_host") (param $n i32) (result i64) (local $i i32)
      (block $h (result i64)
        (local.set $i (i32.mul (local.get $n) (i32.const 3)))
        (try_table (catch $e $h)
          (call $host_throw (call $make (i64.const 5)) (i64.extend_i32_u (i32.mul (local.get $n) (local.get $n)))))
        (unreachable))
      (i64.add (i64.extend_i32_u (local.get $i))))
    (func (export "run_null") (param $n i32) (throw_ref (ref.null exn)))
    (func (export "run_uncaught") (param $n i32) (throw $e (i64.extend_i32_u (local.get $n))))
    (func $thrower (param $n i32) (result i64)
      (if (local.get $n) (then (throw $e (i64.extend_i32_u (local.get $n)))))
      (i64.const 3))
    (func (export "run_legacy") (param $n i32) (result i64) (local $i i32)
      (try (result i64)
        (do
          (try (result i64)
            (do (local.set $i (i32.const 2)) (call $thrower (local.get $n)))
            (catch $e
              (local.set $i (i32.add (local.get $i) (i32.const 5)))
              (drop (call $make))
              (drop (call $make (i64.const 2)))
              (rethrow 0))
            (catch_all (i64.const 9))))
        (catch $box (drop) (drop) (i64.const 4))
        (catch $e (i64.mul (i64.extend_i32_u (local.get $i))))))
    (func (export "run_delegate") (param $n i32) (result i64) (local $i i32)
      (try $outer (result i64)
        (do
          (local.set $i (i32.const 1))
          (try (result i64)
            (do
              (try (result i64)
                (do (local.set $i (i32.add (local.get $i) (local.get $n))) (call $thrower (local.get $n)))
                (delegate $outer)))
            (catch_all (i64.const 77))))
        (catch_all (i64.extend_i32_u (local.get $i)))))
    (func (export "run_delegate_out") (param $n i32) (result i64)
      (block $b (result i64)
        (try (result i64)
          (do (try (result i64) (do (call $thrower (local.get $n))) (delegate 2)))
          (catch_all (i64.const 78)))))
    ;; A loop in a handler, long enough to be entered, that needs the exception behind it.
    (func (export "run_loop_in_handler") (param $n i32) (result i64) (local $i i32) (local $sum i64)
      (try (result i64)
        (do
          (try (result i64)
            (do (call $thrower (i32.add (local.get $n) (i32.const 1))))
            (catch $e
              (local.set $sum)
              (local.set $i (i32.const 300))
              (loop $l
                (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_u (local.get $i))))
                (br_if $l (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
              (rethrow 0))))
        (catch $e (i64.add (local.get $sum)))))))"},
          6);
}

TEST_P(Exceptions, GoThroughEverythingBetween) {
  compare({R"((module $thrower
    (import "host" "call_inner" (func $call_inner (param i32) (result i32)))
    (tag $e (export "e") (param i32 i64)) (tag $other (export "other"))
    (type $many (func (param i32 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64) (result i32)))
    (type $few (func (param i32) (result i32)))
    (memory 1)
    (global $own (mut i32) (i32.const 500))
    (table funcref (elem $throws $tail))
    (func $throws (export "throws") (param $n i32) (result i32)
      (if (i32.eqz (local.get $n)) (then (throw $e (i32.const 3) (i64.const 4))))
      (if (i32.eq (local.get $n) (i32.const 1)) (then (throw $other)))
      (i32.add (local.get $n) (global.get $own)))
    (func $tail (export "tail") (param $n i32) (result i32)
      (return_call $many (local.get $n) (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4) (i64.const 5)
        (i64.const 6) (i64.const 7) (i64.const 8) (i64.const 9) (i64.const 10) (i64.const 11) (i64.const 12)))
    (func $many (export "many") (type $many)
      (return_call_indirect (type $few)
        (select (i32.const 0) (local.get 0) (i64.eq (i64.add (local.get 11) (local.get 12)) (i64.const 1)))
        (i32.const 0)))
    (func (export "inner") (param $n i32) (result i32) (return_call $tail (local.get $n)))
    (func (export "by_host") (param $n i32) (result i32) (call $call_inner (local.get $n)))
    (func $deep (export "deep") (param $n i32) (param $depth i32) (result i32)
      (if (result i32) (local.get $depth)
        (then (i32.add (i32.const 1) (call $deep (local.get $n) (i32.sub (local.get $depth) (i32.const 1)))))
        (else (call $throws (local.get $n))))))
  )",
           R"((module $catcher
    (import "previous" "e" (tag $e (param i32 i64)))
    (import "previous" "throws" (func $throws (param i32) (result i32)))
    (import "previous" "tail" (func $tail (param i32) (result i32)))
    (import "previous" "by_host" (func $by_host (param i32) (result i32)))
    (import "previous" "many"
      (func $many (param i32 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64) (result i32)))
    (type $few (func (param i32) (result i32)))
    (memory 1)
    (table funcref (elem $throws $tail $by_host $own $leaves))
    (global $count (mut i32) (i32.const 0))
    (func $own (param $n i32) (result i32)
      (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
      (return_call $throws (local.get $n)))
    (func $leaves (param $n i32) (result i32) (return_call $own (local.get $n)))
    ;; Its memory, its globals and its stack must be its own again.
    (func $catches (param $n i32) (param $way i32) (result i32) (local $a i32)
      (local.set $a (i32.mul (local.get $n) (i32.const 100)))
      (block $h (result i32 i64)
        (block $rest
          (try_table (catch $e $h) (catch_all $rest)
            (local.set $a (i32.add (local.get $a)
              (call $many (local.get $n) (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4) (i64.const 5)
                (i64.const 6) (i64.const 7) (i64.const 8) (i64.const 9) (i64.const 10) (i64.const 11) (i64.const 12))))
            (local.set $a (i32.add (local.get $a)
              (call_indirect (type $few) (local.get $n) (local.get $way)))))
          (return (local.get $a)))
        (global.set $count (i32.add (global.get $count) (i32.const 1)))
        (return (i32.add (global.get $count) (i32.load (i32.const 0)))))
      (i32.wrap_i64)
      (i32.add)
      (i32.store (i32.const 4) (i32.add (i32.load (i32.const 4)) (i32.const 1)))
      (i32.add (local.get $a))
      (i32.add (i32.load (i32.const 4))))
    (func (export "run") (param $n i32) (result i32) (local $way i32) (local $sum i32)
      (loop $l
        (local.set $sum (i32.add (i32.mul (local.get $sum) (i32.const 31))
          (call $catches (local.get $n) (local.get $way))))
        (br_if $l (i32.lt_u (local.tee $way (i32.add (local.get $way) (i32.const 1))) (i32.const 5))))
      (local.get $sum))
    (func (export "run_uncaught") (param $n i32) (result i32) (call_indirect (type $few) (i32.const 1) (local.get $n)))
    (func (export "run_uncaught_too") (param $n i32) (result i32)
      (call_indirect (type $few) (i32.const 0) (local.get $n)))))"},
          4);
}

TEST_P(Exceptions, LeaveDeepStacks) {
  compare({R"((module
    (tag $e (param i64))
    (func $deep (param $n i32) (param $a i64) (param $b i64) (param $c i64) (param $d i64) (param $f i64) (param $g i64)
                (param $h i64) (param $i i64) (param $j i64) (result i64)
      (if (i32.eqz (local.get $n)) (then (throw $e (i64.add (local.get $a) (local.get $j)))))
      (i64.add (local.get $a)
        (call $other (i32.sub (local.get $n) (i32.const 1)) (i64.add (local.get $a) (i64.const 1)) (local.get $c)
          (local.get $b) (local.get $d) (local.get $f) (local.get $g) (local.get $h) (local.get $i) (local.get $j))))
    (func $other (param $n i32) (param $a i64) (param $b i64) (param $c i64) (param $d i64) (param $f i64) (param $g i64)
                (param $h i64) (param $i i64) (param $j i64) (result i64)
      (if (i32.eqz (local.get $n)) (then (throw $e (i64.sub (local.get $a) (local.get $j)))))
      (i64.add (local.get $a)
        (call $deep (i32.sub (local.get $n) (i32.const 1)) (i64.add (local.get $a) (i64.const 1)) (local.get $c)
          (local.get $b) (local.get $d) (local.get $f) (local.get $g) (local.get $h) (local.get $i) (local.get $j))))
    (func $catch (param $n i32) (result i64)
      (block $h (result i64)
        (try_table (catch $e $h)
          (drop (call $deep (local.get $n) (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4) (i64.const 5)
            (i64.const 6) (i64.const 7) (i64.const 8) (i64.const 9))))
        (i64.const 0)))
    ;; Twice as often as the stack is deep: nothing stays behind.
    (func (export "run") (param $n i32) (result i64) (local $i i32) (local $sum i64)
      (local.set $i (i32.const 300))
      (loop $l
        (local.set $sum (i64.add (local.get $sum) (call $catch (i32.add (local.get $n) (i32.const 500)))))
        (br_if $l (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
      (local.get $sum))))"},
          1);
}

INSTANTIATE_TEST_SUITE_P(All, Exceptions, ::testing::ValuesIn(mixes), name_of_mix);

TEST(ExceptionLimits, ArgumentsNeedRoom) {
  const TestCompiler compiler;
  INVAR_NEED_COMPILER(compiler);
  EngineConfig config;
  config.compiler = compiler.get();
  TestMachine machine(config, {.max_guarded_memories = 16, .max_heap_bytes = 1 << 20, .max_stack_bytes = 64 << 10});
  std::string params, values;
  for (u32 i = 0; i < 1000; ++i) params += " v128", values += " (v128.const i64x2 1 2)";
  const Instance* const instance = machine.instantiate(fmt::format(R"((module
    (tag $large (param{}))
    (tag $e (param i32 exnref))
    (func $throws {})
    (func $deep (param $n i32) (result i32)
      (if (local.get $n)
        (then (return (i32.add (i32.const 1) (call $deep (i32.sub (local.get $n) (i32.const 1)))))))
      (block $all (try_table (catch_all $all) (call $throws)))
      (i32.const 1))
    (func (export "deep") (param i32) (result i32) (call $deep (local.get 0)))
    ;; To throw for ever takes no memory, to hold for ever is a trap.
    (func (export "hold") (param $n i32) (result i32) (local $r exnref)
      (loop $l
        (block $h (result exnref)
          (try_table (catch_all_ref $h) (throw $e (local.get $n) (local.get $r)))
          (unreachable))
        (if (param exnref) (i32.and (local.get $n) (i32.const 1)) (then (local.set $r)) (else (drop)))
        (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 2)))))
      (i32.const 7))))",
                                                                   params, "(throw $large" + values + ")"));
  EXPECT_EQ(machine.outcome(instance, "deep", {3}), "4");
  EXPECT_TRUE(machine.outcome(instance, "deep", {100'000}).starts_with("call stack exhausted"));
  EXPECT_EQ(machine.outcome(instance, "hold", {200'000}), "7");
  EXPECT_TRUE(machine.outcome(instance, "hold", {200'001}).starts_with("out of memory"));
  EXPECT_EQ(machine.outcome(instance, "deep", {4}), "5");
}

}  // namespace
}  // namespace invar::jit
