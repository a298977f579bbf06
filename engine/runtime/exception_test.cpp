// Exceptions across the border between host and wasm, as the engine's own parts use them.
#include "engine/runtime/exception.h"

#include "engine/runtime/testing.h"

namespace invar {
namespace {

class ExceptionRuntimeTest : public RuntimeTest {
 protected:
  explicit ExceptionRuntimeTest(const EngineConfig& config = {}) : RuntimeTest(config) {}

  void define(std::string_view name, const FuncType& type, HostCallback callback) {
    ASSERT_TRUE(linker.define_function("host", name, type, callback, &store));
  }
};

/// Calls the export "inner" of its caller, and does as if nothing had happened.
TrapKind swallow(void*, Instance* caller, Slot*) {
  const Func* const inner = std::get<Func*>(*find_export(*caller, "inner"));
  EXPECT_NE(invar::call(*caller->store, *inner, {}, {}), TrapKind::none);
  return TrapKind::none;
}

TEST_F(ExceptionRuntimeTest, WhatTheHostSwallowsIsForgotten) {
  define("swallow", {{}, {}}, swallow);
  for (const std::string_view inner : {"(throw $e (i32.const 5))", "(unreachable)"}) {
    Instance* const instance = instantiate(std::string(R"((module
      (import "host" "swallow" (func $swallow))
      (tag $e (param i32))
      (func (export "fine") (call $swallow))
      (func $fails (export "fails") (call $swallow) (drop (i32.div_u (i32.const 1) (i32.const 0))))
      (func (export "inner") )") + std::string(inner) +
                                           "))");
    EXPECT_TRUE(call(instance, "fine"));
    EXPECT_EQ(store.pending_trap.kind, TrapKind::none);
    EXPECT_TRUE(store.pending_trap.backtrace.empty());
    EXPECT_EQ(store.pending_exception, 0u);
    // A later trap of the same call is itself, with its own frames only.
    const auto failed = call(instance, "fails");
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().kind, TrapKind::integer_divide_by_zero);
    EXPECT_EQ(failed.error().message, "integer divide by zero");
    ASSERT_EQ(failed.error().backtrace.size(), 1u);
    EXPECT_EQ(failed.error().backtrace[0].function, "fails");
  }
}

TEST_F(ExceptionRuntimeTest, AHostFunctionCalledByTheHostSwallowsToo) {
  static const Func* inner;  // a callback has no other way to know
  define("swallow", {{}, {}}, [](void* environment, Instance*, Slot*) {
    EXPECT_EQ(invar::call(*static_cast<Store*>(environment), *inner, {}, {}), TrapKind::unreachable);
    return TrapKind::none;
  });
  Instance* const instance = instantiate(R"((module
    (import "host" "swallow" (func $swallow)) (export "swallow" (func $swallow))
    (func (export "inner") (unreachable))))");
  inner = exported<Func>(instance, "inner");
  EXPECT_TRUE(call(instance, "swallow"));
  EXPECT_EQ(store.pending_trap.kind, TrapKind::none);
}

TEST_F(ExceptionRuntimeTest, ACaughtExceptionOfTheHostLeavesNothingBehind) {
  auto tag = store.new_tag(*engine.types().intern(FuncType{{type_i64}, {}}));
  linker.define("host", "tag", *tag);
  static Tag* thrown;
  thrown = *tag;
  define("throw", {{type_i64}, {}}, [](void* environment, Instance*, Slot* slots) {
    return throw_from_host(*static_cast<Store*>(environment), *thrown, {slots, 1});
  });
  // Fails without having thrown anything.
  define("lie", {{}, {}}, [](void*, Instance*, Slot*) { return TrapKind::uncaught_exception; });
  Instance* const instance = instantiate(R"((module
    (import "host" "tag" (tag $t (param i64)))
    (import "host" "throw" (func $throw (param i64)))
    (import "host" "lie" (func $lie))
    (func (export "catch") (param i64) (result i64)
      (block $h (result i64)
        (try_table (catch $t $h) (call $throw (local.get 0)))
        (unreachable)))
    (func (export "lie") (block $h (try_table (catch_all $h) (call $lie))))))");
  EXPECT_EQ(call(instance, "catch", {9}).value(), 9u);
  EXPECT_EQ(store.pending_trap.kind, TrapKind::none);
  EXPECT_EQ(store.pending_exception, 0u);
  EXPECT_EQ(call(instance, "lie").error().kind, TrapKind::host_error);
}

TEST_F(ExceptionRuntimeTest, WhereItWasThrown) {
  Instance* const instance = instantiate(R"((module $m
    (tag (export "oops") (param f32 funcref))
    (func $inner (throw 0 (f32.const 1.5) (ref.null func)))
    (func $outer (export "run") (call $inner))))");
  const auto failed = call(instance, "run");
  ASSERT_FALSE(failed);
  const std::string text = to_string(failed.error());
  EXPECT_TRUE(text.starts_with("uncaught exception: oops(1.5, null)\n   0: m!inner at 0x")) << text;
  EXPECT_NE(text.find("\n   1: m!outer at 0x"), std::string::npos) << text;
}

TEST_F(ExceptionRuntimeTest, FuelIsPaidInHandlersToo) {
  EngineConfig config;
  config.fuel = true;
  Engine metered(config);
  Store other(metered);
  Instance* const instance = *invar::instantiate(other, compile_text(metered, R"((module
    (tag $e)
    (func (export "std") (loop $l (block $h (try_table (catch $e $h) (throw $e))) (br $l)))
    (func (export "direct") (loop $l (try_table (catch $e $l) (throw $e))))
    (func (export "legacy") (loop $l (try (do (throw $e)) (catch $e (br $l)))))))"),
                                                 {});
  for (const std::string_view name : {"std", "direct", "legacy"}) {
    other.fuel = 10'000;
    const auto result = invar::call(other, *exported<Func>(instance, name), {});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, TrapKind::out_of_fuel) << name;
  }
}

/// Collects at every allocation, so that whatever is not kept alive is gone.
class StressedExceptionTest : public ExceptionRuntimeTest {
 protected:
  StressedExceptionTest() : ExceptionRuntimeTest(stressed()) {}
  static EngineConfig stressed() {
    EngineConfig config;
    config.stress_collection = true;
    return config;
  }
};

constexpr std::string_view holders = R"((module
  (tag $e (param i32))
  (tag $box (param i32 exnref))
  (global $kept (mut exnref) (ref.null exn))
  (func $make (param $n i32) (result exnref)
    (block $h (result exnref)
      (try_table (catch_all_ref $h) (throw $e (local.get $n)))
      (unreachable)))
  (func $open (param $r exnref) (result i32)
    (block $h (result i32)
      (try_table (catch $e $h) (throw_ref (local.get $r)))
      (unreachable)))
  ;; Exceptions in exceptions, in locals and in a global; garbage in between.
  (func (export "boxed") (param $n i32) (result i32) (local $r exnref) (local $i i32)
    (local.set $r (call $make (i32.const 1000)))
    (loop $l
      (local.set $r
        (block $h (result exnref)
          (try_table (catch_all_ref $h) (throw $box (local.get $i) (local.get $r)))
          (unreachable)))
      (global.set $kept (call $make (local.get $i)))
      (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (loop $l (result i32)
      (block $inner (result i32)
        (block $box (result i32 exnref)
          (try_table (catch $e $inner) (catch $box $box) (throw_ref (local.get $r)))
          (unreachable))
        (local.set $r)
        (drop)
        (br $l)))
    (i32.add (call $open (global.get $kept))))
  (func (export "out") (param $n i32) (throw $box (i32.const 1) (call $make (local.get $n))))
  (func (export "legacy") (param $n i32) (result i32)
    (try (result i32)
      (do
        (try (result i32)
          (do (throw $e (local.get $n)))
          (catch $e
            (drop)
            (drop (call $make (i32.const 1)))
            (drop (call $make (i32.const 2)))
            (rethrow 0))))
      (catch $e)))
))";

TEST_F(StressedExceptionTest, HeldExceptionsLive) {
  Instance* const instance = instantiate(holders);
  EXPECT_EQ(call(instance, "boxed", {20}).value(), 1019u);
  EXPECT_EQ(call(instance, "legacy", {33}).value(), 33u);
  EXPECT_GT(store.heap().collections(), 40u);
}

TEST_F(StressedExceptionTest, TheHostsExceptionLivesUntilTheNextCall) {
  Instance* const instance = instantiate(holders);
  ASSERT_EQ(call(instance, "out", {6}).error().kind, TrapKind::uncaught_exception);
  store.heap().collect(store.stack_top);
  ASSERT_NE(store.pending_exception, 0u);
  const Ref inner = exception_arguments(store.pending_exception)[1];
  EXPECT_EQ(exception_arguments(inner)[0], 6u);
  EXPECT_EQ(call(instance, "legacy", {1}).value(), 1u);
}

class SmallHeapExceptionTest : public RuntimeTest {
 protected:
  SmallHeapExceptionTest() : RuntimeTest({}, {.max_guarded_memories = 16, .max_heap_bytes = 1 << 20}) {}
};

TEST_F(SmallHeapExceptionTest, ThrowingForeverTakesNoMemoryAndHoldingForeverIsATrap) {
  Instance* const instance = instantiate(R"((module
    (tag $e (param i32 exnref))
    (func (export "run") (param $n i32) (param $hold i32) (result i32) (local $r exnref)
      (loop $l
        (block $h (result exnref)
          (try_table (catch_all_ref $h) (throw $e (local.get $n) (local.get $r)))
          (unreachable))
        (if (param exnref) (local.get $hold) (then (local.set $r)) (else (drop)))
        (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (i32.const 7))))");
  EXPECT_EQ(call(instance, "run", {200'000, 0}).value(), 7u);
  const auto failed = call(instance, "run", {200'000, 1});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, TrapKind::allocation_failure);
  EXPECT_EQ(call(instance, "run", {1000, 0}).value(), 7u);
}

}  // namespace
}  // namespace invar
