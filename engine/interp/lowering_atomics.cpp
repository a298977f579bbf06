// Lowering of atomic instructions. Loads and stores find their operands anywhere, like plain ones; the others, which
// take the processor much longer than a copy does, find them in slots.
#include "engine/interp/lowering_sink.h"

namespace invar::interp {

namespace {

ValType atomic_result(Op op) { return info(op).signature.ends_with('l') ? type_i64 : type_i32; }

}  // namespace

void LoweringSink::atomic_load(Op op, const Memarg& memarg) {
  const Access access = access_of(memarg);
  const Operand address = take();
  emit_load(atomic_result(op), atomic_load_row(op, access, address.loc), plain_address(address, access, memarg));
}

void LoweringSink::atomic_store(Op op, const Memarg& memarg) {
  const Access access = access_of(memarg);
  const Operand value = take(Immediate::bits16);
  const Operand address = take();
  emit_store(atomic_store_handler(op, access, address.loc, value.loc), plain_address(address, access, memarg), value);
}

void LoweringSink::emit_atomic_rmw(Op op, const Memarg& memarg, u32 address, u32 operand, u32 replacement) {
  const Access access = access_of(memarg);
  emit_result(atomic_result(op), atomic_rmw_row(op, access), address, operand, replacement);
  code_.append(memarg.offset);
  if (access != Access::guarded) code_.append(memarg.memory);
}

void LoweringSink::atomic_rmw(Op op, const Memarg& memarg) {
  const u32 operand = take_in_slot();
  const u32 address = take_in_slot();
  emit_atomic_rmw(op, memarg, address, operand, 0);
}

void LoweringSink::atomic_cmpxchg(Op op, const Memarg& memarg) {
  const u32 replacement = take_in_slot();
  const u32 expected = take_in_slot();
  const u32 address = take_in_slot();
  emit_atomic_rmw(op, memarg, address, expected, replacement);
}

void LoweringSink::wait_or_notify(Handler handler, u32 operands, const Memarg& memarg) {
  bulk(handler, operands, {{type_i32}}, memarg.memory);
  code_.append(memarg.offset);
}

void LoweringSink::atomic_wait(Op op, const Memarg& memarg) {
  wait_or_notify(op == Op::memory_atomic_wait32 ? wait_handlers.wait32 : wait_handlers.wait64, 3, memarg);
}

void LoweringSink::atomic_notify(const Memarg& memarg) { wait_or_notify(wait_handlers.notify, 2, memarg); }

void LoweringSink::atomic_fence() { bulk(wait_handlers.fence, 0, {}, 0); }

}  // namespace invar::interp
