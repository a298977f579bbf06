// Lowering of atomic accesses: loads that acquire, stores that release, and what does all at once or, where the
// processor has that not, pairs of an exclusive load and store that are tried until nobody has come between.
#include "jit/arm64/assembler.h"
#include "jit/arm64/lowering.h"
#include "jit/ir/atomic.h"

namespace invar::jit::arm64 {

using Inst = asmjit::a64::Inst;

namespace {

/// The instruction for a width.
struct ByWidth {
  u32 of_byte, of_half, other;
  u16 operator()(u32 bytes) const { return static_cast<u16>(bytes == 1 ? of_byte : bytes == 2 ? of_half : other); }
};

/// What does all at once.
ByWidth at_once(Rmw rmw) {
  switch (rmw) {
    case Rmw::and_:
      return {Inst::kIdLdclralb, Inst::kIdLdclralh, Inst::kIdLdclral};
    case Rmw::or_:
      return {Inst::kIdLdsetalb, Inst::kIdLdsetalh, Inst::kIdLdsetal};
    case Rmw::xor_:
      return {Inst::kIdLdeoralb, Inst::kIdLdeoralh, Inst::kIdLdeoral};
    case Rmw::exchange:
      return {Inst::kIdSwpalb, Inst::kIdSwpalh, Inst::kIdSwpal};
    case Rmw::compare_exchange:
      return {Inst::kIdCasalb, Inst::kIdCasalh, Inst::kIdCasal};
    default:
      return {Inst::kIdLdaddalb, Inst::kIdLdaddalh, Inst::kIdLdaddal};
  }
}

/// What makes the new value of the old one, by itself.
u16 step(Rmw rmw) {
  switch (rmw) {
    case Rmw::and_:
      return Inst::kIdAnd;
    case Rmw::or_:
      return Inst::kIdOrr;
    case Rmw::xor_:
      return Inst::kIdEor;
    case Rmw::exchange:
      return 0;
    default:
      return Inst::kIdAdd;
  }
}

}  // namespace

void Lowering::lower_atomic(Value value) {
  const Node& n = node(value);
  const u32 bytes = info(n.op).access;
  const Rmw rmw = rmw_of(n.op);
  Instruction& i = draft(Form::atomic_rmw, value).instruction;
  i.op = n.op;
  i.shape = bytes == 8 ? Shape::x : Shape::w;
  if (rmw == Rmw::load) {
    i.form = Form::atomic_load;
    i.id = ByWidth{Inst::kIdLdarb, Inst::kIdLdarh, Inst::kIdLdar}(bytes);
    i.memory = address_of(n);
    define_result(value);
  } else if (rmw == Rmw::store) {
    i.form = Form::atomic_store;
    i.memory = address_of(n);
    i.a = use_or_zero(n.inputs[1]);
  } else if (out_.features.lse) {
    i.form = Form::atomic_at_once;
    i.id = at_once(rmw)(bytes);
    const bool compares = rmw == Rmw::compare_exchange;
    const u8 operand = use(n.inputs[1]);
    i.a = compares ? use(n.inputs[2], Access::late_use) : operand;
    if (rmw == Rmw::and_) i.b = temporary(RegClass::integer);
    i.memory = address_of(n, compares ? Access::late_use : Access::early_use);
    i.def = define(vreg_of(value), compares ? Constraint::tied : Constraint::reg);
  } else {
    // Everything is read until the end, as the result is there before that.
    if (rmw == Rmw::compare_exchange) {
      i.form = Form::atomic_compare_exchange;
      i.b = use(n.inputs[2], Access::late_use);
    } else {
      i.id = step(rmw);
      if (i.id != 0) i.b = temporary(RegClass::integer);
    }
    i.memory = address_of(n, Access::late_use);
    i.a = use(n.inputs[1], Access::late_use);
    define_result(value);
  }
  finish();
}

}  // namespace invar::jit::arm64
