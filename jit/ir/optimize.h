// What -O1 does to a graph that -O0 does not.
#pragma once

#include <span>
#include <string_view>

#include "decoder/module.h"
#include "jit/ir/function.h"

namespace invar::jit {

struct Pass {
  std::string_view name;
  void (*run)(Function& function, const Module& module);
};

/// In their order.
std::span<const Pass> passes();

}  // namespace invar::jit
