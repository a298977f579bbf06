// What single instructions cost, family by family: a loop around 64 copies of a few instructions, written by a script.
// `each` is the time of one copy. Operands come from locals and results go there, as compilers leave them; most copies
// depend on the one before, as in real loops, so figures are latencies as often as dispatch. An interpreter may fuse
// what stands in one copy, never two copies. The empty loop shows what is left of the loop itself in a 64th.
#include <string>
#include <vector>

#include "bench/micro/harness.h"

namespace invar::micro {

namespace {

struct Case {
  const char* name;
  const char* copy;  ///< The text of one copy.
};

// Locals: i32 $a to $d, i64 $x $y, f32 $s $t, f64 $f $g, v128 $v $w, an address $p and a constant zero $z. Global $k.
constexpr Case cases[] = {
    {"i32/add", "(local.set $a (i32.add (local.get $a) (local.get $b)))"},
    {"i32/add_constant", "(local.set $a (i32.add (local.get $a) (i32.const 12345)))"},
    {"i32/add_independent", "(local.set $c (i32.add (local.get $a) (local.get $b)))"},
    {"i32/expression_of_4",
     "(local.set $a (i32.add (i32.xor (local.get $a) (local.get $b)) (i32.shr_u (i32.mul (local.get $a) (local.get "
     "$d)) "
     "(i32.const 3))))"},
    {"i32/mul", "(local.set $a (i32.mul (local.get $a) (local.get $d)))"},
    {"i32/shl", "(local.set $a (i32.shl (local.get $a) (i32.const 1)))"},
    {"i32/rotl", "(local.set $a (i32.rotl (local.get $a) (local.get $b)))"},
    {"i32/div_u", "(local.set $c (i32.div_u (local.get $a) (local.get $b)))"},
    {"i32/clz", "(local.set $c (i32.clz (local.get $a)))"},
    {"i64/add", "(local.set $x (i64.add (local.get $x) (local.get $y)))"},
    {"i64/mul", "(local.set $x (i64.mul (local.get $x) (local.get $y)))"},
    {"i64/rotl_constant", "(local.set $x (i64.rotl (local.get $x) (i64.const 13)))"},
    {"i64/extend_i32_u", "(local.set $x (i64.extend_i32_u (local.get $a)))"},
    {"compare/i32_lt_u", "(local.set $c (i32.lt_u (local.get $a) (local.get $b)))"},
    {"compare/i32_eqz", "(local.set $c (i32.eqz (local.get $c)))"},
    {"compare/i64_eq", "(local.set $c (i64.eq (local.get $x) (local.get $y)))"},
    {"compare/f64_lt", "(local.set $c (f64.lt (local.get $f) (local.get $g)))"},
    {"float/f32_add", "(local.set $s (f32.add (local.get $s) (local.get $t)))"},
    {"float/f64_add", "(local.set $f (f64.add (local.get $f) (local.get $g)))"},
    {"float/f64_mul_add", "(local.set $f (f64.add (local.get $g) (f64.mul (local.get $f) (local.get $g))))"},
    {"float/f64_div", "(local.set $f (f64.div (local.get $f) (local.get $g)))"},
    {"float/f64_sqrt", "(local.set $f (f64.sqrt (local.get $f)))"},
    {"float/f64_min", "(local.set $f (f64.min (local.get $f) (local.get $g)))"},
    {"float/f64_convert_i32_s", "(local.set $f (f64.convert_i32_s (local.get $a)))"},
    {"float/i32_trunc_f64_s", "(local.set $c (i32.trunc_f64_s (local.get $g)))"},
    {"load/i32", "(local.set $c (i32.load offset=8 (local.get $p)))"},
    {"load/i32_chain", "(local.set $p (i32.load (local.get $p)))"},
    {"load/i32_8u", "(local.set $c (i32.load8_u (local.get $p)))"},
    {"load/i64", "(local.set $x (i64.load (local.get $p)))"},
    {"load/f64", "(local.set $f (f64.load (local.get $p)))"},
    {"load/i32_indexed", "(local.set $c (i32.load (i32.add (local.get $p) (i32.shl (local.get $b) (i32.const 2)))))"},
    {"load/f64_and_add", "(local.set $f (f64.add (local.get $f) (f64.load offset=16 (local.get $p))))"},
    {"store/i32", "(i32.store offset=64 (local.get $p) (local.get $a))"},
    {"store/i32_8", "(i32.store8 offset=64 (local.get $p) (local.get $a))"},
    {"store/i64", "(i64.store offset=64 (local.get $p) (local.get $x))"},
    {"store/f64", "(f64.store offset=64 (local.get $p) (local.get $f))"},
    {"store/f64_indexed",
     "(f64.store offset=64 (i32.add (local.get $p) (i32.shl (local.get $b) (i32.const 3))) (local.get $f))"},
    {"store/read_modify_write",
     "(i32.store offset=64 (local.get $p) (i32.add (i32.load offset=64 (local.get $p)) (i32.const 1)))"},
    {"branch/br_if_not_taken", "(br_if $out (i32.eq (local.get $a) (local.get $b)))"},
    {"branch/br_if_local_not_taken", "(br_if $out (local.get $z))"},
    {"branch/br_if_taken", "(block (br_if 0 (i32.lt_u (local.get $b) (local.get $d))))"},
    {"branch/br", "(block (br 0))"},
    {"branch/if_else",
     "(if (i32.and (local.get $a) (i32.const 1)) (then (local.set $a (i32.add (local.get $a) (local.get $b)))) "
     "(else (local.set $a (i32.add (local.get $a) (i32.const 3)))))"},
    {"branch/br_table", "(block (block (block (br_table 0 1 2 (local.get $z)))))"},
    {"select/i32", "(local.set $c (select (local.get $a) (local.get $b) (local.get $z)))"},
    {"select/compare",
     "(local.set $c (select (local.get $a) (local.get $b) (i32.lt_s (local.get $a) (local.get $b))))"},
    {"local/move", "(local.set $c (local.get $a))"},
    {"local/constant", "(local.set $c (i32.const 7))"},
    {"local/swap", "(local.get $a) (local.get $b) (local.set $a) (local.set $b)"},
    {"local/move_v128", "(local.set $w (local.get $v))"},
    {"global/get", "(local.set $c (global.get $k))"},
    {"global/set", "(global.set $k (local.get $a))"},
    {"call/nothing", "(call $nothing)"},
    {"call/add", "(local.set $a (call $add (local.get $a) (local.get $b)))"},
    {"call/indirect", "(local.set $a (call_indirect (type $binary) (local.get $a) (local.get $b) (local.get $z)))"},
    {"call/ref", "(local.set $a (call_ref $binary (local.get $a) (local.get $b) (local.get $r)))"},
    {"simd/i32x4_add", "(local.set $v (i32x4.add (local.get $v) (local.get $w)))"},
    {"simd/i8x16_add_sat_u", "(local.set $v (i8x16.add_sat_u (local.get $v) (local.get $w)))"},
    {"simd/i16x8_mul", "(local.set $v (i16x8.mul (local.get $v) (local.get $w)))"},
    {"simd/f32x4_mul", "(local.set $v (f32x4.mul (local.get $v) (local.get $w)))"},
    {"simd/f64x2_add", "(local.set $v (f64x2.add (local.get $v) (local.get $w)))"},
    {"simd/i8x16_eq", "(local.set $v (i8x16.eq (local.get $v) (local.get $w)))"},
    {"simd/bitselect", "(local.set $v (v128.bitselect (local.get $v) (local.get $w) (local.get $v)))"},
    {"simd/shuffle",
     "(local.set $v (i8x16.shuffle 0 17 2 19 4 21 6 23 8 25 10 27 12 29 14 31 (local.get $v) (local.get $w)))"},
    {"simd/shift", "(local.set $v (i32x4.shl (local.get $v) (i32.const 1)))"},
    {"simd/splat", "(local.set $v (i32x4.splat (local.get $a)))"},
    {"simd/extract_lane", "(local.set $c (i32x4.extract_lane 2 (local.get $v)))"},
    {"simd/any_true", "(local.set $c (v128.any_true (local.get $v)))"},
    {"simd/load", "(local.set $v (v128.load offset=16 (local.get $p)))"},
    {"simd/store", "(v128.store offset=64 (local.get $p) (local.get $v))"},
};

constexpr int copies = 64;

std::string program_text(std::string_view copy, int count) {
  std::string text = R"((module
    (type $binary (func (param i32 i32) (result i32)))
    (memory 1) (data (i32.const 1024) "\00\04\00\00")  ;; the address of itself, for chains
    (table funcref (elem $add)) (global $k (mut i32) (i32.const 1))
    (func $nothing)
    (func $add (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "run") (param $n i32)
      (local $a i32) (local $b i32) (local $c i32) (local $d i32) (local $p i32) (local $z i32) (local $x i64)
      (local $y i64) (local $s f32) (local $t f32) (local $f f64) (local $g f64) (local $v v128) (local $w v128)
      (local $r (ref $binary))
      (local.set $a (i32.const 0x12345677)) (local.set $b (i32.const 5)) (local.set $d (i32.const 77))
      (local.set $p (i32.const 1024)) (local.set $x (i64.const 0x123456789abcdef1)) (local.set $y (i64.const 77))
      (local.set $s (f32.const 1)) (local.set $t (f32.const 0.25)) (local.set $f (f64.const 1.5))
      (local.set $g (f64.const 0.75)) (local.set $v (f32x4.splat (f32.const 1.5)))
      (local.set $w (f32x4.splat (f32.const 1))) (local.set $r (ref.func $add))
      (block $out
        (loop $l
)";
  for (int i = 0; i < count; ++i) text.append(copy).append("\n");
  return text + "(br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))))";
}

void run_copies(benchmark::State& state, const Case& tested) {
  Program program(program_text(tested.copy, copies));
  const api::Func run = program.start("run");
  constexpr std::int32_t rounds = 500;
  for (auto _ : state) require(run.call<void>(rounds));
  set_operations(state, std::int64_t{rounds} * copies);
}

void empty_loop(benchmark::State& state) {
  Program program(program_text("", 0));
  run_times(state, program.start("run"), 10000);
}

[[maybe_unused]] const bool registered = [] {
  benchmark::RegisterBenchmark("instruction/loop", empty_loop);
  for (const Case& tested : cases) {
    benchmark::RegisterBenchmark((std::string("instruction/") + tested.name).c_str(),
                                 [&tested](benchmark::State& state) { run_copies(state, tested); });
  }
  return true;
}();

}  // namespace

}  // namespace invar::micro
