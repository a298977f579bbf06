// From bytes to code that runs, on one thread: decoding (which validates), validation alone, walking once more without
// checks, lowering, and compilation. Rates are bytes of the code section. INVAR_BENCH_MODULE names modules; see
// sample_modules.h.
#include <algorithm>

#include "bench/micro/harness.h"
#include "bench/micro/load_bench.h"
#include "bench/micro/sample_modules.h"
#include "decoder/binary/module_decoder.h"
#include "decoder/validate/function_walker.h"
#include "decoder/validate/module_validator.h"
#include "engine/interp/backtrace.h"
#include "engine/interp/lowering.h"
#include "engine/runtime/compiled_module.h"
#include "jit/compiler.h"

namespace invar::micro {

namespace {

void set_bytes(benchmark::State& state, const SampleModule& sample) {
  state.SetBytesProcessed(static_cast<s64>(state.iterations()) * sample.code_bytes());
}

void decode(benchmark::State& state, const SampleModule& sample) {
  for (auto _ : state) {
    benchmark::DoNotOptimize(decode_module(ModuleBytes{*sample.bytes, nullptr}, Features::all()));
  }
  set_bytes(state, sample);
}

void validate(benchmark::State& state, const SampleModule& sample) {
  for (auto _ : state) {
    if (!validate_bodies(*sample.module, 1)) state.SkipWithError("the module is invalid");
  }
  set_bytes(state, sample);
}

void rewalk(benchmark::State& state, const SampleModule& sample) {
  NullSink sink;
  FunctionWalker<NullSink, false> walker(*sample.module, sink);
  for (auto _ : state) {
    for (u32 i = sample.module->imported_functions; i < sample.module->functions.size(); ++i) {
      benchmark::DoNotOptimize(walker.walk(i));
    }
  }
  set_bytes(state, sample);
}

std::shared_ptr<CompiledModule> compiled(Engine& engine, const SampleModule& sample) {
  auto result = CompiledModule::create(engine, sample.module);
  if (!result) fail(sample.name + ": " + result.error().message());
  return *std::move(result);
}

/// The engine lowers a function at its first call. Here all are lowered, in a fresh module each time, of whose making
/// and unmaking the clock sees nothing.
void lower_all(benchmark::State& state, const SampleModule& sample) {
  EngineConfig config;
  config.features = Features::all();
  Engine engine(config);
  std::shared_ptr<CompiledModule> fresh;
  for (auto _ : state) {
    fresh = compiled(engine, sample);
    const double start = thread_seconds();
    for (u32 i = sample.module->imported_functions; i < fresh->codes.size(); ++i) {
      if (interp::lower(fresh->codes[i]) != TrapKind::none) state.SkipWithError("a function cannot be lowered");
    }
    state.SetIterationTime(thread_seconds() - start);
  }
  set_bytes(state, sample);

  size_t lowered = 0;
  for (u32 i = sample.module->imported_functions; i < fresh->codes.size(); ++i) {
    const interp::CodeRange range = interp::find_code_range(fresh->codes[i].entry);
    lowered += static_cast<size_t>(range.end - range.begin) * sizeof(*range.begin);
  }
  const auto code = static_cast<double>(std::max<s64>(sample.code_bytes(), 1));
  state.counters["lowered/body"] = static_cast<double>(lowered) / code;
  state.counters["functions"] = static_cast<double>(fresh->codes.size() - sample.module->imported_functions);
}

/// To machine code, on one thread; a function that stays with the interpreter counts for nothing.
void compile_all(benchmark::State& state, const SampleModule& sample) {
  EngineConfig config;
  config.features = Features::all();
  const std::unique_ptr<Compiler> compiler = jit::make_compiler();
  if (!compiler) return state.SkipWithError("there is no compiler for this machine, or in this build");
  config.compiler = compiler.get();
  Engine engine(config);
  u64 bytes = 0, functions = 0;
  std::shared_ptr<CompiledModule> fresh;
  for (auto _ : state) {
    fresh = compiled(engine, sample);
    bytes = functions = 0;
    const double start = thread_seconds();
    for (u32 i = sample.module->imported_functions; i < fresh->codes.size(); ++i) {
      if (!compiler->compile(fresh->codes[i])) continue;
      bytes += sample.module->functions[i].body.size;
      ++functions;
    }
    state.SetIterationTime(thread_seconds() - start);
  }
  state.SetBytesProcessed(static_cast<s64>(state.iterations() * bytes));
  state.counters["functions"] = static_cast<double>(functions);
}

}  // namespace

void register_load_benchmarks() {
  for (const SampleModule& sample : sample_modules()) {
    const auto add = [&sample](const char* what, void (*run)(benchmark::State&, const SampleModule&)) {
      return benchmark::RegisterBenchmark((std::string(what) + "/" + sample.name).c_str(),
                                          [sample, run](benchmark::State& state) { run(state, sample); });
    };
    add("decode", decode);
    add("validate", validate);
    add("rewalk", rewalk);
    add("lower", lower_all)->UseManualTime();
    add("compile", compile_all)->UseManualTime();
  }
}

}  // namespace invar::micro
