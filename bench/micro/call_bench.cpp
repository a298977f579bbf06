// Calls across the border, both ways, and between instances.
#include "bench/micro/harness.h"

namespace invar::micro {

namespace {

constexpr std::string_view callee = R"((module
  (func (export "nothing"))
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "many") (param i32 i64 f32 f64 i32 i64) (result f64) (local.get 3))))";

void host_to_wasm_nothing(benchmark::State& state) {
  Program program(callee);
  const api::Func nothing = program.start("nothing");
  for (auto _ : state) require(nothing.call<void>());
}
BENCHMARK(host_to_wasm_nothing);

void host_to_wasm_typed(benchmark::State& state) {
  Program program(callee);
  const api::Func add = program.start("add");
  std::int32_t sum = 0;
  for (auto _ : state) sum = require(add.call<std::int32_t>(sum, 1));
  benchmark::DoNotOptimize(sum);
}
BENCHMARK(host_to_wasm_typed);

void host_to_wasm_many(benchmark::State& state) {
  Program program(callee);
  const api::Func many = program.start("many");
  double value = 1;
  for (auto _ : state) {
    value = require(many.call<double>(1, std::int64_t{2}, 3.0f, value, 5, std::int64_t{6}));
  }
  benchmark::DoNotOptimize(value);
}
BENCHMARK(host_to_wasm_many);

void host_to_wasm_values(benchmark::State& state) {
  Program program(callee);
  const api::Func add = program.start("add");
  for (auto _ : state) benchmark::DoNotOptimize(require(add.call({api::Val(1), api::Val(2)})));
}
BENCHMARK(host_to_wasm_values);

void find_export(benchmark::State& state) {
  Program program(callee);
  program.start("add");
  for (auto _ : state) benchmark::DoNotOptimize(program.instance.func("add"));
}
BENCHMARK(find_export);

constexpr std::string_view caller = R"((module
  (import "host" "nothing" (func $nothing))
  (import "host" "add" (func $add (param i32 i32) (result i32)))
  (memory 1)
  (func (export "call_nothing") (param $n i32)
    (loop $l
      (call $nothing)
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "call_add") (param $n i32) (local $sum i32)
    (loop $l
      (local.set $sum (call $add (local.get $sum) (local.get $n)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))))";

constexpr std::int32_t times = 1000;

void wasm_to_host_nothing(benchmark::State& state) {
  Program program(caller);
  require(program.linker.func("host", "nothing", [] {}));
  require(program.linker.func("host", "add", [](std::int32_t a, std::int32_t b) { return a + b; }));
  run_times(state, program.start("call_nothing"), times);
}
BENCHMARK(wasm_to_host_nothing);

void wasm_to_host_typed(benchmark::State& state) {
  Program program(caller, state.range(0) != 0 ? api::make_compiler() : nullptr);
  require(program.linker.func("host", "nothing", [] {}));
  require(program.linker.func("host", "add", [](std::int32_t a, std::int32_t b) { return a ^ b; }));
  run_times(state, program.start("call_add"), times);
}
BENCHMARK(wasm_to_host_typed)->ArgName("compiled")->Arg(0)->Arg(1);

void wasm_to_host_with_memory(benchmark::State& state) {
  Program program(caller);
  require(program.linker.func("host", "nothing", [] {}));
  require(program.linker.func("host", "add", [](api::Caller& from, std::int32_t a, std::int32_t b) {
    const auto memory = from.memory();
    return memory ? memory->data()[static_cast<std::uint32_t>(b)] + a : a;
  }));
  run_times(state, program.start("call_add"), times);
}
BENCHMARK(wasm_to_host_with_memory);

void wasm_to_other_instance(benchmark::State& state) {
  Program program(caller);
  const auto other = require(api::Module::from_text(program.engine, callee));
  program.linker.define_instance("host", require(program.linker.instantiate(other)));
  run_times(state, program.start("call_add"), times);
}
BENCHMARK(wasm_to_other_instance);

}  // namespace

}  // namespace invar::micro
