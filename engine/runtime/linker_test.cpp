#include "engine/runtime/linker.h"

#include <fmt/format.h>

#include "engine/runtime/reference.h"
#include "engine/runtime/testing.h"

namespace invar {
namespace {

TrapKind add_one(void*, Instance*, Slot* slots) {
  slots[0] = static_cast<u32>(slots[0] + 1);
  return TrapKind::none;
}

class LinkerTest : public RuntimeTest {
 protected:
  LinkerTest() : RuntimeTest({.features = Features::all()}) {}
};

TEST_F(LinkerTest, UnknownImportsAreNamed) {
  EXPECT_EQ(failure(R"((module (import "env" "f" (func))))"), "unknown import: \"env\" \"f\" (func)");
  linker.define("env", "f", *store.new_host_function({}, add_one, nullptr));
  EXPECT_EQ(failure(R"((module (import "env" "f" (func)) (import "env" "m" (memory 1))))"),
            "unknown import: \"env\" \"m\" (memory)");
  EXPECT_EQ(failure(R"((module (import "env" "f" (func))))"), "");
}

TEST_F(LinkerTest, FunctionTypesMustMatch) {
  linker.define("env", "f", *store.new_host_function({{type_i32}, {type_i32}}, add_one, nullptr));
  EXPECT_EQ(failure(R"((module (import "env" "f" (func (param i32) (result i32)))))"), "");
  EXPECT_EQ(failure(R"((module (import "env" "f" (func (param i64)))))"),
            "incompatible import type: \"env\" \"f\": expected (func (param i64)), "
            "found (func (param i32) (result i32))");
  EXPECT_EQ(failure(R"((module (import "env" "f" (global i32))))"),
            "incompatible import type: \"env\" \"f\": expected (global i32), found (func (param i32) (result i32))");
}

TEST_F(LinkerTest, FunctionSubtypesMatch) {
  linker.define_instance("a", *instantiate(R"((module
    (type $t (sub (func)))
    (type $u (sub $t (func)))
    (func (export "t") (type $t))
    (func (export "u") (type $u))))"));
  const std::string types = "(module (type $t (sub (func))) (type $u (sub $t (func)))";
  EXPECT_EQ(failure(types + R"((import "a" "u" (func (type $t)))))"), "");
  EXPECT_EQ(failure(types + R"((import "a" "u" (func (type $u)))))"), "");
  EXPECT_NE(failure(types + R"((import "a" "t" (func (type $u)))))").find("incompatible import type"),
            std::string::npos);
}

TEST_F(LinkerTest, MemoryLimitsMustMatch) {
  linker.define("env", "m", *store.new_memory({.limits = {2, 5, true}}));
  const auto import = [](std::string_view type) {
    return fmt::format(R"((module (import "env" "m" (memory {}))))", type);
  };
  EXPECT_EQ(failure(import("2 5")), "");
  EXPECT_EQ(failure(import("1")), "");
  EXPECT_EQ(failure(import("2 6")), "");
  EXPECT_EQ(failure(import("3")), "incompatible import type: \"env\" \"m\": expected (memory 3), found (memory 2 5)");
  EXPECT_NE(failure(import("2 4")), "");
  EXPECT_NE(failure(import("i64 2")), "");
  EXPECT_NE(failure(import("2 5 shared")), "");
  EXPECT_NE(failure(import("2 5 (pagesize 1)")), "");
  std::get<Memory*>(*linker.find("env", "m"))->grow(1);
  EXPECT_EQ(failure(import("3")), "");  // what it is now counts, not what it was declared
}

TEST_F(LinkerTest, TableTypesMustBeEqual) {
  linker.define("env", "t", *store.new_table({type_funcref, {2, 5, true}, false}, 0));
  const auto import = [](std::string_view type) {
    return fmt::format(R"((module (import "env" "t" (table {}))))", type);
  };
  EXPECT_EQ(failure(import("1 5 funcref")), "");
  EXPECT_NE(failure(import("1 5 externref")), "");
  EXPECT_NE(failure(import("1 5 (ref null nofunc)")), "");
  EXPECT_NE(failure(import("3 funcref")), "");
  EXPECT_NE(failure(import("2 4 funcref")), "");
  EXPECT_NE(failure(import("i64 2 5 funcref")), "");
}

TEST_F(LinkerTest, GlobalsMatchByMutability) {
  const Slot value = 1;
  linker.define("env", "i", *store.new_global({type_i32, false}, &value));
  linker.define("env", "mut", *store.new_global({type_i32, true}, &value));
  const Slot null = 0;
  linker.define("env", "null", *store.new_global({ValType::reference({Heap::nofunc, 0}, true), false}, &null));
  linker.define("env", "mutnull", *store.new_global({ValType::reference({Heap::nofunc, 0}, true), true}, &null));
  EXPECT_EQ(failure(R"((module (import "env" "i" (global i32))))"), "");
  EXPECT_EQ(failure(R"((module (import "env" "i" (global (mut i32)))))"),
            "incompatible import type: \"env\" \"i\": expected (global (mut i32)), found (global i32)");
  EXPECT_NE(failure(R"((module (import "env" "mut" (global i32))))"), "");
  EXPECT_NE(failure(R"((module (import "env" "i" (global i64))))"), "");
  EXPECT_EQ(failure(R"((module (import "env" "null" (global funcref))))"), "");
  EXPECT_NE(failure(R"((module (import "env" "mutnull" (global (mut funcref)))))"), "");
}

TEST_F(LinkerTest, TagsMatchByType) {
  linker.define_instance("a", *instantiate(R"((module (tag (export "e") (param i32))))"));
  EXPECT_EQ(failure(R"((module (import "a" "e" (tag (param i32)))))"), "");
  EXPECT_EQ(failure(R"((module (import "a" "e" (tag (param i64)))))"),
            "incompatible import type: \"a\" \"e\": expected (tag (param i64)), found (tag (param i32))");
}

TEST_F(LinkerTest, InstancesShareWhatTheyExport) {
  Instance* const a = instantiate(R"((module (memory (export "m") 1) (global (export "g") (mut i32) (i32.const 1))))");
  linker.define_instance("a", *a);
  linker.alias("a", "b");
  Instance* const b = instantiate(R"((module (import "b" "m" (memory 1)) (import "b" "g" (global $g (mut i32)))
                                      (export "m2" (memory 0)) (export "g2" (global $g))))");
  EXPECT_EQ(exported<Memory>(a, "m"), exported<Memory>(b, "m2"));
  EXPECT_EQ(exported<Global>(a, "g"), exported<Global>(b, "g2"));
  linker.remove_module("a");
  EXPECT_EQ(linker.find("a", "m"), nullptr);
  EXPECT_NE(linker.find("b", "m"), nullptr);
}

TEST_F(LinkerTest, TheNumberOfGivenImportsMustBeRight) {
  const auto module = compile_text(engine, R"((module (import "a" "b" (func))))");
  const auto made = invar::instantiate(store, module, {});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().error()->code, ErrorCode::api_misuse);
}

}  // namespace
}  // namespace invar
