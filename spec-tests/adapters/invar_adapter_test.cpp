#include "spec-tests/adapters/invar_adapter.h"

#include <gtest/gtest.h>

#include <thread>

#include "decoder/text/parser.h"

namespace invar::spec {
namespace {

class InvarAdapterTest : public testing::Test {
 protected:
  Adapter::Id make(std::string_view text) {
    const Result<std::vector<u8>> bytes = text::parse_module(text, Features{});
    EXPECT_TRUE(bytes) << bytes.error().message();
    const auto module = adapter_->load(*bytes);
    EXPECT_TRUE(module) << module.error().message;
    const auto instance = adapter_->instantiate(*module);
    EXPECT_TRUE(instance) << instance.error().message;
    return *instance;
  }
  std::string call(Adapter::Id instance, const std::string& name, const std::vector<Value>& arguments = {}) {
    const auto values = adapter_->invoke(instance, name, arguments);
    return values ? to_string(*values) : values.error().message;
  }

  std::unique_ptr<Adapter> adapter_ = make_invar_adapter(EngineConfig{});
};

TEST_F(InvarAdapterTest, SpectestHasTheReferencesValues) {
  const auto instance = make(R"((module
    (import "spectest" "global_i32" (global $i32 i32)) (import "spectest" "global_i64" (global $i64 i64))
    (import "spectest" "global_f32" (global $f32 f32)) (import "spectest" "global_f64" (global $f64 f64))
    (import "spectest" "table" (table $t 10 20 funcref)) (import "spectest" "table64" (table $t64 i64 10 20 funcref))
    (import "spectest" "memory" (memory 1 2))
    (import "spectest" "print_f64_f64" (func $print (param f64 f64)))
    (func (export "globals") (result i32 i64 f32 f64)
      (global.get $i32) (global.get $i64) (global.get $f32) (global.get $f64))
    (func (export "sizes") (result i32 i64 i32)
      (table.size $t) (table.size $t64) (memory.size))
    (func (export "print") (call $print (f64.const 1) (f64.const 2)))))");
  EXPECT_EQ(call(instance, "globals"),
            "(i32.const 666) (i64.const 666) (f32.const 666.6 (0x4426a666)) (f64.const 666.6 (0x4084d4cccccccccd))");
  EXPECT_EQ(call(instance, "sizes"), "(i32.const 10) (i64.const 10) (i32.const 1)");
  EXPECT_EQ(call(instance, "print"), "nothing");
}

TEST_F(InvarAdapterTest, ValuesGoInAndOutUnchanged) {
  const auto instance = make(R"((module
    (func (export "id") (param i32 v128 f32 externref funcref) (result funcref externref f32 v128 i32)
      (local.get 4) (local.get 3) (local.get 2) (local.get 1) (local.get 0))))");
  Value vector;
  vector.type = ValKind::v128;
  for (size_t i = 0; i < 16; ++i) vector.bits.bytes[i] = static_cast<u8>(i);
  const std::vector<Value> arguments = {Value::number_value(ValKind::i32, 0xffffffff), vector,
                                        Value::number_value(ValKind::f32, 0x7fa00001),
                                        Value::reference(RefKind::extern_, 0), Value::reference(RefKind::null_)};
  EXPECT_EQ(call(instance, "id", arguments),
            "(ref.null) (ref.extern 0) (f32.const nan (0x7fa00001)) "
            "(v128.const i32x4 0x03020100 0x07060504 0x0b0a0908 0x0f0e0d0c) (i32.const -1)");
}

TEST_F(InvarAdapterTest, ArgumentsMustFitTheParameters) {
  const auto instance = make(R"((module (func (export "f") (param i32))))");
  EXPECT_EQ(call(instance, "f"), "wrong number of arguments");
  EXPECT_EQ(call(instance, "f", {Value::number_value(ValKind::i64, 0)}), "argument 1 does not fit the parameter");
  EXPECT_EQ(call(instance, "g"), "no exported function \"g\"");
}

TEST_F(InvarAdapterTest, FailuresHaveTheSpecsCategories) {
  const auto load = [&](std::string_view text) { return adapter_->load(*text::parse_module(text, Features{})); };
  EXPECT_EQ(load("(module (func (result i32)))").error().category, ErrorCategory::invalid);
  EXPECT_EQ(adapter_->load(std::vector<u8>{0, 1, 2}).error().category, ErrorCategory::malformed);
  const auto link = [&](std::string_view text) { return adapter_->instantiate(*load(text)).error().category; };
  EXPECT_EQ(link(R"((module (import "spectest" "unknown" (func))))"), ErrorCategory::unlinkable);
  EXPECT_EQ(link(R"((module (import "spectest" "memory" (memory 5))))"), ErrorCategory::unlinkable);
  EXPECT_EQ(link("(module (func $f unreachable) (start $f))"), ErrorCategory::trap);
  const auto instance = make(R"((module (func $f (export "f") (call $f))))");
  EXPECT_EQ(adapter_->invoke(instance, "f", {}).error().category, ErrorCategory::exhaustion);
}

TEST_F(InvarAdapterTest, RegisteredInstancesShareWhatTheyExport) {
  const auto exporter = make(R"((module (global (export "g") (mut i32) (i32.const 1))))");
  ASSERT_TRUE(adapter_->register_instance(exporter, "m"));
  const auto importer = make(R"((module
    (import "m" "g" (global $g (mut i32)))
    (func (export "set") (global.set $g (i32.const 5)))))");
  EXPECT_EQ(call(importer, "set"), "nothing");
  EXPECT_EQ(to_string(*adapter_->get(exporter, "g")), "i32.const 5");
}

TEST(InvarAdapterThreads, SeeWhatIsSharedAndNothingElse) {
  EngineConfig config;
  config.features.set(Feature::threads);
  const std::unique_ptr<Adapter> parent = make_invar_adapter(config);
  const auto make = [&](Adapter& adapter, std::string_view text) {
    const Result<std::vector<u8>> bytes = text::parse_module(text, config.features);
    EXPECT_TRUE(bytes) << bytes.error().message();
    return adapter.instantiate(*adapter.load(*bytes));
  };
  const auto owner = make(*parent, R"((module
    (memory (export "shared") 1 1 shared) (memory (export "own") 1)
    (global (export "g") i32 (i32.const 1)) (func (export "f"))
    (func (export "get") (result i32) (i32.load (i32.const 8)))))");
  ASSERT_TRUE(owner);
  const std::vector<Adapter::Id> shared = {*owner};
  const auto child = parent->fork(shared);
  ASSERT_TRUE(child);
  ASSERT_TRUE((*child)->register_instance(0, "m"));
  for (const std::string_view item : {"\"own\" (memory 1)", "\"g\" (global i32)", "\"f\" (func)"}) {
    const auto refused = make(**child, "(module (import \"m\" " + std::string(item) + "))");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().category, ErrorCategory::unlinkable);
  }
  EXPECT_FALSE((*child)->invoke(0, "f", {}));
  EXPECT_FALSE((*child)->get(0, "g"));
  const auto user = make(**child, R"((module (import "m" "shared" (memory 1 1 shared))
    (func (export "set") (i32.store (i32.const 8) (i32.const 77)))
    (func (export "wait") (result i32) (memory.atomic.wait32 (i32.const 0) (i32.const 0) (i64.const -1)))))");
  ASSERT_TRUE(user);
  EXPECT_TRUE((*child)->invoke(*user, "set", {}));
  EXPECT_EQ(to_string(*parent->invoke(*owner, "get", {})), "(i32.const 77)");

  const std::jthread stopper([&] { (*child)->interrupt(); });
  const auto stopped = (*child)->invoke(*user, "wait", {});
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().message, "interrupted");
}

}  // namespace
}  // namespace invar::spec
