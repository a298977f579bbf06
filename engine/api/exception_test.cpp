// Exceptions between hosts and programs, through the public interface.
#include <gtest/gtest.h>

#include "invar/invar.h"

namespace invar::api {
namespace {

class ExceptionTest : public testing::Test {
 protected:
  ExceptionTest() : store(engine), linker(store) {}

  Instance instantiate(std::string_view text) {
    auto module = Module::from_text(engine, text);
    if (!module) {
      ADD_FAILURE() << module.error().message;
      return {};
    }
    auto instance = linker.instantiate(*module);
    if (!instance) ADD_FAILURE() << instance.error().message;
    return instance.value_or(Instance());
  }

  Engine engine;
  Store store;
  Linker linker;
};

TEST_F(ExceptionTest, WhatNobodyCatchesComesOutWithItsTagAndArguments) {
  const Instance instance = instantiate(R"((module $m
    (tag $e (export "error") (param i32 v128 f64 externref))
    (func $inner (param externref)
      (throw $e (i32.const -7) (v128.const i32x4 1 2 3 4) (f64.const 2.5) (local.get 0)))
    (func (export "run") (param externref) (result i32) (call $inner (local.get 0)) (i32.const 1))))");
  const auto result = instance.func("run")->call({Val::external(99)});
  ASSERT_FALSE(result);
  const Error& error = result.error();
  EXPECT_EQ(error.kind, ErrorKind::exception);
  EXPECT_EQ(error.message, "uncaught exception: e(-7, 0x00000004000000030000000200000001, 2.5, extern 99)");
  ASSERT_TRUE(error.trap);
  EXPECT_EQ(error.trap->kind, TrapKind::uncaught_exception);
  // It says where it was thrown.
  ASSERT_EQ(error.trap->backtrace.size(), 2u);
  EXPECT_EQ(error.trap->backtrace[0].function, "inner");
  EXPECT_EQ(error.trap->backtrace[1].function, "run");
  ASSERT_TRUE(error.trap->exception);
  const Exception& exception = *error.trap->exception;
  EXPECT_TRUE(exception.is(*instance.tag("error")));
  EXPECT_EQ(exception.tag().type().to_string(), instance.tag("error")->type().to_string());
  ASSERT_EQ(exception.arguments().size(), 4u);
  EXPECT_EQ(exception.arguments()[0].i32(), -7);
  EXPECT_EQ(exception.arguments()[1].v128()[12], 4);
  EXPECT_EQ(exception.arguments()[2].f64(), 2.5);
  EXPECT_EQ(exception.arguments()[3].external(), 99u);
}

TEST_F(ExceptionTest, TypedCallsToo) {
  const Instance instance = instantiate(R"((module
    (tag $e (param i64)) (func (export "run") (param i32) (throw $e (i64.extend_i32_s (local.get 0))))))");
  const auto result = instance.func("run")->call<void>(-3);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "uncaught exception: e(-3)");
  EXPECT_EQ(result.error().trap->exception->arguments()[0].i64(), -3);
}

TEST_F(ExceptionTest, StartFunctionsThrow) {
  const auto module =
      Module::from_text(engine, R"((module (tag $e (param i32)) (func $f (throw $e (i32.const 4))) (start $f)))");
  ASSERT_TRUE(module);
  const auto instance = linker.instantiate(*module);
  ASSERT_FALSE(instance);
  EXPECT_EQ(instance.error().kind, ErrorKind::exception);
  ASSERT_TRUE(instance.error().trap->exception);
  EXPECT_EQ(instance.error().trap->exception->arguments()[0].i32(), 4);
}

TEST_F(ExceptionTest, HostFunctionsThrowIntoPrograms) {
  const Tag tag = Tag::create(store, {{ValKind::i32, ValKind::f32}, {}}).value();
  linker.define("host", "tag", tag);
  ASSERT_TRUE(linker.func("host", "throw",
                          [&](std::int32_t number) -> Result<void> { return throw_exception(tag, {number, 0.5f}); }));
  const Instance instance = instantiate(R"((module
    (import "host" "tag" (tag $t (param i32 f32))) (import "host" "throw" (func $throw (param i32)))
    (tag $other (param i32 f32))
    (func (export "catches") (param i32) (result i32 f32) (local $before i32)
      (block $caught (result i32 f32)
        (try_table (catch $other 0) (catch $t $caught)
          (local.set $before (i32.const 1))
          (call $throw (local.get 0)))
        (return (i32.const 0) (f32.const 0)))
      (drop) (i32.add (local.get $before)) (f32.const 2))
    (func (export "tail") (param i32) (return_call $throw (local.get 0)))
    (func (export "lets_go") (param i32) (call $throw (local.get 0)))))");
  const auto caught = instance.func("catches")->call({41});
  ASSERT_TRUE(caught) << caught.error().message;
  EXPECT_EQ(caught->at(0).i32(), 42);
  for (const char* name : {"lets_go", "tail"}) {
    const auto uncaught = instance.func(name)->call<void>(3);
    ASSERT_FALSE(uncaught);
    EXPECT_EQ(uncaught.error().kind, ErrorKind::exception);
    EXPECT_EQ(uncaught.error().message, "uncaught exception: a tag of the host(3, 0.5)");
    EXPECT_TRUE(uncaught.error().trap->exception->is(tag));
  }
}

TEST_F(ExceptionTest, WhatIsThrownMustFitTheTag) {
  const Tag tag = Tag::create(store, {{ValKind::i32}, {}}).value();
  EXPECT_FALSE(Tag::create(store, {{}, {ValKind::i32}}));
  Store other(engine);
  const Tag foreign = Tag::create(other, {{ValKind::i32}, {}}).value();
  ASSERT_TRUE(linker.func("host", "throw", [&](std::int32_t how) -> Result<void> {
    if (how == 0) return throw_exception(tag);
    if (how == 1) return throw_exception(tag, {1.0});
    return throw_exception(foreign, {1});
  }));
  const Instance instance = instantiate(R"((module
    (import "host" "throw" (func $throw (param i32)))
    (func (export "run") (param i32)
      (block $all (try_table (catch_all $all) (call $throw (local.get 0)))))))");
  const std::string expected[] = {"throw: expected 1 arguments, got 0", "throw: argument 1: expected i32, got f64",
                                  "throw: an exception of another store"};
  for (std::int32_t how = 0; how < 3; ++how) {
    const auto result = instance.func("run")->call<void>(how);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().trap->kind, TrapKind::host_error);
    EXPECT_EQ(result.error().message, expected[how]);
  }
}

TEST_F(ExceptionTest, ExceptionsPassThroughTheHostUnlessItCatchesThem) {
  Instance instance;
  bool catches = false;
  ASSERT_TRUE(linker.func("host", "middle", [&](std::int32_t number) -> Result<std::int32_t> {
    auto inner = instance.func("inner")->call<std::int32_t>(number);
    if (inner || !catches) return inner;
    return inner.error().trap->exception->arguments()[0].i32() * 100;
  }));
  instance = instantiate(R"((module
    (import "host" "middle" (func $middle (param i32) (result i32)))
    (tag $e (param i32)) (tag $unrelated (param i32))
    (func (export "inner") (param i32) (result i32)
      (if (i32.eqz (local.get 0)) (then (unreachable)))
      (throw $e (local.get 0)))
    (func $outer (export "outer") (param i32) (result i32)
      (block $u (result i32)
        (try_table (catch $unrelated $u) (return (call $middle (local.get 0))))
        (unreachable)))
    (func (export "run") (param i32) (result i32)
      (block $caught (result i32)
        (try_table (catch $e $caught) (return (call $outer (local.get 0))))
        (unreachable))
      (i32.add (i32.const 1)))))");
  EXPECT_EQ(instance.func("run")->call<std::int32_t>(5).value(), 6);
  // A trap is no exception.
  EXPECT_EQ(instance.func("run")->call<std::int32_t>(0).error().trap->kind, TrapKind::unreachable);
  const auto uncaught = instance.func("outer")->call<std::int32_t>(5);
  ASSERT_FALSE(uncaught);
  EXPECT_EQ(uncaught.error().message, "uncaught exception: e(5)");
  std::string functions;
  for (const Frame& frame : uncaught.error().trap->backtrace) functions += frame.function + " ";
  EXPECT_EQ(functions, "inner outer ");
  catches = true;
  EXPECT_EQ(instance.func("run")->call<std::int32_t>(5).value(), 500);
}

TEST_F(ExceptionTest, ExceptionsCrossManyCallsOfTheHost) {
  Instance instance;
  int frames = 0;
  ASSERT_TRUE(linker.func("host", "again", [&](std::int32_t depth) -> Result<void> {
    ++frames;
    return instance.func("down")->call<void>(depth);
  }));
  instance = instantiate(R"((module
    (import "host" "again" (func $again (param i32)))
    (tag $e (param i32))
    (func (export "down") (param i32)
      (if (i32.eqz (local.get 0)) (then (throw $e (i32.const 77))))
      (block $h (result exnref)
        (try_table (catch_all_ref $h) (call $again (i32.sub (local.get 0) (i32.const 1))))
        (return))
      (throw_ref))
    (func (export "run") (param i32) (result i32)
      (block $h (result i32)
        (try_table (catch $e $h) (call $again (local.get 0)))
        (unreachable)))))");
  EXPECT_EQ(instance.func("run")->call<std::int32_t>(50).value(), 77);
  EXPECT_EQ(frames, 51);
}

TEST_F(ExceptionTest, ArgumentsAreKeptAlive) {
  std::shared_ptr<const Exception> kept;
  ASSERT_TRUE(linker.func("host", "rethrow", [&]() -> Result<void> {
    store.collect_garbage();
    return throw_exception(kept->tag(), kept->arguments());
  }));
  const Instance instance = instantiate(R"((module
    (import "host" "rethrow" (func $rethrow))
    (type $box (struct (field i32)))
    (tag $t (param (ref $box)))
    (func (export "throw") (param i32) (throw $t (struct.new $box (local.get 0))))
    (func (export "churn") (param $n i32) (result i32) (local $last (ref null $box))
      (loop $l
        (local.set $last (struct.new $box (local.get $n)))
        (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (struct.get $box 0 (local.get $last)))
    (func (export "open") (result i32)
      (block $h (result (ref $box))
        (try_table (catch $t $h) (call $rethrow))
        (unreachable))
      (struct.get $box 0))))");
  kept = instance.func("throw")->call<void>(42).error().trap->exception;
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->arguments()[0].ref_kind(), RefKind::struct_);
  store.collect_garbage();
  EXPECT_EQ(instance.func("churn")->call<std::int32_t>(10'000).value(), 1);
  EXPECT_EQ(instance.func("open")->call<std::int32_t>().value(), 42);
}

}  // namespace
}  // namespace invar::api
