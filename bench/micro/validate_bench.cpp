// How fast function bodies are validated, on one thread, and re-walked unchecked. Bytes are those of the code section.
//
//   validate_bench [benchmark options] module.wasm...        or the modules in $INVAR_BENCH_MODULES, separated by ':'

#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "decoder/binary/module_decoder.h"
#include "decoder/validate/function_walker.h"
#include "decoder/validate/module_validator.h"

namespace {

using namespace invar;

std::vector<u8> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

s64 code_bytes(const Module& module) {
  s64 bytes = 0;
  for (const FunctionDecl& function : module.functions) bytes += function.body.size;
  return bytes;
}

void decode(benchmark::State& state, const std::vector<u8>& bytes) {
  for (auto _ : state) benchmark::DoNotOptimize(decode_module(ModuleBytes{bytes, nullptr}, Features::all()));
  state.SetBytesProcessed(static_cast<s64>(state.iterations() * bytes.size()));
}

void validate(benchmark::State& state, const Module& module) {
  for (auto _ : state) {
    if (!validate_bodies(module, 1)) state.SkipWithError("the module is invalid");
  }
  state.SetBytesProcessed(static_cast<s64>(state.iterations()) * code_bytes(module));
}

void rewalk(benchmark::State& state, const Module& module) {
  NullSink sink;
  FunctionWalker<NullSink, false> walker(module, sink);
  for (auto _ : state) {
    for (u32 i = module.imported_functions; i < module.functions.size(); ++i) benchmark::DoNotOptimize(walker.walk(i));
  }
  state.SetBytesProcessed(static_cast<s64>(state.iterations()) * code_bytes(module));
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  std::vector<std::string> paths(argv + 1, argv + argc);
  if (const char* list = std::getenv("INVAR_BENCH_MODULES"); paths.empty() && list != nullptr) {
    std::string path;
    for (const char* c = list;; ++c) {
      if (*c != ':' && *c != '\0') {
        path += *c;
        continue;
      }
      if (!path.empty()) paths.push_back(path);
      path.clear();
      if (*c == '\0') break;
    }
  }
  if (paths.empty()) {
    std::fprintf(stderr, "validate_bench: name a module, or several in INVAR_BENCH_MODULES\n");
    return 2;
  }
  for (const std::string& path : paths) {
    auto bytes = std::make_shared<const std::vector<u8>>(read_file(path));
    const auto module = decode_module(ModuleBytes{*bytes, bytes}, Features::all());
    if (!module) {
      std::fprintf(stderr, "validate_bench: %s: %s\n", path.c_str(), module.error().message().c_str());
      return 1;
    }
    const std::string name = std::filesystem::path(path).filename().string();
    benchmark::RegisterBenchmark(("decode/" + name).c_str(), [bytes](benchmark::State& s) { decode(s, *bytes); });
    benchmark::RegisterBenchmark(("validate/" + name).c_str(), [m = *module](benchmark::State& s) { validate(s, *m); });
    benchmark::RegisterBenchmark(("rewalk/" + name).c_str(), [m = *module](benchmark::State& s) { rewalk(s, *m); });
  }
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
