// Lowering of atomic accesses. Those of one instruction are the processor's own; the others try until nobody has come
// between.
#include "jit/ir/atomic.h"
#include "jit/x64/lowering.h"

namespace invar::jit::x64 {

namespace Inst = asmjit::x86::Inst;

void Lowering::lower_atomic(Value value) {
  const Node& n = node(value);
  const u32 bytes = info(n.op).access;
  const Rmw rmw = rmw_of(n.op);
  Draft& d = draft(Form::exchange, value);
  Instruction& i = d.instruction;
  i.op = n.op;
  i.width = bytes == 8 ? Width::w64 : Width::w32;
  i.width_b = static_cast<Width>(bytes);
  switch (rmw) {
    case Rmw::load:
      i.form = Form::move;
      i.id = bytes < 4 ? Inst::kIdMovzx : Inst::kIdMov;
      i.b_in_memory = true;
      lower_address(i, n);
      i.def = define(vreg_of(value));
      return finish();
    case Rmw::store:
    case Rmw::exchange:
    case Rmw::add:
    case Rmw::sub:
      i.id = rmw == Rmw::store || rmw == Rmw::exchange ? Inst::kIdXchg : Inst::kIdXadd;
      i.a = use(n.inputs[1]);
      lower_address(i, n);
      i.def = define(rmw == Rmw::store ? new_vreg(RegClass::integer) : vreg_of(value), Constraint::tied);
      return finish();
    case Rmw::and_:
    case Rmw::or_:
    case Rmw::xor_:
      i.form = Form::update;
      i.id = rmw == Rmw::and_ ? Inst::kIdAnd : rmw == Rmw::or_ ? Inst::kIdOr : Inst::kIdXor;
      i.a = use(n.inputs[1], Access::late_use);
      lower_address(i, n, Access::late_use);
      i.b = temporary(RegClass::integer);
      i.def = define(vreg_of(value), Constraint::fixed, rax);
      return finish();
    case Rmw::compare_exchange:
      i.form = Form::compare_exchange;
      use(n.inputs[1], Access::early_use, Constraint::fixed, rax);
      i.a = use(n.inputs[2], Access::late_use);
      lower_address(i, n, Access::late_use);
      i.def = define(vreg_of(value), Constraint::fixed, rax);
      return finish();
  }
}

}  // namespace invar::jit::x64
