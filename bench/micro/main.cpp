// All micro benchmarks: micro_bench --benchmark_filter=REGEX chooses, --help lists Google Benchmark's other options.
#include <benchmark/benchmark.h>

#include "bench/micro/load_bench.h"

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  invar::micro::register_load_benchmarks();
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
