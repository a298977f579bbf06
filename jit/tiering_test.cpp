// When functions are compiled: ahead on several threads, at the first call, and while they run; how loops change from
// the interpreter to compiled code and back.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <thread>

#include "engine/tiering/background_compiler.h"
#include "jit/testing.h"

namespace invar::jit {
namespace {

EngineConfig interpreted() { return {.features = Features::all(), .fuel = true}; }

EngineConfig tiering(Compiler& compiler, u32 patience, bool in_background) {
  EngineConfig config = interpreted();
  config.compiler = &compiler;
  config.tier_up = true;
  config.tier_up_patience = patience;
  config.background_compilation = in_background;
  return config;
}

/// Loops in loops in all shapes: what they carry on the stack and in locals, how they are left.
struct Program {
  std::string_view name, text;
  u64 argument;
};

constexpr Program programs[] = {
    {"three loops, each with locals of its own", R"((module (func (export "f") (param $n i64) (result i64)
      (local $i i64) (local $j i64) (local $k i64) (local $sum i64) (local $never i64)
      (local.set $never (i64.const 77))
      (loop $outer
        (local.set $j (i64.const 0))
        (loop $middle
          (local.set $k (i64.const 0))
          (loop $inner
            (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 31))
                                     (i64.xor (local.get $k) (i64.mul (local.get $i) (local.get $j)))))
            (local.set $k (i64.add (local.get $k) (i64.const 1)))
            (br_if $inner (i64.lt_u (local.get $k) (local.get $n))))
          (local.set $j (i64.add (local.get $j) (i64.const 1)))
          (br_if $middle (i64.lt_u (local.get $j) (local.get $n))))
        (local.set $i (i64.add (local.get $i) (i64.const 1)))
        (br_if $outer (i64.lt_u (local.get $i) (local.get $n))))
      (i64.add (local.get $sum) (local.get $never)))))",
     13},
    {"operands and constants below the loops, and loops with parameters", R"((module
      (func (export "f") (param $n i64) (result i64) (local $i i64) (local $j i64)
      (i64.const 5)
      (i64.mul (local.get $n) (local.get $n))
      (f64.const 2.5)
      (i64.const 1000)
      (f32.convert_i64_u (local.get $n))
      (loop $outer (param i64 f32) (result i64 f32)
        (f32.add (f32.const 0.5))
        (i64.const 3)
        (local.set $j (i64.const 0))
        (i64.const 10)
        (loop $inner (param i64) (result i64)
          (i64.add (i64.mul (local.get $i) (local.get $j)))
          (local.set $j (i64.add (local.get $j) (i64.const 1)))
          (br_if $inner (i64.lt_u (local.get $j) (local.get $n))))
        (i64.add)
        (local.set $j)
        (local.set $i (i64.add (local.get $i) (i64.const 1)))
        (f32.add (f32.convert_i64_s (local.get $j)))
        (br_if $outer (i64.lt_u (local.get $i) (local.get $n))))
      (i64.trunc_sat_f32_s)
      (i64.add)
      (i64.trunc_sat_f64_s (f64.mul (f64.convert_i64_s)))
      (i64.add)
      (i64.add))))",
     20},
    {"all types of locals change", R"((module (func (export "f") (param $n i64) (result i64)
      (local $a i32) (local $b f32) (local $c f64) (local $d v128) (local $r externref) (local $i i64) (local $j i64)
      (local.set $r (ref.null extern))
      (loop $outer
        (local.set $j (i64.const 0))
        (loop $inner
          (local.set $a (i32.sub (local.get $a) (i32.wrap_i64 (local.get $j))))
          (local.set $b (f32.add (local.get $b) (f32.const 1.25)))
          (local.set $c (f64.sub (local.get $c) (f64.promote_f32 (local.get $b))))
          (local.set $d (i32x4.add (local.get $d) (i32x4.splat (local.get $a))))
          (local.set $j (i64.add (local.get $j) (i64.const 1)))
          (br_if $inner (i64.lt_u (local.get $j) (local.get $n))))
        (local.set $i (i64.add (local.get $i) (i64.extend_i32_u (ref.is_null (local.get $r)))))
        (br_if $outer (i64.lt_u (local.get $i) (local.get $n))))
      (i64.add (i64.add (i64.extend_i32_u (local.get $a)) (i64.reinterpret_f64 (local.get $c)))
               (i64.add (i64x2.extract_lane 1 (local.get $d)) (i64.extend_i32_u (i32.reinterpret_f32 (local.get $b))))))))",
     25},
    {"ways out of the inner loop to everywhere", R"((module (func (export "f") (param $n i64) (result i64)
      (local $i i64) (local $j i64) (local $x i64)
      (block $done (result i64)
        (loop $outer
          (local.set $i (i64.add (local.get $i) (i64.const 1)))
          (drop (br_if $done (i64.mul (local.get $x) (i64.const 2)) (i64.gt_u (local.get $i) (local.get $n))))
          (local.set $j (i64.const 0))
          (block $skip
            (loop $inner
              (local.set $j (i64.add (local.get $j) (i64.const 1)))
              (local.set $x (i64.add (i64.mul (local.get $x) (i64.const 7)) (local.get $j)))
              (block $a (block $b (block $c
                (br_table $a $b $c $inner $outer $inner $skip $inner
                          (i32.wrap_i64 (i64.rem_u (local.get $x) (i64.const 19))))
                )
                (local.set $x (i64.xor (local.get $x) (i64.const 0x55)))
                (br $inner))
              (local.set $x (i64.add (local.get $x) (i64.const 3)))
              (br_if $outer (i64.eqz (i64.and (local.get $x) (i64.const 7)))))
              (br_if $inner (i64.lt_u (local.get $j) (i64.const 50))))
            (br $outer))
          (local.set $x (i64.rotl (local.get $x) (i64.const 3)))
          (br $outer))
        (unreachable)))))",
     300},
    {"inner loops one behind the other, one in an if", R"((module (memory 1)
      (func (export "f") (param $n i64) (result i64) (local $i i64) (local $j i64) (local $sum i64)
      (loop $outer
        (if (i64.eqz (i64.and (local.get $i) (i64.const 1)))
          (then
            (local.set $j (i64.const 0))
            (loop $first
              (i64.store (i32.wrap_i64 (i64.mul (local.get $j) (i64.const 8))) (local.get $sum))
              (local.set $j (i64.add (local.get $j) (i64.const 1)))
              (br_if $first (i64.lt_u (local.get $j) (local.get $n)))))
          (else (local.set $sum (i64.add (local.get $sum) (i64.const 11)))))
        (local.set $j (local.get $n))
        (loop $second
          (local.set $j (i64.sub (local.get $j) (i64.const 1)))
          (local.set $sum (i64.add (local.get $sum) (i64.load (i32.wrap_i64 (i64.mul (local.get $j) (i64.const 8))))))
          (br_if $second (i64.ne (local.get $j) (i64.const 0))))
        (local.set $i (i64.add (local.get $i) (i64.const 1)))
        (br_if $outer (i64.lt_u (local.get $i) (local.get $n))))
      (local.get $sum))))",
     40},
    {"a recursion with loops in each call", R"((module (func $f (export "f") (param $n i64) (result i64)
      (local $i i64) (local $j i64) (local $sum i64)
      (if (i64.eqz (local.get $n)) (then (return (i64.const 1))))
      (loop $outer
        (local.set $j (i64.const 0))
        (loop $inner
          (local.set $sum (i64.add (local.get $sum) (i64.mul (local.get $n) (local.get $j))))
          (local.set $j (i64.add (local.get $j) (i64.const 1)))
          (br_if $inner (i64.lt_u (local.get $j) (i64.const 4))))
        (local.set $sum (i64.add (local.get $sum) (call $f (i64.sub (local.get $n) (i64.const 1)))))
        (local.set $i (i64.add (local.get $i) (i64.const 1)))
        (br_if $outer (i64.lt_u (local.get $i) (i64.const 3))))
      (local.get $sum))))",
     6},
    {"a trap in the inner loop", R"((module (func (export "f") (param $n i64) (result i64) (local $i i64) (local $j i64)
      (loop $outer
        (local.set $j (local.get $n))
        (loop $inner
          (local.set $j (i64.sub (local.get $j) (i64.const 1)))
          (drop (i64.div_u (local.get $n)
                           (i64.xor (i64.add (i64.mul (local.get $i) (i64.const 1000)) (local.get $j)) (i64.const 25007))))
          (br_if $inner (i64.ne (local.get $j) (i64.const 0))))
        (local.set $i (i64.add (local.get $i) (i64.const 1)))
        (br $outer))
      (unreachable))))",
     60},
    {"a constant below the loop that is one in the loop, too", R"((module (type $a (array (mut i64)))
      (func (export "f") (param $n i64) (result i64) (local $a (ref null $a)) (local $i i64)
      (local.set $a (array.new $a (i64.const 0) (i32.const 10)))
      (local.get $a)
      (i32.const 5)
      (loop $l
        (local.set $i (i64.add (local.get $i) (i64.const 1)))
        (array.set $a (local.get $a) (i32.const 5) (local.get $i))
        (br_if $l (i64.lt_u (local.get $i) (local.get $n))))
      (array.set $a (i64.const -7))
      (array.get $a (local.get $a) (i32.const 5)))))",
     500},
};

std::string run(Store& store, const Instance* instance, u64 argument) {
  return outcome_with_fuel(store, instance, "f", {argument}, 100'000'000);
}
std::string run(TestMachine& machine, const Instance* instance, u64 argument) {
  return run(machine.store, instance, argument);
}

std::unique_ptr<Compiler> checked_compiler() { return make_compiler({.check = true}); }

TEST(Tiering, LoopsInLoopsComeToTheSame) {
  const auto compiler = checked_compiler();
  INVAR_NEED_COMPILER(compiler != nullptr);
  for (const Program& program : programs) {
    TestMachine plain(interpreted());
    const std::string expected = run(plain, plain.instantiate(program.text), program.argument);
    for (const u32 patience : {0u, 1u, 7u, 50u, 400u, 3000u}) {
      TestMachine changing(tiering(*compiler, patience, false));
      const Instance* const instance = changing.instantiate(program.text);
      for (u32 call = 0; call < 3; ++call) {
        EXPECT_EQ(run(changing, instance, program.argument), expected)
            << program.name << ", patience " << patience << ", call " << call;
      }
    }
  }
}

TEST(Tiering, CompilingBesideComesToTheSame) {
  const auto compiler = checked_compiler();
  INVAR_NEED_COMPILER(compiler != nullptr);
  for (const Program& program : programs) {
    TestMachine plain(interpreted());
    const std::string expected = run(plain, plain.instantiate(program.text), program.argument);
    TestMachine changing(tiering(*compiler, 10, true));
    const Instance* const instance = changing.instantiate(program.text);
    for (u32 call = 0; call < 20; ++call) {
      EXPECT_EQ(run(changing, instance, program.argument), expected) << program.name << ", call " << call;
      if (call % 4 == 3) changing.engine.background_compiler().wait();
    }
  }
}

/// A compiler that says what it was asked for.
class Listener final : public Compiler {
 public:
  explicit Listener(Compiler& to) : to_(to) {}
  std::string seen() {
    const std::lock_guard lock(mutex_);
    return seen_;
  }
  bool compile(Code& code, const StopFlag* stop) override {
    note(fmt::format("{} ", code.function));
    return to_.compile(code, stop);
  }
  const u64* compile_loop(Code& code, const LoopPlace& loop, const StopFlag* stop) override {
    note(fmt::format("{}.{}/{} ", code.function, loop.block, loop.around.size()));
    return to_.compile_loop(code, loop, stop);
  }
  const void* unbound_entry() const override { return to_.unbound_entry(); }
  bool bind(Code& code) override { return to_.bind(code); }
  void prepare(MachineContext& context) override { to_.prepare(context); }
  MachineSite find(const u8* pc, u32 level) const override { return to_.find(pc, level); }
  std::string code_key(const Engine& engine) const override { return to_.code_key(engine); }
  SavedCode save(const CompiledModule& module) override { return to_.save(module); }
  bool restore(CompiledModule& module, const ModuleBytes& saved) override { return to_.restore(module, saved); }
  void forget(const CompiledModule& module) override { to_.forget(module); }

 private:
  void note(const std::string& what) {
    const std::lock_guard lock(mutex_);
    seen_ += what;
  }
  Compiler& to_;
  std::mutex mutex_;
  std::string seen_;
};

TEST(Tiering, WhatIsCalledOnceIsEnteredAtItsLoops) {
  const auto compiler = checked_compiler();
  INVAR_NEED_COMPILER(compiler != nullptr);
  Listener listener(*compiler);
  TestMachine machine(tiering(listener, 20, false));
  run(machine, machine.instantiate(programs[0].text), 13);
  // The innermost loop first, then the ones around it as they turn; the function itself is not called again.
  EXPECT_EQ(listener.seen(), "0.2/2 0.1/1 0.0/0 ");
}

TEST(Tiering, WhatIsCalledOftenIsCompiledAsAWhole) {
  const auto compiler = checked_compiler();
  INVAR_NEED_COMPILER(compiler != nullptr);
  Listener listener(*compiler);
  TestMachine machine(tiering(listener, 1000, false));
  machine.store.fuel = 1'000'000;
  const Instance* const instance = machine.instantiate(R"((module
    (func $add (param i64 i64) (result i64) (i64.add (local.get 0) (local.get 1)))
    (func (export "f") (param $n i64) (result i64) (call $add (local.get $n) (i64.const 1)))))");
  for (u64 i = 0; i < 1000; ++i) ASSERT_EQ(machine.value(instance, "f", {i}), i + 1);
  EXPECT_TRUE(listener.seen() == "0 1 " || listener.seen() == "1 0 ") << listener.seen();
}

TEST(Tiering, WhatTheCompilerLeavesIsAskedForOnce) {
  const auto compiler = make_compiler({.check = true, .first_function = 1, .last_function = 0});
  INVAR_NEED_COMPILER(compiler != nullptr);
  for (const bool in_background : {false, true}) {
    Listener listener(*compiler);
    TestMachine machine(tiering(listener, 10, in_background));
    const Instance* const instance = machine.instantiate(programs[5].text);
    for (u32 call = 0; call < 5; ++call) {
      run(machine, instance, 6);
      if (in_background) machine.engine.background_compiler().wait();
    }
    EXPECT_LE(std::ranges::count(listener.seen(), ' '), 3);  // the function, and perhaps its loops before
  }
}

TEST(Tiering, EnginesMayGoWhileTheyCompile) {
  const auto compiler = make_compiler();
  INVAR_NEED_COMPILER(compiler != nullptr);
  for (u32 round = 0; round < 30; ++round) {
    auto machine = std::make_unique<TestMachine>(tiering(*compiler, round % 5, true));
    const Program& program = programs[round % std::size(programs)];
    run(*machine, machine->instantiate(program.text), 5);
  }
}

TEST(Tiering, ModulesMayGoWhileTheyAreCompiled) {
  const auto compiler = make_compiler();
  INVAR_NEED_COMPILER(compiler != nullptr);
  Engine engine(tiering(*compiler, 0, true));
  for (u32 round = 0; round < 30; ++round) {
    Store store(engine, {.max_guarded_memories = 4});
    const auto module = compile_text(engine, programs[round % std::size(programs)].text);
    const auto instance = instantiate(store, module, {});
    ASSERT_TRUE(instance);
    store.fuel = 100'000;
    const Slot arguments[] = {9};
    (void)call(store, *std::get<Func*>(*find_export(**instance, "f")), arguments);
  }
}

TEST(Tiering, StoresOfSeveralThreadsShareWhatIsCompiled) {
  const auto compiler = make_compiler();
  INVAR_NEED_COMPILER(compiler != nullptr);
  Engine engine(tiering(*compiler, 30, true));
  for (const Program& program : programs) {
    TestMachine plain(interpreted());
    const std::string expected = run(plain, plain.instantiate(program.text), program.argument);
    const auto module = compile_text(engine, program.text);
    std::vector<std::string> seen(3);
    std::vector<std::thread> threads;
    for (std::string& result : seen) {
      threads.emplace_back([&] {
        Store store(engine, {.max_guarded_memories = 2});
        const auto instance = instantiate(store, module, {});
        for (u32 i = 0; i < 4; ++i) result = run(store, *instance, program.argument);
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (const std::string& result : seen) EXPECT_EQ(result, expected) << program.name;
  }
}

/// Many functions, each of which calls the one before it.
std::string chain(u32 count) {
  std::string text = "(module (func $0 (param i64) (result i64) (local.get 0))";
  for (u32 i = 1; i < count; ++i) {
    text += fmt::format(
        "(func ${} (param i64) (result i64) (i64.add (call ${} (i64.mul (local.get 0) (i64.const {}))) "
        "(i64.const {})))",
        i, i - 1, 2 * i + 1, i);
  }
  return text + fmt::format("(export \"f\" (func ${})))", count - 1);
}

TEST(Tiering, CompilingAheadOnThreadsComesToTheSame) {
  const auto compiler = checked_compiler();
  INVAR_NEED_COMPILER(compiler != nullptr);
  const std::string text = chain(2000);
  TestMachine plain(interpreted());
  const std::string expected = run(plain, plain.instantiate(text), 3);
  for (const u32 threads : {1u, 4u}) {
    EngineConfig config = interpreted();
    config.compiler = compiler.get();
    config.compilation_threads = threads;
    TestMachine machine(config);
    const Instance* const instance = machine.instantiate(text);
    for (const Code& code : instance->compiled->codes) {
      EXPECT_TRUE(code.is_requested && !code.is_refused) << code.function;
    }
    EXPECT_EQ(run(machine, instance, 3), expected);
  }
}

TEST(Tiering, LazilyOnlyWhatIsCalledIsCompiled) {
  const auto compiler = make_compiler({.check = true, .inlines = false});
  INVAR_NEED_COMPILER(compiler != nullptr);
  Listener listener(*compiler);
  EngineConfig config = interpreted();
  config.compiler = &listener;
  config.lazy_compilation = true;
  TestMachine machine(config);
  machine.store.fuel = 1000;
  const Instance* const instance = machine.instantiate(R"((module (func) (func $called) (func)
    (func (export "f") (param i64) (result i64) (call $called) (local.get 0))))");
  EXPECT_EQ(listener.seen(), "");
  EXPECT_EQ(machine.value(instance, "f", {4}), 4u);
  EXPECT_EQ(listener.seen(), "3 1 ");
}

}  // namespace
}  // namespace invar::jit
