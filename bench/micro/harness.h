// What the benchmarks share: a program from its text in a store of its own, and figures per operation.
#pragma once

#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>

#include "invar/invar.h"

namespace invar::micro {

[[noreturn]] inline void fail(const std::string& message) {
  std::fprintf(stderr, "micro_bench: %s\n", message.c_str());
  std::exit(1);
}

/// The value, or the end: no benchmark goes on after an error.
template <class T>
T require(api::Result<T> result) {
  if (!result) fail(result.error().message);
  if constexpr (!std::is_void_v<T>) return *std::move(result);
}

/// An instance and all it needs. Imports are defined through the linker before start().
class Program {
 public:
  explicit Program(std::string_view text, std::shared_ptr<invar::Compiler> compiler = nullptr)
      : engine(require(api::Engine::create({.compiler = std::move(compiler), .tiering = api::Tiering::eager}))),
        store(engine),
        linker(store),
        module(require(api::Module::from_text(engine, text))) {}

  /// Instantiates and finds the function.
  api::Func start(std::string_view name) {
    instance = require(linker.instantiate(module));
    return func(name);
  }
  api::Func func(std::string_view name) const {
    const auto found = instance.func(name);
    if (!found) fail("the program has no function " + std::string(name));
    return *found;
  }

  api::Engine engine;
  api::Store store;
  api::Linker linker;
  api::Module module;
  api::Instance instance;
};

/// Reports time per operation beside the time per iteration of `operations` of them.
inline void set_operations(benchmark::State& state, std::int64_t operations) {
  const auto all = static_cast<double>(state.iterations() * operations);
  state.SetItemsProcessed(state.iterations() * operations);
  state.counters["each"] = benchmark::Counter(all, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

/// Calls `run(times)` in every iteration, which does `times` operations.
inline void run_times(benchmark::State& state, const api::Func& run, std::int32_t times) {
  for (auto _ : state) require(run.call<void>(times));
  set_operations(state, times);
}

/// CPU seconds of this thread: for parts of an iteration, and on a machine that others use as well.
inline double thread_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace invar::micro
