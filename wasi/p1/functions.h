// The functions of preview 1, declared and listed from p1.def.
#pragma once

#include <string_view>

#include "wasi/p1/arguments.h"

namespace invar::wasi {

/// The program ends.
struct Exit {
  u32 code;
};

#define WASI_FUNCTION(name, result, ...) result name(Call& call __VA_OPT__(, ) __VA_ARGS__);
namespace p1 {
#include "wasi/p1/p1.def"
}
#undef WASI_FUNCTION

/// One row as data.
struct Function {
  std::string_view name;
  FuncType type;
  /// Reads the parameters from slots[0...] and leaves the result there.
  void (*invoke)(Call& call, Slot* slots);
};

/// All rows in the order of p1.def.
std::span<const Function> functions();
const Function* find_function(std::string_view name);

}  // namespace invar::wasi
