// The instructions of a function's machine code as text, read from its bytes.
#pragma once

#include <functional>
#include <string>

#include "jit/machine/emission.h"

namespace invar::jit {

/// Not every build has one.
bool has_disassembler();

/// A line for each instruction, each ending in a newline; places that branches lead to have labels. Bytes that are no
/// instruction are told as such. Where the code for another wasm instruction begins (EmittedFunction::lines), `comment`
/// says what is to be said of its offset.
std::string disassemble(const EmittedFunction& function, Architecture architecture,
                        const std::function<std::string(u32 offset)>& comment = {});

}  // namespace invar::jit
