// Random valid modules, for fuzzing execution.
#pragma once

#include <span>
#include <vector>

#include "decoder/base/int.h"

namespace invar::fuzz {

/// A valid module (with every feature on) made from any bytes; the same bytes give the same module. Instructions whose
/// operands opcodes.def gives are taken from there; control flow, calls, tables, bulk memory, exceptions,
/// garbage collection and continuations are woven around them. Exports the functions "0", "1", ... without parameters,
/// and everything in which state can be: memories "m0"..., globals "g0"... Left out: atomic waits, which would not end.
/// Functions may run for ever: run them with fuel.
std::vector<u8> generate_module(std::span<const u8> choices);

}  // namespace invar::fuzz
