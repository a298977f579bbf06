// Emission of calls.
#include "jit/arm64/emitter.h"
#include "jit/runtime/builtins.h"

namespace invar::jit::arm64 {

namespace a64 = asmjit::a64;
using Inst = asmjit::a64::Inst;

/// They are the call's first operands, in any register or slot.
void Emitter::store_stack_arguments() {
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
}

void Emitter::emit_call(const Instruction& i) {
  store_stack_arguments();
  if (i.form == Form::call_import) {
    as_.ldr(gp64(code_register), instance_field(offsetof(Instance, functions)));
    as_.ldr(gp64(code_register), at(as_, code_register, 8 * i.imm));
    return call_function(i.offset);
  }
  if (static_cast<u32>(i.imm) == function_.index && function_.frame == no_value) {
    as_.bl(entry_);
    note_site(i.offset);
    return;
  }
  as_.ldr(gp64(code_register), context_field(offsetof(MachineContext, codes)));
  const s64 offset = i.imm * static_cast<s64>(sizeof(Code));
  if (offset >= 4096) {
    as_.mov(gp64(scratch), asmjit::Imm(offset));
    as_.add(gp64(code_register), gp64(code_register), gp64(scratch));
  } else if (offset != 0) {
    as_.add(gp64(code_register), gp64(code_register), static_cast<u32>(offset));
  }
  as_.ldr(gp64(scratch), a64::ptr(gp64(code_register), offsetof(Code, machine_entry)));
  as_.blr(gp64(scratch));
  note_site(i.offset);
}

/// The code register has a Func, perhaps of another instance or the host's.
void Emitter::call_function(u32 offset) {
  as_.ldr(gp64(scratch), a64::ptr(gp64(code_register), offsetof(Func, instance)));
  as_.ldr(gp64(code_register), a64::ptr(gp64(code_register), offsetof(Func, code)));
  const Label behind = as_.newLabel();
  const auto call = [this, offset] {
    as_.ldr(gp64(scratch), a64::ptr(gp64(code_register), offsetof(Code, machine_entry)));
    as_.blr(gp64(scratch));
    note_site(offset);
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
  store_stack_arguments();
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
  call_function(i.offset);
}

void Emitter::emit_call_ref(const Instruction& i) {
  store_stack_arguments();
  jump_if_zero(gp64(callee), true, trap_label(TrapKind::null_function_reference, i.offset));
  as_.mov(gp64(code_register), gp64(callee));
  call_function(i.offset);
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
