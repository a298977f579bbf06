// What emission makes of a function.
#pragma once

#include <vector>

#include "decoder/base/int.h"

namespace invar::jit {

enum class Architecture : u8 { x86_64, aarch64 };

/// A place in machine code where running code can stop: behind a call, or at an access to memory.
struct Site {
  static constexpr u32 none = ~u32{0};
  u32 position;        ///< In the function's code: of the access, or behind the call.
  u32 offset;          ///< Of the instruction in the wasm module.
  u32 landing = none;  ///< Of a call in a try block: where its exceptions arrive,
  u32 scope = none;    ///< and the block's number in Function::handlers.
};

/// Where the code for a wasm instruction begins.
struct Line {
  u32 position;  ///< In the function's code.
  u32 offset;    ///< Of the instruction in the wasm module, or as Node::offset. 0: the code is for none.
};

struct EmittedFunction {
  std::vector<u8> code;
  u64 data_begin = 0;       ///< Behind the instructions stand constants and tables.
  std::vector<Line> lines;  ///< If asked for.
  std::vector<Site> sites;  ///< Sorted by position.
  u32 frame_bytes = 0;      ///< Below the frame's address.
};

}  // namespace invar::jit
