#include "jit/x64/stubs.h"

#include <bit>

#include "engine/interp/frame.h"
#include "engine/runtime/call.h"
#include "jit/x64/emitter.h"

namespace invar::jit::x64 {

namespace x86 = asmjit::x86;

namespace {

using Assembler = x86::Assembler;

/// The interpreter's registers (preserve_none, dispatch_tail.h).
constexpr Reg interpreter_ip = r12, interpreter_fp = r13, interpreter_r0 = rdi;

x86::Mem at(Reg base, s64 offset) { return x86::qword_ptr(gp64(base), static_cast<s32>(offset)); }
x86::Mem wide_at(Reg base, s64 offset) { return x86::Mem(gp64(base), static_cast<s32>(offset), 16); }
x86::Mem state_pointer() { return instance_field(offsetof(Instance, machine) + offsetof(MachineContext, state)); }

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

u32 make_enter(Assembler& as, const CallShape& shape, u32 link, bool in_loop) {
  const u32 start = static_cast<u32>(as.offset());
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
  as.mov(gp32(rcx), x86::dword_ptr(gp64(rax), offsetof(invar::Code, frame)));
  as.lea(gp64(rcx), x86::ptr(gp64(interpreter_fp), gp64(rcx), 3));
  as.mov(at(scratch, offsetof(MachineState, value_top)), gp64(rcx));
  if (in_loop) {
    as.mov(gp64(integer_arguments[0]), gp64(interpreter_fp));
    as.call(at(interpreter_ip, 16));
  } else {
    pass_arguments(as, shape);
    as.call(at(rax, offsetof(invar::Code, machine_entry)));
  }

  as.mov(gp64(interpreter_fp), at(rbp, 8 * EntryFrame::value_frame));
  for (const ArgumentPlace& place : shape.results) store(as, place, interpreter_fp, 0);
  // The interpreter expects the first result in a register as well; xmm0 is its float register, too.
  if (!shape.results.empty() && class_of(shape.results[0].reg) == RegClass::integer) {
    as.mov(gp64(interpreter_r0), gp64(shape.results[0].reg));
  }
  as.mov(gp64(scratch), state_pointer());
  as.mov(gp64(rax), at(rbp, 8 * EntryFrame::value_top));
  as.mov(at(scratch, offsetof(MachineState, value_top)), gp64(rax));
  as.lea(gp64(rax), at(rbp, 8 * EntryFrame::caller_stack));
  as.mov(at(scratch, offsetof(MachineState, stack)), gp64(rax));
  restore_host(as);
  as.mov(gp64(interpreter_ip), at(interpreter_fp, 8 * s64{link}));
  as.mov(gp64(interpreter_fp), at(interpreter_fp, 8 * s64{link} + 8));
  as.jmp(at(interpreter_ip, 0));
  return start;
}

/// The frame that compiled code's callee gets on the value stack stands one slot above the machine frame's address.
u32 make_to_interpreter(Assembler& as, const CallShape& shape, u32 link, const u64* words) {
  const u32 start = static_cast<u32>(as.offset());
  const asmjit::Label exhausted = as.newLabel();
  as.push(gp64(rbp));
  as.mov(gp64(rbp), gp64(rsp));
  as.mov(gp64(scratch), state_pointer());
  as.mov(gp64(r12), at(scratch, offsetof(MachineState, value_top)));
  as.push(gp64(r12));
  as.lea(gp64(r13), at(r12, 8 * s64{1 + link + interp::link_slots}));
  as.cmp(gp64(r13), instance_field(offsetof(Instance, stack_limit)));
  as.ja(exhausted);
  as.mov(at(r12, 0), gp64(rbp));
  for (const ArgumentPlace& place : shape.arguments) {
    if (place.reg != no_reg) {
      store(as, place, r12, 8);
      continue;
    }
    for (u32 i = 0; i < place.words(); ++i) {
      as.mov(gp64(r13), at(rbp, 16 + 8 * s64{place.stack + i}));
      as.mov(at(r12, 8 + 8 * s64{place.slot + i}), gp64(r13));
    }
  }
  as.mov(at(scratch, offsetof(MachineState, stack)), gp64(rsp));
  restore_host(as);
  as.mov(gp64(interpreter_r0), gp64(rax));
  as.mov(gp64(interpreter_fp), gp64(r12));
  as.mov(gp64(interpreter_ip), asmjit::Imm(reinterpret_cast<u64>(words)));
  as.jmp(at(interpreter_ip, 0));
  as.bind(exhausted);
  as.mov(gp32(rax), static_cast<u32>(TrapKind::call_stack_exhausted));
  as.call(instance_field(offsetof(Instance, machine) + offsetof(MachineContext, trap_gate)));
  return start;
}

u32 make_return_to_machine(Assembler& as, const CallShape& shape) {
  const u32 start = static_cast<u32>(as.offset());
  as.mov(gp64(scratch), state_pointer());
  save_host(as);
  as.mov(at(scratch, offsetof(MachineState, value_top)), gp64(interpreter_fp));
  as.mov(gp64(rbp), at(interpreter_fp, 0));
  for (const ArgumentPlace& place : shape.results) load(as, place, interpreter_fp, 8);
  as.mov(gp64(rsp), gp64(rbp));
  as.pop(gp64(rbp));
  as.ret();
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

/// And traps with what the function returned, if that is a trap.
void restore_registers(Assembler& as, const asmjit::Label& trap) {
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
  as.ret();
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
  if (shape.is_supported) {
    stubs.enter = make_enter(code.as, shape, link, false);
    stubs.enter_loop = make_enter(code.as, shape, link, true);
    stubs.to_interpreter = make_to_interpreter(code.as, shape, link, words);
    stubs.return_to_machine = make_return_to_machine(code.as, shape);
  }
  stubs.code = code_of(code.holder);
  return stubs;
}

Gates make_gates(const GateTargets& targets) {
  Gates gates;
  Code code;
  Assembler& as = code.as;

  gates.trap = static_cast<u32>(as.offset());
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

  gates.builtin = static_cast<u32>(as.offset());
  call_on_host_stack(as, gp64(scratch));
  as.ret();

  gates.check = static_cast<u32>(as.offset());
  save_registers(as);
  as.mov(gp64(rdi), gp64(r15));
  as.mov(gp64(rsi), gp64(rax));
  as.mov(gp32(rdx), gp32(scratch));
  as.mov(gp64(rcx), gp64(r12));
  as.mov(gp64(scratch), asmjit::Imm(reinterpret_cast<u64>(targets.check)));
  call_on_host_stack(as, gp64(scratch));
  restore_registers(as, trap);

  gates.poll = static_cast<u32>(as.offset());
  save_registers(as);
  as.mov(gp64(rdi), gp64(r15));
  as.mov(gp64(scratch), asmjit::Imm(reinterpret_cast<u64>(targets.poll)));
  call_on_host_stack(as, gp64(scratch));
  restore_registers(as, trap);

  gates.code = code_of(code.holder);
  return gates;
}

}  // namespace invar::jit::x64
