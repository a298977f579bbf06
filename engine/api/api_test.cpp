// The public interface, used as an embedder would.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <thread>

#include "invar/invar.h"

namespace invar::api {
namespace {

class ApiTest : public testing::Test {
 protected:
  explicit ApiTest(const Config& config = {}) : engine(Engine::create(config).value()), store(engine), linker(store) {}

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

TEST_F(ApiTest, TypedCalls) {
  const Instance instance = instantiate(R"((module
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "mix") (param i64 f32 f64) (result f64)
      (f64.add (f64.convert_i64_s (local.get 0)) (f64.add (f64.promote_f32 (local.get 1)) (local.get 2))))
    (func (export "nothing"))
    (func (export "pair") (param i32) (result i32 i64) (local.get 0) (i64.const -1))))");
  EXPECT_EQ(instance.func("add")->call<std::int32_t>(40, 2).value(), 42);
  EXPECT_EQ(instance.func("add")->call<std::uint32_t>(-1, 0).value(), 0xffff'ffffu);
  EXPECT_EQ(instance.func("mix")->call<double>(std::int64_t{1}, 0.5f, 0.25).value(), 1.75);
  EXPECT_TRUE(instance.func("nothing")->call<void>());
  const auto pair = instance.func("pair")->call<std::tuple<std::int32_t, std::int64_t>>(7);
  EXPECT_EQ(*pair, std::tuple(7, std::int64_t{-1}));
}

TEST_F(ApiTest, CallsWithTheWrongTypesAreErrors) {
  const Instance instance = instantiate(R"((module (func (export "f") (param i32) (result i64) (i64.const 1))))");
  const Func func = *instance.func("f");
  EXPECT_EQ(func.call<std::int32_t>(1).error().kind, ErrorKind::host);
  EXPECT_FALSE(func.call<std::int64_t>(1.0));
  EXPECT_FALSE(func.call<std::int64_t>());
  EXPECT_EQ(func.call({}).error().message, "call: expected 1 arguments, got 0");
  EXPECT_EQ(func.call({1.0}).error().message, "argument 1: expected i32, got f64");
  EXPECT_EQ(func.call({1})->at(0).i64(), 1);
  EXPECT_FALSE(instance.func("g"));
  EXPECT_FALSE(instance.memory("f"));
}

TEST_F(ApiTest, HostFunctionsFromLambdas) {
  int calls = 0;
  ASSERT_TRUE(linker.func("host", "add", [](std::int32_t a, std::int64_t b) { return a + b; }));
  ASSERT_TRUE(linker.func("host", "count", [&calls] { ++calls; }));
  ASSERT_TRUE(linker.func("host", "halves", [](double a) { return std::tuple(std::floor(a), a - std::floor(a)); }));
  ASSERT_TRUE(linker.func("host", "byte", [](Caller& caller, std::uint32_t address) -> Result<std::uint32_t> {
    const auto bytes = caller.memory()->slice(address, 1);
    if (!bytes) return host_failure("byte: out of range");
    return (*bytes)[0];
  }));
  const Instance instance = instantiate(R"((module
    (import "host" "add" (func $add (param i32 i64) (result i64)))
    (import "host" "count" (func $count))
    (import "host" "halves" (func $halves (param f64) (result f64 f64)))
    (import "host" "byte" (func $byte (param i32) (result i32)))
    (memory 1) (data (i32.const 9) "\2a")
    (func (export "add") (result i64) (call $count) (call $add (i32.const -1) (i64.const 10)))
    (func (export "halves") (param f64) (result f64) (call $halves (local.get 0)) (f64.sub))
    (func (export "byte") (param i32) (result i32) (call $byte (local.get 0)))))");
  EXPECT_EQ(instance.func("add")->call<std::int64_t>().value(), 9);
  EXPECT_EQ(calls, 1);
  EXPECT_EQ(instance.func("halves")->call<double>(2.25).value(), 1.75);
  EXPECT_EQ(instance.func("byte")->call<std::uint32_t>(9).value(), 42u);
  const auto failed = instance.func("byte")->call<std::uint32_t>(65536);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message, "byte: out of range");
  EXPECT_EQ(failed.error().trap->kind, TrapKind::host_error);
  EXPECT_EQ(failed.error().trap->backtrace.at(0).function, "byte");
}

TEST_F(ApiTest, HostFunctionsWithTypesFromRunTime) {
  const FuncType type{{externref, ValKind::v128}, {ValKind::v128, externref}};
  ASSERT_TRUE(
      linker.func("host", "swap", type, [](Caller&, std::span<const Val> in, std::span<Val> out) -> Result<void> {
        out[0] = in[1];
        out[1] = in[0];
        return {};
      }));
  ASSERT_TRUE(linker.func("host", "wrong", {{}, {ValKind::i32}}, [](Caller&, auto, std::span<Val> out) -> Result<void> {
    out[0] = 1.0;
    return {};
  }));
  const Instance instance = instantiate(R"((module
    (import "host" "swap" (func $swap (param externref v128) (result v128 externref)))
    (import "host" "wrong" (func $wrong (result i32)))
    (func (export "swap") (param externref v128) (result v128 externref) (call $swap (local.get 0) (local.get 1)))
    (func (export "wrong") (result i32) (call $wrong))))");
  std::array<std::uint8_t, 16> bytes{};
  bytes[15] = 15;
  const auto result = instance.func("swap")->call({Val::external(77), Val::v128(bytes)});
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ((*result)[0].v128(), bytes);
  EXPECT_EQ((*result)[1].external(), 77u);
  EXPECT_TRUE(instance.func("swap")->call({Val::null(externref), Val::v128(bytes)})->at(1).is_null());
  EXPECT_EQ(instance.func("wrong")->call({}).error().message, "host function: result 1: expected i32, got f64");
}

TEST_F(ApiTest, TrapsPassThroughTheHost) {
  Instance instance;
  ASSERT_TRUE(
      linker.func("host", "again", [&instance](std::int32_t n) { return instance.func("f")->call<std::int32_t>(n); }));
  instance = instantiate(R"((module
    (import "host" "again" (func $again (param i32) (result i32)))
    (func $f (export "f") (param i32) (result i32)
      (if (i32.eqz (local.get 0)) (then (unreachable)))
      (call $again (i32.sub (local.get 0) (i32.const 1))))))");
  const auto failed = instance.func("f")->call<std::int32_t>(2);
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, ErrorKind::trap);
  EXPECT_EQ(failed.error().trap->kind, TrapKind::unreachable);
  EXPECT_EQ(failed.error().trap->backtrace.size(), 3u);
}

TEST_F(ApiTest, TheProgramMayExit) {
  ASSERT_TRUE(linker.func("host", "exit", [](std::int32_t code) -> Result<void> { return exit_program(code); }));
  const Instance instance = instantiate(R"((module (import "host" "exit" (func $exit (param i32)))
    (func (export "f") (call $exit (i32.const 3)))))");
  const auto result = instance.func("f")->call<void>();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().trap->kind, TrapKind::exit);
  EXPECT_EQ(result.error().trap->exit_code, 3);
}

TEST_F(ApiTest, MemoriesTablesAndGlobals) {
  const Memory memory = Memory::create(store, {.limits = {1, 3}}).value();
  const Table table = Table::create(store, {.element = funcref, .limits = {2, {}}}, Val::null(funcref)).value();
  const Global global = Global::create(store, {.type = ValKind::i64, .is_mutable = true}, std::int64_t{5}).value();
  linker.define("env", "m", memory);
  linker.define("env", "t", table);
  linker.define("env", "g", global);
  const Instance instance = instantiate(R"((module
    (import "env" "m" (memory 1 3)) (import "env" "t" (table 2 funcref)) (import "env" "g" (global $g (mut i64)))
    (func $seven (export "seven") (result i32) (i32.const 7))
    (func (export "run") (result i32)
      (global.set $g (i64.const 6))
      (i32.store8 (i32.const 1) (i32.const 8))
      (call_indirect (result i32) (i32.const 1)))))");
  ASSERT_TRUE(table.set(1, *instance.func("seven")));
  EXPECT_EQ(instance.func("run")->call<std::int32_t>().value(), 7);
  EXPECT_EQ(global.get().i64(), 6);
  EXPECT_EQ(memory.data()[1], 8);
  EXPECT_EQ(table.get(1)->func().call<std::int32_t>().value(), 7);
  EXPECT_TRUE(table.get(0)->is_null());
  EXPECT_FALSE(table.get(2));
  EXPECT_FALSE(table.set(2, Val::null(funcref)));
  EXPECT_FALSE(table.set(0, Val(1)));
  EXPECT_EQ(table.grow(3, Val::null(funcref)).value(), 2u);
  EXPECT_EQ(table.type().limits.min, 5u);
  EXPECT_EQ(memory.grow(2).value(), 1u);
  EXPECT_FALSE(memory.grow(1));
  EXPECT_EQ(memory.pages(), 3u);
  EXPECT_FALSE(memory.slice(65536 * 3 - 1, 2));
  EXPECT_FALSE(global.set(1));
  EXPECT_TRUE(global.set(std::int64_t{9}));
  EXPECT_FALSE(Memory::create(store, {.limits = {2, 1}}));
  EXPECT_FALSE(Global::create(store, {.type = ValKind::i32}, 1.0));
}

TEST_F(ApiTest, ModulesDescribeThemselves) {
  const auto module = Module::from_text(engine, R"((module
    (import "a" "f" (func (param i32))) (import "a" "m" (memory 1))
    (func (export "g") (result f64) (f64.const 0)) (export "m" (memory 0))
    (@custom "note" "text")))");
  ASSERT_TRUE(module) << module.error().message;
  const auto imports = module->imports();
  ASSERT_EQ(imports.size(), 2u);
  EXPECT_EQ(imports[0].name, "f");
  EXPECT_EQ(imports[0].func, (FuncType{{ValKind::i32}, {}}));
  EXPECT_EQ(imports[1].kind, ExternKind::memory);
  const auto exports = module->exports();
  ASSERT_EQ(exports.size(), 2u);
  EXPECT_EQ(exports[0].func->results.at(0), ValType(ValKind::f64));
  const auto note = module->custom_section("note");
  ASSERT_TRUE(note);
  EXPECT_EQ(std::string(note->begin(), note->end()), "text");
  EXPECT_FALSE(module->custom_section("other"));
}

TEST_F(ApiTest, FailuresSayWhatKindTheyAre) {
  EXPECT_EQ(Module::from_text(engine, "(module (func (result i32)))").error().kind, ErrorKind::invalid);
  EXPECT_EQ(Module::from_text(engine, "(module").error().kind, ErrorKind::malformed);
  const std::vector<std::uint8_t> bytes{0, 'a', 's', 'm', 2, 0, 0, 0};
  EXPECT_EQ(Module::from_bytes(engine, bytes).error().message.find("unknown binary version"), 0u);
  EXPECT_EQ(Module::from_file(engine, "no/such/file").error().kind, ErrorKind::host);
  EXPECT_EQ(Engine::create({.features = {{"nonsense", true}}}).error().message, "unknown feature: nonsense");
  const auto module = Module::from_text(engine, R"((module (import "a" "b" (func))))");
  EXPECT_EQ(linker.instantiate(*module).error().kind, ErrorKind::unlinkable);
  EXPECT_EQ(api::instantiate(store, *module, {}).error().kind, ErrorKind::host);
}

TEST_F(ApiTest, ModulesFromFilesInEitherFormat) {
  const std::string path = testing::TempDir() + "invar_api_test.wasm";
  const char binary[] = {0, 'a', 's', 'm', 1, 0, 0, 0};
  std::ofstream(path, std::ios::binary).write(binary, sizeof(binary));
  EXPECT_TRUE(Module::from_file(engine, path));
  std::ofstream(path) << "(module (memory (export \"memory\") 2))";
  const auto module = Module::from_file(engine, path);
  ASSERT_TRUE(module);
  EXPECT_EQ(linker.instantiate(*module)->memory()->pages(), 2u);
  std::ofstream(path) << "(module (func (result i32)))";
  EXPECT_EQ(Module::from_file(engine, path).error().message.find(path + ": type mismatch"), 0u);
  std::remove(path.c_str());
}

TEST_F(ApiTest, ModulesAreSharedBetweenThreads) {
  const auto module = Module::from_text(engine, R"((module
    (func $fib (export "fib") (param i32) (result i32)
      (if (result i32) (i32.lt_s (local.get 0) (i32.const 2))
        (then (local.get 0))
        (else (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1)))
                       (call $fib (i32.sub (local.get 0) (i32.const 2)))))))))");
  std::vector<std::thread> threads;
  std::vector<std::int32_t> results(4);
  for (std::int32_t& result : results) {
    threads.emplace_back([&] {
      Store own(engine);
      result = api::instantiate(own, *module, {})->func("fib")->call<std::int32_t>(15).value();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(results, std::vector<std::int32_t>(4, 610));
}

constexpr std::string_view endless = R"((module (func (export "run") (loop (br 0)))
  (func (export "one") (result i32) (i32.const 1))))";

class FuelTest : public ApiTest {
 protected:
  FuelTest() : ApiTest({.fuel = true}) {}
};

TEST_F(FuelTest, FuelRunsOut) {
  const Instance instance = instantiate(endless);
  store.set_fuel(10'000);
  const auto result = instance.func("run")->call<void>();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::exhaustion);
  EXPECT_EQ(result.error().trap->kind, TrapKind::out_of_fuel);
  store.set_fuel(10'000);
  EXPECT_EQ(instance.func("one")->call<std::int32_t>().value(), 1);
  EXPECT_LT(store.fuel(), 10'000);
  EXPECT_GT(store.fuel(), 0);
}

class InterruptTest : public ApiTest {
 protected:
  InterruptTest() : ApiTest({.interruptible = true}) {}
};

TEST_F(InterruptTest, AnotherThreadStopsTheProgram) {
  const Instance instance = instantiate(endless);
  std::thread other([this] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    store.interrupt();
  });
  const auto result = instance.func("run")->call<void>();
  other.join();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().trap->kind, TrapKind::interrupted);
  EXPECT_EQ(instance.func("one")->call<std::int32_t>().value(), 1);
}

TEST(PageSizeTest, MemoriesOfBytes) {
  const Engine engine = Engine::create({.features = {{"custom-page-sizes", true}}}).value();
  Store store(engine);
  EXPECT_FALSE(Memory::create(store, {.limits = {1, {}}, .page_size = 2}));
  const Memory memory = Memory::create(store, {.limits = {5, 9}, .page_size = 1}).value();
  EXPECT_EQ(memory.type().page_size, 1u);
  EXPECT_EQ(memory.size(), 5u);
  Linker linker(store);
  linker.define("env", "memory", memory);
  const Module module = Module::from_text(engine, R"((module (import "env" "memory" (memory 5 (pagesize 1)))
    (func (export "last") (result i32) (i32.load8_u (i32.const 8)))))")
                            .value();
  const Instance instance = linker.instantiate(module).value();
  EXPECT_FALSE(instance.func("last")->call<std::int32_t>());
  EXPECT_EQ(memory.grow(4).value(), 5u);
  EXPECT_FALSE(memory.grow(1));
  memory.data()[8] = 3;
  EXPECT_EQ(instance.func("last")->call<std::int32_t>().value(), 3);
}

TEST(ThreadsTest, StoresOfTwoThreadsShareAMemory) {
  const Engine engine = Engine::create({.features = {{"threads", true}}, .interruptible = true}).value();
  Store store(engine);
  const Memory memory = Memory::create(store, {.limits = {1, 2}, .is_shared = true}).value();
  EXPECT_FALSE(Memory::create(store, {.limits = {1, {}}, .is_shared = true}));
  const Module module = Module::from_text(engine, R"((module
    (import "env" "memory" (memory 1 2 shared))
    (func (export "wait") (param i64) (result i32)
      (memory.atomic.wait32 (i32.const 8) (i32.const 0) (local.get 0)))
    (func (export "wake") (result i32)
      (i32.atomic.store (i32.const 8) (i32.const 1))
      (memory.atomic.notify (i32.const 8) (i32.const 1)))))")
                            .value();
  const auto instantiate = [&](Store& where) {
    Linker linker(where);
    linker.define("env", "memory", memory);
    return linker.instantiate(module).value();
  };
  const Instance mine = instantiate(store);

  // The other waits until it is woken, or comes too late to wait.
  std::thread other([&] {
    Store its_store(engine);
    const Instance its = instantiate(its_store);
    const auto outcome = its.func("wait")->call<std::int32_t>(std::int64_t{-1});
    ASSERT_TRUE(outcome) << outcome.error().message;
    EXPECT_LE(*outcome, 1);
  });
  EXPECT_LE(mine.func("wake")->call<std::int32_t>().value(), 1);
  other.join();
  EXPECT_EQ(memory.data()[8], 1);

  // And one that nobody wakes is interrupted.
  memory.data()[8] = 0;
  std::thread stopper([&] { store.interrupt(); });
  const auto stopped = mine.func("wait")->call<std::int32_t>(std::int64_t{-1});
  stopper.join();
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().trap->kind, TrapKind::interrupted);
  EXPECT_EQ(mine.func("wait")->call<std::int32_t>(std::int64_t{1000}).value(), 2);
}

// References to collected objects

constexpr std::string_view boxes_source = R"((module
  (type $box (struct (field $value (mut i32))))
  (type $bytes (array (mut i8)))
  (table $table (export "table") 2 anyref)
  (global $global (export "global") (mut (ref null $box)) (ref.null $box))
  (func (export "make") (param i32) (result (ref $box)) (struct.new $box (local.get 0)))
  (func (export "bytes") (param i32) (result anyref) (array.new_default $bytes (local.get 0)))
  (func (export "unbox") (param anyref) (result i32) (struct.get $box $value (ref.cast (ref $box) (local.get 0))))
  (func (export "churn") (local $i i32)
    (loop $again
      (drop (struct.new $box (i32.const -1)))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 10000)))))))";

class ApiHeapTest : public ApiTest {
 protected:
  ApiHeapTest() : instance(instantiate(boxes_source)) {}
  Val make(std::int32_t number) const { return instance.func("make")->call({number})->at(0); }
  std::int32_t unbox(const Val& box) const { return instance.func("unbox")->call({box})->at(0).i32(); }
  /// Frees what is free, and writes over it.
  void churn() {
    store.collect_garbage();
    ASSERT_TRUE(instance.func("churn")->call<void>());
  }
  Instance instance;
};

TEST_F(ApiHeapTest, ValuesKeepTheirObjectsAlive) {
  std::vector<Val> boxes;
  for (std::int32_t i = 0; i < 100; ++i) boxes.push_back(make(i));
  Val copy = boxes[50], moved = std::move(boxes[51]);
  churn();
  for (std::int32_t i = 0; i < 100; ++i) {
    if (i == 51) continue;
    ASSERT_EQ(unbox(boxes[static_cast<std::size_t>(i)]), i);
  }
  boxes.clear();
  churn();
  EXPECT_EQ(unbox(copy), 50);
  EXPECT_EQ(unbox(moved), 51);
  copy = moved;
  churn();
  EXPECT_EQ(unbox(copy), 51);
  EXPECT_EQ(unbox(moved), 51);
}

TEST_F(ApiHeapTest, MemoryIsFreedWhenTheLastValueGoes) {
  std::vector<Val> large;
  for (int i = 0; i < 10; ++i) large.push_back(instance.func("bytes")->call({1'000'000})->at(0));
  store.collect_garbage();
  EXPECT_GE(store.heap_bytes(), 10'000'000u);
  large.resize(1);
  store.collect_garbage();
  EXPECT_LT(store.heap_bytes(), 2'000'000u);
  EXPECT_GE(store.heap_bytes(), 1'000'000u);
  large.clear();
  store.collect_garbage();
  EXPECT_EQ(store.heap_bytes(), 0u);
}

TEST_F(ApiHeapTest, TablesAndGlobalsGiveAndTakeReferences) {
  ASSERT_TRUE(instance.table("table")->set(1, make(7)));
  ASSERT_TRUE(instance.global("global")->set(make(8)));
  churn();
  Val from_table = *instance.table("table")->get(1), from_global = instance.global("global")->get();
  EXPECT_EQ(unbox(from_table), 7);
  ASSERT_TRUE(instance.table("table")->set(1, Val::null(from_table.type())));
  ASSERT_TRUE(instance.global("global")->set(Val::null(instance.global("global")->type().type)));
  churn();
  EXPECT_EQ(unbox(from_table), 7);
  EXPECT_EQ(unbox(from_global), 8);
  EXPECT_EQ(from_global.ref_kind(), RefKind::struct_);
}

TEST_F(ApiHeapTest, HostFunctionsHoldTheirArguments) {
  Val kept;
  const FuncType type{{ValType::reference(HeapKind::any)}, {ValType::reference(HeapKind::any)}};
  ASSERT_TRUE(linker.func("host", "keep", type,
                          [&](Caller&, std::span<const Val> arguments, std::span<Val> results) -> Result<void> {
                            kept = arguments[0];
                            churn();
                            results[0] = make(3);
                            return {};
                          }));
  const Instance user = instantiate(R"((module
    (type $box (struct (field $value (mut i32))))
    (import "host" "keep" (func $keep (param anyref) (result anyref)))
    (func (export "run") (result i32)
      (call $keep (struct.new $box (i32.const 9)))
      (drop (struct.new $box (i32.const 0)))
      (struct.get $box $value (ref.cast (ref $box))))))");
  EXPECT_EQ(user.func("run")->call<std::int32_t>().value(), 3);
  churn();
  EXPECT_EQ(unbox(kept), 9);
}

TEST_F(ApiHeapTest, KindsOfReferences) {
  EXPECT_EQ(make(1).ref_kind(), RefKind::struct_);
  EXPECT_EQ(instance.func("bytes")->call({1})->at(0).ref_kind(), RefKind::array);
  EXPECT_EQ(Val::external(5).ref_kind(), RefKind::external);
  EXPECT_EQ(Val(*instance.func("make")).ref_kind(), RefKind::function);
  EXPECT_EQ(Val::null(externref).ref_kind(), RefKind::null);
  EXPECT_EQ(Val::i31(-5).ref_kind(), RefKind::i31);
  EXPECT_EQ(Val::i31(-5).i31(), -5);
  EXPECT_EQ(Val::i31(0x3fffffff).i31(), 0x3fffffff);
  EXPECT_EQ(instance.func("unbox")->call({Val::i31(1)}).error().trap->kind, TrapKind::cast_failure);
}

TEST_F(ApiHeapTest, ValuesMayOutliveTheirStore) {
  Val box = make(1), copy = box;
  store = Store(engine);
  copy = box;
  box = Val(1);
}

TEST_F(ApiTest, AHeapHasALimit) {
  Store small(engine, {.max_heap_bytes = std::uint64_t{1} << 20});
  Linker link(small);
  auto instance = link.instantiate(*Module::from_text(engine, boxes_source));
  const auto failed = instance->func("bytes")->call({2'000'000});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().trap->kind, TrapKind::allocation_failure);
  EXPECT_TRUE(instance->func("bytes")->call({200'000}));
}

}  // namespace
}  // namespace invar::api
