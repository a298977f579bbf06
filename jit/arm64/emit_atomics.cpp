// Emission of atomic accesses.
#include "jit/arm64/emitter.h"

namespace invar::jit::arm64 {

namespace a64 = asmjit::a64;
using Inst = asmjit::a64::Inst;

/// Loads to def what the exclusive store is to replace.
void Emitter::emit_exclusive_load(const Instruction& i, const Mem& memory) {
  const u32 bytes = info(i.op).access;
  as_.emit(bytes == 1   ? Inst::kIdLdaxrb
           : bytes == 2 ? Inst::kIdLdaxrh
                        : Inst::kIdLdaxr,
           general(i.def, i.shape), memory);
}

/// Tries again if somebody came between.
void Emitter::emit_exclusive_store(const Instruction& i, u8 stored, const Mem& memory, const Label& again) {
  const u32 failed = number_of(second_scratch);
  as_.embedUInt32(store_release_exclusive(info(i.op).access, failed, number_of(reg(stored)), memory.baseId()));
  as_.cbnz(gp32(second_scratch), again);
}

void Emitter::emit_atomic_store(const Instruction& i) {
  constexpr u32 zero = 31;
  const Mem memory = address(i, true);
  as_.embedUInt32(store_release(info(i.op).access, i.a == no_operand ? zero : number_of(reg(i.a)), memory.baseId()));
}

/// Of a comparison, the definition has what is expected first, and a is the replacement.
void Emitter::emit_atomic_at_once(const Instruction& i) {
  const Mem memory = address(i, true);
  const bool compares = info(i.op).family == Family::AtomicCmpxchg;
  AnyOperand operand = general(i.a, i.shape);
  if (i.b != no_operand) {
    operand = general(i.b, i.shape);
    as_.emit(Inst::kIdMvn, operand, general(i.a, i.shape));
    out_.sites.back().position = static_cast<u32>(as_.offset());  // the access is here
  }
  const AnyOperand def = general(i.def, i.shape);
  as_.emit(i.id, compares ? def : operand, compares ? operand : def, memory);
}

void Emitter::emit_atomic_rmw(const Instruction& i) {
  const Mem memory = address(i, true);
  const Label again = as_.newLabel();
  as_.bind(again);
  emit_exclusive_load(i, memory);
  if (i.id != 0) as_.emit(i.id, general(i.b, i.shape), general(i.def, i.shape), general(i.a, i.shape));
  emit_exclusive_store(i, i.id != 0 ? i.b : i.a, memory, again);
}

void Emitter::emit_atomic_compare_exchange(const Instruction& i) {
  const u32 bytes = info(i.op).access;
  const Mem memory = address(i, true);
  const Label again = as_.newLabel(), different = as_.newLabel();
  as_.bind(again);
  emit_exclusive_load(i, memory);
  if (bytes < 4) {
    as_.cmp(gp32(reg(i.def)), gp32(reg(i.a)), bytes == 1 ? a64::uxtb(0) : a64::uxth(0));
  } else {
    as_.emit(Inst::kIdCmp, general(i.def, i.shape), general(i.a, i.shape));
  }
  as_.b(cond_code(Condition::ne), different);
  emit_exclusive_store(i, i.b, memory, again);
  as_.bind(different);
}

}  // namespace invar::jit::arm64
