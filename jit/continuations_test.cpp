// Continuations whose frames are compiled code's, the interpreter's, or both: what they keep over a suspension, where
// they come back, what is thrown through them.
#include <random>

#include "jit/mixes.h"
#include "jit/random_signatures.h"

namespace invar::jit {
namespace {

constexpr Mix mixes[] = {{"all", 0, ~0u, false, false},
                         {"stressed", 0, ~0u, false, true},
                         {"all_without_inlining", 0, ~0u, false, false, false},
                         {"few", 3, 6, false, false},
                         {"first_three", 0, 2, false, true},
                         {"all_but_third", 3, ~0u, false, false},
                         {"tiers_up", 0, ~0u, true, false},
                         {"some_tier_up", 4, 9, true, true}};

class Continuations : public MixTest {
 protected:
  EngineConfig config() const {
    EngineConfig made = MixTest::config();
    made.features.set(Feature::stack_switching);
    return made;
  }

  /// The exports that begin with "run" take a number and must come to the same, for each up to the last.
  void compare(std::string_view text, u32 last) {
    TwoMachines machines{config()};
    ASSERT_TRUE(machines.instantiate(text));
    for (const Export& exported : machines.expected->module->exports) {
      if (exported.kind != ExternKind::func || !exported.name.starts_with("run")) continue;
      for (u32 round = 0; round < 60; ++round) {
        EXPECT_TRUE(machines.agree(exported.name, {round % (last + 1)})) << exported.name << ' ' << round;
      }
    }
  }
};

constexpr std::string_view other_module = R"((module
  (type $back (func (param i64) (result i64)))
  (func (export "call") (param (ref $back) i64) (result i64)
    (i64.add (i64.const 1) (call_ref $back (local.get 1) (local.get 0))))
  (func (export "tail") (param (ref $back) i64) (result i64)
    (return_call_ref $back (local.get 1) (local.get 0)))))";

/// Functions of random types that call each other, keep what they have over the calls, and leave it in memory; the
/// innermost suspends. Three such computations are kept in a table.
std::string random_module(RandomSignatures& random, std::mt19937_64& choose, u32 most) {
  constexpr u32 count = 8, region = 4096;
  std::string text = fmt::format(R"((module
    (type $f (func (param i32) (result i64))) (type $k (cont $f))
    (type $r (func (param i64) (result i64))) (type $kr (cont $r))
    (type $box (struct (field i64)))
    (import "other" "call" (func $call (param (ref $r) i64) (result i64)))
    (import "other" "tail" (func $tail (param (ref $r) i64) (result i64)))
    (tag $yield (param i64) (result i64)) (tag $stop (param i64))
    (memory (export "memory") 2)
    (table $kept 3 (ref null $kr))
    (elem declare func $work $yields)
    (func $yields (param i64) (result i64) (suspend $yield (local.get 0)))
    (func $work (param $depth i32) (result i64) (local $i i32) (local $sum i64)
      (loop $l
        (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 3)) (call $enter (local.get $depth))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $l (i32.lt_u (local.get $i) (i32.const 20))))
      (local.get $sum))
    (func (export "start") (param $slot i32) (param $depth i32) (result i64) (local $k (ref null $kr)) (local $v i64)
      (block $yielded (result i64 (ref $kr))
        (return (resume $k (on $yield $yielded) (local.get $depth) (cont.new $k (ref.func $work)))))
      (local.set $k) (local.set $v)
      (table.set $kept (local.get $slot) (local.get $k))
      (local.get $v))
    (func $go_on (export "go_on") (param $slot i32) (param $above i32) (param $value i64) (result i64)
      (local $k (ref null $kr)) (local $v i64)
      (if (local.get $above)
        (then (return (i64.add (i64.const 1)
          (call $go_on (local.get $slot) (i32.sub (local.get $above) (i32.const 1)) (local.get $value))))))
      (block $yielded (result i64 (ref $kr))
        (return (resume $kr (on $yield $yielded) (local.get $value) (table.get $kept (local.get $slot)))))
      (local.set $k) (local.set $v)
      (table.set $kept (local.get $slot) (local.get $k))
      (local.get $v))
    (func (export "throw") (param $slot i32) (param i64) (result i64)
      (block $caught (result i64)
        (try_table (result i64) (catch $stop $caught)
          (resume_throw $kr $stop (local.get 1) (table.get $kept (local.get $slot))))))
  )");
  std::vector<RandomSignatures::Types> params(count), results(count);
  for (u32 i = 0; i < count; ++i) {
    params[i] = random.types(most);
    results[i] = random.types(most);
    text += fmt::format("(type $p{}(func{} (param i32){} (result i64)))", i, random.list("param", params[i]),
                        random.list("result", results[i]));
  }
  text += "(table $all funcref (elem";
  for (u32 i = 0; i < count; ++i) text += fmt::format(" $f{}", i);
  text += "))";
  for (u32 i = 0; i < count; ++i) {
    const u32 next = static_cast<u32>(choose() % count);
    const size_t depth = params[i].size(), first_result = depth + 1;
    text += fmt::format("(func $f{} (type $p{})", i, i);
    for (const auto& type : results[next]) text += fmt::format(" (local {})", type.name);
    text += " (local $sum i64) (local $box (ref null $box))\n";
    text += fmt::format("(local.set $box (struct.new $box (i64.extend_i32_u (local.get {}))))\n", depth);
    std::string arguments;
    for (const auto& type : params[next]) arguments += random.value(type, params[i]);
    arguments += fmt::format(" (i32.sub (local.get {}) (i32.const 1))", depth);
    const std::string calls[] = {
        fmt::format("(call $f{}{})", next, arguments),
        fmt::format("(call_ref $p{}{} (ref.func $f{}))", next, arguments, next),
        fmt::format("(call_indirect $all (type $p{}){} (i32.const {}))", next, arguments, next)};
    text += fmt::format("(if (local.get {}) (then {} (local.set $sum)", depth, calls[choose() % std::size(calls)]);
    for (size_t k = results[next].size(); k-- > 0;) text += fmt::format(" (local.set {})", first_result + k);
    constexpr std::string_view suspensions[] = {"(suspend $yield (i64.const {}))", "(call $yields (i64.const {}))",
                                                "(call $call (ref.func $yields) (i64.const {}))",
                                                "(call $tail (ref.func $yields) (i64.const {}))"};
    const std::string number = std::to_string(1000 * (i + 1));
    std::string suspension(suspensions[choose() % std::size(suspensions)]);
    suspension.replace(suspension.find("{}"), 2, number);
    text += fmt::format(") (else (local.set $sum {})))\n", suspension);
    u64 address = region * i;
    const auto keep = [&](const RandomSignatures::Types& types, size_t first) {
      for (size_t k = 0; k < types.size(); ++k) {
        text += fmt::format(" ({}.store offset={} (i32.const 0) (local.get {}))", types[k].name, address, first + k);
        address += types[k].bytes;
      }
    };
    keep(params[i], 0);
    keep(results[next], first_result);
    for (const auto& type : results[i]) text += random.value(type, params[i]);
    text += "(i64.add (local.get $sum) (struct.get $box 0 (local.get $box))))\n";
  }
  text += "(elem declare func";
  for (u32 i = 0; i < count; ++i) text += fmt::format(" $f{}", i);
  text += ") (func $enter (param $depth i32) (result i64)";
  for (const auto& type : params[0]) text += random.constant(type);
  text += "(local.get $depth) (call $f0) (local.set 1)";
  for (size_t i = 0; i < results[0].size(); ++i) text += " (drop)";
  text += "(local.get 1)))";
  text.replace(text.find("(func $enter (param $depth i32) (result i64)"), 44,
               "(func $enter (param $depth i32) (result i64) (local i64)");
  return text;
}

TEST_P(Continuations, KeepWhatTheirFramesHave) {
  RandomSignatures random(7);
  std::mt19937_64 choose(8);
  for (u32 round = 0; round < 12; ++round) {
    const std::string text = random_module(random, choose, round % 3 == 2 ? 40 : 9);
    TwoMachines machines{config()};
    for (TestMachine* const machine : {&machines.interpreted, &machines.compiled}) {
      const Instance* const other = machine->instantiate(other_module);
      ASSERT_NE(other, nullptr);
      machine->linker.define_instance("other", *other);
    }
    ASSERT_TRUE(machines.instantiate(text)) << text;
    bool running[3] = {};
    for (u32 step = 0; step < 150; ++step) {
      const u64 slot = choose() % 3, n = choose() % 20;
      if (!running[slot]) {
        ASSERT_TRUE(machines.agree("start", {slot, n})) << text;
        running[slot] = true;
      } else if (choose() % 40 == 0) {
        ASSERT_TRUE(machines.agree("throw", {slot, n})) << text;
        running[slot] = false;
      } else {
        // Once they have returned there is nothing to resume: the trap must be the same, too.
        ASSERT_TRUE(machines.agree("go_on", {slot, n, step})) << text;
        if (choose() % 20 == 0) running[slot] = false;
      }
      ASSERT_TRUE(machines.memories_agree(8 * 4096)) << text;
    }
  }
}

TEST_P(Continuations, CatchWhatIsThrownIntoThem) {
  compare(R"((module
    (type $f (func (param i64) (result i64))) (type $k (cont $f))
    (type $g (func (result i64))) (type $kg (cont $g))
    (tag $yield) (tag $e (param i64)) (tag $other)
    (elem declare func $body)
    (func $deep (param $n i64)
      (if (i64.eqz (local.get $n)) (then (suspend $yield) (return)))
      (call $deep (i64.sub (local.get $n) (i64.const 1))))
    (func $body (param $n i64) (result i64) (local $kept i64)
      (local.set $kept (i64.mul (local.get $n) (i64.const 100)))
      (i64.add (local.get $kept)
        (block $h (result i64)
          (try_table (result i64) (catch $e $h) (call $deep (local.get $n)) (i64.const 1)))))
    (func $suspended (param $n i32) (result (ref $kg))
      (block $y (result (ref $kg))
        (drop (resume $k (on $yield $y) (i64.extend_i32_u (local.get $n)) (cont.new $k (ref.func $body))))
        (unreachable)))
    (func (export "run_tag") (param $n i32) (result i64)
      (resume_throw $kg $e (i64.const 5) (call $suspended (local.get $n))))
    (func (export "run_ref") (param $n i32) (result i64) (local $x exnref)
      (local.set $x (block $h (result exnref) (try_table (catch_all_ref $h) (throw $e (i64.const 6))) (unreachable)))
      (resume_throw_ref $kg (local.get $x) (call $suspended (local.get $n))))
    (func (export "run_null") (param $n i32) (result i64)
      (resume_throw_ref $kg (ref.null exn) (call $suspended (local.get $n))))
    (func (export "run_nobody") (param $n i32) (result i64)
      (resume_throw $kg $other (call $suspended (local.get $n))))
    (func (export "run_through") (param $n i32) (result i64) (local $i i64)
      (local.set $i (i64.const 40))
      (block $h
        (try_table (catch $other $h)
          (return (resume_throw $kg $other (call $suspended (local.get $n)))))
        (unreachable))
      (i64.add (local.get $i) (i64.const 2)))
    (func (export "run_early") (param $n i32) (result i64)
      (block $h (result i64)
        (try_table (result i64) (catch $e $h)
          (resume_throw $k $e (i64.extend_i32_u (local.get $n)) (cont.new $k (ref.func $body)))))))
  )",
          9);
}

TEST_P(Continuations, SwitchAndAreBound) {
  compare(R"((module
    (rec (type $f (func (param i64 (ref null $k)) (result i64))) (type $k (cont $f)))
    (type $f0 (func (result i64))) (type $k0 (cont $f0))
    (type $f1 (func (param f64) (result i64))) (type $k1 (cont $f1))
    (type $f3 (func (param i32 v128 f64) (result i64))) (type $k3 (cont $f3))
    (tag $swap (result i64))
    (tag $ask (result i32 v128 f64))
    (elem declare func $count $three $asks)
    (func $deeper (param $n i32) (param $v i64) (param $k (ref null $k)) (result i64 (ref null $k))
      (if (result i64 (ref null $k)) (local.get $n)
        (then (call $deeper (i32.sub (local.get $n) (i32.const 1)) (local.get $v) (local.get $k)))
        (else (switch $k $swap (i64.add (local.get $v) (i64.const 1)) (local.get $k)))))
    (func $count (type $f) (param $v i64) (param $k (ref null $k)) (result i64)
      (loop $again
        (if (i64.ge_u (local.get $v) (i64.const 200)) (then (return (local.get $v))))
        (call $deeper (i32.wrap_i64 (i64.rem_u (local.get $v) (i64.const 7))) (local.get $v) (local.get $k))
        (local.set $k)
        (local.set $v)
        (br $again))
      unreachable)
    (func $three (param $a i32) (param $v v128) (param $b f64) (result i64)
      (i64.add (i64.mul (i64.extend_i32_u (local.get $a)) (i64.const 1000))
        (i64.add (i64x2.extract_lane 1 (local.get $v)) (i64.trunc_f64_s (local.get $b)))))
    (func $asks (result i64) (suspend $ask) (call $three))
    (func $bound (param $k (ref $k3)) (param $n i32) (result i64) (local $one (ref null $k1))
      (local.set $one (cont.bind $k3 $k1 (local.get $n) (v128.const i64x2 0 20) (local.get $k)))
      (resume $k0 (cont.bind $k1 $k0 (f64.const 3) (local.get $one))))
    (func (export "run_switch") (param $n i32) (result i64)
      (resume $k (on $swap switch) (i64.extend_i32_u (local.get $n))
        (cont.new $k (ref.func $count)) (cont.new $k (ref.func $count))))
    (func (export "run_new") (param $n i32) (result i64) (call $bound (cont.new $k3 (ref.func $three)) (local.get $n)))
    (func (export "run_suspended") (param $n i32) (result i64)
      (block $y (result (ref $k3))
        (return (resume $k0 (on $ask $y) (cont.new $k0 (ref.func $asks)))))
      (return_call $bound (local.get $n)))
    (func (export "run_consumed") (param $n i32) (result i64) (local $k (ref null $k0))
      (local.set $k (cont.new $k0 (ref.func $asks)))
      (drop (cont.bind $k0 $k0 (local.get $k)))
      (resume $k0 (local.get $k)))
    (func (export "run_no_function") (param $n i32) (result i64)
      (resume $k0 (cont.new $k0 (ref.null $f0)))))
  )",
          4);
}

TEST_P(Continuations, ComeBackAtTheClauseForTheTag) {
  // Labels of all kinds, with more values than registers have room for.
  compare(R"((module
    (type $f (func (param i32) (result f64 i64 i32 i64 i64 i64 v128))) (type $k (cont $f))
    (type $b (func (result f64 i64 i32 i64 i64 i64 v128))) (type $kb (cont $b))
    (tag $one (param i64 f32 v128 i32 i32 i64 i32)) (tag $two) (tag $unused (param i32)) (tag $three (param f64))
    (elem declare func $body)
    (func $body (type $f)
      (block $3 (block $2 (block $1 (block $0 (br_table $0 $1 $2 $3 (local.get 0))) (br $3))
        (suspend $one (i64.const 1) (f32.const 2) (v128.const i64x2 3 4) (local.get 0) (i32.const 6) (i64.const 7)
          (i32.const 8)) (br $3))
        (suspend $two))
      (suspend $three (f64.convert_i32_u (local.get 0)))
      (f64.const 1) (i64.const 2) (i32.const 3) (i64.const 4) (i64.const 5) (i64.const 6) (v128.const i64x2 7 8))
    (func $sum (param f64 i64 i32 i64 i64 i64 v128) (result i64)
      (i64.add (i64.add (i64.trunc_f64_s (local.get 0)) (i64.extend_i32_u (local.get 2)))
        (i64.add (i64.add (local.get 1) (i64.mul (local.get 3) (i64.const 10)))
          (i64.add (i64.mul (local.get 4) (i64.const 100))
            (i64.add (local.get 5) (i64x2.extract_lane 1 (local.get 6)))))))
    (func $sum_of_one (param i64 f32 v128 i32 i32 i64 i32) (result i64)
      (i64.add (i64.add (local.get 0) (i64.extend_i32_u (i32.sub (local.get 3) (local.get 4))))
        (i64.add (i64.add (local.get 5) (i64x2.extract_lane 1 (local.get 2)))
          (i64.add (i64.trunc_f32_s (local.get 1)) (i64.extend_i32_u (local.get 6))))))
    (func (export "run") (param $n i32) (result i64) (local $k (ref null $kb)) (local $kept i64) (local $d f64)
      (local.set $kept (i64.const 50))
      (block $begun
        (local.set $k
          (block $three (result f64 (ref $kb))
            (block $two (result (ref $kb))
              (block $one (result i64 f32 v128 i32 i32 i64 i32 (ref $kb))
                (block $unused (result i32 (ref $kb))
                  (resume $k (on $unused $unused) (on $one $one) (on $two $two) (on $three $three) (on $two $two)
                    (local.get $n) (cont.new $k (ref.func $body)))
                  (return (call $sum)))
                (unreachable))
              (local.set $k)
              (call $sum_of_one)
              (local.set $kept (i64.add (local.get $kept)))
              (br $begun))
            (local.set $k)
            (local.set $kept (i64.add (local.get $kept) (i64.const 3)))
            (br $begun)))
        (local.set $d)
        (local.set $kept (i64.trunc_f64_s (f64.mul (local.get $d) (f64.convert_i64_s (local.get $kept))))))
      ;; On through a loop's label, until it returns.
      (f64.const 0.5)
      (local.get $k)
      (loop $again (param f64 (ref null $kb)) (result i64)
        (local.set $k) (local.set $d)
        (local.set $kept (i64.add (local.get $kept) (i64.trunc_f64_s (local.get $d))))
        (call $sum (resume $kb (on $three $again) (local.get $k))))
      (i64.add (local.get $kept))))
  )",
          5);
}

/// Labels of several clauses are passed more than functions have results: what resumes is left to the interpreter.
TEST(ContinuationsWithManyValues, LeaveTheResultsAreaAsItIs) {
  const std::unique_ptr<Compiler> compiler = make_compiler({.check = true});
  INVAR_NEED_COMPILER(compiler != nullptr);
  constexpr u32 passed = 999, clauses = 4;
  std::string types, constants, drops;
  for (u32 i = 0; i < passed; ++i) {
    types += " v128";
    constants += fmt::format(" (v128.const i64x2 {} {})", i, ~u64{i});
    if (i + 1 < passed) drops += " (drop)";
  }
  std::string text = fmt::format(R"((module (type $f (func (param i32))) (type $k (cont $f))
    (type $rest (func)) (type $kr (cont $rest)) (tag $other (param{0})) (tag $t (param{0}))
    (elem declare func $work)
    (func $work (type $f) (if (local.get 0) (then (suspend $t{1}))))
    (func $resume (param $n i32) (result i64) (local $v v128))",
                                 types, constants);
  for (u32 i = 0; i < clauses; ++i) text += fmt::format("(block $h{} (result{} (ref $kr))", i, types);
  text += "(resume $k";
  for (u32 i = 0; i < clauses; ++i) text += fmt::format(" (on {} $h{})", i + 1 == clauses ? "$t" : "$other", i);
  text += " (local.get $n) (cont.new $k (ref.func $work))) (return (i64.const 1)))";
  for (u32 i = clauses; i-- > 0;) {
    text += fmt::format("(drop){} (local.set $v) (return (i64x2.extract_lane 1 (local.get $v)))", drops);
    text += ")";  // of the block around, or the function
  }
  text += R"((func $deep (export "run") (param $depth i32) (param $n i32) (result i64)
    (if (result i64) (local.get $depth)
      (then (i64.add (i64.const 2) (call $deep (i32.sub (local.get $depth) (i32.const 1)) (local.get $n))))
      (else (call $resume (local.get $n)))))))";
  EngineConfig config = lazily(compiler.get());
  config.features.set(Feature::stack_switching);
  TwoMachines machines{config};
  ASSERT_TRUE(machines.instantiate(text)) << text.substr(text.size() - 600);
  for (const u64 depth : {0u, 10u, 5000u, 20000u}) {
    EXPECT_TRUE(machines.agree("run", {depth, 0}));
    EXPECT_TRUE(machines.agree("run", {depth, 1}));
  }
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(, Continuations, testing::ValuesIn(mixes), name_of_mix);

}  // namespace invar::jit
