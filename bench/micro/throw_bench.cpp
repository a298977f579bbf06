// What an exception costs, from the throw to the handler.
#include "bench/micro/harness.h"

namespace invar::micro {

namespace {

constexpr std::string_view source = R"((module
  (import "host" "again" (func $again))
  (tag $e (param i32))
  ;; Catches `times` exceptions that are thrown `depth` calls further in.
  (func (export "catch") (param $times i32) (param $depth i32)
    (loop $l
      (block $h (result i32)
        (try_table (catch $e $h) (call $down (local.get $depth)))
        (unreachable))
      (drop)
      (br_if $l (local.tee $times (i32.sub (local.get $times) (i32.const 1))))))
  (func $down (param $depth i32)
    (if (i32.eqz (local.get $depth)) (then (throw $e (i32.const 1))))
    (call $down (i32.sub (local.get $depth) (i32.const 1))))
  (func (export "inline") (param $times i32) (param i32)
    (loop $l
      (block $h (result i32)
        (try_table (catch $e $h) (throw $e (local.get $times)))
        (unreachable))
      (drop)
      (br_if $l (local.tee $times (i32.sub (local.get $times) (i32.const 1))))))
  (func (export "reference") (param $times i32) (param i32)
    (loop $l
      (block $h (result exnref)
        (try_table (catch_all_ref $h) (throw $e (local.get $times)))
        (unreachable))
      (drop)
      (br_if $l (local.tee $times (i32.sub (local.get $times) (i32.const 1))))))
  (func (export "inner") (throw $e (i32.const 1)))
  (func (export "host") (param $times i32) (param i32)
    (loop $l
      (block $h (result i32)
        (try_table (catch $e $h) (call $again))
        (unreachable))
      (drop)
      (br_if $l (local.tee $times (i32.sub (local.get $times) (i32.const 1))))))
))";

/// Calls `name` for a thousand exceptions at a time, each thrown state.range(0) frames further in.
void throw_and_catch(benchmark::State& state, const char* name) {
  Program program(source);
  require(program.linker.func("host", "again", [&program] { return program.func("inner").call<void>(); }));
  const api::Func run = program.start(name);
  constexpr std::int32_t times = 1000;
  for (auto _ : state) require(run.call<void>(times, static_cast<std::int32_t>(state.range(0))));
  set_operations(state, times);
}

BENCHMARK_CAPTURE(throw_and_catch, same_function, "inline")->Arg(0);
BENCHMARK_CAPTURE(throw_and_catch, with_reference, "reference")->Arg(0);
BENCHMARK_CAPTURE(throw_and_catch, through_frames, "catch")->Arg(0)->Arg(10)->Arg(1000);
BENCHMARK_CAPTURE(throw_and_catch, through_the_host, "host")->Arg(0);

}  // namespace

}  // namespace invar::micro
