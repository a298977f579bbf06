// For tests of compiled code.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/runtime/testing.h"
#include "jit/machine/machine.h"

/// Skips the test where the processor lacks what compiled code requires (features.h). A compiler that is missing
/// for any other reason is a failure.
#define INVAR_NEED_COMPILER(compiler)                                     \
  do {                                                                    \
    if (!invar::jit::machine::cpu_features().required)                    \
      GTEST_SKIP() << "this processor lacks what compiled code requires"; \
    ASSERT_TRUE(compiler);                                                \
  } while (false)

namespace invar::jit {

/// An engine with the compiler, or without one if that is null; beside the test's own, as several are compared.
struct TestMachine : RuntimeTest {
  explicit TestMachine(Compiler* compiler, bool stress_collection = false)
      : RuntimeTest(config(compiler, stress_collection)) {}
  void TestBody() override {}
  using RuntimeTest::instantiate;
  using RuntimeTest::store;
  using RuntimeTest::trap;
  using RuntimeTest::value;

  /// The result of a call, or what it trapped with.
  std::string outcome(const Instance* instance, std::string_view name, std::vector<Slot> arguments) {
    const auto result = call(instance, name, std::move(arguments));
    return result ? fmt::format("{:x}", *result) : fmt::format("trap {}", static_cast<u32>(result.error().kind));
  }

 private:
  static EngineConfig config(Compiler* compiler, bool stress_collection) {
    EngineConfig made;
    made.compiler = compiler;
    made.lazy_compilation = true;  // only what a test is about
    made.stress_collection = stress_collection;
    return made;
  }
};

}  // namespace invar::jit
