// Continuations: frames taken off the stacks, and put back on them. spec: the stack-switching proposal
//
// A resumed continuation runs on top of the frame that resumed it, like a callee; what it returns to is resume_return,
// by which others know where a continuation ends. To suspend is to move its frames into an object of the collected
// heap: those on the value stack, and those of compiled code that the interpreter entered since. Back on the stacks at
// another place, the links between them are adapted; nothing else in a frame points into a stack.
//
// All these instructions are the interpreter's. Compiled code calls functions that are made of nothing else
// (continuation_functions.h).
#pragma once

#include "engine/interp/unwind.h"

namespace invar::interp {

// Each moves `at` from its instruction to where execution goes on, and leaves in `r0` what the code there expects. On a
// trap `at` is as it was.

/// Field 0: slot of the operands; field 1: slots of the values below the continuation; field 2: own link.
TrapKind resume_continuation(Position& at, u64& r0);
/// The same; upper half of word 2: the tag.
TrapKind resume_with_tag(Position& at, u64& r0);
/// The same; the value is the exception.
TrapKind resume_with_exception(Position& at, u64& r0);
/// Field 0: slot of the tag's arguments; upper half: the tag.
TrapKind suspend_continuation(Position& at);
/// Fields 0 and 1 as above; word 2: the tag.
TrapKind switch_continuation(Position& at, u64& r0);

/// Makes a continuation of a function: x[0] becomes a reference to it.
TrapKind new_continuation(Instance& instance, Slot* x);
/// Gives a continuation, in x[count], its next values; x[0] becomes a reference to one that wants only the rest.
TrapKind bind_continuation(Instance& instance, Slot* x, u32 count);

}  // namespace invar::interp
