// For tests of compiled code.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "engine/runtime/testing.h"
#include "jit/compiler.h"
#include "jit/machine/machine.h"

/// Skips the test where the processor lacks what compiled code requires (machine.h). A compiler that is missing
/// for any other reason is a failure.
#define INVAR_NEED_COMPILER(compiler)                                                                            \
  do {                                                                                                           \
    if (!invar::jit::is_supported_machine()) GTEST_SKIP() << "this processor lacks what compiled code requires"; \
    ASSERT_TRUE(compiler);                                                                                       \
  } while (false)

namespace invar::jit {

/// A compiler that has to take every function: those that it refuses fail the test when it goes.
class TestCompiler {
 public:
  explicit TestCompiler(CompilerOptions options = {.check = true}) {
    options.dump = [this](std::string_view text) { refused_ += text; };
    compiler_ = make_compiler(options);
  }
  ~TestCompiler() { EXPECT_EQ(refused_, ""); }
  TestCompiler(const TestCompiler&) = delete;
  TestCompiler& operator=(const TestCompiler&) = delete;
  Compiler* get() const { return compiler_.get(); }
  explicit operator bool() const { return compiler_ != nullptr; }

 private:
  std::string refused_;
  std::unique_ptr<Compiler> compiler_;
};

/// Only what is called is compiled: what a test is about.
inline EngineConfig lazily(Compiler* compiler) {
  EngineConfig made;
  made.compiler = compiler;
  made.lazy_compilation = true;
  return made;
}

/// What a call comes to: the results' slots, or all that is said of the trap.
using Outcome = std::expected<std::vector<Slot>, std::string>;

inline Outcome outcome_of(Store& store, const Instance* instance, std::string_view name,
                          const std::vector<Slot>& arguments) {
  const auto found = find_export(*instance, name);
  if (!found || !std::holds_alternative<Func*>(*found)) {
    ADD_FAILURE() << "no function " << name;
    return std::unexpected("no such function");
  }
  const Func& func = *std::get<Func*>(*found);
  auto results = call(store, func, arguments);
  if (!results) return std::unexpected(to_string(results.error()));
  Slot* slot = results->data();
  for (const ValType& type : func.type->results) {
    if (type == type_f32) *slot = static_cast<u32>(*slot);  // the upper half says nothing
    slot += slots_of({&type, 1});
  }
  return *std::move(results);
}

/// The slots in hexadecimal.
inline std::string told(const Outcome& outcome) {
  if (!outcome) return outcome.error();
  std::string text;
  for (const Slot slot : *outcome) text += fmt::format("{}{:x}", text.empty() ? "" : " ", slot);
  return text;
}

/// And how much of the fuel that took.
inline std::string outcome_with_fuel(Store& store, const Instance* instance, std::string_view name,
                                     const std::vector<Slot>& arguments, s64 fuel) {
  store.fuel = fuel;
  const std::string outcome = told(outcome_of(store, instance, name, arguments));
  return fmt::format("{}; {} units", outcome, fuel - store.fuel);
}

/// An engine, a store and a linker beside others: several are compared.
struct TestMachine : RuntimeTest {
  static constexpr StoreLimits usual_limits{.max_guarded_memories = 16};  // RuntimeTest says why

  explicit TestMachine(const EngineConfig& config = {}, const StoreLimits& limits = usual_limits)
      : RuntimeTest(config, limits) {}
  void TestBody() override {}
  using RuntimeTest::call;
  using RuntimeTest::engine;
  using RuntimeTest::instantiate;
  using RuntimeTest::linker;
  using RuntimeTest::store;
  using RuntimeTest::trap;
  using RuntimeTest::value;

  std::string outcome(const Instance* instance, std::string_view name, const std::vector<Slot>& arguments = {}) {
    return told(outcome_of(store, instance, name, arguments));
  }
};

/// What the configuration says beside the interpreter: a module must come to the same in both.
struct TwoMachines {
  explicit TwoMachines(const EngineConfig& config, const StoreLimits& limits = TestMachine::usual_limits)
      : interpreted(without_compiler(config), limits), compiled(config, limits) {}

  /// What is compared from here on. Fails the test if it does not work.
  bool instantiate(std::string_view text) {
    expected = interpreted.instantiate(text);
    got = compiled.instantiate(text);
    return expected != nullptr && got != nullptr;
  }
  /// Does a call of the export come to the same?
  testing::AssertionResult agree(std::string_view name, const std::vector<Slot>& arguments = {}) {
    const Outcome wanted = outcome_of(interpreted.store, expected, name, arguments);
    const Outcome made = outcome_of(compiled.store, got, name, arguments);
    if (made == wanted) return testing::AssertionSuccess();
    return testing::AssertionFailure() << name << " comes to " << told(made) << "\nand not, as in the interpreter, to "
                                       << told(wanted) << '\n';
  }
  /// Are the first bytes of the memory the same?
  testing::AssertionResult memories_agree(size_t bytes, u32 index = 0) const {
    const u8 *const wanted = expected->memories[index]->base, *const made = got->memories[index]->base;
    if (std::memcmp(wanted, made, bytes) == 0) return testing::AssertionSuccess();
    const auto at = std::mismatch(wanted, wanted + bytes, made).first - wanted;
    return testing::AssertionFailure() << "memory " << index << " differs at " << at << ' ';
  }

  TestMachine interpreted, compiled;
  const Instance *expected = nullptr, *got = nullptr;  ///< What was instantiated last.

 private:
  static EngineConfig without_compiler(EngineConfig config) {
    config.compiler = nullptr;
    config.tier_up = false;
    return config;
  }
};

}  // namespace invar::jit
