// The compiler as an engine gets it: EngineConfig::compiler.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "engine/tiering/compiler.h"

namespace invar::jit {

struct CompilerOptions {
  /// How much is done for faster code: 0, for code that is there soon, or 1.
  unsigned effort = 1;
  // For developers.
  bool check = false;  ///< Verifies each function's graph and register allocation, and aborts if they are wrong; slow.
  bool dump_ir = false;   ///< The graph as each pass left it.
  bool dump_asm = false;  ///< The machine code. Not every build can tell it (has_disassembler()).
  std::function<void(std::string_view)> dump = {};  ///< Is told what was asked for.
  /// Is told where a function's code is, for profilers. Calls come one at a time.
  std::function<void(std::span<const unsigned char> code, std::string_view name)> placed = {};
  /// Small functions become part of those that call them.
  bool inlines = true;
  /// Tests, if not 0: splits lives and spills at random places from this seed, every other function with few registers.
  unsigned pressure = 0;
  /// Uses nothing that some processors lack.
  bool baseline = false;
  /// Only functions with these indices are compiled: to find the one that is compiled wrongly.
  unsigned first_function = 0, last_function = ~0u;
};

/// nullptr if this processor, system or build has none.
std::unique_ptr<Compiler> make_compiler(const CompilerOptions& options = {});

}  // namespace invar::jit
