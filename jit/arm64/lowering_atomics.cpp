// Lowering of atomic accesses: loads that acquire, stores that release, and pairs of an exclusive load and store that
// are tried until nobody has come between.
#include "jit/arm64/assembler.h"
#include "jit/arm64/lowering.h"
#include "jit/ir/atomic.h"

namespace invar::jit::arm64 {

using Inst = asmjit::a64::Inst;

void Lowering::lower_atomic(Value value) {
  const Node& n = node(value);
  const u32 bytes = info(n.op).access;
  Instruction& i = draft(Form::atomic_rmw, value).instruction;
  i.op = n.op;
  i.shape = i.shape_a = i.shape_b = bytes == 8 ? Shape::x : Shape::w;
  // Everything is read until the end, as the result is there before that.
  switch (rmw_of(n.op)) {
    case Rmw::load:
      i.form = Form::atomic_load;
      i.id = bytes == 1 ? Inst::kIdLdarb : bytes == 2 ? Inst::kIdLdarh : Inst::kIdLdar;
      i.memory = address_of(n);
      define_result(value);
      return finish();
    case Rmw::store:
      i.form = Form::atomic_store;
      i.memory = address_of(n);
      i.a = use_or_zero(n.inputs[1]);
      return finish();
    case Rmw::add:
    case Rmw::sub:
      i.id = Inst::kIdAdd;
      break;
    case Rmw::and_:
      i.id = Inst::kIdAnd;
      break;
    case Rmw::or_:
      i.id = Inst::kIdOrr;
      break;
    case Rmw::xor_:
      i.id = Inst::kIdEor;
      break;
    case Rmw::exchange:
      break;
    case Rmw::compare_exchange:
      i.form = Form::atomic_compare_exchange;
      i.b = use(n.inputs[2], Access::late_use);
      break;
  }
  i.memory = address_of(n, Access::late_use);
  i.a = use(n.inputs[1], Access::late_use);
  if (i.id != 0) i.b = temporary(RegClass::integer);
  define_result(value);
  finish();
}

}  // namespace invar::jit::arm64
