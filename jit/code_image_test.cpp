// Machine code that is kept: it comes back as it was, and what is not it is refused.
#include "jit/code_image.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/tiering/compiled_file.h"
#include "jit/testing.h"

namespace invar::jit {
namespace {

EngineConfig config(Compiler& compiler) { return {.features = Features::all(), .compiler = &compiler}; }

/// Calls of every kind, memory, numbers in the pool, a switch, objects, casts, a function for the interpreter alone.
constexpr std::string_view text = R"((module
  (type $point (sub (struct (field (mut i32)) (field f64))))
  (type $point3 (sub $point (struct (field (mut i32)) (field f64) (field i64))))
  (type $words (array (mut i64)))
  (type $unary (func (param i64) (result i64)))
  (memory 1)
  (global $g (mut i64) (i64.const 5))
  (table funcref (elem $twice $thrice))
  (elem declare func $twice)
  (func $twice (type $unary) (i64.mul (local.get 0) (i64.const 2)))
  (func $thrice (type $unary) (i64.mul (local.get 0) (i64.const 3)))
  (func $interpreted (type $unary) (i64.atomic.rmw.add (i32.const 64) (local.get 0)))
  (func $trap (param i32) (result i32) (i32.load (local.get 0)))
  (func $switch (param i32) (result f64)
    (block $a (block $b (block $c (br_table $a $b $c (local.get 0))) (return (f64.const 3.25))) (return (f64.const -1.5)))
    (f64.const 1e300))
  (func $objects (param i32) (result i64) (local $p (ref null $point)) (local $a (ref null $words))
    (local.set $p (struct.new $point3 (local.get 0) (f64.const 1) (i64.const 9)))
    (local.set $a (array.new $words (i64.const 4) (i32.const 10)))
    (array.set $words (local.get $a) (i32.const 3) (i64.const 100))
    (i64.add (i64.add (i64.extend_i32_u (ref.test (ref $point3) (local.get $p)))
                      (i64.extend_i32_u (struct.get $point 0 (local.get $p))))
             (i64.add (array.get $words (local.get $a) (i32.const 3))
                      (struct.get $point3 2 (ref.cast (ref $point3) (local.get $p))))))
  (func (export "calls") (param $n i64) (result i64)
    (global.set $g (i64.add (global.get $g) (i64.const 1)))
    (i64.add (i64.add (call $twice (local.get $n)) (call_indirect (type $unary) (local.get $n) (i32.const 1)))
             (i64.add (call_ref $unary (local.get $n) (ref.func $twice))
                      (i64.add (call $interpreted (local.get $n)) (global.get $g)))))
  (func (export "switch") (param i64) (result i64) (i64.reinterpret_f64 (call $switch (i32.wrap_i64 (local.get 0)))))
  (func (export "objects") (param i64) (result i64) (call $objects (i32.wrap_i64 (local.get 0))))
  (func (export "trap") (param i64) (result i64) (i64.extend_i32_u (call $trap (i32.wrap_i64 (local.get 0)))))
))";

std::vector<u8> bytes_of(const SavedCode& saved) {
  std::vector<u8> bytes(saved.size);
  saved.write(bytes.data());
  return bytes;
}

/// All that the module does, line by line.
std::string observe(TestMachine& machine, const std::shared_ptr<CompiledModule>& module) {
  const auto instance = machine.linker.instantiate(module);
  if (!instance) return instance.error().message();
  std::string seen;
  for (const std::string_view name : {"calls", "switch", "objects", "trap"}) {
    for (const u64 argument : {0u, 1u, 2u, 7u, 65'533u, 100'000u}) {
      seen += fmt::format("{}({}) = {}\n", name, argument, machine.outcome(*instance, name, {argument}));
    }
  }
  return seen;
}

TEST(CodeImage, RunsInAnotherProcessAsItWas) {
  const auto compiler = make_compiler({.check = true}), other = make_compiler();
  INVAR_NEED_COMPILER(compiler != nullptr);
  std::vector<u8> saved;
  std::string expected;
  {
    TestMachine machine(config(*compiler));
    const auto module = compile_text(machine.engine, text);
    expected = observe(machine, module);
    saved = bytes_of(compiler->save(*module));
  }
  TestMachine machine(config(*other));
  // Types have other ids here.
  (void)compile_text(machine.engine, "(module (type (struct)) (type (array i32)) (type (func (param f32 f32))))");
  const auto module = compile_text(machine.engine, text);
  ASSERT_TRUE(other->restore(*module, {saved, nullptr}));
  u32 restored = 0;
  for (const Code& code : module->codes) {
    EXPECT_TRUE(code.is_requested);
    restored += !code.is_refused;
  }
  EXPECT_GE(restored, 9u);
  EXPECT_EQ(observe(machine, module), expected);
}

TEST(CodeImage, TheKeySaysWhatCodeDependsOn) {
  const auto compiler = make_compiler(), quick = make_compiler({.effort = 0}),
             plain = make_compiler({.baseline = true});
  INVAR_NEED_COMPILER(compiler != nullptr);
  const auto key = [](Compiler& of, void (*change)(EngineConfig&)) {
    EngineConfig changed;
    changed.compiler = &of;
    change(changed);
    const Engine engine(changed);
    return of.code_key(engine);
  };
  const auto same = [](EngineConfig&) {};
  const std::string usual = key(*compiler, same);
  EXPECT_NE(usual, "");
  EXPECT_EQ(usual, key(*compiler, [](EngineConfig& config) { config.lazy_compilation = true; }));
  EXPECT_NE(usual, key(*quick, same));
  EXPECT_EQ(explain_mismatch(key(*quick, same), usual), "");
  EXPECT_EQ(explain_mismatch(key(*plain, same), usual), "");
  EXPECT_NE(usual, key(*compiler, [](EngineConfig& config) { config.fuel = true; }));
  EXPECT_NE(usual, key(*compiler, [](EngineConfig& config) { config.interruptible = true; }));
  EXPECT_NE(usual, key(*compiler, [](EngineConfig& config) { config.deterministic = true; }));
  EXPECT_NE(usual, key(*compiler, [](EngineConfig& config) { config.features = Features::all(); }));
  EXPECT_NE(explain_mismatch(usual, key(*compiler, [](EngineConfig& config) { config.fuel = true; })), "");
}

// Whatever the checksum would say: nothing that is read leads out of the bytes. (What the code does is not looked at.)
TEST(CodeImage, DamagedTablesLeadNowhere) {
  const auto compiler = make_compiler();
  INVAR_NEED_COMPILER(compiler != nullptr);
  TestMachine machine(config(*compiler));
  const auto module = compile_text(machine.engine, text);
  module->compile_all();
  std::vector<u8> saved = bytes_of(compiler->save(*module));
  const auto good = read_image(saved, module->module());
  ASSERT_TRUE(good);
  const size_t tables = static_cast<size_t>(good->code.data() - saved.data());
  const u8* const end = saved.data() + saved.size();
  u32 refused = 0;
  for (size_t i = 0; i < tables; ++i) {
    for (const u8 bits : {u8{0x01}, u8{0x10}, u8{0x80}, u8{0xff}}) {
      saved[i] ^= bits;
      const auto image = read_image(saved, module->module());
      refused += !image;
      if (image) {
        for (const FunctionRecord& record : image->functions) {
          ASSERT_LT(record.function, module->codes.size());
          ASSERT_GE(record.function, module->module().imported_functions);
          ASSERT_LT(image->code.data() + record.code_offset + record.code_size, end);
          const CodeTableViews its = image->tables_of(record);
          for (const Site& site : its.sites) {
            // As a backtrace goes outwards.
            u32 at = site.offset;
            for (u32 steps = 0; at >= InlinedCode::first_position; ++steps) {
              ASSERT_LT(steps, 100u);
              const InlinedCode::Call& call = its.calls[its.positions[at - InlinedCode::first_position].call];
              ASSERT_LT(call.callee, module->codes.size());
              at = call.position;
            }
          }
        }
      }
      saved[i] ^= bits;
    }
  }
  EXPECT_GT(refused, 100u);
  for (size_t size = 0; size < saved.size(); size += size < tables ? 1 : 97) {
    EXPECT_FALSE(read_image(std::span{saved}.first(size), module->module())) << size;
  }
}

TEST(CodeImage, OfAnotherModuleIsRefused) {
  const auto compiler = make_compiler();
  INVAR_NEED_COMPILER(compiler != nullptr);
  TestMachine machine(config(*compiler));
  const auto module = compile_text(machine.engine, text);
  module->compile_all();
  const std::vector<u8> saved = bytes_of(compiler->save(*module));
  const auto small = compile_text(machine.engine, "(module (func (export \"f\") (result i64) (i64.const 3)))");
  EXPECT_FALSE(compiler->restore(*small, {saved, nullptr}));
  EXPECT_EQ(machine.value(*machine.linker.instantiate(small), "f"), 3u);
}

}  // namespace
}  // namespace invar::jit
