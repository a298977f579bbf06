// Emission of atomic accesses.
#include "jit/ir/atomic.h"
#include "jit/x64/emitter.h"

namespace invar::jit::x64 {

namespace x86 = asmjit::x86;

/// What memory had: narrow numbers have zeros above.
void Emitter::extend_from(Reg reg, Width width) {
  if (width == Width::w64) return;
  as_.emit(width == Width::w32 ? x86::Inst::kIdMov : x86::Inst::kIdMovzx, gp32(reg), gp(reg, width));
}

void Emitter::emit_exchange(const Instruction& i) {
  const Mem memory = memory_operand(i, static_cast<u32>(i.width_b));
  if (i.id == x86::Inst::kIdXadd) as_.lock();
  as_.emit(i.id, memory, gp(reg(i.def), i.width_b));
  if (i.width_b < Width::w32 && rmw_of(i.op) != Rmw::store) extend_from(reg(i.def), i.width_b);
}

void Emitter::emit_update(const Instruction& i) {
  const Mem memory = memory_operand(i, static_cast<u32>(i.width_b));
  const Reg changed = reg(i.b);
  const Label again = as_.newLabel();
  as_.emit(i.width_b < Width::w32 ? x86::Inst::kIdMovzx : x86::Inst::kIdMov, gp(rax, i.width), memory);
  as_.bind(again);
  as_.mov(gp64(changed), gp64(rax));
  as_.emit(i.id, gp(changed, i.width), gp(reg(i.a), i.width));
  as_.lock().cmpxchg(memory, gp(changed, i.width_b));
  as_.jne(again);
}

void Emitter::emit_compare_exchange(const Instruction& i) {
  const Mem memory = memory_operand(i, static_cast<u32>(i.width_b));
  as_.lock().cmpxchg(memory, gp(reg(i.a), i.width_b));
  extend_from(rax, i.width_b);
}

}  // namespace invar::jit::x64
