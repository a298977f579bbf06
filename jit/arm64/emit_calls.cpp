// Emission of calls.
#include "jit/arm64/emitter.h"
#include "jit/runtime/builtins.h"

namespace invar::jit::arm64 {

namespace a64 = asmjit::a64;
using Inst = asmjit::a64::Inst;

namespace {

/// What tail calls use: no arguments are passed in them.
constexpr Reg temporary = x(10), caller_frame = x(11);

/// What so many words take on the stack.
constexpr s64 stack_bytes(u32 words) { return 8 * ((s64{words} + 1) & ~1); }

}  // namespace

/// They are the call's first operands, in any register or slot. Returns how many words they are.
u32 Emitter::store_stack_arguments() {
  const MachineInstruction& instruction = code_.instructions[at_];
  s64 offset = 0;
  for (u32 k = 0; k < instruction.operand_count; ++k) {
    const Operand& argument = code_.operands[instruction.first_operand + k];
    if (argument.constraint != Constraint::any) break;
    const bool wide = code_.vregs[argument.value].wide;
    const u32 bytes = wide ? 16 : 8;
    const Place from = place(k);
    Reg through = wide ? vector_scratch : scratch;
    if (from.is_slot()) {
      const Mem memory = slot(from.slot_index(), bytes);
      as_.emit(wide ? Inst::kIdLdr_v : Inst::kIdLdr, shaped(through, wide ? Shape::q : Shape::x, 0), memory);
    } else {
      through = from.reg();
    }
    const bool integer = class_of(through) == RegClass::integer;
    const Mem to = at(as_, stack_pointer, offset, bytes);
    as_.emit(integer ? Inst::kIdStr : Inst::kIdStr_v,
             shaped(through,
                    integer ? Shape::x
                    : wide  ? Shape::q
                            : Shape::d,
                    0),
             to);
    offset += bytes;
  }
  return static_cast<u32>(offset / 8);
}

/// Behind a call: the callee has taken its stack arguments off the stack.
void Emitter::note_return(const CallEnd& end) {
  note_site(end.offset);
  if (end.scope != interp::HandlerTable::none) note_landing(end.scope, end.landing);
  if (end.words != 0) set_stack_pointer(stack_pointer, -stack_bytes(end.words));
}

/// To `offset` bytes from the register on.
void Emitter::set_stack_pointer(Reg base, s64 offset) {
  const u64 distance = static_cast<u64>(offset < 0 ? -offset : offset);
  if (distance >= 4096) {
    as_.mov(gp64(second_scratch), asmjit::Imm(distance));
    as_.emit(offset < 0 ? Inst::kIdSub : Inst::kIdAdd, gp64(stack_pointer), gp64(base), gp64(second_scratch));
  } else {
    as_.emit(offset < 0 ? Inst::kIdSub : Inst::kIdAdd, gp64(stack_pointer), gp64(base), asmjit::Imm(distance));
  }
}

// Tail calls. All registers but those with arguments are free by then, the arguments on the stack are where other calls
// have theirs: at the frame's end, and go upwards from there.

/// To `offset` from the frame's address on.
void Emitter::move_stack_arguments(s64 offset, u32 words) {
  for (s64 k = words; k-- > 0;) {
    as_.ldr(gp64(temporary), at(as_, stack_pointer, 8 * k));
    as_.str(gp64(temporary), at(as_, frame_pointer, offset + 8 * k));
  }
}

/// Makes the stack and the return address what they are when the caller calls: its arguments gone, the callee's in
/// their place.
void Emitter::leave_for_callee(u32 words) {
  const s64 arguments = 16 + stack_bytes(own_arguments_) - stack_bytes(words);
  as_.ldp(gp64(caller_frame), gp64(return_address), a64::ptr(gp64(frame_pointer)));
  move_stack_arguments(arguments, words);
  set_stack_pointer(frame_pointer, arguments);
  as_.mov(gp64(frame_pointer), gp64(caller_frame));
}

/// Into the instance that the scratch register has; the code register has a Code. Leaves a TailFrame
/// (machine_context.h) at the upper end of the caller's arguments, unless we are going to return to one.
void Emitter::leave_instance(u32 words, const Label& in_place) {
  const s64 frame = stack_bytes(own_arguments_);
  const Label has_frame = as_.newLabel();
  const auto switch_instance = [this] {
    as_.mov(gp64(instance), gp64(scratch));
    as_.ldr(gp64(memory_base), instance_field(offsetof(Instance, memory0)));
  };
  as_.ldp(gp64(caller_frame), gp64(return_address), a64::ptr(gp64(frame_pointer)));
  as_.ldr(gp64(second_scratch), context_field(offsetof(MachineContext, restored)));
  as_.cmp(gp64(return_address), gp64(second_scratch));
  as_.b(cond_code(Condition::eq), has_frame);
  as_.str(gp64(caller_frame), at(as_, frame_pointer, frame));
  as_.str(gp64(return_address), at(as_, frame_pointer, frame + 8));
  as_.str(gp64(instance), at(as_, frame_pointer, frame + 8 * TailFrame::instance));
  const s64 arguments = frame - 16 - stack_bytes(words);
  move_stack_arguments(arguments, words);
  as_.ldr(gp64(return_address), context_field(offsetof(MachineContext, restored)));
  switch_instance();
  set_stack_pointer(frame_pointer, arguments);
  if (frame != 0) {
    as_.mov(gp64(second_scratch), asmjit::Imm(frame));
    as_.add(gp64(frame_pointer), gp64(frame_pointer), gp64(second_scratch));
  }
  jump_to_code();
  as_.bind(has_frame);
  switch_instance();
  as_.b(in_place);
}

void Emitter::jump_to_code() {
  as_.ldr(gp64(scratch), a64::ptr(gp64(code_register), offsetof(Code, machine_entry)));
  as_.br(gp64(scratch));
}

void Emitter::emit_call(const Instruction& i) {
  const u32 words = store_stack_arguments();
  if (i.form == Form::call_import) {
    as_.ldr(gp64(code_register), instance_field(offsetof(Instance, functions)));
    as_.ldr(gp64(code_register), at(as_, code_register, 8 * i.imm));
    return call_function(i, words);
  }
  const bool is_own = static_cast<u32>(i.imm) == function_.index && function_.frame == no_value;
  if (is_own && i.is_tail) {
    leave_for_callee(words);
    as_.b(entry_);
    return;
  }
  if (is_own) {
    as_.bl(entry_);
    return note_return(end_of(i, words));
  }
  as_.ldr(gp64(code_register), context_field(offsetof(MachineContext, codes)));
  const s64 offset = i.imm * static_cast<s64>(sizeof(Code));
  if (offset >= 4096) {
    as_.mov(gp64(scratch), asmjit::Imm(offset));
    as_.add(gp64(code_register), gp64(code_register), gp64(scratch));
  } else if (offset != 0) {
    as_.add(gp64(code_register), gp64(code_register), static_cast<u32>(offset));
  }
  call_code(i, words);
}

void Emitter::call_code(const Instruction& i, u32 words) {
  if (i.is_tail) {
    leave_for_callee(words);
    return jump_to_code();
  }
  as_.ldr(gp64(scratch), a64::ptr(gp64(code_register), offsetof(Code, machine_entry)));
  as_.blr(gp64(scratch));
  note_return(end_of(i, words));
}

/// The code register has a Func, perhaps of another instance or the host's.
void Emitter::call_function(const Instruction& i, u32 words) {
  as_.ldr(gp64(scratch), a64::ptr(gp64(code_register), offsetof(Func, instance)));
  as_.ldr(gp64(code_register), a64::ptr(gp64(code_register), offsetof(Func, code)));
  const Label behind = as_.newLabel();
  if (i.is_tail) {
    const Label other = out_of_line([this, behind, words] {
      jump_if_zero(gp64(scratch), true, behind);  // of the host
      leave_instance(words, behind);
    });
    as_.cmp(gp64(scratch), gp64(instance));
    jump_if(Condition::ne, other);
    as_.bind(behind);
    return call_code(i, words);
  }
  const CallEnd end = end_of(i, words);
  const auto call = [this, end] {
    as_.ldr(gp64(scratch), a64::ptr(gp64(code_register), offsetof(Code, machine_entry)));
    as_.blr(gp64(scratch));
    note_return(end);
  };
  const Label other = out_of_line([this, behind, call] {
    const Label host = as_.newLabel();
    jump_if_zero(gp64(scratch), true, host);
    as_.mov(gp64(instance), gp64(scratch));
    as_.ldr(gp64(memory_base), instance_field(offsetof(Instance, memory0)));
    as_.bind(host);
    call();
    as_.ldur(gp64(instance), a64::ptr(gp64(frame_pointer), -8));
    as_.ldr(gp64(memory_base), instance_field(offsetof(Instance, memory0)));
    as_.b(behind);
  });
  as_.cmp(gp64(scratch), gp64(instance));
  jump_if(Condition::ne, other);
  call();
  as_.bind(behind);
}

void Emitter::emit_call_indirect(const Instruction& i) {
  static_assert(offsetof(Table, size) == offsetof(Table, elements) + 8);
  const u32 type = static_cast<u32>(i.imm);
  const u32 words = store_stack_arguments();
  load_pointer(offsetof(Instance, tables), static_cast<u64>(i.imm) >> 32);
  as_.ldp(gp64(scratch), gp64(second_scratch), a64::ptr(gp64(scratch), offsetof(Table, elements)));
  as_.cmp(gp64(callee), gp64(second_scratch));
  jump_if(Condition::hs, trap_label(TrapKind::undefined_element, i.offset));
  as_.ldr(gp64(code_register), a64::ptr(gp64(scratch), gp64(callee), a64::lsl(3)));
  as_.ldr(gp64(scratch), instance_field(offsetof(Instance, type_ids)));
  as_.ldr(gp32(scratch), at(as_, scratch, 4 * s64{type}, 4));
  const Label checked = as_.newLabel();
  const u32 offset = i.offset;
  const Label slow = out_of_line([this, checked, offset] {
    // Null, another type, or a subtype: the runtime knows, and traps or comes back with everything as it was.
    call_gate(offsetof(MachineContext, check_gate), offset);
    as_.b(checked);
  });
  jump_if_zero(gp64(code_register), true, slow);
  as_.ldr(gp32(second_scratch), a64::ptr(gp64(code_register), offsetof(Func, type_id)));
  as_.cmp(gp32(second_scratch), gp32(scratch));
  jump_if(Condition::ne, slow);
  as_.bind(checked);
  call_function(i, words);
}

void Emitter::emit_call_ref(const Instruction& i) {
  const u32 words = store_stack_arguments();
  jump_if_zero(gp64(callee), true, trap_label(TrapKind::null_function_reference, i.offset));
  as_.mov(gp64(code_register), gp64(callee));
  call_function(i, words);
}

/// A call in a try block ends its block.
void Emitter::end_call(const Instruction& i) {
  if (i.scope != interp::HandlerTable::none) jump_to_block(successor(0));
}

void Emitter::emit_throw(const Instruction& i) {
  call_gate(offsetof(MachineContext, throw_gate), i.offset);
  if (i.scope != interp::HandlerTable::none) note_landing(i.scope, successor(0));
}

void Emitter::emit_builtin(const Instruction& i) {
  as_.mov(gp64(x(0)), gp64(instance));
  as_.ldr(gp64(scratch), context_field(offsetof(MachineContext, builtins)));
  as_.ldr(gp64(scratch), a64::ptr(gp64(scratch), static_cast<s32>(8 * i.imm)));
  call_gate(offsetof(MachineContext, builtin_gate), i.offset);
  if (can_trap(static_cast<Builtin>(i.imm))) {
    const u32 offset = i.offset;
    jump_if_zero(gp32(x(0)), false, out_of_line([this, offset] { trap_with_kind_in_x0(offset); }));
  } else if (makes_object(static_cast<Builtin>(i.imm))) {
    const u32 offset = i.offset;
    as_.cmp(gp64(x(0)), max_trap_result);
    jump_if(Condition::ls, out_of_line([this, offset] { trap_with_kind_in_x0(offset); }));
  }
}

}  // namespace invar::jit::arm64
