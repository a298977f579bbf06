// Emission of calls.
#include "jit/x64/emitter.h"

#include "engine/runtime/objects.h"
#include "jit/runtime/builtins.h"

namespace invar::jit::x64 {

namespace x86 = asmjit::x86;

namespace {

asmjit::x86::Mem context_field(u64 offset) { return instance_field(offsetof(Instance, machine) + offset); }

/// Where call_indirect keeps the table index for its slow half.
constexpr Reg index_register = r12;
/// What tail calls use: no arguments are passed in them.
constexpr Reg return_register = r12, tail_temporary = r13;

}  // namespace

/// They are the call's first operands, in any register or slot. Returns how many words they are.
u32 Emitter::store_stack_arguments() {
  const MachineInstruction& instruction = lowered_.code.instructions[at_];
  s32 at = 0;
  for (u32 k = 0; k < instruction.operand_count; ++k) {
    const Operand& operand = lowered_.code.operands[instruction.first_operand + k];
    if (operand.constraint != Constraint::any) break;
    const Mem to = x86::qword_ptr(gp64(rsp), at);
    const Place from = place(k);
    if (lowered_.code.vregs[operand.value].wide) {
      const Reg through = from.is_slot() ? vector_scratch : from.reg();
      if (from.is_slot()) as_.movups(xmm(through), slot(from.slot_index(), 16));
      as_.movups(x86::Mem(gp64(rsp), at, 16), xmm(through));
      at += 16;
      continue;
    }
    at += 8;
    if (from.is_slot()) {
      as_.mov(gp64(scratch), slot(from.slot_index(), 8));
      as_.mov(to, gp64(scratch));
    } else if (class_of(from.reg()) == RegClass::integer) {
      as_.mov(to, gp64(from.reg()));
    } else {
      as_.movsd(to, xmm(from.reg()));
    }
  }
  return static_cast<u32>(at) / 8;
}

/// Behind a call: the callee has taken its stack arguments off the stack.
void Emitter::note_return(const CallEnd& end) {
  note_site(end.offset);
  if (end.scope != interp::HandlerTable::none) note_landing(end.scope, end.landing);
  if (end.words != 0) as_.sub(gp64(rsp), 8 * end.words);
}

// Tail calls. All registers but those with arguments are free by then, the arguments on the stack are where other calls
// have theirs: at the frame's end, and go upwards from there.

/// To `offset` from the frame's address on.
void Emitter::move_stack_arguments(s32 offset, u32 words, Reg through) {
  for (s32 k = static_cast<s32>(words); k-- > 0;) {
    as_.mov(gp64(through), x86::qword_ptr(gp64(rsp), 8 * k));
    as_.mov(x86::qword_ptr(gp64(rbp), offset + 8 * k), gp64(through));
  }
}

/// Makes the stack what it is when the caller calls: its arguments gone, the callee's in their place.
void Emitter::leave_for_callee(u32 words) {
  const s32 arguments = 16 + 8 * (static_cast<s32>(own_arguments_) - static_cast<s32>(words));
  if (words == own_arguments_) {
    move_stack_arguments(arguments, words, tail_temporary);
    as_.mov(gp64(rsp), gp64(rbp));
    as_.pop(gp64(rbp));
    return;
  }
  as_.mov(gp64(return_register), x86::qword_ptr(gp64(rbp), 8));
  as_.mov(gp64(tail_temporary), x86::qword_ptr(gp64(rbp)));
  move_stack_arguments(arguments, words, scratch);
  as_.lea(gp64(rsp), x86::ptr(gp64(rbp), arguments - 8));
  as_.mov(gp64(rbp), gp64(tail_temporary));
  as_.mov(x86::qword_ptr(gp64(rsp)), gp64(return_register));
}

/// Into the instance that the scratch register has, rax: a Code. Leaves a TailFrame (machine_context.h) at the upper
/// end of the caller's arguments, unless we are going to return to one.
void Emitter::leave_instance(u32 words, const Label& in_place) {
  const s32 frame = 8 * static_cast<s32>(own_arguments_);
  const Label has_frame = as_.newLabel();
  const auto switch_instance = [this] {
    as_.mov(gp64(r15), gp64(scratch));
    as_.mov(gp64(r14), instance_field(offsetof(Instance, memory0)));
  };
  as_.mov(gp64(return_register), x86::qword_ptr(gp64(rbp), 8));
  as_.cmp(gp64(return_register), context_field(offsetof(MachineContext, restored)));
  as_.je(has_frame);
  as_.mov(gp64(tail_temporary), x86::qword_ptr(gp64(rbp)));
  as_.mov(x86::qword_ptr(gp64(rbp), frame + 8), gp64(return_register));
  as_.mov(x86::qword_ptr(gp64(rbp), frame), gp64(tail_temporary));
  as_.mov(x86::qword_ptr(gp64(rbp), frame + 8 * TailFrame::instance), gp64(r15));
  move_stack_arguments(frame - 8 - static_cast<s32>(8 * words), words, tail_temporary);
  as_.mov(gp64(return_register), context_field(offsetof(MachineContext, restored)));
  switch_instance();
  as_.lea(gp64(rsp), x86::ptr(gp64(rbp), frame - 16 - static_cast<s32>(8 * words)));
  if (frame != 0) as_.add(gp64(rbp), frame);
  as_.mov(x86::qword_ptr(gp64(rsp)), gp64(return_register));
  as_.jmp(x86::qword_ptr(gp64(rax), offsetof(Code, machine_entry)));
  as_.bind(has_frame);
  switch_instance();
  as_.jmp(in_place);
}

void Emitter::emit_call(const Instruction& i) {
  const u32 words = store_stack_arguments();
  if (i.form == Form::call_import) {
    as_.mov(gp64(rax), instance_field(offsetof(Instance, functions)));
    as_.mov(gp64(rax), x86::qword_ptr(gp64(rax), static_cast<s32>(8 * i.imm)));
    return call_function_of_rax(i, words);
  }
  const bool is_own = static_cast<u32>(i.imm) == function_.index && function_.frame == no_value;
  if (is_own && i.is_tail) {
    leave_for_callee(words);
    as_.jmp(entry_);
    return;
  }
  if (is_own) {
    as_.call(entry_);
    return note_return(end_of(i, words));
  }
  as_.mov(gp64(rax), context_field(offsetof(MachineContext, codes)));
  const s64 at = i.imm * static_cast<s64>(sizeof(Code));
  if (at != 0) as_.add(gp64(rax), static_cast<s32>(at));
  call_code_of_rax(i, words);
}

void Emitter::call_code_of_rax(const Instruction& i, u32 words) {
  const Mem target = x86::qword_ptr(gp64(rax), offsetof(Code, machine_entry));
  if (i.is_tail) {
    leave_for_callee(words);
    as_.jmp(target);
    return;
  }
  as_.call(target);
  note_return(end_of(i, words));
}

/// rax: a Func, perhaps of another instance or the host's.
void Emitter::call_function_of_rax(const Instruction& i, u32 words) {
  as_.mov(gp64(scratch), x86::qword_ptr(gp64(rax), offsetof(Func, instance)));
  as_.mov(gp64(rax), x86::qword_ptr(gp64(rax), offsetof(Func, code)));
  // A branch, not a conditional move: nothing shall wait for what the table says.
  const Label behind = as_.newLabel();
  if (i.is_tail) {
    const Label other = out_of_line([this, behind, words] {
      as_.test(gp64(scratch), gp64(scratch));
      as_.jz(behind);  // of the host
      leave_instance(words, behind);
    });
    as_.cmp(gp64(scratch), gp64(r15));
    as_.jne(other);
    as_.bind(behind);
    return call_code_of_rax(i, words);
  }
  const CallEnd end = end_of(i, words);
  const auto call = [this, end] {
    as_.call(x86::qword_ptr(gp64(rax), offsetof(Code, machine_entry)));
    note_return(end);
  };
  const Label other = out_of_line([this, behind, call] {
    const Label host = as_.newLabel();
    as_.test(gp64(scratch), gp64(scratch));
    as_.jz(host);
    as_.mov(gp64(r15), gp64(scratch));
    as_.mov(gp64(r14), instance_field(offsetof(Instance, memory0)));
    as_.bind(host);
    call();
    as_.mov(gp64(r15), x86::qword_ptr(gp64(rbp), -8));
    as_.mov(gp64(r14), instance_field(offsetof(Instance, memory0)));
    as_.jmp(behind);
  });
  as_.cmp(gp64(scratch), gp64(r15));
  as_.jne(other);
  call();
  as_.bind(behind);
}

/// rax: the index.
void Emitter::emit_call_indirect(const Instruction& i) {
  const u32 type = static_cast<u32>(i.imm);
  const s32 table = static_cast<s32>(i.imm >> 32);
  const u32 words = store_stack_arguments();
  as_.mov(gp64(scratch), instance_field(offsetof(Instance, tables)));
  as_.mov(gp64(scratch), x86::qword_ptr(gp64(scratch), 8 * table));
  as_.cmp(gp64(rax), x86::qword_ptr(gp64(scratch), offsetof(invar::Table, size)));
  as_.jae(trap_label(TrapKind::undefined_element, i.offset));
  as_.mov(gp64(index_register), gp64(rax));
  as_.mov(gp64(scratch), x86::qword_ptr(gp64(scratch), offsetof(invar::Table, elements)));
  as_.mov(gp64(rax), x86::Mem(gp64(scratch), gp64(rax), 3, 0, 8));
  as_.mov(gp64(scratch), instance_field(offsetof(Instance, type_ids)));
  as_.mov(gp32(scratch), x86::dword_ptr(gp64(scratch), static_cast<s32>(4 * type)));
  const Label checked = as_.newLabel();
  const u32 offset = i.offset;
  const Label slow = out_of_line([this, checked, offset] {
    // Null, another type, or a subtype: the runtime knows, and traps or comes back with everything as it was.
    as_.call(context_field(offsetof(MachineContext, check_gate)));
    note_site(offset);
    as_.jmp(checked);
  });
  as_.test(gp64(rax), gp64(rax));
  as_.jz(slow);
  as_.cmp(x86::dword_ptr(gp64(rax), offsetof(Func, type_id)), gp32(scratch));
  as_.jne(slow);
  as_.bind(checked);
  call_function_of_rax(i, words);
}

/// rax: the reference.
void Emitter::emit_call_ref(const Instruction& i) {
  const u32 words = store_stack_arguments();
  as_.test(gp64(rax), gp64(rax));
  as_.jz(trap_label(TrapKind::null_function_reference, i.offset));
  call_function_of_rax(i, words);
}

/// A call in a try block ends its block.
void Emitter::end_call(const Instruction& i) {
  if (i.scope != interp::HandlerTable::none) jump_to_block(successor(0));
}

void Emitter::emit_throw(const Instruction& i) {
  as_.call(context_field(offsetof(MachineContext, throw_gate)));
  note_site(i.offset);
  if (i.scope != interp::HandlerTable::none) note_landing(i.scope, successor(0));
}

void Emitter::emit_builtin(const Instruction& i) {
  as_.mov(gp64(rdi), gp64(r15));
  as_.mov(gp64(scratch), context_field(offsetof(MachineContext, builtins)));
  as_.mov(gp64(scratch), x86::qword_ptr(gp64(scratch), static_cast<s32>(8 * i.imm)));
  as_.call(context_field(offsetof(MachineContext, builtin_gate)));
  note_site(i.offset);
  if (can_trap(static_cast<Builtin>(i.imm))) {
    as_.test(gp32(rax), gp32(rax));
    const u32 offset = i.offset;
    as_.jnz(out_of_line([this, offset] { trap_with_kind_in_eax(offset); }));
  } else if (makes_object(static_cast<Builtin>(i.imm))) {
    as_.cmp(gp64(rax), max_trap_result);
    const u32 offset = i.offset;
    as_.jbe(out_of_line([this, offset] { trap_with_kind_in_eax(offset); }));
  }
}

}  // namespace invar::jit::x64
