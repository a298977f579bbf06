// Memories, tables and globals: growth, bulk operations, and single accesses from wasm and from the host.
#include "bench/micro/harness.h"

namespace invar::micro {

namespace {

constexpr std::string_view growing = R"((module
  (memory 1 4096) (table 1 100000 funcref)
  (func (export "memory") (param $pages i32)
    (loop $l
      (if (i32.eq (memory.grow (i32.const 1)) (i32.const -1)) (then (unreachable)))
      (br_if $l (local.tee $pages (i32.sub (local.get $pages) (i32.const 1))))))
  (func (export "touch") (param $pages i32)
    (loop $l
      (i32.store (i32.shl (memory.grow (i32.const 1)) (i32.const 16)) (i32.const 1))
      (br_if $l (local.tee $pages (i32.sub (local.get $pages) (i32.const 1))))))
  (func (export "table") (param $elements i32)
    (loop $l
      (if (i32.eq (table.grow (ref.null func) (i32.const 1)) (i32.const -1)) (then (unreachable)))
      (br_if $l (local.tee $elements (i32.sub (local.get $elements) (i32.const 1))))))))";

/// Grows by one, many times, in a fresh instance; only the growing is timed.
void grow(benchmark::State& state, const char* what, std::int32_t steps) {
  const api::Engine engine;
  const api::Module module = require(api::Module::from_text(engine, growing));
  for (auto _ : state) {
    api::Store store(engine);
    const api::Instance instance = require(api::instantiate(store, module, {}));
    const api::Func run = *instance.func(what);
    const double start = thread_seconds();
    require(run.call<void>(steps));
    state.SetIterationTime(thread_seconds() - start);
  }
  set_operations(state, steps);
}
BENCHMARK_CAPTURE(grow, memory_page, "memory", 1000)->UseManualTime();
BENCHMARK_CAPTURE(grow, memory_page_and_touch, "touch", 1000)->UseManualTime();
BENCHMARK_CAPTURE(grow, table_element, "table", 10000)->UseManualTime();

constexpr std::string_view bulk = R"((module (memory 64)
  (func (export "fill") (param $size i32) (memory.fill (i32.const 64) (i32.const 1) (local.get $size)))
  (func (export "copy") (param $size i32)
    (memory.copy (i32.const 0x200000) (i32.const 64) (local.get $size)))))";

void move_bytes(benchmark::State& state, const char* what) {
  Program program(bulk);
  const api::Func run = program.start(what);
  for (auto _ : state) require(run.call<void>(static_cast<std::int32_t>(state.range(0))));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK_CAPTURE(move_bytes, fill, "fill")->Arg(16)->Arg(4096)->Arg(1 << 20);
BENCHMARK_CAPTURE(move_bytes, copy, "copy")->Arg(16)->Arg(4096)->Arg(1 << 20);

constexpr std::string_view accesses = R"((module
  (table $t (export "table") 64 funcref) (elem $t (i32.const 0) func $f) (global $g (export "global") (mut i64) (i64.const 1))
  (func $f)
  (func (export "table_get") (param $n i32)
    (loop $l
      (drop (ref.is_null (table.get $t (i32.and (local.get $n) (i32.const 63)))))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "table_set") (param $n i32) (local $r funcref)
    (local.set $r (ref.func $f))
    (loop $l
      (table.set $t (i32.and (local.get $n) (i32.const 63)) (local.get $r))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "table_fill") (param $n i32)
    (loop $l
      (table.fill $t (i32.const 0) (ref.null func) (i32.const 64))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "global_add") (param $n i32)
    (loop $l
      (global.set $g (i64.add (global.get $g) (i64.const 3)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))))";

void from_wasm(benchmark::State& state, const char* what) {
  Program program(accesses);
  run_times(state, program.start(what), 1000);
}
BENCHMARK_CAPTURE(from_wasm, table_get, "table_get");
BENCHMARK_CAPTURE(from_wasm, table_set, "table_set");
BENCHMARK_CAPTURE(from_wasm, table_fill_64, "table_fill");
BENCHMARK_CAPTURE(from_wasm, global_get_set, "global_add");

void table_from_host(benchmark::State& state) {
  Program program(accesses);
  program.start("table_get");
  const api::Table table = *program.instance.table("table");
  const api::Val value = *table.get(0);
  for (auto _ : state) {
    require(table.set(1, value));
    benchmark::DoNotOptimize(table.get(1));
  }
}
BENCHMARK(table_from_host);

void global_from_host(benchmark::State& state) {
  Program program(accesses);
  program.start("table_get");
  const api::Global global = *program.instance.global("global");
  for (auto _ : state) require(global.set(api::Val(global.get().i64() + 1)));
}
BENCHMARK(global_from_host);

}  // namespace

}  // namespace invar::micro
