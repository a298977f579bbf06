#include "jit/arm64/stubs.h"

#include <bit>

#include "engine/interp/frame.h"
#include "engine/interp/handlers.h"
#include "engine/runtime/call.h"
#include "engine/runtime/trap.h"
#include "jit/arm64/assembler.h"
#include "jit/runtime/builtins.h"

namespace invar::jit::arm64 {

namespace a64 = asmjit::a64;
using Inst = asmjit::a64::Inst;

namespace {

/// The interpreter's registers (preserve_none, dispatch_tail.h); it has the instance and memory 0 where compiled code
/// has them.
constexpr Reg interpreter_ip = x(20), interpreter_fp = x(21), interpreter_r0 = x(24);

struct Code {
  Code() {
    holder.init(asmjit::Environment(asmjit::Arch::kAArch64));
    holder.attach(&as);
  }
  asmjit::CodeHolder holder;
  Assembler as;
};

// Between registers and where `offset` leads to the values on the value stack.

void transfer(Assembler& as, const ArgumentPlace& place, bool loads, Reg base, s64 offset) {
  const bool integer = class_of(place.reg) == RegClass::integer, wide = place.type == Type::v128;
  const u32 load = integer ? Inst::kIdLdr : Inst::kIdLdr_v, store = integer ? Inst::kIdStr : Inst::kIdStr_v;
  const Shape shape = integer ? Shape::x : wide ? Shape::q : Shape::d;
  const Mem memory = at(as, base, offset + 8 * s64{place.slot}, wide ? 16 : 8);
  as.emit(loads ? load : store, shaped(place.reg, shape, 0), memory);
}

void load(Assembler& as, const ArgumentPlace& place, Reg base, s64 offset) { transfer(as, place, true, base, offset); }
void store(Assembler& as, const ArgumentPlace& place, Reg base, s64 offset) {
  transfer(as, place, false, base, offset);
}

/// Copies the words of an argument through the scratch register.
void copy(Assembler& as, const ArgumentPlace& place, Reg from, s64 from_offset, Reg to, s64 to_offset) {
  for (u32 i = 0; i < place.words(); ++i) {
    as.ldr(gp64(scratch), at(as, from, from_offset + 8 * s64{i}));
    as.str(gp64(scratch), at(as, to, to_offset + 8 * s64{i}));
  }
}

void jump_to_word(Assembler& as, Reg word) {
  as.ldr(gp64(scratch), a64::ptr(gp64(word)));
  as.br(gp64(scratch));
}

void load_state(Assembler& as) { as.ldr(gp64(scratch), context_field(offsetof(MachineContext, state))); }
Mem state_field(u64 offset) { return a64::ptr(gp64(scratch), static_cast<s32>(offset)); }

/// The results that are in no registers, from the base or to it.
void copy_results(Assembler& as, const CallShape& shape, bool from_base, Reg base, s64 offset) {
  constexpr Reg area = x(10);
  if (shape.stack_results == 0) return;
  load_state(as);
  as.ldr(gp64(area), state_field(offsetof(MachineState, results)));
  for (const ArgumentPlace& place : shape.results) {
    if (place.reg != no_reg) continue;
    const s64 slot = offset + 8 * s64{place.slot}, word = 8 * s64{place.stack};
    if (from_base) {
      copy(as, place, base, slot, area, word);
    } else {
      copy(as, place, area, word, base, slot);
    }
  }
}

// The interpreter's stack pointer, with its frame pointer and its return address on top of the stack; the scratch
// register has the MachineState.

void save_host(Assembler& as) {
  as.stp(gp64(frame_pointer), gp64(return_address), a64::ptr_pre(gp64(stack_pointer), -16));
  load_state(as);
  as.mov(gp64(second_scratch), gp64(stack_pointer));
  as.str(gp64(second_scratch), state_field(offsetof(MachineState, host_stack)));
}

void restore_host(Assembler& as) {
  as.ldr(gp64(second_scratch), state_field(offsetof(MachineState, host_stack)));
  as.mov(gp64(stack_pointer), gp64(second_scratch));
  as.ldp(gp64(frame_pointer), gp64(return_address), a64::ptr_post(gp64(stack_pointer), 16));
}

void push_frame(Assembler& as) {
  as.stp(gp64(frame_pointer), gp64(return_address), a64::ptr_pre(gp64(stack_pointer), -16));
  as.mov(gp64(frame_pointer), gp64(stack_pointer));
}

/// From the callee's frame on the value stack.
void pass_arguments(Assembler& as, const CallShape& shape) {
  if (shape.stack_arguments != 0) {
    as.mov(gp64(scratch), asmjit::Imm(8 * ((shape.stack_arguments + 1) & ~1u)));
    as.sub(gp64(stack_pointer), gp64(stack_pointer), gp64(scratch));
  }
  for (const ArgumentPlace& place : shape.arguments) {
    if (place.reg == no_reg) {
      copy(as, place, interpreter_fp, 8 * s64{place.slot}, stack_pointer, 8 * s64{place.stack});
    } else {
      load(as, place, interpreter_fp, 0);
    }
  }
}

/// Behind a call of compiled code: makes the stacks what they were before.
void leave_machine(Assembler& as) {
  load_state(as);
  as.ldur(gp64(second_scratch), a64::ptr(gp64(frame_pointer), 8 * EntryFrame::value_top));
  as.str(gp64(second_scratch), state_field(offsetof(MachineState, value_top)));
  as.add(gp64(second_scratch), gp64(frame_pointer), 8 * EntryFrame::caller_stack);
  as.str(gp64(second_scratch), state_field(offsetof(MachineState, stack)));
  restore_host(as);
}

u32 make_enter(Assembler& as, const CallShape& shape, u32 link, bool in_loop) {
  static_assert(EntryFrame::value_frame == -1 && EntryFrame::value_top == -2 && EntryFrame::code == -3 &&
                EntryFrame::instance == -4 && EntryFrame::continuation == -5);
  const u32 start = static_cast<u32>(as.offset());
  const asmjit::Label continuation = as.newLabel();
  save_host(as);
  as.ldr(gp64(second_scratch), state_field(offsetof(MachineState, stack)));
  as.mov(gp64(stack_pointer), gp64(second_scratch));
  push_frame(as);
  as.ldr(gp64(code_register), a64::ptr(gp64(interpreter_ip), 8));
  as.ldr(gp64(second_scratch), state_field(offsetof(MachineState, value_top)));
  as.stp(gp64(second_scratch), gp64(interpreter_fp), a64::ptr_pre(gp64(stack_pointer), -16));
  as.stp(gp64(instance), gp64(code_register), a64::ptr_pre(gp64(stack_pointer), -16));
  as.adr(gp64(second_scratch), continuation);
  as.stp(gp64(second_scratch), gp64(second_scratch), a64::ptr_pre(gp64(stack_pointer), -16));
  as.ldr(gp32(second_scratch), a64::ptr(gp64(code_register), offsetof(invar::Code, frame)));
  as.add(gp64(second_scratch), gp64(interpreter_fp), gp64(second_scratch), a64::lsl(3));
  as.str(gp64(second_scratch), state_field(offsetof(MachineState, value_top)));
  if (in_loop) {
    as.mov(gp64(integer_arguments[0]), gp64(interpreter_fp));
    as.ldr(gp64(scratch), a64::ptr(gp64(interpreter_ip), 16));
  } else {
    pass_arguments(as, shape);
    as.ldr(gp64(scratch), a64::ptr(gp64(code_register), offsetof(invar::Code, machine_entry)));
  }
  as.ldr(gp64(second_scratch), context_field(offsetof(MachineContext, enter_gate)));
  as.br(gp64(second_scratch));

  as.bind(continuation);
  as.ldur(gp64(interpreter_fp), a64::ptr(gp64(frame_pointer), 8 * EntryFrame::value_frame));
  if (in_loop) {
    // Perhaps the interpreter is to go on in the frame (Form::resume).
    const asmjit::Label returned = as.newLabel();
    as.ldur(gp64(interpreter_ip), a64::ptr(gp64(frame_pointer), 8 * EntryFrame::code));
    as.tbz(gp64(interpreter_ip), 0, returned);
    as.sub(gp64(interpreter_ip), gp64(interpreter_ip), 1);
    leave_machine(as);
    jump_to_word(as, interpreter_ip);
    as.bind(returned);
  }
  for_each_register(shape.results, [&](const ArgumentPlace& place) { store(as, place, interpreter_fp, 0); });
  // The interpreter expects the first result in a register as well; v0 is its float register, too.
  if (!shape.results.empty() && class_of(shape.results[0].reg) == RegClass::integer) {
    as.mov(gp64(interpreter_r0), gp64(shape.results[0].reg));
  }
  copy_results(as, shape, false, interpreter_fp, 0);
  leave_machine(as);
  as.ldr(gp64(interpreter_ip), at(as, interpreter_fp, 8 * s64{link}));
  as.ldr(gp64(interpreter_fp), at(as, interpreter_fp, 8 * s64{link} + 8));
  jump_to_word(as, interpreter_ip);
  return start;
}

/// Arguments go to a frame on the value stack, from `offset` on; those on the stack are at `stack`.
void store_arguments(Assembler& as, const CallShape& shape, Reg base, s64 offset, Reg stack, s64 stack_offset) {
  for (const ArgumentPlace& place : shape.arguments) {
    if (place.reg == no_reg) {
      copy(as, place, stack, stack_offset + 8 * s64{place.stack}, base, offset + 8 * s64{place.slot});
    } else {
      store(as, place, base, offset);
    }
  }
}

/// A tail call by a function that the interpreter entered: the entry's frame goes, its link becomes the callee's. With
/// a TailFrame between, its instance and the link move to a TailLink. Jumps to `push` if there is no room.
void make_take_over(Assembler& as, const CallShape& shape, u32 link, u32 result_slots, bool has_tail_frame,
                    const u64* words, const asmjit::Label& push) {
  static_assert(offsetof(interp::Link, return_ip) == 0 && offsetof(interp::Link, caller_fp) == 8);
  static_assert(offsetof(interp::TailLink, link) == 0 &&
                offsetof(interp::TailLink, result_slots) == offsetof(interp::TailLink, instance) + 8);
  constexpr Reg entry = x(10), frame = x(11), return_ip = x(12), caller_fp = x(13), temporary = x(14), other = x(15);
  const u32 room = link + interp::link_slots + (has_tail_frame ? interp::tail_link_slots : 0);
  if (has_tail_frame) {
    as.ldr(gp64(entry), a64::ptr(gp64(frame_pointer)));
  } else {
    as.mov(gp64(entry), gp64(frame_pointer));
  }
  as.ldur(gp64(frame), a64::ptr(gp64(entry), 8 * EntryFrame::value_frame));
  as.mov(gp64(temporary), asmjit::Imm(8 * s64{room}));
  as.add(gp64(temporary), gp64(temporary), gp64(frame));
  as.ldr(gp64(other), instance_field(offsetof(Instance, stack_limit)));
  as.cmp(gp64(temporary), gp64(other));
  as.b(cond_code(Condition::hi), push);
  as.ldur(gp64(temporary), a64::ptr(gp64(entry), 8 * EntryFrame::code));
  as.ldr(gp32(temporary), a64::ptr(gp64(temporary), offsetof(invar::Code, link)));
  as.add(gp64(temporary), gp64(frame), gp64(temporary), a64::lsl(3));
  as.ldp(gp64(return_ip), gp64(caller_fp), a64::ptr(gp64(temporary)));
  if (has_tail_frame) {
    const asmjit::Label has_link = as.newLabel();
    as.mov(gp64(temporary), asmjit::Imm(reinterpret_cast<u64>(interp::tail_return_code())));
    as.cmp(gp64(return_ip), gp64(temporary));
    as.b(cond_code(Condition::eq), has_link);
    as.stp(gp64(return_ip), gp64(caller_fp), a64::ptr(gp64(frame)));
    as.mov(gp64(return_ip), gp64(temporary));
    as.mov(gp64(caller_fp), gp64(frame));
    as.ldur(gp64(temporary), a64::ptr(gp64(frame_pointer), 8 * TailFrame::instance));
    as.mov(gp64(other), asmjit::Imm(result_slots));
    as.stp(gp64(temporary), gp64(other), a64::ptr(gp64(frame), offsetof(interp::TailLink, instance)));
    as.add(gp64(frame), gp64(frame), sizeof(interp::TailLink));
    as.bind(has_link);
  }
  store_arguments(as, shape, frame, 0, stack_pointer, 0);
  as.str(gp64(return_ip), at(as, frame, 8 * s64{link}));
  as.str(gp64(caller_fp), at(as, frame, 8 * s64{link} + 8));
  load_state(as);
  as.ldur(gp64(temporary), a64::ptr(gp64(entry), 8 * EntryFrame::value_top));
  as.str(gp64(temporary), state_field(offsetof(MachineState, value_top)));
  as.add(gp64(temporary), gp64(entry), 8 * EntryFrame::caller_stack);
  as.str(gp64(temporary), state_field(offsetof(MachineState, stack)));
  restore_host(as);
  as.mov(gp64(interpreter_r0), gp64(code_register));
  as.mov(gp64(interpreter_fp), gp64(frame));
  as.mov(gp64(interpreter_ip), asmjit::Imm(reinterpret_cast<u64>(words + 2)));
  jump_to_word(as, interpreter_ip);
}

/// The frame that compiled code's callee gets on the value stack stands one slot above the machine frame's address.
u32 make_to_interpreter(Assembler& as, const CallShape& shape, u32 link, u32 result_slots, const u64* words) {
  const u32 start = static_cast<u32>(as.offset());
  const asmjit::Label push = as.newLabel(), exhausted = as.newLabel();
  const asmjit::Label has_entry = as.newLabel(), has_tail_frame = as.newLabel();
  as.ldr(gp64(second_scratch), context_field(offsetof(MachineContext, entered)));
  as.cmp(gp64(return_address), gp64(second_scratch));
  as.b(cond_code(Condition::eq), has_entry);
  as.ldr(gp64(scratch), context_field(offsetof(MachineContext, restored)));
  as.cmp(gp64(return_address), gp64(scratch));
  as.b(cond_code(Condition::eq), has_tail_frame);
  as.bind(push);
  push_frame(as);
  load_state(as);
  as.ldr(gp64(interpreter_fp), state_field(offsetof(MachineState, value_top)));
  as.mov(gp64(interpreter_ip), asmjit::Imm(8 * s64{1 + link + interp::link_slots}));
  as.add(gp64(interpreter_ip), gp64(interpreter_ip), gp64(interpreter_fp));
  as.ldr(gp64(second_scratch), instance_field(offsetof(Instance, stack_limit)));
  as.cmp(gp64(interpreter_ip), gp64(second_scratch));
  as.b(cond_code(Condition::hi), exhausted);
  as.str(gp64(frame_pointer), a64::ptr(gp64(interpreter_fp)));
  store_arguments(as, shape, interpreter_fp, 8, frame_pointer, 16);
  load_state(as);
  as.mov(gp64(second_scratch), gp64(stack_pointer));
  as.str(gp64(second_scratch), state_field(offsetof(MachineState, stack)));
  restore_host(as);
  as.mov(gp64(interpreter_r0), gp64(code_register));
  as.mov(gp64(interpreter_ip), asmjit::Imm(reinterpret_cast<u64>(words)));
  jump_to_word(as, interpreter_ip);
  as.bind(exhausted);
  as.mov(gp32(x(0)), static_cast<u32>(TrapKind::call_stack_exhausted));
  as.ldr(gp64(scratch), context_field(offsetof(MachineContext, trap_gate)));
  as.blr(gp64(scratch));
  as.bind(has_tail_frame);
  as.ldr(gp64(scratch), a64::ptr(gp64(frame_pointer), 8));
  as.cmp(gp64(scratch), gp64(second_scratch));
  as.b(cond_code(Condition::ne), push);
  make_take_over(as, shape, link, result_slots, true, words, push);
  as.bind(has_entry);
  make_take_over(as, shape, link, result_slots, false, words, push);
  return start;
}

/// From a frame at whose address the stack pointer is.
void leave_frame(Assembler& as, const CallShape& shape) {
  as.ldp(gp64(frame_pointer), gp64(return_address), a64::ptr_post(gp64(stack_pointer), 16));
  if (shape.stack_arguments != 0) {
    as.mov(gp64(scratch), asmjit::Imm(8 * ((shape.stack_arguments + 1) & ~1u)));
    as.add(gp64(stack_pointer), gp64(stack_pointer), gp64(scratch));
  }
  as.ret(gp64(return_address));
}

u32 make_return_to_machine(Assembler& as, const CallShape& shape) {
  const u32 start = static_cast<u32>(as.offset());
  save_host(as);
  as.str(gp64(interpreter_fp), state_field(offsetof(MachineState, value_top)));
  as.ldr(gp64(frame_pointer), a64::ptr(gp64(interpreter_fp)));
  copy_results(as, shape, true, interpreter_fp, 8);
  for_each_register(shape.results, [&](const ArgumentPlace& place) { load(as, place, interpreter_fp, 8); });
  as.mov(gp64(stack_pointer), gp64(frame_pointer));
  leave_frame(as, shape);
  return start;
}

/// Calls what the scratch register has on the host's stack. Keeps what C keeps, and the return address.
void call_on_host_stack(Assembler& as) {
  constexpr Reg state = x(10), through = x(11);  // C's own
  as.str(gp64(return_address), a64::ptr_pre(gp64(stack_pointer), -16));
  as.ldr(gp64(state), context_field(offsetof(MachineContext, state)));
  as.mov(gp64(through), gp64(stack_pointer));
  as.str(gp64(through), a64::ptr(gp64(state), offsetof(MachineState, stack)));
  as.ldr(gp64(through), a64::ptr(gp64(state), offsetof(MachineState, host_stack)));
  as.mov(gp64(stack_pointer), gp64(through));
  as.blr(gp64(scratch));
  as.ldr(gp64(state), context_field(offsetof(MachineContext, state)));
  as.ldr(gp64(through), a64::ptr(gp64(state), offsetof(MachineState, stack)));
  as.mov(gp64(stack_pointer), gp64(through));
  as.ldr(gp64(return_address), a64::ptr_post(gp64(stack_pointer), 16));
}

/// The callee's frame stands on top of the value stack.
void make_to_host(Assembler& as, const CallShape& shape) {
  const asmjit::Label exhausted = as.newLabel(), failed = as.newLabel(), thrown = as.newLabel();
  constexpr Reg frame = x(21);  // C keeps it
  push_frame(as);
  load_state(as);
  as.ldr(gp64(frame), state_field(offsetof(MachineState, value_top)));
  as.ldr(gp32(second_scratch), a64::ptr(gp64(code_register), offsetof(invar::Code, frame)));
  as.add(gp64(second_scratch), gp64(frame), gp64(second_scratch), a64::lsl(3));
  as.ldr(gp64(scratch), instance_field(offsetof(Instance, stack_limit)));
  as.cmp(gp64(second_scratch), gp64(scratch));
  as.b(cond_code(Condition::hi), exhausted);
  store_arguments(as, shape, frame, 0, frame_pointer, 16);
  as.mov(gp64(x(0)), gp64(instance));
  as.mov(gp64(x(1)), gp64(code_register));
  as.mov(gp64(x(2)), gp64(frame));
  as.mov(gp64(scratch), asmjit::Imm(reinterpret_cast<u64>(&call_host_from_machine)));
  call_on_host_stack(as);
  as.cbnz(gp32(x(0)), failed);
  copy_results(as, shape, true, frame, 0);
  for_each_register(shape.results, [&](const ArgumentPlace& place) { load(as, place, frame, 0); });
  leave_frame(as, shape);
  as.bind(exhausted);
  as.mov(gp32(x(0)), static_cast<u32>(TrapKind::call_stack_exhausted));
  as.bind(failed);
  as.cmp(gp32(x(0)), static_cast<u32>(TrapKind::uncaught_exception));
  as.b(cond_code(Condition::eq), thrown);
  as.ldr(gp64(scratch), context_field(offsetof(MachineContext, trap_gate)));
  as.blr(gp64(scratch));
  as.bind(thrown);
  as.mov(gp64(x(1)), asmjit::Imm(0));
  as.mov(gp64(x(2)), asmjit::Imm(0));
  as.ldr(gp64(scratch), context_field(offsetof(MachineContext, throw_gate)));
  as.blr(gp64(scratch));
}

std::vector<Reg> registers_in(RegSet set) {
  std::vector<Reg> regs;
  for (; set != 0; set &= set - 1) regs.push_back(static_cast<Reg>(std::countr_zero(set)));
  return regs;
}

constexpr u32 saved_bytes =
    8 * std::popcount(allocatable_integers) + 16 * ((std::popcount(allocatable_vectors) + 1) & ~1);
static_assert(saved_bytes % 16 == 0);

/// Everything that compiled code may have a value in, but for scratch registers: to the stack, or from there.
void transfer_registers(Assembler& as, bool saves) {
  s32 offset = 0;
  const auto transfer = [&](const std::vector<Reg>& regs, Shape shape, u32 store, u32 load, s32 bytes) {
    for (const Reg reg : regs) {
      as.emit(saves ? store : load, shaped(reg, shape, 0), a64::ptr(gp64(stack_pointer), offset));
      offset += bytes;
    }
  };
  transfer(registers_in(allocatable_vectors), Shape::q, Inst::kIdStr_v, Inst::kIdLdr_v, 16);
  transfer(registers_in(allocatable_integers), Shape::x, Inst::kIdStr, Inst::kIdLdr, 8);
}

/// A gate that keeps all registers; traps with what the function returned, if that is a trap, else goes on with what
/// `go_on` makes.
template <class Pass, class GoOn>
void make_keeping_gate(Assembler& as, const void* target, const asmjit::Label& trap, Pass pass, GoOn go_on) {
  as.sub(gp64(stack_pointer), gp64(stack_pointer), saved_bytes);
  transfer_registers(as, true);
  pass();
  as.mov(gp64(scratch), asmjit::Imm(reinterpret_cast<u64>(target)));
  call_on_host_stack(as);
  as.mov(gp32(scratch), gp32(x(0)));
  transfer_registers(as, false);
  as.add(gp64(stack_pointer), gp64(stack_pointer), saved_bytes);
  const asmjit::Label failed = as.newLabel();
  as.cbnz(gp32(scratch), failed);
  go_on();
  as.bind(failed);
  as.mov(gp32(x(0)), gp32(scratch));
  as.b(trap);
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
  load_state(as);
  as.mov(gp32(x(1)), gp32(x(0)));
  as.mov(gp64(x(0)), gp64(instance));
  as.mov(gp64(x(2)), gp64(return_address));
  as.mov(gp64(x(3)), gp64(frame_pointer));
  restore_host(as);
  as.mov(gp64(scratch), asmjit::Imm(reinterpret_cast<u64>(targets.trap)));
  as.br(gp64(scratch));

  pad_to(as, Gates::builtin);
  call_on_host_stack(as);
  as.ret(gp64(return_address));

  pad_to(as, Gates::throw_);
  const asmjit::Label failed = as.newLabel();
  load_state(as);
  as.mov(gp64(second_scratch), gp64(stack_pointer));
  as.str(gp64(second_scratch), state_field(offsetof(MachineState, stack)));
  as.mov(gp64(x(0)), gp64(instance));
  as.mov(gp64(x(3)), gp64(return_address));
  as.mov(gp64(x(4)), gp64(frame_pointer));
  restore_host(as);
  as.stp(gp64(frame_pointer), gp64(return_address), a64::ptr_pre(gp64(stack_pointer), -16));
  as.mov(gp64(scratch), asmjit::Imm(reinterpret_cast<u64>(targets.throw_)));
  as.blr(gp64(scratch));
  as.ldp(gp64(frame_pointer), gp64(return_address), a64::ptr_post(gp64(stack_pointer), 16));
  as.cbnz(gp64(x(0)), failed);
  load_state(as);
  as.ldr(gp64(interpreter_ip), state_field(offsetof(MachineState, landing_ip)));
  as.ldr(gp64(interpreter_fp), state_field(offsetof(MachineState, landing_frame)));
  as.ldr(gp64(instance), state_field(offsetof(MachineState, landing_instance)));
  as.ldr(gp64(memory_base), instance_field(offsetof(Instance, memory0)));
  jump_to_word(as, interpreter_ip);
  as.bind(failed);
  as.ret(gp64(return_address));  // to who ran the interpreter

  pad_to(as, Gates::land);
  save_host(as);
  as.ldr(gp64(second_scratch), state_field(offsetof(MachineState, landing_stack)));
  as.mov(gp64(stack_pointer), gp64(second_scratch));
  as.mov(gp64(frame_pointer), gp64(interpreter_fp));
  as.ldr(gp64(second_scratch), state_field(offsetof(MachineState, landing_pc)));
  as.br(gp64(second_scratch));

  pad_to(as, Gates::entered - enter_bytes);
  as.blr(gp64(scratch));
  pad_to(as, Gates::entered);
  as.ldur(gp64(scratch), a64::ptr(gp64(frame_pointer), 8 * EntryFrame::continuation));
  as.br(gp64(scratch));

  pad_to(as, Gates::restored);
  as.ldur(gp64(instance), a64::ptr(gp64(frame_pointer), 8 * TailFrame::instance));
  as.ldr(gp64(memory_base), instance_field(offsetof(Instance, memory0)));
  as.mov(gp64(stack_pointer), gp64(frame_pointer));
  as.ldp(gp64(frame_pointer), gp64(return_address), a64::ptr_post(gp64(stack_pointer), 16));
  as.ret(gp64(return_address));

  const auto come_back = [&] { as.ret(gp64(return_address)); };
  pad_to(as, Gates::check);
  const auto pass_check = [&] {
    as.mov(gp64(x(0)), gp64(instance));
    as.mov(gp64(x(1)), gp64(code_register));
    as.mov(gp32(x(2)), gp32(scratch));
    as.mov(gp64(x(3)), gp64(callee));
  };
  make_keeping_gate(as, targets.check, trap, pass_check, come_back);

  pad_to(as, Gates::poll);
  make_keeping_gate(as, targets.poll, trap, [&] { as.mov(gp64(x(0)), gp64(instance)); }, come_back);

  pad_to(as, Gates::bind);
  const auto pass_code = [&] {
    as.mov(gp64(x(0)), gp64(instance));
    as.mov(gp64(x(1)), gp64(code_register));
  };
  make_keeping_gate(as, targets.bind, trap, pass_code, [&] {
    as.ldr(gp64(scratch), a64::ptr(gp64(code_register), offsetof(invar::Code, machine_entry)));
    as.br(gp64(scratch));
  });

  pad_to(as, Gates::bytes);
  return code_of(code.holder);
}

}  // namespace invar::jit::arm64
