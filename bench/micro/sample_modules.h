// Modules for the benchmarks of decoding, validation and lowering.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "decoder/module.h"

namespace invar::micro {

struct SampleModule {
  std::string name;
  std::shared_ptr<const std::vector<u8>> bytes;
  std::shared_ptr<const Module> module;

  /// Of all function bodies.
  s64 code_bytes() const;
};

/// The files that the environment variable INVAR_BENCH_MODULE names, separated by ':'. If it is not set, one module of
/// a few hundred thousand bytes in the manner of what compilers make of C. A file that is no module ends the program.
std::vector<SampleModule> sample_modules();

}  // namespace invar::micro
