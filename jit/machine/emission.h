// What emission makes of a function.
#pragma once

#include <string>
#include <vector>

#include "decoder/base/int.h"

namespace invar::jit {

/// A place in machine code where running code can stop: behind a call, or at an access to memory.
struct Site {
  static constexpr u32 none = ~u32{0};
  u32 position;        ///< In the function's code: of the access, or behind the call.
  u32 offset;          ///< Of the instruction in the wasm module.
  u32 landing = none;  ///< Of a call in a try block: where its exceptions arrive,
  u32 scope = none;    ///< and the block's number in Function::handlers.
};

struct EmittedFunction {
  std::vector<u8> code;
  u64 data_begin = 0;       ///< Behind the instructions stand constants and tables.
  std::string listing;      ///< The assembler's, if asked for.
  std::vector<Site> sites;  ///< Sorted by position.
  u32 frame_bytes = 0;      ///< Below the frame's address.
};

}  // namespace invar::jit
