// Why running code stopped.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "decoder/base/error.h"

namespace invar {

/// One enumerator per row of traps.def; `none` means "no trap".
enum class TrapKind : u8 {
  none,
#define TRAP(name, category, text) name,
#include "engine/runtime/traps.def"
#undef TRAP
};

std::string_view text_of(TrapKind kind);
ErrorCategory category_of(TrapKind kind);

/// One wasm frame of a backtrace, innermost first.
struct TrapFrame {
  std::string module;    ///< Name from the name section, may be empty.
  std::string function;  ///< Name from the name section or an export, may be empty.
  u32 function_index = 0;
  u32 offset = 0;  ///< Byte offset of the instruction in the module.
};

/// A trap as the embedder sees it.
struct Trap {
  TrapKind kind = TrapKind::none;
  std::string message;  ///< text_of(kind), or the host function's own words.
  int exit_code = 0;    ///< If kind is exit.
  std::vector<TrapFrame> backtrace;
};

}  // namespace invar
