#include "engine/runtime/instantiate.h"

#include <cstring>

#include "engine/runtime/reference.h"
#include "engine/runtime/testing.h"

namespace invar {
namespace {

class InstantiateTest : public RuntimeTest {};

TEST_F(InstantiateTest, EvaluatesConstantExpressions) {
  Instance* const instance = instantiate(R"((module
    (global $a i32 (i32.const -7))
    (global (export "sum") i32 (i32.add (global.get $a) (i32.mul (i32.const 3) (i32.sub (i32.const 5) (i32.const 1)))))
    (global (export "long") i64 (i64.mul (i64.const -3) (i64.add (i64.const 1) (i64.const 0x100000000))))
    (global (export "f32") f32 (f32.const nan:0x200000))
    (global (export "f64") f64 (f64.const -0.0))
    (global (export "vector") v128 (v128.const i64x2 1 2))
    (global (export "null") externref (ref.null extern))
    (global (export "i31") (ref i31) (ref.i31 (i32.const -1)))
    (global (export "func") funcref (ref.func $f))
    (func $f (export "f"))))");
  const auto value = [&](std::string_view name) { return exported<Global>(instance, name)->value[0]; };
  EXPECT_EQ(value("sum"), 5u);
  EXPECT_EQ(value("long"), static_cast<u64>(-3 * 0x1'0000'0001ll));
  EXPECT_EQ(static_cast<u32>(value("f32")), 0x7fa00000u);
  EXPECT_EQ(value("f64"), u64{1} << 63);
  EXPECT_EQ(value("vector"), 1u);
  EXPECT_EQ(exported<Global>(instance, "vector")->value[1], 2u);
  EXPECT_EQ(value("null"), null_ref);
  EXPECT_EQ(i31_signed(value("i31")), -1);
  EXPECT_EQ(i31_unsigned(value("i31")), 0x7fff'ffffu);
  EXPECT_EQ(func_of(value("func")), exported<Func>(instance, "f"));
}

TEST_F(InstantiateTest, InitializesTablesAndMemories) {
  Instance* const instance = instantiate(R"((module
    (table (export "t") 5 funcref)
    (table (export "filled") 3 funcref (ref.func $f))
    (memory (export "m") 1)
    (elem (i32.const 1) $f $g)
    (elem (table 0) (i32.const 3) funcref (ref.func $g) (ref.null func))
    (data (i32.const 4) "abc")
    (data (i32.const 5) "X")
    (func $f (export "f"))
    (func $g (export "g"))))");
  const Table* const table = exported<Table>(instance, "t");
  const Ref f = ref_of(exported<Func>(instance, "f")), g = ref_of(exported<Func>(instance, "g"));
  EXPECT_EQ(std::vector<Ref>(table->elements, table->elements + 5), (std::vector<Ref>{0, f, g, g, 0}));
  EXPECT_EQ(exported<Table>(instance, "filled")->elements[2], f);
  EXPECT_EQ(std::memcmp(exported<Memory>(instance, "m")->base + 4, "aXc", 3), 0);
}

TEST_F(InstantiateTest, ActiveAndDeclarativeSegmentsAreDropped) {
  Instance* const instance = instantiate(R"((module
    (table 5 funcref) (memory 1) (func $f)
    (elem (i32.const 0) $f) (elem func $f) (elem declare func $f)
    (data (i32.const 0) "a") (data "b")))");
  EXPECT_EQ(instance->dropped_elems, (std::vector<bool>{true, false, true}));
  EXPECT_EQ(instance->dropped_datas, (std::vector<bool>{true, false}));
  EXPECT_EQ(instance->elems[1].size(), 1u);
}

TEST_F(InstantiateTest, WhatWasWrittenBeforeAFailureStays) {
  Instance* const owner = instantiate(R"((module (table (export "t") 4 funcref) (memory (export "m") 1)))");
  linker.define_instance("o", *owner);
  EXPECT_EQ(failure(R"((module
    (import "o" "t" (table 4 funcref)) (import "o" "m" (memory 1))
    (func $f (result i32) (i32.const 42))
    (elem (i32.const 0) $f)
    (data (i32.const 0) "kept")
    (data (i32.const 0xffff) "ab")))"),
            "out of bounds memory access");
  EXPECT_EQ(std::memcmp(exported<Memory>(owner, "m")->base, "kept", 4), 0);
  // The function of the failed instance lives on in the table, and runs.
  const Func* const func = func_of(exported<Table>(owner, "t")->elements[0]);
  ASSERT_NE(func, nullptr);
  EXPECT_EQ(invar::call(store, *func, {}).value(), std::vector<Slot>{42});
}

TEST_F(InstantiateTest, ElementsComeBeforeData) {
  Instance* const owner = instantiate(R"((module (table (export "t") 1 funcref) (memory (export "m") 1)))");
  linker.define_instance("o", *owner);
  EXPECT_EQ(failure(R"((module
    (import "o" "t" (table 1 funcref)) (import "o" "m" (memory 1)) (func $f)
    (data (i32.const 0) "lost")
    (elem (i32.const 0) $f) (elem (i32.const 1) $f)))"),
            "out of bounds table access");
  EXPECT_NE(exported<Table>(owner, "t")->elements[0], null_ref);
  EXPECT_EQ(exported<Memory>(owner, "m")->base[0], 0);
}

TEST_F(InstantiateTest, SegmentBoundsAreExact) {
  EXPECT_EQ(failure(R"((module (memory 1) (data (i32.const 0x10000))))"), "");
  EXPECT_EQ(failure(R"((module (memory 1) (data (i32.const 0x10001))))"), "out of bounds memory access");
  EXPECT_EQ(failure(R"((module (memory 1) (data (i32.const -1) "a")))"), "out of bounds memory access");
  EXPECT_EQ(failure(R"((module (memory i64 1) (data (i64.const -1) "a")))"), "out of bounds memory access");
  EXPECT_EQ(failure(R"((module (table 1 funcref) (elem (i32.const 1))))"), "");
  EXPECT_EQ(failure(R"((module (table 1 funcref) (elem (i32.const 2))))"), "out of bounds table access");
  EXPECT_EQ(failure(R"((module (table i64 1 funcref) (func $f) (elem (i64.const -1) $f)))"),
            "out of bounds table access");
}

TEST_F(InstantiateTest, TheStartFunctionRunsLast) {
  Instance* const instance = instantiate(R"((module
    (memory (export "m") 1) (data (i32.const 0) "\01")
    (start $s)
    (func $s (i32.store8 (i32.const 0) (i32.add (i32.load8_u (i32.const 0)) (i32.const 1))))))");
  EXPECT_EQ(exported<Memory>(instance, "m")->base[0], 2);
}

TEST_F(InstantiateTest, ATrapInTheStartFunctionHasABacktrace) {
  const auto made = try_instantiate(R"((module $m (start $s) (func $s (call $inner)) (func $inner (unreachable))))");
  ASSERT_FALSE(made);
  ASSERT_NE(made.error().trap(), nullptr);
  const Trap& trap = *made.error().trap();
  EXPECT_EQ(trap.kind, TrapKind::unreachable);
  ASSERT_EQ(trap.backtrace.size(), 2u);
  EXPECT_EQ(trap.backtrace[0].function, "inner");
  EXPECT_EQ(trap.backtrace[1].function, "s");
  EXPECT_EQ(trap.backtrace[1].module, "m");
}

TEST_F(InstantiateTest, HugeDefinitionsAreCheapOrRefused) {
  EXPECT_EQ(failure("(module (memory 65536))"), "");
  EXPECT_NE(compile_text(engine, "(module (table 0xffffffff funcref))"), nullptr);
  EXPECT_EQ(failure("(module (table 0xffffffff funcref))"),
            "limit reached: table of 4294967295 elements: more than the store allows");
}

TEST_F(InstantiateTest, InstancesAreLimited) {
  Store small(engine, {.max_instances = 2});
  const auto module = compile_text(engine, "(module)");
  EXPECT_TRUE(invar::instantiate(small, module, {}));
  EXPECT_TRUE(invar::instantiate(small, module, {}));
  EXPECT_EQ(invar::instantiate(small, module, {}).error().message(), "limit reached: too many instances");
}

}  // namespace
}  // namespace invar
