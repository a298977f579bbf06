// From a module to an instance that can be called, and away with it: what a host pays for each request that gets a
// fresh instance. A store of its own belongs to every instance, as its memory lives as long as the store.
#include "bench/micro/harness.h"

namespace invar::micro {

namespace {

constexpr std::string_view plain = R"((module (func (export "run") (result i32) (i32.const 7))))";
constexpr std::string_view with_memory = R"((module
  (memory (export "memory") 17) (data (i32.const 1024) "some bytes of data") (data (i32.const 70000) "and some more")
  (func (export "run") (result i32) (i32.load8_u (i32.const 1024)))))";
constexpr std::string_view with_all = R"((module
  (import "host" "log" (func $log (param i32)))
  (memory 2) (data (i32.const 1024) "some bytes of data")
  (table 1000 funcref) (elem (i32.const 10) $a $b $a $b $a $b $a $b)
  (global $g (mut i32) (i32.const 5)) (global $h (mut i64) (i64.const 6))
  (func $a (param i32) (result i32) (i32.add (local.get 0) (global.get $g)))
  (func $b (param i32) (result i32) (i32.mul (local.get 0) (i32.const 3)))
  (start $begin)
  (func $begin (global.set $g (i32.const 11)))
  (func (export "run") (result i32) (call $a (i32.const 1)))))";

void store_alone(benchmark::State& state) {
  const api::Engine engine;
  for (auto _ : state) {
    const api::Store store(engine);
    benchmark::DoNotOptimize(&store);
  }
}

void instantiate(benchmark::State& state, std::string_view text, bool call) {
  const api::Engine engine;
  const api::Module module = require(api::Module::from_text(engine, text));
  for (auto _ : state) {
    api::Store store(engine);
    api::Linker linker(store);
    require(linker.func("host", "log", [](std::int32_t) {}));
    const api::Instance instance = require(linker.instantiate(module));
    if (call) benchmark::DoNotOptimize(require(instance.func("run")->call<std::int32_t>()));
  }
}

BENCHMARK(store_alone)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(instantiate, plain, plain, false)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(instantiate, plain_and_call, plain, true)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(instantiate, memory, with_memory, false)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(instantiate, memory_and_call, with_memory, true)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(instantiate, table_start_import, with_all, false)->Unit(benchmark::kMicrosecond);

}  // namespace

}  // namespace invar::micro
