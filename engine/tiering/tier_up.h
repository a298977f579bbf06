// When functions are compiled.
//
// Ahead: all of a module, before anything of it runs. At the first call. Or when they are hot: then threaded code
// counts (the handlers warm_up and warm_up_loop) what it does in a function, and asks here when that was enough. The
// function is compiled for its next calls; the code for a loop takes over the interpreter's frame at the loop's next
// turn.
#pragma once

#include "engine/runtime/objects.h"

namespace invar {

/// Compiles all functions of the module that are not compiled yet, on several threads
/// (EngineConfig::compilation_threads). None of them is running.
void compile_all(CompiledModule& module);

/// Code::patience to begin with.
s32 patience_for(const CompiledModule& module, u32 function);

/// The function's patience has come to an end at its beginning, whose instruction warm_up is at `words`: asks for its
/// compilation. Where to go on in machine code, with the frame as it is, or nullptr.
const u64* tier_up(Code& code, const u64* words);
/// The same at a loop, whose instruction warm_up_loop is at `words`.
const u64* tier_up_loop(Code& code, const u64* words);

}  // namespace invar
