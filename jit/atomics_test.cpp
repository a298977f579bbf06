// Every atomic instruction in compiled code against the interpreter, and between threads.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <barrier>
#include <cstring>
#include <random>
#include <thread>

#include "jit/testing.h"

namespace invar::jit {
namespace {

EngineConfig config_of(Compiler* compiler, bool explicit_checks) {
  EngineConfig config;
  config.features.set(Feature::threads);
  if (explicit_checks) config.bounds_checks = BoundsChecks::explicit_;
  config.compiler = compiler;
  return config;
}

constexpr bool is_atomic(Family family) {
  return family == Family::AtomicLoad || family == Family::AtomicStore || family == Family::AtomicRmw ||
         family == Family::AtomicCmpxchg || family == Family::AtomicNotify;
}

/// An export for each atomic instruction and offset, on each memory: it takes an address of 64 bits.
struct Accesses {
  std::string text =
      "(module (memory $narrow (export \"m0\") 1 2 shared) (memory $wide (export \"m1\") i64 1 2 shared)"
      " (memory $small (export \"m2\") 1 2)";
  std::vector<std::string> names;
  std::vector<u32> operands, bytes, memories;

  Accesses() {
    constexpr std::string_view memory_names[] = {"$narrow", "$wide", "$small"};
    for (size_t k = 0; k < op_count; ++k) {
      const OpInfo& row = op_infos[k];
      if (!is_atomic(row.family)) continue;
      const std::string_view signature = row.signature, taken = signature.substr(0, signature.find(':'));
      const std::string_view made = signature.substr(signature.find(':') + 1);
      const auto type = [](char letter) { return letter == 'l' ? "i64" : "i32"; };
      for (const std::string_view& memory : memory_names) {
        for (const u64 offset : {u64{0}, u64{3}, u64{8}, u64{65'532}, u64{0x1'0000'0000}}) {
          if (offset > 0xffff'ffff && memory != "$wide") continue;
          std::string body = memory == "$wide" ? " (local.get 0)" : " (i32.wrap_i64 (local.get 0))";
          std::string params = " (param i64";
          for (size_t i = 1; i < taken.size(); ++i) {
            body += fmt::format(" (local.get {})", i);
            params += fmt::format(" {}", type(taken[i]));
          }
          names.push_back(std::to_string(names.size()));
          operands.push_back(static_cast<u32>(taken.size()));
          bytes.push_back(row.access);
          memories.push_back(static_cast<u32>(&memory - memory_names));
          text += fmt::format("\n(func (export \"{}\"){}) {} ({} {} offset={}{}))", names.back(), params,
                              made.empty() ? "" : fmt::format("(result {})", type(made[0])), row.mnemonic, memory,
                              offset, body);
        }
      }
    }
    text += ")";
  }
};

/// With explicit checks, and for any processor.
class Atomics : public ::testing::TestWithParam<std::pair<bool, bool>> {};

TEST_P(Atomics, AreAsInTheInterpreter) {
  const auto [explicit_checks, baseline] = GetParam();
  const TestCompiler compiler({.check = true, .baseline = baseline});
  INVAR_NEED_COMPILER(compiler);
  const Accesses accesses;
  TwoMachines machines(config_of(compiler.get(), explicit_checks));
  ASSERT_TRUE(machines.instantiate(accesses.text)) << accesses.text;
  const Instance *const expected = machines.expected, *const got = machines.got;
  std::mt19937_64 random(3);
  // Little numbers, so that comparisons meet.
  for (u64 memory = 0; memory < 3; ++memory) {
    for (u64 i = 0; i < 65'536; ++i) {
      const u8 byte = static_cast<u8>(random() % 3 == 0 ? random() : random() % 2);
      expected->memories[memory]->base[i] = got->memories[memory]->base[i] = byte;
    }
  }
  for (u32 round = 0; round < 12; ++round) {
    for (size_t k = 0; k < accesses.names.size(); ++k) {
      u64 address = random() % 64 * accesses.bytes[k];
      if (round % 4 == 1) address = random() % 64;
      if (round % 4 == 2) address = 65'536 - random() % 16;
      if (round % 4 == 3) address = random() % 2 == 0 ? ~u64{0} - random() % 32 : u64{0x1'0000'0000} + random() % 64;
      std::vector<Slot> arguments = {address};
      for (u32 i = 1; i < accesses.operands[k]; ++i) {
        // What is expected is often what is there.
        u64 seen = random();
        const u8* const base = got->memories[accesses.memories[k]]->base;
        if (address < 65'000 && random() % 2 == 0) std::memcpy(&seen, base + address, sizeof seen);
        const bool is_wide = got->module->func_type(static_cast<u32>(k)).params[i] == type_i64;
        arguments.push_back(is_wide ? seen : static_cast<u32>(seen));
      }
      ASSERT_TRUE(machines.agree(accesses.names[k], arguments)) << address;
    }
  }
  for (u32 memory = 0; memory < 3; ++memory) EXPECT_TRUE(machines.memories_agree(65'536, memory));
}

TEST_P(Atomics, LoseNothingBetweenThreads) {
  const auto [explicit_checks, baseline] = GetParam();
  const TestCompiler compiler({.check = true, .baseline = baseline});
  INVAR_NEED_COMPILER(compiler);
  Engine engine(config_of(compiler.get(), explicit_checks));
  Store owner(engine);
  Memory* const memory = *owner.new_memory({.limits = {1, 1, true}, .is_shared = true});
  const auto module = compile_text(engine, R"((module
    (import "m" "memory" (memory 1 1 shared))
    (func (export "run") (param $n i32) (param $bit i32)
      (loop $again
        (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
        (drop (i64.atomic.rmw.sub offset=8 (i32.const 0) (i64.const 1)))
        (drop (i32.atomic.rmw8.add_u (i32.const 17) (i32.const 1)))
        (drop (i64.atomic.rmw16.add_u (i32.const 18) (i64.const 1)))
        (drop (i64.atomic.rmw32.sub_u (i32.const 20) (i64.const 1)))
        (drop (i32.atomic.rmw.xor (i32.const 32) (local.get $bit)))
        (drop (i32.atomic.rmw16.or_u (i32.const 36) (local.get $bit)))
        (drop (i64.atomic.rmw8.and_u (i32.const 40) (i64.xor (i64.const 255) (i64.extend_i32_u (local.get $bit)))))
        (call $add_by_exchange)
        (call $add_under_lock)
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
    (func $add_by_exchange (local $seen i32)
      (loop $again
        (local.set $seen (i32.atomic.load (i32.const 24)))
        (br_if $again (i32.ne (local.get $seen)
          (i32.atomic.rmw.cmpxchg (i32.const 24) (local.get $seen) (i32.add (local.get $seen) (i32.const 1)))))))
    ;; What is done under a lock need not be atomic.
    (func $add_under_lock
      (loop $again (br_if $again (i32.atomic.rmw8.xchg_u (i32.const 64) (i32.const 1))))
      (i64.store (i32.const 72) (i64.add (i64.load (i32.const 72)) (i64.const 1)))
      (i32.atomic.store8 (i32.const 64) (i32.const 0)))))");
  constexpr u32 thread_count = 3, rounds = 5001, total = thread_count * rounds;
  memory->base[40] = 0xff;
  std::barrier start(thread_count);
  std::vector<std::thread> threads;
  for (u32 i = 0; i < thread_count; ++i) {
    threads.emplace_back([&, i] {
      Store store(engine);
      Linker linker(store);
      linker.define("m", "memory", memory);
      const auto instance = linker.instantiate(module);
      ASSERT_TRUE(instance) << instance.error().message();
      start.arrive_and_wait();
      EXPECT_TRUE(
          call(store, *std::get<Func*>(*find_export(**instance, "run")), std::vector<Slot>{rounds, u64{1} << i}));
    });
  }
  for (std::thread& thread : threads) thread.join();
  u64 words[10];
  std::memcpy(words, memory->base, sizeof words);
  EXPECT_EQ(words[0], total);
  EXPECT_EQ(words[1], ~u64{0} - total + 1);
  EXPECT_EQ(words[2], u64{0 - total} << 32 | u64{total & 0xffff} << 16 | u64{total & 0xff} << 8);
  EXPECT_EQ(words[3], total);
  EXPECT_EQ(words[4], u64{7} << 32 | 7);  // each bit was turned an odd number of times
  EXPECT_EQ(words[5], 0xf8u);
  EXPECT_EQ(words[9], total);
}

INSTANTIATE_TEST_SUITE_P(All, Atomics,
                         ::testing::Values(std::pair(false, false), std::pair(true, false), std::pair(false, true)),
                         [](const auto& of) {
                           return fmt::format("{}{}", of.param.first ? "explicit_checks" : "guard_pages",
                                              of.param.second ? "_baseline" : "");
                         });

}  // namespace
}  // namespace invar::jit
