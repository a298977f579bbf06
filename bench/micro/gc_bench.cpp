// Structs and arrays: allocation that leaves garbage behind, trees that live a little, accesses, casts, and collections
// of a heap that is alive.
#include "bench/micro/harness.h"

namespace invar::micro {

namespace {

constexpr std::string_view source = R"((module
  (type $base (sub (struct (field $a (mut i32)))))
  (type $pair (sub $base (struct (field (mut i32)) (field $b (mut i32)))))
  (type $words (array (mut i32)))
  (type $tree (struct (field $left (ref null $tree)) (field $right (ref null $tree))))
  (global $kept (mut (ref null $tree)) (ref.null $tree))

  (func (export "struct") (param $n i32)
    (loop $l
      (drop (struct.new $pair (local.get $n) (i32.const 2)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "array_16") (param $n i32)
    (loop $l
      (drop (array.new $words (i32.const 7) (i32.const 16)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "array_10000") (param $n i32)
    (loop $l
      (drop (array.new_default $words (i32.const 10000)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func $build (param $depth i32) (result (ref $tree))
    (if (i32.eqz (local.get $depth)) (then (return (struct.new_default $tree))))
    (struct.new $tree (call $build (i32.sub (local.get $depth) (i32.const 1)))
                      (call $build (i32.sub (local.get $depth) (i32.const 1)))))
  (func (export "tree") (param $depth i32) (drop (call $build (local.get $depth))))
  (func (export "keep") (param $depth i32) (global.set $kept (call $build (local.get $depth))))

  (func (export "fields") (param $n i32) (local $p (ref $pair))
    (local.set $p (struct.new $pair (i32.const 1) (i32.const 2)))
    (loop $l
      (struct.set $pair $b (local.get $p) (i32.add (struct.get $pair $b (local.get $p)) (local.get $n)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "elements") (param $n i32) (local $w (ref $words))
    (local.set $w (array.new_default $words (i32.const 64)))
    (loop $l
      (array.set $words (local.get $w) (i32.and (local.get $n) (i32.const 63))
        (i32.add (array.get $words (local.get $w) (i32.and (local.get $n) (i32.const 31))) (local.get $n)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "cast") (param $n i32) (local $p (ref null $base)) (local $sum i32)
    (local.set $p (struct.new $pair (i32.const 1) (i32.const 2)))
    (loop $l
      (local.set $sum (i32.add (local.get $sum) (struct.get $pair $b (ref.cast (ref $pair) (local.get $p)))))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
  (func (export "copy_1000") (param $n i32) (local $from (ref $words)) (local $to (ref $words))
    (local.set $from (array.new_default $words (i32.const 1000)))
    (local.set $to (array.new_default $words (i32.const 1000)))
    (loop $l
      (array.copy $words $words (local.get $to) (i32.const 0) (local.get $from) (i32.const 0) (i32.const 1000))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))))";

void objects(benchmark::State& state, const char* what, std::int32_t times) {
  Program program(source);
  run_times(state, program.start(what), times);
}
BENCHMARK_CAPTURE(objects, new_struct, "struct", 10000);
BENCHMARK_CAPTURE(objects, new_array_16, "array_16", 10000);
BENCHMARK_CAPTURE(objects, new_array_10000, "array_10000", 100);
BENCHMARK_CAPTURE(objects, struct_get_set, "fields", 1000);
BENCHMARK_CAPTURE(objects, array_get_set, "elements", 1000);
BENCHMARK_CAPTURE(objects, cast_and_get, "cast", 1000);
BENCHMARK_CAPTURE(objects, array_copy_1000, "copy_1000", 100);

/// A tree is built and dropped in each iteration; `each` is per node.
void tree(benchmark::State& state) {
  Program program(source);
  const api::Func build = program.start("tree");
  const auto depth = static_cast<std::int32_t>(state.range(0));
  for (auto _ : state) require(build.call<void>(depth));
  set_operations(state, (std::int64_t{2} << depth) - 1);
}
BENCHMARK(tree)->Arg(4)->Arg(12)->Arg(18)->Unit(benchmark::kMicrosecond);

/// A collection that finds a tree alive and nothing to free; `each` is per node.
void collect(benchmark::State& state) {
  Program program(source);
  const auto depth = static_cast<std::int32_t>(state.range(0));
  require(program.start("keep").call<void>(depth));
  for (auto _ : state) program.store.collect_garbage();
  set_operations(state, (std::int64_t{2} << depth) - 1);
}
BENCHMARK(collect)->Arg(0)->Arg(12)->Arg(18)->Unit(benchmark::kMicrosecond);

}  // namespace

}  // namespace invar::micro
