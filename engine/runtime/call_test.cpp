// Calls across the border between host and wasm.
#include "engine/runtime/call.h"

#include "engine/runtime/testing.h"

namespace invar {
namespace {

class CallTest : public RuntimeTest {
 protected:
  void define(std::string_view name, const FuncType& type, HostCallback callback) {
    ASSERT_TRUE(linker.define_function("host", name, type, callback, &store));
  }
};

TEST_F(CallTest, PassesAllTypes) {
  Instance* const instance = instantiate(R"((module
    (func (export "swap") (param i32 i64 f32 f64 v128) (result v128 f64 f32 i64 i32)
      (local.get 4) (local.get 3) (local.get 2) (local.get 1) (local.get 0))))");
  const auto results = invar::call(store, *exported<Func>(instance, "swap"), std::vector<Slot>{1, 2, 3, 4, 5, 6});
  ASSERT_TRUE(results);
  ASSERT_EQ(results->size(), 6u);
  EXPECT_EQ((*results)[0], 5u);
  EXPECT_EQ((*results)[1], 6u);
  EXPECT_EQ((*results)[2], 4u);
  EXPECT_EQ(static_cast<u32>((*results)[3]), 3u);
  EXPECT_EQ((*results)[4], 2u);
  EXPECT_EQ((*results)[5], 1u);
}

TEST_F(CallTest, HostFunctionsSeeTheCallerAndReturnResults) {
  define("sum", {{type_i32, type_i64}, {type_i64, type_i32}}, [](void*, Instance* caller, Slot* slots) {
    EXPECT_EQ(caller->memory_list[0]->base[0], 7);
    const u64 sum = slots[0] + slots[1];
    slots[0] = sum;
    slots[1] = 9;
    return TrapKind::none;
  });
  Instance* const instance = instantiate(R"((module
    (import "host" "sum" (func $sum (param i32 i64) (result i64 i32)))
    (memory 1) (data (i32.const 0) "\07")
    (func (export "run") (param i32) (result i64)
      (call $sum (local.get 0) (i64.const 100)) (i64.extend_i32_u) (i64.mul))
    (export "direct" (func $sum))))");
  EXPECT_EQ(call(instance, "run", {5}).value(), 105u * 9);
}

TEST_F(CallTest, TheHostCallsItsOwnFunctions) {
  define("twice", {{type_i32}, {type_i32}}, [](void*, Instance* caller, Slot* slots) {
    EXPECT_EQ(caller, nullptr);
    slots[0] *= 2;
    return TrapKind::none;
  });
  Instance* const instance = instantiate(R"((module
    (import "host" "twice" (func $twice (param i32) (result i32))) (export "twice" (func $twice))))");
  EXPECT_EQ(call(instance, "twice", {21}).value(), 42u);
}

/// Calls the export "down" of its caller with the argument less one.
TrapKind descend(void* environment, Instance* caller, Slot* slots) {
  static_cast<void>(environment);
  const Slot argument = static_cast<u32>(slots[0] - 1);
  const Func* const down = std::get<Func*>(*find_export(*caller, "down"));
  Slot result = 0;
  const TrapKind kind = call(*caller->store, *down, {&argument, 1}, {&result, 1});
  slots[0] = result;
  return kind;
}

constexpr std::string_view descending = R"((module
  (import "host" "descend" (func $descend (param i32) (result i32)))
  (func (export "down") (param i32) (result i32)
    (if (result i32) (i32.eqz (local.get 0))
      (then (i32.const 0))
      (else (i32.add (call $descend (local.get 0)) (local.get 0)))))
  (func (export "fail") (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (unreachable)))
    (call $descend (local.get 0)))))";

TEST_F(CallTest, CallsNest) {
  define("descend", {{type_i32}, {type_i32}}, descend);
  Instance* const instance = instantiate(descending);
  EXPECT_EQ(call(instance, "down", {100}).value(), 5050u);
  EXPECT_EQ(store.stack_top, store.stack_base);
  EXPECT_EQ(store.host_depth, 0u);
}

TEST_F(CallTest, NestingIsLimited) {
  define("descend", {{type_i32}, {type_i32}}, descend);
  Instance* const instance = instantiate(descending);
  const auto result = call(instance, "down", {100'000});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, TrapKind::call_stack_exhausted);
  EXPECT_EQ(store.stack_top, store.stack_base);
  EXPECT_EQ(store.host_depth, 0u);
  EXPECT_EQ(call(instance, "down", {10}).value(), 55u);
}

TEST_F(CallTest, HostFailuresAreTrapsWithTheirOwnWords) {
  define("fail", {{}, {}}, [](void* environment, Instance*, Slot*) {
    return fail_host_call(*static_cast<Store*>(environment), "no such luck");
  });
  Instance* const instance = instantiate(R"((module
    (import "host" "fail" (func $fail))
    (func $run (export "run") (call $fail))))");
  for (int i = 0; i < 2; ++i) {
    const auto result = call(instance, "run");
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, TrapKind::host_error);
    EXPECT_EQ(result.error().message, "no such luck");
    ASSERT_EQ(result.error().backtrace.size(), 1u);
    EXPECT_EQ(result.error().backtrace[0].function, "run");
  }
}

TEST_F(CallTest, RunawayRecursionIsATrapAndLeavesTheInstanceUsable) {
  Instance* const instance = instantiate(R"((module
    (func $f (export "f") (param i32) (result i32)
      (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 3))
        (else (call $f (i32.sub (local.get 0) (i32.const 1))))))))");
  const auto result = call(instance, "f", {0xffff'ffff});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, TrapKind::call_stack_exhausted);
  EXPECT_EQ(result.error().message, "call stack exhausted");
  EXPECT_LE(result.error().backtrace.size(), 1000u);
  EXPECT_EQ(call(instance, "f", {1000}).value(), 3u);
}

TEST_F(CallTest, TheStackIsAsDeepAsAsked) {
  const std::string_view source = R"((module
    (func $f (export "f") (param i32) (result i32)
      (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 3))
        (else (call $f (i32.sub (local.get 0) (i32.const 1))))))))";
  const auto module = compile_text(engine, source);
  const auto runs = [&](u64 stack_bytes) {
    Store other(engine, {.max_stack_bytes = stack_bytes});
    const Instance* const instance = *invar::instantiate(other, module, {});
    return invar::call(other, *exported<Func>(instance, "f"), std::vector<Slot>{20'000}).has_value();
  };
  EXPECT_FALSE(runs(u64{64} << 10));
  EXPECT_TRUE(runs(u64{16} << 20));
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool instrumented = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr bool instrumented = true;
#else
constexpr bool instrumented = false;
#endif
#else
constexpr bool instrumented = false;
#endif

class GuardTest : public RuntimeTest, public testing::WithParamInterface<BoundsChecks> {
 protected:
  GuardTest() : RuntimeTest({.features = {}, .bounds_checks = GetParam()}) {}
};

TEST_P(GuardTest, AccessesBeyondTheMemoryTrap) {
  Instance* const instance = instantiate(R"((module
    (memory (export "m") 1)
    (func $load (export "load") (param i32) (result i32) (i32.load (local.get 0)))
    (func $far (export "far") (param i32) (result i32) (i32.load offset=0xffffffff (local.get 0)))
    (func (export "store") (param i32) (i64.store (local.get 0) (i64.const -1)))
    (func (export "grow") (result i32) (memory.grow (i32.const 1)))))");
  EXPECT_EQ(call(instance, "load", {65532}).value(), 0u);
  for (const u32 address : {65533u, 65536u, 0x7fff'ffffu, 0xffff'ffffu}) {
    const auto result = call(instance, "load", {address});
    ASSERT_FALSE(result) << address;
    EXPECT_EQ(result.error().message, "out of bounds memory access");
    // Instrumented code does not keep the interpreter's state in its registers: where a fault was is then not known.
    if (instrumented && result.error().backtrace.empty()) continue;
    ASSERT_EQ(result.error().backtrace.size(), 1u);
    EXPECT_EQ(result.error().backtrace[0].function, "load");
  }
  EXPECT_EQ(call(instance, "far", {0xffff'ffff}).error().kind, TrapKind::out_of_bounds_memory_access);
  EXPECT_EQ(call(instance, "store", {65529}).error().kind, TrapKind::out_of_bounds_memory_access);
  EXPECT_EQ(call(instance, "grow").value(), 1u);
  EXPECT_EQ(call(instance, "load", {65533}).value(), 0u);
  EXPECT_TRUE(call(instance, "store", {65536 * 2 - 8}));
  EXPECT_EQ(exported<Memory>(instance, "m")->base[65536 * 2 - 1], 0xff);
}

TEST_P(GuardTest, MemoriesWithoutGuardsAreChecked) {
  const auto module = compile_text(engine, R"((module
    (memory 1)
    (func (export "load") (param i32) (result i32) (i32.load (local.get 0)))
    (func (export "grow") (result i32) (memory.grow (i32.const 1)))))");
  Store small(engine, {.max_guarded_memories = 1});
  Instance* const first = *invar::instantiate(small, module, {});
  Instance* const second = *invar::instantiate(small, module, {});
  EXPECT_EQ(first->memory_list[0]->guarded, engine.guard_pages());
  EXPECT_FALSE(second->memory_list[0]->guarded);
  for (const Instance* const instance : {first, second, first}) {
    const auto load = [&](Slot address) {
      return invar::call(small, *exported<Func>(instance, "load"), std::vector<Slot>{address});
    };
    EXPECT_TRUE(load(65532));
    EXPECT_EQ(load(0xffff'fff0).error().kind, TrapKind::out_of_bounds_memory_access);
    const u64 end = instance->memory_list[0]->size;
    EXPECT_EQ(load(end - 3).error().kind, TrapKind::out_of_bounds_memory_access);
    EXPECT_TRUE(invar::call(small, *exported<Func>(instance, "grow"), {}));
    EXPECT_TRUE(load(end - 3));
  }
}

INSTANTIATE_TEST_SUITE_P(BothChecks, GuardTest, testing::Values(BoundsChecks::guard_pages, BoundsChecks::explicit_),
                         [](const auto& parameter) {
                           return parameter.param == BoundsChecks::guard_pages ? "guard_pages" : "explicit_checks";
                         });

}  // namespace
}  // namespace invar
