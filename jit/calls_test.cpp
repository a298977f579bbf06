// Calls between compiled and interpreted functions and those of the host, with arguments of all types in registers and
// on the stack.
#include "jit/mixes.h"
#include "jit/random_signatures.h"

namespace invar::jit {
namespace {

/// Function 0 stores its parameters and gives some back; the others call it, each in its way, and store the results.
std::string random_module(RandomSignatures& random, u32 most_params) {
  const auto params = random.types(most_params), results = random.types(12);
  std::string text =
      fmt::format("(module (memory 1) (type $t (func{}{})) (table funcref (elem $callee)) (elem declare func $callee)",
                  random.list("param", params), random.list("result", results));
  text += " (func $callee (type $t)";
  u32 at = 0;
  for (size_t i = 0; i < params.size(); at += params[i++].bytes) text += random.store(params[i], at, i);
  for (const auto& result : results) text += random.value(result, params);
  text += ")";
  const std::string in_try =
      fmt::format("(try_table{} (catch_all $out) (call $callee{{}}))", random.list("result", results));
  const std::string_view calls[] = {"(call $callee{})", "(call_indirect (type $t){} (i32.const 0))",
                                    "(call_ref $t{} (ref.func $callee))", in_try};
  for (u32 way = 0; way < std::size(calls); ++way) {
    std::string arguments;
    for (const auto& param : params) arguments += random.constant(param);
    text += fmt::format(" (func (export \"{}\"){} (block $out {}{})", way, random.list("local", results),
                        fmt::format(fmt::runtime(calls[way]), arguments), random.set_locals(results.size()));
    for (size_t i = 0; i < results.size(); ++i) text += random.store(results[i], 20'000 + 16 * i, i);
    text += ")";
  }
  return text + ")";
}

class Calls : public MixTest {};

TEST_P(Calls, PassTheirArguments) { expect_same_memories(compiler.get(), 7, random_module); }

constexpr Mix mixes[] = {{.name = "compiled_0_to_4", .first = 0, .last = 4, .inlines = false},
                         {.name = "compiled_0_to_0", .first = 0, .last = 0, .inlines = false},
                         {.name = "compiled_1_to_4", .first = 1, .last = 4, .inlines = false}};

INSTANTIATE_TEST_SUITE_P(All, Calls, ::testing::ValuesIn(mixes), name_of_mix);

constexpr u32 turned = 20, given_back = 14;  // of both classes more results than registers
constexpr std::string_view type_of_turned(u32 i) { return i % 5 == 4 ? "v128" : i % 2 == 0 ? "i64" : "f64"; }

/// Gives back the last of its arguments' words, each changed, in the order from the end.
TrapKind turn(void* /*environment*/, Instance* /*caller*/, Slot* slots) {
  constexpr u32 words = turned + turned / 5;
  std::reverse(slots, slots + words);
  for (u32 i = 0; i < words; ++i) slots[i] += i;
  return TrapKind::none;
}

TrapKind fail(void* environment, Instance* /*caller*/, Slot* slots) {
  if (slots[0] == 0) return TrapKind::none;
  if (slots[0] == 1) return TrapKind::unreachable;
  if (slots[0] == 3) return TrapKind::uncaught_exception;  // which it has not thrown
  return fail_host_call(*static_cast<Store*>(environment), "that is too much");
}

/// Calls the export "down" of its caller, then adds 1.
TrapKind descend(void* environment, Instance* caller, Slot* slots) {
  auto& store = *static_cast<Store*>(environment);
  const TrapKind trap = call(store, *std::get<Func*>(*find_export(*caller, "down")), {slots, 1}, {slots, 1});
  if (trap == TrapKind::none) ++slots[0];
  return trap;
}

TrapKind grow(void* /*environment*/, Instance* caller, Slot* slots) {
  slots[0] = static_cast<u32>(caller->memories[0]->grow(slots[0]));
  return TrapKind::none;
}

class HostCalls : public MixTest {
 protected:
  HostCalls() {
    std::vector<ValType> params, results;
    for (u32 i = 0; i < turned; ++i) {
      const std::string_view type = type_of_turned(i);
      params.push_back(type == "v128" ? type_v128 : type == "i64" ? type_i64 : type_f64);
    }
    results.assign(params.begin(), params.begin() + given_back);
    const FuncType turns{params, results}, counts{{type_i32}, {type_i32}}, fails{{type_i32}, {}};
    for (TestMachine* const machine : {&machines.interpreted, &machines.compiled}) {
      EXPECT_TRUE(machine->linker.define_function("host", "turn", turns, turn, nullptr));
      EXPECT_TRUE(machine->linker.define_function("host", "fail", fails, fail, &machine->store));
      EXPECT_TRUE(machine->linker.define_function("host", "descend", counts, descend, &machine->store));
      EXPECT_TRUE(machine->linker.define_function("host", "grow", counts, grow, nullptr));
    }
  }

  TwoMachines machines{config()};
};

TEST_P(HostCalls, AreAsInTheInterpreter) {
  ASSERT_TRUE(machines.instantiate(R"((module
    (type $count (func (param i32) (result i32))) (type $fail (func (param i32)))
    (import "host" "fail" (func $fail (type $fail)))
    (import "host" "descend" (func $descend (type $count)))
    (import "host" "grow" (func $grow (type $count)))
    (memory 1 5) (table funcref (elem $fail $descend $grow)) (elem declare func $descend $grow)
    (func (export "fail") (param i32) (call $fail (local.get 0)))
    (func (export "fail indirectly") (param i32) (call_indirect (type $fail) (local.get 0) (i32.const 0)))
    (func $tail (param i32) (return_call $fail (local.get 0)))
    (func (export "fail at the end") (param i32) (call $tail (local.get 0)) (call $tail (local.get 0)))
    (func $down (export "down") (param $n i32) (result i32)
      (if (result i32) (local.get $n)
        (then (i32.add (local.get $n) (call $descend (i32.sub (local.get $n) (i32.const 1)))))
        (else (i32.const 100))))
    (func (export "down by reference") (param $n i32) (result i32)
      (i32.mul (local.get $n) (call_ref $count (local.get $n) (ref.func $descend))))
    (func (export "down at the end") (param $n i32) (result i32) (return_call_ref $count (local.get $n) (ref.func $descend)))
    (func (export "grow") (param $n i32) (result i32)
      (i32.store (i32.const 65532) (local.get $n))
      (local.set $n (call $grow (local.get $n)))
      (i32.store (i32.add (i32.const 65536) (i32.load (i32.const 65532))) (i32.const 77))
      (i32.add (local.get $n) (i32.load (i32.add (i32.const 65536) (i32.load (i32.const 65532)))))))
  )"));
  for (u32 round = 0; round < 3; ++round) {
    for (const std::string_view name : {"fail", "fail indirectly", "fail at the end"}) {
      for (const Slot how : {0, 1, 2, 3}) EXPECT_TRUE(machines.agree(name, {how}));
    }
    for (const std::string_view name : {"down", "down by reference", "down at the end"}) {
      for (const Slot depth : {0, 1, 2, 50, 10'000}) EXPECT_TRUE(machines.agree(name, {depth}));
    }
    EXPECT_TRUE(machines.agree("grow", {1}));
    EXPECT_TRUE(machines.agree("grow", {0}));
    EXPECT_TRUE(machines.agree("grow", {100}));
  }
}

TEST_P(HostCalls, PassTheirArguments) {
  std::string params, constants, parameters, results, stores;
  for (u32 i = 0; i < turned; ++i) {
    const std::string_view type = type_of_turned(i);
    params += fmt::format(" {}", type);
    constants += type == "v128" ? fmt::format(" (v128.const i64x2 {} {})", 1000 * i + 1, ~u64{0} - i)
                                : fmt::format(" ({}.const {})", type, 77 * i + 1);
    parameters += fmt::format(" (local.get {})", i);
    if (i >= given_back) continue;
    results += fmt::format(" {}", type);
    stores += fmt::format(" ({}.store offset={} (i32.const 0) (local.get {}))", type, 16 * i, i);
  }
  ASSERT_TRUE(machines.instantiate(fmt::format(
      R"((module (type $t (func (param{0}) (result{3}))) (import "host" "turn" (func $turn (type $t)))
        (memory 1) (table funcref (elem $turn)) (elem declare func $turn)
        (func $tail (type $t) (return_call $turn{2}))
        (func $store (param{3}){4})
        (func (export "direct") (call $store (call $turn{1})))
        (func (export "indirect") (call $store (call_indirect (type $t){1} (i32.const 0))))
        (func (export "reference") (call $store (call_ref $t{1} (ref.func $turn))))
        (func (export "tail") (call $store (call $tail{1})))))",
      params, constants, parameters, results, stores)));
  for (const std::string_view name : {"direct", "indirect", "reference", "tail"}) {
    EXPECT_TRUE(machines.agree(name));
    EXPECT_TRUE(machines.memories_agree(16 * given_back)) << name;
    for (const Instance* const instance : {machines.expected, machines.got}) {
      u8* const memory = instance->memories[0]->base;
      EXPECT_NE(memory[16 * (given_back - 1)], 0);
      std::memset(memory, 0, 16 * given_back);
    }
  }
}

constexpr Mix host_mixes[] = {{.name = "all"},
                              {.name = "without_inlining", .inlines = false},
                              {.name = "the_first_few", .first = 0, .last = 4},
                              {.name = "the_others", .first = 5},
                              {.name = "none", .first = ~0u},
                              {.name = "tiers_up", .tiers_up = true}};
INSTANTIATE_TEST_SUITE_P(All, HostCalls, ::testing::ValuesIn(host_mixes), name_of_mix);

}  // namespace
}  // namespace invar::jit
