// What an atomic instruction does to memory, as a table.
#pragma once

#include "engine/semantics/read_modify_write.h"

namespace invar::jit {

using semantics::Rmw;

namespace detail {

inline constexpr Rmw rmws[] = {
#define OP(name, prefix, code, mnemonic, immediates, signature, family, feature, access) semantics::rmw_of<Op::name>(),
#include "decoder/opcodes.def"
#undef OP
};

}  // namespace detail

/// Only of families AtomicLoad, AtomicStore, AtomicRmw, AtomicCmpxchg.
constexpr Rmw rmw_of(Op op) { return detail::rmws[static_cast<size_t>(op)]; }

}  // namespace invar::jit
