// The compiler as an engine gets it: EngineConfig::compiler.
#pragma once

#include <memory>

#include "engine/tiering/compiler.h"

namespace invar::jit {

struct CompilerOptions {
  bool check_allocation = false;  ///< Verifies every register allocation: for developers, slow.
};

/// nullptr if this processor, system or build has none.
std::unique_ptr<Compiler> make_compiler(const CompilerOptions& options = {});

}  // namespace invar::jit
