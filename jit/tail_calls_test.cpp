// Tail calls take no stack, whoever calls whom: compiled and interpreted functions, the host's, other instances', with
// more arguments than the caller has.
#include "jit/mixes.h"
#include "jit/random_signatures.h"

namespace invar::jit {
namespace {

constexpr Mix mixes[] = {{"all", 0, ~0u, false},     {"first", 0, 0, false},
                         {"second", 1, 1, false},    {"all_but_first", 1, ~0u, false},
                         {"third", 2, 2, false},     {"none_of_the_first_four", 4, ~0u, false},
                         {"tiers_up", 0, ~0u, true}, {"second_tiers_up", 1, 1, true}};

class TailCalls : public MixTest {
 protected:
  /// Of the export "run", which is told how many calls are to follow one another.
  void compare(std::string_view text, std::initializer_list<u32> counts) {
    ASSERT_TRUE(machines.instantiate(text)) << text;
    for (const u32 count : counts) {
      EXPECT_EQ(machines.compiled.value(machines.got, "run", {count}),
                machines.interpreted.value(machines.expected, "run", {count}))
          << count;
    }
  }

  // Little of either stack: a chain that takes any would not get far.
  TwoMachines machines{config(), {.max_guarded_memories = 16, .max_stack_bytes = 256 << 10}};
};

constexpr u32 many = 1'000'000;

TEST_P(TailCalls, OfOneModuleTakeNoStack) {
  // Each calls the next with one argument more, or fewer: 0 has one, 3 has 22.
  std::string text = "(module (table funcref (elem $f0 $f1 $f2 $f3))";
  const auto params = [](u32 count) {
    std::string made;
    for (u32 i = 0; i < count; ++i) made += " i64";
    return made;
  };
  const u32 extra[] = {0, 8, 20, 3};
  for (u32 i = 0; i < 4; ++i) {
    text += fmt::format("(type $p{} (func (param i32 i64{}) (result i64)))", i, params(extra[i]));
  }
  for (u32 i = 0; i < 4; ++i) {
    const u32 next = (i + 1) % 4;
    // What it was given, weighted, becomes the sum's next step: a lost argument shows.
    std::string sum = "(local.get 1)";
    for (u32 k = 0; k < extra[i]; ++k) {
      sum = fmt::format("(i64.add {} (i64.mul (local.get {}) (i64.const {})))", sum, k + 2, k + 3);
    }
    std::string passed;
    for (u32 k = 0; k < extra[next]; ++k) passed += fmt::format(" (i64.add (local.get 1) (i64.const {}))", 5 * k + i);
    const std::string arguments =
        fmt::format("(i32.sub (local.get 0) (i32.const 1)) (local.get {}) {}", 2 + extra[i], passed);
    const std::string ways[] = {
        fmt::format("(return_call $f{} {})", next, arguments),
        fmt::format("(return_call_ref $p{} {} (ref.func $f{}))", next, arguments, next),
        fmt::format("(return_call_indirect (type $p{}) {} (i32.const {}))", next, arguments, next)};
    text += fmt::format(
        "(func $f{} (type $p{}) (local i64) (local.set {} {})"
        "(if (i32.eqz (local.get 0)) (then (return (local.get {}))))"
        "(if (result i64) (i32.eqz (i32.rem_u (local.get 0) (i32.const 3))) (then {})"
        "(else (if (result i64) (i32.eqz (i32.rem_u (local.get 0) (i32.const 5))) (then {}) (else {})))))",
        i, i, 2 + extra[i], sum, 2 + extra[i], ways[0], ways[1], ways[2]);
  }
  // Its own frame must be as it was.
  text += R"((func (export "run") (param $n i32) (result i64) (local $a i64) (local $b i64)
    (local.set $a (i64.const 77))
    (local.set $b (call $f0 (local.get $n) (i64.const 1)))
    (local.set $b (i64.add (local.get $b)
      (call $f2 (local.get $n) (i64.const 1) )" +
          [&] {
            std::string made;
            for (u32 k = 0; k < extra[2]; ++k) made += fmt::format(" (i64.const {})", k * k);
            return made;
          }() +
          R"()))
    (i64.add (local.get $a) (local.get $b)))
    (elem declare func $f0 $f1 $f2 $f3)))";
  compare(text, {0, 1, 2, 5, 30, 1000, many});
}

/// Each instance counts its own calls in memory and in a global: who does not get its instance back counts elsewhere.
constexpr std::string_view player = R"((module
  (import "shared" "table" (table $t 8 funcref))
  (import "shared" "identity" (func $identity (param i64) (result i64)))
  (type $few (func (param i32 i64) (result i64)))
  (type $many (func (param i32 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64) (result i64)))
  (memory 1)
  (global $calls (mut i32) (i32.const 0))
  (func $count (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (i32.store (i32.const 8) (i32.add (i32.load (i32.const 8)) (i32.const 1))))
  (func $few (export "few") (type $few)
    (call $count)
    (if (i32.eqz (local.get 0)) (then (return_call $identity (local.get 1))))
    (if (i32.and (local.get 0) (i32.const 8))
      (then (return_call $many (i32.sub (local.get 0) (i32.const 1)) (local.get 1)
        (i64.const 2) (i64.const 3) (i64.const 4) (i64.const 5) (i64.const 6) (i64.const 7) (i64.const 8)
        (i64.const 9) (i64.const 10) (i64.const 11) (local.get 1))))
    (return_call_indirect $t (type $few) (i32.sub (local.get 0) (i32.const 1)) (i64.add (local.get 1) (i64.const 1))
      (i32.rem_u (local.get 0) (i32.const 4))))
  (func $many (export "many") (type $many)
    (call $count)
    (if (i32.and (local.get 0) (i32.const 16))
      (then (return_call_indirect $t (type $many) (i32.sub (i32.or (local.get 0) (i32.const 16)) (i32.const 16))
        (local.get 12) (local.get 11) (local.get 10) (local.get 9) (local.get 8) (local.get 7) (local.get 6)
        (local.get 5) (local.get 4) (local.get 3) (local.get 2) (local.get 1)
        (i32.add (i32.const 4) (i32.rem_u (local.get 0) (i32.const 4))))))
    (if (i32.eqz (local.get 0)) (then (return (local.get 1))))
    (return_call_indirect $t (type $few) (i32.sub (local.get 0) (i32.const 1))
      (i64.add (i64.mul (local.get 1) (i64.const 3)) (i64.sub (local.get 12) (local.get 6)))
      (i32.rem_u (local.get 0) (i32.const 3))))
  ;; Calls one of its own, directly, which may end up anywhere.
  (func (export "run") (param $n i32) (param $x i64) (result i64) (local $calls i32) (local $sum i64)
    (local.set $sum (call $few (local.get $n) (local.get $x)))
    (local.set $sum (i64.add (local.get $sum) (call $many (local.get $n) (local.get $x)
      (i64.const 2) (i64.const 3) (i64.const 4) (i64.const 5) (i64.const 6) (i64.const 7) (i64.const 8)
      (i64.const 9) (i64.const 10) (i64.const 11) (local.get $x))))
    (call $count)
    (i64.add (local.get $sum) (i64.extend_i32_u (i32.load (i32.const 8)))))
  (func (export "calls") (result i64)
    (i64.or (i64.shl (i64.extend_i32_u (global.get $calls)) (i64.const 32)) (i64.extend_i32_u (i32.load (i32.const 8)))))
))";

constexpr std::string_view shared = R"((module
  (import "host" "identity" (func $identity (param i64) (result i64)))
  (table (export "table") 8 funcref)
  (export "identity" (func $identity))))";

constexpr std::string_view filler = R"((module
  (import "shared" "table" (table $t 8 funcref))
  (import "a" "few" (func $a_few (param i32 i64) (result i64)))
  (import "b" "few" (func $b_few (param i32 i64) (result i64)))
  (import "a" "many" (func $a_many (param i32 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64) (result i64)))
  (import "b" "many" (func $b_many (param i32 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64) (result i64)))
  (elem (table $t) (i32.const 0) func $a_few $b_few $a_few $b_few $a_many $b_many $b_many $a_many)))";

std::vector<u64> play(TestMachine& machine, std::span<const u32> counts) {
  EXPECT_TRUE(machine.linker.define_function(
      "host", "identity", FuncType{{type_i64}, {type_i64}}, [](void*, Instance*, Slot*) { return TrapKind::none; },
      nullptr));
  machine.linker.define_instance("shared", *machine.instantiate(shared));
  const Instance* const a = machine.instantiate(player);
  const Instance* const b = machine.instantiate(player);
  machine.linker.define_instance("a", *a);
  machine.linker.define_instance("b", *b);
  machine.instantiate(filler);
  std::vector<u64> made;
  for (const u32 count : counts) {
    made.push_back(machine.value(a, "run", {count, 5}));
    made.push_back(machine.value(b, "run", {count, 7}));
    made.push_back(machine.value(a, "calls"));
    made.push_back(machine.value(b, "calls"));
  }
  return made;
}

TEST_P(TailCalls, IntoOtherInstancesTakeNoStackAndComeBack) {
  const u32 counts[] = {0, 1, 2, 3, 7, 20, 100, 999, many};
  EXPECT_EQ(play(machines.compiled, counts), play(machines.interpreted, counts));
}

TEST_P(TailCalls, OutOfALoopThatIsEnteredTakeNoStack) {
  constexpr std::string_view text = R"((module
    (memory 1)
    (func $work (param $n i32) (param $left i32) (param $sum i64) (result i64) (local $i i32)
      (local.set $i (i32.const 5))
      (loop $l
        (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_u (local.get $i))))
        (br_if $l (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
      (if (i32.eqz (local.get $left)) (then (return (local.get $sum))))
      (return_call $other (local.get $sum) (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4) (i64.const 5)
        (i64.const 6) (i64.const 7) (i64.const 8) (local.get $n) (i32.sub (local.get $left) (i32.const 1))))
    (func $other (param i64 i64 i64 i64 i64 i64 i64 i64 i64) (param $n i32) (param $left i32) (result i64)
      (if (i32.eqz (local.get $left)) (then (return (i64.add (local.get 0) (local.get 8)))))
      (return_call $work (local.get $n) (i32.sub (local.get $left) (i32.const 1))
        (i64.add (local.get 0) (local.get 8))))
    (func (export "run") (param $n i32) (result i64)
      (call $work (i32.const 3) (local.get $n) (i64.const 0)))))";
  compare(text, {3, 1000, many / 4});
}

TEST_P(TailCalls, TrapWhereTheyTrapAndEndWhereStackEnds) {
  TestMachine& machine = machines.compiled;
  const Instance* const got = machine.instantiate(R"((module
    (type $t (func (result i32)))
    (table 2 funcref)
    (func (export "null") (result i32) (return_call_ref $t (ref.null $t)))
    (func (export "undefined") (result i32) (return_call_indirect (type $t) (i32.const 9)))
    (func (export "uninitialized") (result i32) (return_call_indirect (type $t) (i32.const 1)))
    (func $deep (param $n i32) (result i32)
      (drop (call $deep (i32.add (local.get $n) (i32.const 1))))
      (return_call $deep (local.get $n)))
    (func (export "deep") (result i32) (return_call $deep (i32.const 0)))))");
  EXPECT_EQ(machine.trap(got, "null"), TrapKind::null_function_reference);
  EXPECT_EQ(machine.trap(got, "undefined"), TrapKind::undefined_element);
  EXPECT_EQ(machine.trap(got, "uninitialized"), TrapKind::uninitialized_element);
  EXPECT_EQ(machine.trap(got, "deep"), TrapKind::call_stack_exhausted);
  EXPECT_EQ(machine.trap(got, "null"), TrapKind::null_function_reference);
}

INSTANTIATE_TEST_SUITE_P(All, TailCalls, ::testing::ValuesIn(mixes), name_of_mix);

/// Function 0 stores its parameters and gives some back; functions 1 to 3 have parameters of their own and end in a
/// call of it, each in its way; functions 4 to 6 call those.
std::string random_module(RandomSignatures& random, u32 most_params) {
  const auto params = random.types(most_params), results = random.types(10);
  std::string text =
      fmt::format("(module (memory 1) (type $t (func{}{})) (table funcref (elem $f0)) (func $f0 (type $t)",
                  random.list("param", params), random.list("result", results));
  for (size_t i = 0; i < params.size(); ++i) text += random.store(params[i], 16 * i, i);
  for (const auto& result : results) text += random.value(result, params);
  text += ")";
  constexpr std::string_view calls[] = {"(return_call $f0{})", "(return_call_indirect (type $t){} (i32.const 0))",
                                        "(return_call_ref $t{} (ref.func $f0))"};
  RandomSignatures::Types own[3];
  for (u32 way = 0; way < 3; ++way) {
    own[way] = random.types(most_params);
    std::string arguments;
    for (const auto& param : params) arguments += random.value(param, own[way]);
    text += fmt::format(" (func $f{}{}{} {})", way + 1, random.list("param", own[way]), random.list("result", results),
                        fmt::format(fmt::runtime(calls[way]), arguments));
  }
  for (u32 way = 0; way < 3; ++way) {
    text += fmt::format(" (func (export \"{}\"){} (local $kept i64) (local.set $kept (i64.load (i32.const 0)))", way,
                        random.list("local", results));
    // Twice, with something on the stack: it must be where it was.
    for (u32 time = 0; time < 2; ++time) {
      text += " (i64.load (i32.const 8))";
      for (const auto& type : own[way]) text += random.constant(type);
      text += fmt::format(" (call $f{}){}", way + 1, random.set_locals(results.size()));
      text += " (local.set $kept (i64.xor (local.get $kept)))";
      for (size_t i = 0; i < results.size(); ++i) text += random.store(results[i], 30'000 + 256 * time + 16 * i, i);
    }
    text += " (i64.store offset=31000 (i32.const 0) (local.get $kept)))";
  }
  return text + ")";
}

class Signatures : public MixTest {};

TEST_P(Signatures, PassTheirArgumentsInTailCalls) { expect_same_memories(compiler.get(), 11, random_module); }

constexpr Mix callers_and_callees[] = {{"compiled_0_to_6", 0, 6}, {"compiled_0_to_0", 0, 0}, {"compiled_1_to_3", 1, 3},
                                       {"compiled_4_to_6", 4, 6}, {"compiled_0_to_3", 0, 3}, {"compiled_1_to_6", 1, 6}};

INSTANTIATE_TEST_SUITE_P(All, Signatures, ::testing::ValuesIn(callers_and_callees), name_of_mix);

}  // namespace
}  // namespace invar::jit
