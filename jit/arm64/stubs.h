// See machine/stubs.h.
#pragma once

#include "jit/arm64/abi.h"
#include "jit/machine/stubs.h"

namespace invar::jit::arm64 {

/// For functions of a type. `words`: {handler that calls Code, return_to_machine, handler that calls Code in place of
/// the running function}, at a fixed address.
TypeStubs make_type_stubs(const FuncType& type, const u64* words);
/// Called like a compiled function: calls one of the host, whose Code it gets.
std::vector<u8> make_host_stub(const FuncType& type);
/// Gates::bytes of code.
std::vector<u8> make_gates(const GateTargets& targets);
/// Of the call in front of Gates::entered.
inline constexpr u32 enter_bytes = 4;

}  // namespace invar::jit::arm64
