// Continuations where scripts do not look: frames that come back at another place, collections while they are away,
// exceptions and instances between them.
#include "engine/interp/continuation.h"

#include "engine/runtime/reference.h"
#include "engine/runtime/testing.h"

namespace invar {
namespace {

EngineConfig with_continuations(bool stress) {
  EngineConfig config;
  config.stress_collection = stress;
  config.features.set(Feature::stack_switching);
  return config;
}

class ContinuationTest : public RuntimeTest {
 protected:
  explicit ContinuationTest(bool stress = false, const StoreLimits& limits = {.max_guarded_memories = 16})
      : RuntimeTest(with_continuations(stress), limits) {}
};

class StressedContinuationTest : public ContinuationTest {
 protected:
  StressedContinuationTest() : ContinuationTest(true) {}
};

// A computation that yields from `depth` calls down, kept in a global and resumed from other depths.
constexpr std::string_view yielding = R"((module
  (type $f (func (param i32) (result i64))) (type $k (cont $f))
  (type $r (func (param i64) (result i64))) (type $kr (cont $r))
  (tag $yield (param i64) (result i64))
  (tag $stop (param i64))
  (type $box (struct (field i64)))
  (global $kept (mut (ref null $kr)) (ref.null $kr))
  (elem declare func $work)
  ;; Each level keeps an object and a number over the suspension.
  (func $down (param $depth i32) (result i64)
    (local $box (ref $box))
    (local.set $box (struct.new $box (i64.extend_i32_u (local.get $depth))))
    (i64.add
      (if (result i64) (local.get $depth)
        (then (call $down (i32.sub (local.get $depth) (i32.const 1))))
        (else (suspend $yield (i64.const 1000))))
      (struct.get $box 0 (local.get $box))))
  (func $work (param $depth i32) (result i64)
    (i64.add (call $down (local.get $depth)) (call $down (local.get $depth))))
  ;; Runs until it yields (then 0) or returns.
  (func $start (param $depth i32) (result i64)
    (block $yielded (result i64 (ref $kr))
      (return (resume $k (on $yield $yielded) (local.get $depth) (cont.new $k (ref.func $work)))))
    (global.set $kept))
  (func $go_on (param $above i32) (param $value i64) (result i64)
    (if (local.get $above)
      (then (return (call $go_on (i32.sub (local.get $above) (i32.const 1)) (local.get $value)))))
    (block $yielded (result i64 (ref $kr))
      (return (resume $kr (on $yield $yielded) (local.get $value) (global.get $kept))))
    (global.set $kept))
  (func (export "start") (param i32) (result i64) (call $start (local.get 0)))
  (func (export "go_on") (param i32 i64) (result i64) (call $go_on (local.get 0) (local.get 1)))
  (func (export "throw") (param i64) (result i64)
    (block $caught (result i64)
      (try_table (result i64) (catch $stop $caught)
        (resume_throw $kr $stop (local.get 0) (global.get $kept)))))
))";

TEST_F(ContinuationTest, FramesComeBackAtAnotherPlace) {
  const Instance* instance = instantiate(yielding);
  for (const u64 depth : {0u, 1u, 40u}) {
    for (const u64 above : {0u, 3u, 100u}) {
      const u64 boxes = depth * (depth + 1) / 2;
      EXPECT_EQ(value(instance, "start", {depth}), 1000u);
      EXPECT_EQ(value(instance, "go_on", {above, 5}), 1000u);
      EXPECT_EQ(value(instance, "go_on", {above / 2, 7}), 5 + 7 + 2 * boxes);
    }
  }
}

TEST_F(StressedContinuationTest, WhatSuspendedFramesReferToLives) {
  const Instance* instance = instantiate(yielding);
  EXPECT_EQ(value(instance, "start", {10}), 1000u);
  EXPECT_EQ(value(instance, "go_on", {20, 1}), 1000u);
  EXPECT_EQ(value(instance, "go_on", {0, 2}), 3 + 2 * 55u);
}

TEST_F(ContinuationTest, OnceOnly) {
  const Instance* instance = instantiate(yielding);
  EXPECT_EQ(trap(instance, "go_on", {0, 1}), TrapKind::null_continuation_reference);
  EXPECT_EQ(value(instance, "start", {2}), 1000u);
  EXPECT_EQ(value(instance, "go_on", {0, 1}), 1000u);
  EXPECT_EQ(value(instance, "go_on", {0, 1}), 2 + 2 * 3u);
  EXPECT_EQ(trap(instance, "go_on", {0, 1}), TrapKind::continuation_consumed);
  EXPECT_EQ(trap(instance, "throw", {0}), TrapKind::continuation_consumed);
}

TEST_F(StressedContinuationTest, ExceptionsPassThroughAllItsFrames) {
  const Instance* instance = instantiate(yielding);
  EXPECT_EQ(value(instance, "start", {30}), 1000u);
  EXPECT_EQ(value(instance, "throw", {77}), 77u);
  EXPECT_EQ(trap(instance, "go_on", {0, 1}), TrapKind::continuation_consumed);
  EXPECT_EQ(value(instance, "start", {1}), 1000u);
}

TEST_F(StressedContinuationTest, CatchesWhatIsThrownIntoIt) {
  const Instance* instance = instantiate(R"((module
    (type $f (func (result i64))) (type $k (cont $f))
    (tag $yield) (tag $e (param i64))
    (elem declare func $body)
    (func $body (result i64) (local i64)
      (local.set 0 (i64.const 100))
      (i64.add (local.get 0)
        (block $h (result i64)
          (try_table (result i64) (catch $e $h) (suspend $yield) (i64.const 1)))))
    (func (export "run") (param i64) (result i64) (local $k (ref null $k))
      (block $y (result (ref $k))
        (return (resume $k (on $yield $y) (cont.new $k (ref.func $body)))))
      (local.set $k)
      (resume_throw $k $e (local.get 0) (local.get $k)))
    ;; In front of its first instruction there is nothing that catches.
    (func (export "early") (param i64) (result i64)
      (block $h (result i64)
        (try_table (result i64) (catch $e $h)
          (resume_throw $k $e (local.get 0) (cont.new $k (ref.func $body))))))
  ))");
  EXPECT_EQ(value(instance, "run", {11}), 111u);
  EXPECT_EQ(value(instance, "early", {12}), 12u);
}

TEST_F(StressedContinuationTest, BindsValuesToWhatIsSuspended) {
  const Instance* instance = instantiate(R"((module
    (type $f0 (func (result i64))) (type $k0 (cont $f0))
    (type $f1 (func (param i64) (result i64))) (type $k1 (cont $f1))
    (type $f3 (func (param i64 v128 i64) (result i64))) (type $k3 (cont $f3))
    (tag $ask (result i64 v128 i64))
    (elem declare func $three $asks)
    (func $three (param $a i64) (param $v v128) (param $b i64) (result i64)
      (i64.add (i64.mul (local.get $a) (i64.const 1000))
        (i64.add (i64x2.extract_lane 1 (local.get $v)) (local.get $b))))
    (func $asks (result i64) (suspend $ask) (call $three))
    (func $bound (param $k (ref $k3)) (result i64) (local $one (ref null $k1))
      (local.set $one (cont.bind $k3 $k1 (i64.const 7) (v128.const i64x2 0 20) (local.get $k)))
      (resume $k0 (cont.bind $k1 $k0 (i64.const 3) (local.get $one))))
    (func (export "new") (result i64) (call $bound (cont.new $k3 (ref.func $three))))
    (func (export "suspended") (result i64)
      (block $y (result (ref $k3))
        (return (resume $k0 (on $ask $y) (cont.new $k0 (ref.func $asks)))))
      (call $bound))
  ))");
  EXPECT_EQ(value(instance, "new"), 7023u);
  EXPECT_EQ(value(instance, "suspended"), 7023u);
}

TEST_F(ContinuationTest, OtherInstancesAndTailCallsBetween) {
  const Instance* other = instantiate(R"((module
    (type $back (func (param i64) (result i64)))
    (func (export "call") (param (ref $back) i64) (result i64)
      (i64.add (i64.const 1) (call_ref $back (local.get 1) (local.get 0))))
    (func (export "tail") (param (ref $back) i64) (result i64)
      (return_call_ref $back (local.get 1) (local.get 0)))
  ))");
  ASSERT_NE(other, nullptr);
  linker.define_instance("other", *other);
  const Instance* instance = instantiate(R"((module
    (type $back (func (param i64) (result i64))) (type $k (cont $back))
    (import "other" "call" (func $call (param (ref $back) i64) (result i64)))
    (import "other" "tail" (func $tail (param (ref $back) i64) (result i64)))
    (tag $yield (param i64) (result i64))
    (global $base i64 (i64.const 10000))
    (elem declare func $yields $through $first)
    (func $yields (param i64) (result i64)
      (i64.add (global.get $base) (suspend $yield (local.get 0))))
    (func $through (param i64) (result i64)
      (i64.add (call $call (ref.func $yields) (local.get 0)) (call $tail (ref.func $yields) (local.get 0))))
    (func $first (param i64) (result i64) (return_call $tail (ref.func $through) (local.get 0)))
    (func $run (param $k (ref $k)) (param $value i64) (param $above i32) (result i64)
      (if (local.get $above)
        (then (return (call $run (local.get $k) (local.get $value) (i32.const 0)))))
      (block $y (result i64 (ref $k))
        (return (resume $k (on $yield $y) (local.get $value) (local.get $k))))
      (local.set $k)
      (local.set $value)
      (call $run (local.get $k) (i64.add (local.get $value) (i64.const 1)) (i32.const 1)))
    (func (export "through") (param i64) (result i64)
      (call $run (cont.new $k (ref.func $through)) (local.get 0) (i32.const 0)))
    (func (export "first") (param i64) (result i64)
      (call $run (cont.new $k (ref.func $first)) (local.get 0) (i32.const 0)))
  ))");
  // Twice the base, the other's one, and each suspension gives back one more than it was told.
  EXPECT_EQ(value(instance, "through", {5}), 20000u + 1 + 6 + 6);
  EXPECT_EQ(value(instance, "first", {5}), 20000u + 1 + 6 + 6);
}

TEST_F(StressedContinuationTest, SwitchesBetweenTwo) {
  const Instance* instance = instantiate(R"((module
    (rec (type $f (func (param i64 (ref null $k)) (result i64))) (type $k (cont $f)))
    (tag $swap (result i64))
    (elem declare func $count)
    (func $deeper (param $n i32) (param $v i64) (param $k (ref null $k)) (result i64 (ref null $k))
      (if (result i64 (ref null $k)) (local.get $n)
        (then (call $deeper (i32.sub (local.get $n) (i32.const 1)) (local.get $v) (local.get $k)))
        (else (switch $k $swap (i64.add (local.get $v) (i64.const 1)) (local.get $k)))))
    (func $count (type $f) (param $v i64) (param $k (ref null $k)) (result i64)
      (loop $again
        (if (i64.ge_u (local.get $v) (i64.const 500)) (then (return (local.get $v))))
        (call $deeper (i32.wrap_i64 (i64.rem_u (local.get $v) (i64.const 7))) (local.get $v) (local.get $k))
        (local.set $k)
        (local.set $v)
        (br $again))
      unreachable)
    (func (export "run") (result i64)
      (resume $k (on $swap switch) (i64.const 0) (cont.new $k (ref.func $count)) (cont.new $k (ref.func $count))))
  ))");
  EXPECT_EQ(value(instance, "run"), 500u);
}

TEST_F(ContinuationTest, TheStackEndsForContinuationsToo) {
  const Instance* instance = instantiate(R"((module
    (type $f (func (result i64))) (type $k (cont $f))
    (tag $yield)
    (elem declare func $nest $done)
    (func $nest (result i64) (i64.add (i64.const 1) (resume $k (cont.new $k (ref.func $nest)))))
    (func $done (result i64) (i64.const 3))
    (func (export "endless") (result i64) (call $nest))
    (func (export "after") (result i64) (resume $k (cont.new $k (ref.func $done))))
    (func (export "nobody") (result i64) (suspend $yield) (i64.const 1))
  ))");
  EXPECT_EQ(trap(instance, "endless"), TrapKind::call_stack_exhausted);
  EXPECT_EQ(value(instance, "after"), 3u);
  EXPECT_EQ(trap(instance, "nobody"), TrapKind::unhandled_tag);
}

TEST_F(ContinuationTest, WhatHasNoRoomIsNotGivenItsValues) {
  std::string locals;
  for (u32 i = 0; i < 20'000; ++i) locals += " v128";
  const Instance* instance = instantiate(R"((module
    (type $f (func (param i64) (result i64))) (type $k (cont $f))
    (type $s (struct (field (mut i64)) (field (mut i64))))
    (table $kept 1 (ref null $k)) (global $beside (mut (ref null $s)) (ref.null $s))
    (elem declare func $large)
    (func $large (type $f) (local)" + locals +
                                         R"() (local.get 0))
    (func (export "make") (drop (call $large (i64.const 0)))
      (table.set $kept (i32.const 0) (cont.new $k (ref.func $large)))
      (global.set $beside (struct.new $s (i64.const 1) (i64.const 2))))
    (func $resume (export "resume") (param $depth i32) (param i64) (result i64)
      (if (result i64) (local.get $depth)
        (then (i64.add (i64.const 1) (call $resume (i32.sub (local.get $depth) (i32.const 1)) (local.get 1))))
        (else (resume $k (local.get 1) (table.get $kept (i32.const 0))))))
    (func (export "beside") (result i64)
      (i64.add (struct.get $s 0 (global.get $beside)) (struct.get $s 1 (global.get $beside))))
  ))");
  call(instance, "make", {});
  // Somewhere in front of the stack's end there is room for more calls, but not for the large frame.
  u64 depth = 0;
  while (trap(instance, "resume", {depth, 5}) == TrapKind::none) {
    call(instance, "make", {});
    depth += 1000;
    ASSERT_LT(depth, 1'000'000u);
  }
  for (u32 i = 0; i < 40; ++i)
    EXPECT_EQ(trap(instance, "resume", {depth, 0x4141'4141}), TrapKind::call_stack_exhausted);
  EXPECT_EQ(value(instance, "beside"), 3u);
  EXPECT_EQ(value(instance, "resume", {0, 7}), 7u);
}

TEST_F(ContinuationTest, HandlersAtTheFunctionsOwnLabel) {
  const Instance* instance = instantiate(R"((module
    (type $f (func)) (type $k (cont $f))
    (tag $yield (param i64))
    (elem declare func $body)
    (func $body (suspend $yield (i64.const 9)) (suspend $yield (i64.const 10)))
    (func $one (param $k (ref $k)) (result i64 (ref null $k))
      (resume $k (on $yield 0) (local.get $k))
      (i64.const 0) (ref.null $k))
    (func (export "run") (result i64) (local $k (ref null $k)) (local $sum i64)
      (local.set $k (cont.new $k (ref.func $body)))
      (loop $l
        (call $one (ref.as_non_null (local.get $k)))
        (local.set $k)
        (local.set $sum (i64.add (local.get $sum)))
        (br_if $l (i32.eqz (ref.is_null (local.get $k)))))
      (local.get $sum))
  ))");
  EXPECT_EQ(value(instance, "run"), 19u);
}

}  // namespace
}  // namespace invar
