// What the engine's configuration changes in threaded code.
#include "engine/runtime/testing.h"

namespace invar {
namespace {

class DeterministicTest : public RuntimeTest {
 protected:
  DeterministicTest() : RuntimeTest(EngineConfig{.features = {}, .deterministic = true}) {}
};

TEST_F(DeterministicTest, EveryNanIsTheCanonicalOne) {
  Instance* const instance = instantiate(R"((module
    (func (export "f32") (param f32) (result i32) (i32.reinterpret_f32 (f32.div (local.get 0) (local.get 0))))
    (func (export "f64") (param f64) (result i64) (i64.reinterpret_f64 (f64.sqrt (f64.neg (local.get 0)))))
    (func (export "f64x2") (param f64) (result i64)
      (i64x2.extract_lane 1 (f64x2.sub (f64x2.splat (local.get 0)) (f64x2.splat (local.get 0)))))
    (func (export "number") (param f64) (result i64)
      (i64.reinterpret_f64 (f64.add (f64.mul (local.get 0) (local.get 0)) (local.get 0))))))");
  constexpr u64 infinity = 0x7ff0000000000000, four = 0x4010000000000000, twenty = 0x4034000000000000;
  EXPECT_EQ(call(instance, "f32", {0}).value(), 0x7fc00000u);
  EXPECT_EQ(call(instance, "f64", {four}).value(), 0x7ff8000000000000u);
  EXPECT_EQ(call(instance, "f64x2", {infinity}).value(), 0x7ff8000000000000u);
  EXPECT_EQ(call(instance, "number", {four}).value(), twenty);
}

std::vector<u64> traced;  // function index and first argument of each call

class TraceTest : public RuntimeTest {
 protected:
  static void record(const Instance&, u32 function, const Slot* arguments) {
    traced.push_back(function);
    traced.push_back(arguments[0]);
  }
  TraceTest() : RuntimeTest(EngineConfig{.features = {}, .trace_call = record}) { traced.clear(); }
};

TEST_F(TraceTest, TellsCallsOfFunctionsAndImports) {
  ASSERT_TRUE(linker.define_function(
      "host", "log", {{type_i32}, {}}, [](void*, Instance*, Slot*) { return TrapKind::none; }, nullptr));
  Instance* const instance = instantiate(R"((module
    (import "host" "log" (func $log (param i32)))
    (func $inner (param i32) (call $log (i32.add (local.get 0) (i32.const 1))))
    (func (export "outer") (param i32) (call $inner (i32.const 10)) (call $inner (local.get 0)))))");
  ASSERT_TRUE(call(instance, "outer", {20}));
  EXPECT_EQ(traced, (std::vector<u64>{2, 20, 1, 10, 0, 11, 1, 20, 0, 21}));
}

}  // namespace
}  // namespace invar
