#include "jit/x64/stubs.h"

#include <bit>

#include "engine/interp/frame.h"
#include "engine/interp/handlers.h"
#include "engine/runtime/call.h"
#include "jit/runtime/builtins.h"
#include "jit/x64/emitter.h"

namespace invar::jit::x64 {

namespace x86 = asmjit::x86;

namespace {

using Assembler = x86::Assembler;

/// The interpreter's registers (preserve_none, dispatch_tail.h).
constexpr Reg interpreter_ip = r12, interpreter_fp = r13, interpreter_r0 = rdi;

x86::Mem at(Reg base, s64 offset) { return x86::qword_ptr(gp64(base), static_cast<s32>(offset)); }
x86::Mem wide_at(Reg base, s64 offset) { return x86::Mem(gp64(base), static_cast<s32>(offset), 16); }
x86::Mem context_field(u64 offset) { return instance_field(offsetof(Instance, machine) + offset); }
x86::Mem state_pointer() { return context_field(offsetof(MachineContext, state)); }

struct Code {
  Code() {
    holder.init(asmjit::Environment(asmjit::Arch::kX64));
    holder.attach(&as);
  }
  asmjit::CodeHolder holder;
  Assembler as;
};

// Between registers and where `offset` leads to the values on the value stack.

void load(Assembler& as, const ArgumentPlace& place, Reg base, s64 offset) {
  offset += 8 * s64{place.slot};
  if (place.type == Type::v128) {
    as.movups(xmm(place.reg), wide_at(base, offset));
  } else if (class_of(place.reg) == RegClass::integer) {
    as.mov(gp64(place.reg), at(base, offset));
  } else {
    as.movsd(xmm(place.reg), at(base, offset));
  }
}

void store(Assembler& as, const ArgumentPlace& place, Reg base, s64 offset) {
  offset += 8 * s64{place.slot};
  if (place.type == Type::v128) {
    as.movups(wide_at(base, offset), xmm(place.reg));
  } else if (class_of(place.reg) == RegClass::integer) {
    as.mov(at(base, offset), gp64(place.reg));
  } else {
    as.movsd(at(base, offset), xmm(place.reg));
  }
}

/// The results that are in no registers, from the base or to it. Uses the scratch register and `through`.
void copy_results(Assembler& as, const CallShape& shape, bool from_base, Reg base, s64 offset, Reg through) {
  if (shape.stack_results == 0) return;
  as.mov(gp64(scratch), state_pointer());
  as.mov(gp64(scratch), at(scratch, offsetof(MachineState, results)));
  for (const ArgumentPlace& place : shape.results) {
    if (place.reg != no_reg) continue;
    for (u32 i = 0; i < place.words(); ++i) {
      const x86::Mem slot = at(base, offset + 8 * s64{place.slot + i}), word = at(scratch, 8 * s64{place.stack + i});
      as.mov(gp64(through), from_base ? slot : word);
      as.mov(from_base ? word : slot, gp64(through));
    }
  }
}

// The interpreter's stack and frame pointers; the scratch register has the MachineState.

void save_host(Assembler& as) {
  as.mov(at(scratch, offsetof(MachineState, host_stack)), gp64(rsp));
  as.mov(at(scratch, offsetof(MachineState, host_frame)), gp64(rbp));
}

void restore_host(Assembler& as) {
  as.mov(gp64(rsp), at(scratch, offsetof(MachineState, host_stack)));
  as.mov(gp64(rbp), at(scratch, offsetof(MachineState, host_frame)));
}

/// From the callee's frame on the value stack.
void pass_arguments(Assembler& as, const CallShape& shape) {
  if (shape.stack_arguments != 0) as.sub(gp64(rsp), 8 * shape.stack_arguments);
  for (const ArgumentPlace& place : shape.arguments) {
    if (place.reg != no_reg) continue;
    for (u32 i = 0; i < place.words(); ++i) {
      as.mov(gp64(rcx), at(interpreter_fp, 8 * s64{place.slot + i}));
      as.mov(at(rsp, 8 * s64{place.stack + i}), gp64(rcx));
    }
  }
  for (const ArgumentPlace& place : shape.arguments) {
    if (place.reg != no_reg) load(as, place, interpreter_fp, 0);
  }
}

/// Behind a call of compiled code: makes the stacks what they were before.
void leave_machine(Assembler& as) {
  as.mov(gp64(scratch), state_pointer());
  as.mov(gp64(rax), at(rbp, 8 * EntryFrame::value_top));
  as.mov(at(scratch, offsetof(MachineState, value_top)), gp64(rax));
  as.lea(gp64(rax), at(rbp, 8 * EntryFrame::caller_stack));
  as.mov(at(scratch, offsetof(MachineState, stack)), gp64(rax));
  restore_host(as);
}

u32 make_enter(Assembler& as, const CallShape& shape, u32 link, bool in_loop) {
  const u32 start = static_cast<u32>(as.offset());
  const asmjit::Label continuation = as.newLabel();
  as.mov(gp64(scratch), state_pointer());
  save_host(as);
  as.mov(gp64(rsp), at(scratch, offsetof(MachineState, stack)));
  as.push(gp64(rbp));
  as.mov(gp64(rbp), gp64(rsp));
  as.mov(gp64(rax), at(interpreter_ip, 8));
  as.push(gp64(interpreter_fp));
  as.push(at(scratch, offsetof(MachineState, value_top)));
  as.push(gp64(rax));
  as.push(gp64(r15));
  as.lea(gp64(rcx), x86::ptr(continuation));
  as.push(gp64(rcx));
  as.mov(gp32(rcx), x86::dword_ptr(gp64(rax), offsetof(invar::Code, frame)));
  as.lea(gp64(rcx), x86::ptr(gp64(interpreter_fp), gp64(rcx), 3));
  as.mov(at(scratch, offsetof(MachineState, value_top)), gp64(rcx));
  if (in_loop) {
    as.mov(gp64(integer_arguments[0]), gp64(interpreter_fp));
    as.mov(gp64(scratch), at(interpreter_ip, 16));
  } else {
    pass_arguments(as, shape);
    as.mov(gp64(scratch), at(rax, offsetof(invar::Code, machine_entry)));
  }
  as.jmp(context_field(offsetof(MachineContext, enter_gate)));

  as.bind(continuation);
  as.mov(gp64(interpreter_fp), at(rbp, 8 * EntryFrame::value_frame));
  if (in_loop) {
    // Perhaps the interpreter is to go on in the frame (Form::resume).
    const asmjit::Label returned = as.newLabel();
    as.test(x86::byte_ptr(gp64(rbp), 8 * EntryFrame::code), 1);
    as.jz(returned);
    as.mov(gp64(interpreter_ip), at(rbp, 8 * EntryFrame::code));
    as.dec(gp64(interpreter_ip));
    leave_machine(as);
    as.jmp(at(interpreter_ip, 0));
    as.bind(returned);
  }
  for_each_register(shape.results, [&](const ArgumentPlace& place) { store(as, place, interpreter_fp, 0); });
  // The interpreter expects the first result in a register as well; xmm0 is its float register, too.
  if (!shape.results.empty() && class_of(shape.results[0].reg) == RegClass::integer) {
    as.mov(gp64(interpreter_r0), gp64(shape.results[0].reg));
  }
  copy_results(as, shape, false, interpreter_fp, 0, rcx);
  leave_machine(as);
  as.mov(gp64(interpreter_ip), at(interpreter_fp, 8 * s64{link}));
  as.mov(gp64(interpreter_fp), at(interpreter_fp, 8 * s64{link} + 8));
  as.jmp(at(interpreter_ip, 0));
  return start;
}

/// Arguments go to a frame on the value stack, from `offset` on; those on the stack are at `stack`.
void store_arguments(Assembler& as, const CallShape& shape, Reg base, s64 offset, Reg stack, s64 stack_offset,
                     Reg through) {
  for (const ArgumentPlace& place : shape.arguments) {
    if (place.reg != no_reg) {
      store(as, place, base, offset);
      continue;
    }
    for (u32 i = 0; i < place.words(); ++i) {
      as.mov(gp64(through), at(stack, stack_offset + 8 * s64{place.stack + i}));
      as.mov(at(base, offset + 8 * s64{place.slot + i}), gp64(through));
    }
  }
}

/// A tail call by a function that the interpreter entered: the entry's frame goes, its link becomes the callee's. With
/// a TailFrame between, its instance and the link move to a TailLink. Jumps to `push` if there is no room.
void make_take_over(Assembler& as, const CallShape& shape, u32 link, u32 result_slots, bool has_tail_frame,
                    const u64* words, const asmjit::Label& push) {
  constexpr Reg frame = r12, entry = r13;
  const u32 room = link + interp::link_slots + (has_tail_frame ? interp::tail_link_slots : 0);
  as.emit(x86::Inst::kIdMov, gp64(entry), has_tail_frame ? asmjit::Operand(at(rbp, 0)) : asmjit::Operand(gp64(rbp)));
  as.mov(gp64(frame), at(entry, 8 * EntryFrame::value_frame));
  as.lea(gp64(scratch), at(frame, 8 * s64{room}));
  as.cmp(gp64(scratch), instance_field(offsetof(Instance, stack_limit)));
  as.ja(push);
  as.mov(gp64(scratch), at(entry, 8 * EntryFrame::code));
  as.mov(gp32(scratch), x86::dword_ptr(gp64(scratch), offsetof(invar::Code, link)));
  as.lea(gp64(scratch), x86::ptr(gp64(frame), gp64(scratch), 3));
  as.push(at(scratch, offsetof(interp::Link, caller_fp)));
  as.push(at(scratch, offsetof(interp::Link, return_ip)));
  if (has_tail_frame) {
    const asmjit::Label has_link = as.newLabel();
    as.mov(gp64(scratch), asmjit::Imm(reinterpret_cast<u64>(interp::tail_return_code())));
    as.cmp(gp64(scratch), at(rsp, 0));
    as.je(has_link);
    constexpr s64 at_link = offsetof(interp::TailLink, link);
    as.pop(at(frame, at_link + s64{offsetof(interp::Link, return_ip)}));
    as.pop(at(frame, at_link + s64{offsetof(interp::Link, caller_fp)}));
    as.push(gp64(frame));
    as.push(gp64(scratch));
    as.mov(gp64(scratch), at(rbp, 8 * TailFrame::instance));
    as.mov(at(frame, offsetof(interp::TailLink, instance)), gp64(scratch));
    as.mov(at(frame, offsetof(interp::TailLink, result_slots)), result_slots);
    as.add(gp64(frame), sizeof(interp::TailLink));
    as.bind(has_link);
  }
  store_arguments(as, shape, frame, 0, rsp, 24, scratch);
  as.pop(at(frame, 8 * s64{link} + s64{offsetof(interp::Link, return_ip)}));
  as.pop(at(frame, 8 * s64{link} + s64{offsetof(interp::Link, caller_fp)}));
  as.mov(gp64(scratch), state_pointer());
  as.mov(gp64(rcx), at(entry, 8 * EntryFrame::value_top));
  as.mov(at(scratch, offsetof(MachineState, value_top)), gp64(rcx));
  as.lea(gp64(rcx), at(entry, 8 * EntryFrame::caller_stack));
  as.mov(at(scratch, offsetof(MachineState, stack)), gp64(rcx));
  restore_host(as);
  as.mov(gp64(interpreter_r0), gp64(rax));
  as.mov(gp64(interpreter_fp), gp64(frame));
  as.mov(gp64(interpreter_ip), asmjit::Imm(reinterpret_cast<u64>(words + 2)));
  as.jmp(at(interpreter_ip, 0));
}

/// The frame that compiled code's callee gets on the value stack stands one slot above the machine frame's address.
u32 make_to_interpreter(Assembler& as, const CallShape& shape, u32 link, u32 result_slots, const u64* words) {
  const u32 start = static_cast<u32>(as.offset());
  const asmjit::Label push = as.newLabel(), exhausted = as.newLabel();
  const asmjit::Label has_entry = as.newLabel(), has_tail_frame = as.newLabel();
  const x86::Mem entered = context_field(offsetof(MachineContext, entered));
  as.mov(gp64(scratch), at(rsp, 0));
  as.cmp(gp64(scratch), entered);
  as.je(has_entry);
  as.cmp(gp64(scratch), context_field(offsetof(MachineContext, restored)));
  as.je(has_tail_frame);
  as.bind(push);
  as.push(gp64(rbp));
  as.mov(gp64(rbp), gp64(rsp));
  as.mov(gp64(scratch), state_pointer());
  as.mov(gp64(r12), at(scratch, offsetof(MachineState, value_top)));
  as.push(gp64(r12));
  as.lea(gp64(r13), at(r12, 8 * s64{1 + link + interp::link_slots}));
  as.cmp(gp64(r13), instance_field(offsetof(Instance, stack_limit)));
  as.ja(exhausted);
  as.mov(at(r12, 0), gp64(rbp));
  store_arguments(as, shape, r12, 8, rbp, 16, r13);
  as.mov(at(scratch, offsetof(MachineState, stack)), gp64(rsp));
  restore_host(as);
  as.mov(gp64(interpreter_r0), gp64(rax));
  as.mov(gp64(interpreter_fp), gp64(r12));
  as.mov(gp64(interpreter_ip), asmjit::Imm(reinterpret_cast<u64>(words)));
  as.jmp(at(interpreter_ip, 0));
  as.bind(exhausted);
  as.mov(gp32(rax), static_cast<u32>(TrapKind::call_stack_exhausted));
  as.call(context_field(offsetof(MachineContext, trap_gate)));
  as.bind(has_tail_frame);
  as.mov(gp64(scratch), at(rbp, 8));
  as.cmp(gp64(scratch), entered);
  as.jne(push);
  make_take_over(as, shape, link, result_slots, true, words, push);
  as.bind(has_entry);
  make_take_over(as, shape, link, result_slots, false, words, push);
  return start;
}

/// From a frame at whose address the stack pointer is.
void leave_frame(Assembler& as, const CallShape& shape) {
  as.pop(gp64(rbp));
  if (shape.stack_arguments == 0) {
    as.ret();
  } else {
    as.ret(8 * shape.stack_arguments);
  }
}

u32 make_return_to_machine(Assembler& as, const CallShape& shape) {
  const u32 start = static_cast<u32>(as.offset());
  as.mov(gp64(scratch), state_pointer());
  save_host(as);
  as.mov(at(scratch, offsetof(MachineState, value_top)), gp64(interpreter_fp));
  as.mov(gp64(rbp), at(interpreter_fp, 0));
  copy_results(as, shape, true, interpreter_fp, 8, rcx);
  for_each_register(shape.results, [&](const ArgumentPlace& place) { load(as, place, interpreter_fp, 8); });
  as.mov(gp64(rsp), gp64(rbp));
  leave_frame(as, shape);
  return start;
}

/// Calls `target` (a register) on the host's stack. Keeps what C keeps.
void call_on_host_stack(Assembler& as, const x86::Gp& target) {
  as.mov(gp64(rax), state_pointer());
  as.mov(at(rax, offsetof(MachineState, stack)), gp64(rsp));
  as.mov(gp64(rsp), at(rax, offsetof(MachineState, host_stack)));
  as.sub(gp64(rsp), 8);
  as.call(target);
  as.add(gp64(rsp), 8);
  as.mov(gp64(scratch), state_pointer());
  as.mov(gp64(rsp), at(scratch, offsetof(MachineState, stack)));
}

/// The callee's frame stands on top of the value stack.
void make_to_host(Assembler& as, const CallShape& shape) {
  const asmjit::Label exhausted = as.newLabel(), failed = as.newLabel(), thrown = as.newLabel();
  as.push(gp64(rbp));
  as.mov(gp64(rbp), gp64(rsp));
  as.mov(gp64(scratch), state_pointer());
  as.mov(gp64(r12), at(scratch, offsetof(MachineState, value_top)));
  as.mov(gp32(r13), x86::dword_ptr(gp64(rax), offsetof(invar::Code, frame)));
  as.lea(gp64(r13), x86::ptr(gp64(r12), gp64(r13), 3));
  as.cmp(gp64(r13), instance_field(offsetof(Instance, stack_limit)));
  as.ja(exhausted);
  store_arguments(as, shape, r12, 0, rbp, 16, r13);
  as.mov(gp64(rdi), gp64(r15));
  as.mov(gp64(rsi), gp64(rax));
  as.mov(gp64(rdx), gp64(r12));
  as.mov(gp64(scratch), asmjit::Imm(reinterpret_cast<u64>(&call_host_from_machine)));
  call_on_host_stack(as, gp64(scratch));
  as.test(gp32(rax), gp32(rax));
  as.jnz(failed);
  copy_results(as, shape, true, r12, 0, rcx);
  for_each_register(shape.results, [&](const ArgumentPlace& place) { load(as, place, r12, 0); });
  leave_frame(as, shape);
  as.bind(exhausted);
  as.mov(gp32(rax), static_cast<u32>(TrapKind::call_stack_exhausted));
  as.bind(failed);
  as.cmp(gp32(rax), static_cast<u32>(TrapKind::uncaught_exception));
  as.je(thrown);
  as.call(context_field(offsetof(MachineContext, trap_gate)));
  as.bind(thrown);
  as.xor_(gp32(rsi), gp32(rsi));
  as.xor_(gp32(rdx), gp32(rdx));
  as.call(context_field(offsetof(MachineContext, throw_gate)));
}

template <class Each>
void for_each(RegSet set, Each each) {
  for (; set != 0; set &= set - 1) each(static_cast<Reg>(std::countr_zero(set)));
}
constexpr u32 saved_vectors = std::popcount(allocatable_vectors);

/// Everything that compiled code may have a value in, but for scratch registers.
void save_registers(Assembler& as) {
  for_each(allocatable_integers, [&](Reg reg) { as.push(gp64(reg)); });
  as.sub(gp64(rsp), 16 * saved_vectors);
  s64 offset = 0;
  for_each(allocatable_vectors, [&](Reg reg) {
    as.movups(x86::Mem(gp64(rsp), static_cast<s32>(offset), 16), xmm(reg));
    offset += 16;
  });
}

/// And traps with what the function returned, if that is a trap; else goes on with what `go_on` makes.
template <class GoOn>
void restore_registers(Assembler& as, const asmjit::Label& trap, GoOn go_on) {
  as.mov(gp32(scratch), gp32(rax));
  s64 offset = 0;
  for_each(allocatable_vectors, [&](Reg reg) {
    as.movups(xmm(reg), x86::Mem(gp64(rsp), static_cast<s32>(offset), 16));
    offset += 16;
  });
  as.add(gp64(rsp), 16 * saved_vectors);
  std::vector<Reg> regs;
  for_each(allocatable_integers, [&](Reg reg) { regs.push_back(reg); });
  for (size_t i = regs.size(); i-- > 0;) as.pop(gp64(regs[i]));
  const asmjit::Label failed = as.newLabel();
  as.test(gp32(scratch), gp32(scratch));
  as.jnz(failed);
  go_on();
  as.bind(failed);
  as.mov(gp32(rax), gp32(scratch));
  as.jmp(trap);
}

}  // namespace

TypeStubs make_type_stubs(const FuncType& type, const u64* words) {
  const CallShape shape(type, convention);
  const u32 link = std::max(slots_of(type.params), slots_of(type.results));
  TypeStubs stubs;
  Code code;
  stubs.enter = make_enter(code.as, shape, link, false);
  stubs.enter_loop = make_enter(code.as, shape, link, true);
  stubs.to_interpreter = make_to_interpreter(code.as, shape, link, slots_of(type.results), words);
  stubs.return_to_machine = make_return_to_machine(code.as, shape);
  stubs.code = code_of(code.holder);
  return stubs;
}

std::vector<u8> make_host_stub(const FuncType& type) {
  Code code;
  make_to_host(code.as, CallShape(type, convention));
  return code_of(code.holder);
}

std::vector<u8> make_gates(const GateTargets& targets) {
  Code code;
  Assembler& as = code.as;

  pad_to(as, Gates::trap);
  const asmjit::Label trap = as.newLabel();
  as.bind(trap);
  as.mov(gp64(scratch), state_pointer());
  as.mov(gp64(rdi), gp64(r15));
  as.mov(gp32(rsi), gp32(rax));
  as.mov(gp64(rdx), at(rsp, 0));
  as.mov(gp64(rcx), gp64(rbp));
  restore_host(as);
  as.mov(gp64(rax), asmjit::Imm(reinterpret_cast<u64>(targets.trap)));
  as.jmp(gp64(rax));

  pad_to(as, Gates::builtin);
  call_on_host_stack(as, gp64(scratch));
  as.ret();

  pad_to(as, Gates::throw_);
  const asmjit::Label failed = as.newLabel();
  as.mov(gp64(scratch), state_pointer());
  as.mov(at(scratch, offsetof(MachineState, stack)), gp64(rsp));
  as.mov(gp64(rdi), gp64(r15));
  as.mov(gp64(rcx), at(rsp, 0));
  as.mov(gp64(r8), gp64(rbp));
  restore_host(as);
  as.sub(gp64(rsp), 8);
  as.mov(gp64(rax), asmjit::Imm(reinterpret_cast<u64>(targets.throw_)));
  as.call(gp64(rax));
  as.add(gp64(rsp), 8);
  as.test(gp64(rax), gp64(rax));
  as.jnz(failed);
  as.mov(gp64(scratch), state_pointer());
  as.mov(gp64(interpreter_ip), at(scratch, offsetof(MachineState, landing_ip)));
  as.mov(gp64(interpreter_fp), at(scratch, offsetof(MachineState, landing_frame)));
  as.mov(gp64(r15), at(scratch, offsetof(MachineState, landing_instance)));
  as.mov(gp64(r14), instance_field(offsetof(Instance, memory0)));
  as.jmp(at(interpreter_ip, 0));
  as.bind(failed);
  as.ret();  // to who ran the interpreter

  pad_to(as, Gates::land);
  as.mov(gp64(scratch), state_pointer());
  save_host(as);
  as.mov(gp64(rsp), at(scratch, offsetof(MachineState, landing_stack)));
  as.mov(gp64(rbp), gp64(interpreter_fp));
  as.jmp(at(scratch, offsetof(MachineState, landing_pc)));

  pad_to(as, Gates::entered - enter_bytes);
  as.call(gp64(scratch));
  pad_to(as, Gates::entered);
  as.jmp(at(rbp, 8 * EntryFrame::continuation));

  pad_to(as, Gates::restored);
  as.mov(gp64(r15), at(rbp, 8 * TailFrame::instance));
  as.mov(gp64(r14), instance_field(offsetof(Instance, memory0)));
  as.leave();
  as.ret();

  pad_to(as, Gates::check);
  save_registers(as);
  as.mov(gp64(rdi), gp64(r15));
  as.mov(gp64(rsi), gp64(rax));
  as.mov(gp32(rdx), gp32(scratch));
  as.mov(gp64(rcx), gp64(r12));
  as.mov(gp64(scratch), asmjit::Imm(reinterpret_cast<u64>(targets.check)));
  call_on_host_stack(as, gp64(scratch));
  restore_registers(as, trap, [&] { as.ret(); });

  pad_to(as, Gates::poll);
  save_registers(as);
  as.mov(gp64(rdi), gp64(r15));
  as.mov(gp64(scratch), asmjit::Imm(reinterpret_cast<u64>(targets.poll)));
  call_on_host_stack(as, gp64(scratch));
  restore_registers(as, trap, [&] { as.ret(); });

  pad_to(as, Gates::bind);
  save_registers(as);
  as.mov(gp64(rdi), gp64(r15));
  as.mov(gp64(rsi), gp64(rax));
  as.mov(gp64(scratch), asmjit::Imm(reinterpret_cast<u64>(targets.bind)));
  call_on_host_stack(as, gp64(scratch));
  restore_registers(as, trap, [&] { as.jmp(at(rax, offsetof(invar::Code, machine_entry))); });

  pad_to(as, Gates::bytes);
  return code_of(code.holder);
}

}  // namespace invar::jit::x64
