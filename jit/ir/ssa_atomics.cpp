// SSA form of atomic accesses. The check of the alignment, which comes first, is arithmetic like any other.
#include "jit/ir/atomic.h"
#include "jit/ir/ssa_sink.h"
#include "jit/runtime/builtins.h"

namespace invar::jit {

namespace {

Type type_of_access(Op op) { return info(op).signature.contains('l') ? Type::i64 : Type::i32; }

}  // namespace

Value SsaSink::atomic(Op op, const Memarg& memarg, Type type, Value address, Value operand, Value replacement) {
  const u32 bytes = info(op).access;
  if (bytes > 1) {
    const bool is_wide = function_.nodes[address].type == Type::i64;
    const Value low = is_wide ? maker_.numeric(Op::i32_wrap_i64, address) : address;
    const Value sum = maker_.numeric(Op::i32_add, low, maker_.i32(static_cast<u32>(memarg.offset) & (bytes - 1)));
    const Value beside = maker_.numeric(Op::i32_and, sum, maker_.i32(bytes - 1));
    if (beside != maker_.i32(0)) {
      maker_.append({.kind = Kind::trap_if,
                     .inputs = {beside, no_value, no_value},
                     .imm = static_cast<u64>(TrapKind::unaligned_atomic)});
    }
  }
  known_.forget();
  return maker_.append({.kind = Kind::atomic,
                        .type = type,
                        .op = op,
                        .inputs = {located(op, memarg, address), operand, replacement},
                        .imm = memarg.offset});
}

void SsaSink::atomic_load(Op op, const Memarg& memarg) {
  if (!dead()) push(atomic(op, memarg, type_of_access(op), pop(), no_value, no_value));
}

void SsaSink::atomic_store(Op op, const Memarg& memarg) {
  if (dead()) return;
  const Value value = pop(), address = pop();
  atomic(op, memarg, Type::none, address, value, no_value);
}

void SsaSink::atomic_rmw(Op op, const Memarg& memarg) {
  if (dead()) return;
  const Type type = type_of_access(op);
  Value operand = pop();
  const Value address = pop();
  if (rmw_of(op) == Rmw::sub) {
    operand = maker_.numeric(type == Type::i32 ? Op::i32_sub : Op::i64_sub, maker_.constant(type, 0), operand);
  }
  push(atomic(op, memarg, type, address, operand, no_value));
}

void SsaSink::atomic_cmpxchg(Op op, const Memarg& memarg) {
  if (dead()) return;
  const Value replacement = pop(), expected = pop(), address = pop();
  push(atomic(op, memarg, type_of_access(op), address, expected, replacement));
}

/// Of a runtime function that makes one.
void SsaSink::push_number(Builtin builtin, std::span<const Value> arguments) {
  const Value made = call_builtin(builtin, arguments, Type::i64);
  push(maker_.numeric(Op::i32_wrap_i64, maker_.numeric(Op::i64_sub, made, maker_.i64(first_number_result))));
}

void SsaSink::atomic_wait(Op op, const Memarg& memarg) {
  if (dead()) return;
  const Value timeout = pop(), expected = pop(), address = pop();
  const u64 bytes_and_memory = u64{info(op).access} << 32 | memarg.memory;
  push_number(Builtin::atomic_wait,
              {{address, expected, timeout, maker_.i64(memarg.offset), maker_.i64(bytes_and_memory)}});
}

void SsaSink::atomic_notify(const Memarg& memarg) {
  if (dead()) return;
  const Value count = pop(), address = pop();
  push_number(Builtin::atomic_notify, {{address, count, maker_.i64(memarg.offset), maker_.i64(memarg.memory)}});
}

void SsaSink::atomic_fence() {
  if (dead()) return;
  known_.forget();
  maker_.append({.kind = Kind::fence, .op = Op::atomic_fence});
}

}  // namespace invar::jit
