// From an opcode to its function in engine/semantics, for the families that have one.
#pragma once

#include "decoder/opcode.h"
#include "engine/semantics/semantics.h"

namespace invar::interp {

template <Op op>
struct Semantics;

#define INVAR_SEMANTICS(name)                                           \
  template <>                                                           \
  struct Semantics<Op::name> {                                          \
    template <class... Operands>                                        \
    [[gnu::always_inline]] static constexpr auto apply(Operands... x) { \
      return semantics::name(x...);                                     \
    }                                                                   \
  };
#define INVAR_SEMANTICS_Test(name) INVAR_SEMANTICS(name)
#define INVAR_SEMANTICS_Compare(name) INVAR_SEMANTICS(name)
#define INVAR_SEMANTICS_Unary(name) INVAR_SEMANTICS(name)
#define INVAR_SEMANTICS_Binary(name) INVAR_SEMANTICS(name)
#define INVAR_SEMANTICS_Ternary(name) INVAR_SEMANTICS(name)
#define INVAR_SEMANTICS_Wide(name) INVAR_SEMANTICS(name)
#define INVAR_SEMANTICS_Shuffle(name) INVAR_SEMANTICS(name)
#define INVAR_SEMANTICS_ExtractLane(name) INVAR_SEMANTICS(name)
#define INVAR_SEMANTICS_ReplaceLane(name) INVAR_SEMANTICS(name)
#define INVAR_SEMANTICS_Load(name) INVAR_SEMANTICS(name)
#define INVAR_SEMANTICS_Store(name) INVAR_SEMANTICS(name)
#define INVAR_SEMANTICS_Control(name)
#define INVAR_SEMANTICS_Call(name)
#define INVAR_SEMANTICS_Parametric(name)
#define INVAR_SEMANTICS_Variable(name)
#define INVAR_SEMANTICS_Table(name)
#define INVAR_SEMANTICS_Memory(name)
#define INVAR_SEMANTICS_Const(name)
#define INVAR_SEMANTICS_LoadLane(name)
#define INVAR_SEMANTICS_StoreLane(name)
#define INVAR_SEMANTICS_Reference(name)
#define INVAR_SEMANTICS_Gc(name)
#define INVAR_SEMANTICS_AtomicLoad(name)
#define INVAR_SEMANTICS_AtomicStore(name)
#define INVAR_SEMANTICS_AtomicRmw(name)
#define INVAR_SEMANTICS_AtomicCmpxchg(name)
#define INVAR_SEMANTICS_AtomicWait(name)
#define INVAR_SEMANTICS_AtomicNotify(name)
#define INVAR_SEMANTICS_AtomicFence(name)
#define OP(name, prefix, code, mnemonic, immediates, signature, family, feature, access) INVAR_SEMANTICS_##family(name)
#include "decoder/opcodes.def"
#undef OP

}  // namespace invar::interp
