#include "jit/x64/emitter.h"

#include <functional>
#include <utility>

#include "engine/runtime/objects.h"

namespace invar::jit::x64 {

namespace x86 = asmjit::x86;

namespace {

/// Frames up to this size go unchecked into the room below the limit.
constexpr u32 unchecked_frame = 256;

/// Moves as much of a vector register.
u32 move_of(Width width) {
  return width == Width::vector ? x86::Inst::kIdMovups
         : width == Width::w32  ? x86::Inst::kIdMovss
                                : x86::Inst::kIdMovsd;
}

x86::CondCode cond_code(Condition condition) { return static_cast<x86::CondCode>(condition_bits(condition)); }

}  // namespace

Emitter::Emitter(const Function& function, const LoweredFunction& lowered, const Allocation& allocation,
                 bool wants_lines, EmittedFunction& out)
    : EmitterBase(function, lowered.code, allocation, asmjit::Arch::kX64, wants_lines, out),
      lowered_(lowered),
      own_arguments_(function.frame == no_value ? CallShape(*function.type, convention).stack_arguments : 0) {
  holder_.attach(&as_);
  as_.addEncodingOptions(asmjit::EncodingOptions::kOptimizedAlign);  // few instructions that do nothing, not many
}

// Operands.

asmjit::Operand Emitter::register_operand(u8 operand, Width width) const {
  if (width == Width::vector) return xmm(reg(operand));
  return gp(reg(operand), width);
}

asmjit::x86::Mem Emitter::slot(u32 index, u32 size) const {
  const s32 displacement =
      static_cast<s32>(8 * index) - static_cast<s32>(8 * allocation_.slots) - (lowered_.saves_instance ? 8 : 0);
  return x86::Mem(gp64(rbp), displacement, size);
}

asmjit::x86::Mem Emitter::memory_operand(const Instruction& i, u32 size) {
  const Memory& m = i.memory;
  if (m.base == Memory::Base::heap) {
    note_site(i.offset);
    if (m.big_offset != 0) {
      as_.mov(gp64(scratch), asmjit::Imm(m.big_offset));
      as_.add(gp64(scratch), gp64(reg(m.operand)));
      out_.sites.pop_back();  // the access is here
      note_site(i.offset);
      return x86::Mem(gp64(r14), gp64(scratch), 0, 0, size);
    }
    if (m.operand == no_operand) return x86::Mem(gp64(r14), m.displacement, size);
    return x86::Mem(gp64(r14), gp64(reg(m.operand)), m.scale, m.displacement, size);
  }
  if (m.index == no_operand) {
    if (m.scale == 0) return x86::Mem(gp64(reg(m.operand)), m.displacement, size);  // checked, or no access
  }
  return x86::Mem(gp64(reg(m.operand)), gp64(reg(m.index)), m.scale, m.displacement, size);
}

/// The source of most instructions.
asmjit::Operand Emitter::operand_b(const Instruction& i) {
  if (i.b_is_immediate) return asmjit::Imm(i.imm);
  if (i.b_is_literal) return pooled_literal(i.literal);
  const u32 size = i.width_b == Width::vector ? 0 : static_cast<u32>(i.width_b);
  if (i.b_in_memory) return memory_operand(i, size);
  if (place(i.b).is_slot()) return slot(place(i.b).slot_index(), size);
  return register_operand(i.b, i.width_b);
}

asmjit::x86::Mem Emitter::in_pool(u64 low, u64 high, u32 size) { return x86::Mem(pooled(low, high), 0, size); }

asmjit::x86::Mem Emitter::pooled_float(bool is_double, double value) {
  const u64 bits = is_double ? std::bit_cast<u64>(value) : std::bit_cast<u32>(static_cast<float>(value));
  return in_pool(bits, 0, is_double ? 8 : 4);
}

// Places where code can stop.

void Emitter::trap_with_kind_in_eax(u32 offset) {
  as_.call(instance_field(offsetof(Instance, machine) + offsetof(MachineContext, trap_gate)));
  note_site(offset);
}

asmjit::Label Emitter::trap_label(TrapKind kind, u32 offset) {
  return EmitterBase::trap_label(kind, offset, [this, kind, offset] {
    as_.mov(gp32(rax), static_cast<u32>(kind));
    trap_with_kind_in_eax(offset);
  });
}

void Emitter::jump_if(Condition condition, const Label& target) {
  if (condition == Condition::ordered_equal) {
    const Label over = as_.newLabel();
    as_.jp(over);
    as_.je(target);
    as_.bind(over);
  } else if (condition == Condition::unordered_not_equal) {
    as_.jp(target);
    as_.jne(target);
  } else {
    as_.j(cond_code(condition), target);
  }
}

// Frames.

void Emitter::prologue() {
  as_.push(gp64(rbp));
  as_.mov(gp64(rbp), gp64(rsp));
  frame_bytes_ = 8 * (allocation_.slots + (lowered_.saves_instance ? 1 : 0) + lowered_.stack_arguments);
  out_.frame_bytes = frame_bytes_;
  if (frame_bytes_ != 0) as_.sub(gp64(rsp), frame_bytes_);
  if (lowered_.has_calls || frame_bytes_ > unchecked_frame) {
    const Mem limit = instance_field(offsetof(Instance, machine) + offsetof(MachineContext, stack_limit));
    as_.cmp(gp64(rsp), limit);
    as_.jb(trap_label(TrapKind::call_stack_exhausted, function_.entry_offset));
  }
  if (lowered_.saves_instance) as_.mov(x86::qword_ptr(gp64(rbp), -8), gp64(r15));
}

void Emitter::epilogue() {
  if (frame_bytes_ != 0) {
    as_.leave();
  } else {
    as_.pop(gp64(rbp));
  }
  if (own_arguments_ == 0) {
    as_.ret();
  } else {
    as_.ret(8 * own_arguments_);
  }
}

// Blocks.

void Emitter::jump_to_block(u32 block) {
  if (!is_next(block)) as_.jmp(label_of(block));
}

void Emitter::emit_branch(const Instruction& i) {
  const u32 taken = successor(0), other = successor(1);
  if (is_next(taken)) {
    jump_if(negated(i.condition), label_of(other));
    return;
  }
  jump_if(i.condition, label_of(taken));
  jump_to_block(other);
}

void Emitter::emit_switch(const Instruction& i) {
  const u64 imm = static_cast<u64>(i.imm);
  const u32 count = static_cast<u32>(i.imm);
  const x86::Gp index = gp32(reg(i.a)), base = gp64(reg(i.b));
  if (count == 1) {
    as_.jmp(switch_label(imm, 0));
    return;
  }
  as_.cmp(index, count - 1);
  as_.jae(switch_label(imm, count - 1));
  as_.lea(base, x86::ptr(jump_table(imm)));
  as_.movsxd(gp64(scratch), x86::Mem(base, gp64(reg(i.a)), 2, 0, 4));
  as_.add(base, gp64(scratch));
  as_.jmp(base);
}

// Moves.

void Emitter::emit_move(const Move& move) {
  const bool is_integer = move.reg_class == RegClass::integer;
  if (move.from.is_register() && move.to.is_register()) {
    if (is_integer) {
      as_.mov(gp64(move.to.reg()), gp64(move.from.reg()));
    } else {
      as_.movaps(xmm(move.to.reg()), xmm(move.from.reg()));
    }
  } else if (move.from.is_register()) {
    const u32 index = move.to.slot_index();
    if (is_integer) {
      as_.mov(slot(index, 8), gp64(move.from.reg()));
    } else if (move.wide) {
      as_.movups(slot(index, 16), xmm(move.from.reg()));
    } else {
      as_.movsd(slot(index, 8), xmm(move.from.reg()));
    }
  } else if (move.to.is_register()) {
    const u32 index = move.from.slot_index();
    if (is_integer) {
      as_.mov(gp64(move.to.reg()), slot(index, 8));
    } else if (move.wide) {
      as_.movups(xmm(move.to.reg()), slot(index, 16));
    } else {
      as_.movsd(xmm(move.to.reg()), slot(index, 8));
    }
  } else if (move.wide) {
    as_.movups(xmm(vector_scratch), slot(move.from.slot_index(), 16));
    as_.movups(slot(move.to.slot_index(), 16), xmm(vector_scratch));
  } else {
    as_.mov(gp64(scratch), slot(move.from.slot_index(), 8));
    as_.mov(slot(move.to.slot_index(), 8), gp64(scratch));
  }
}

// Instructions.

bool Emitter::flags_are_needed() const {
  for (u32 i = at_ + 1;; ++i) {
    switch (lowered_.instruction(i).form) {
      case Form::constant:
      case Form::vector_constant:
        continue;
      case Form::set:
      case Form::select:
      case Form::branch:
      case Form::trap_if:
        return true;
      default:
        return false;
    }
  }
}

void Emitter::emit_constant(const Instruction& i) {
  const u64 bits = static_cast<u64>(i.imm);
  if (i.width == Width::vector) {
    const x86::Xmm to = xmm(reg(i.def));
    if (bits == 0) {
      as_.xorps(to, to);
    } else if (i.width_b == Width::w32) {
      as_.movss(to, in_pool(bits, 0, 4));
    } else {
      as_.movsd(to, in_pool(bits, 0, 8));
    }
    return;
  }
  const Reg to = reg(i.def);
  if (bits == 0 && !flags_are_needed()) {
    as_.xor_(gp32(to), gp32(to));
  } else if (bits <= 0xffff'ffff) {
    as_.mov(gp32(to), static_cast<u32>(bits));
  } else {
    as_.mov(gp64(to), asmjit::Imm(bits));
  }
}

void Emitter::emit_set(const Instruction& i) {
  const Reg to = reg(i.def);
  if (i.condition == Condition::ordered_equal) {
    as_.setnp(gp(to, Width::w8));
    as_.sete(gp(scratch, Width::w8));
    as_.and_(gp(to, Width::w8), gp(scratch, Width::w8));
  } else if (i.condition == Condition::unordered_not_equal) {
    as_.setp(gp(to, Width::w8));
    as_.setne(gp(scratch, Width::w8));
    as_.or_(gp(to, Width::w8), gp(scratch, Width::w8));
  } else {
    as_.set(cond_code(i.condition), gp(to, Width::w8));
  }
  as_.movzx(gp32(to), gp(to, Width::w8));
}

void Emitter::emit_select(const Instruction& i) {
  const Place from = place(i.b);
  if (i.width == Width::vector) {
    const Label over = as_.newLabel();
    jump_if(negated(i.condition), over);
    if (from.is_slot()) {
      const bool is_wide = i.width_b == Width::vector;
      as_.emit(is_wide ? x86::Inst::kIdMovups : x86::Inst::kIdMovsd, xmm(reg(i.def)),
               slot(from.slot_index(), is_wide ? 16 : 8));
    } else {
      as_.movaps(xmm(reg(i.def)), xmm(from.reg()));
    }
    as_.bind(over);
    return;
  }
  const auto move_if = [&](Condition condition) {
    const asmjit::Operand source =
        from.is_slot() ? asmjit::Operand(slot(from.slot_index(), 8)) : asmjit::Operand(gp64(from.reg()));
    as_.emit(x86::Inst::cmovccFromCond(cond_code(condition)), gp64(reg(i.def)), source);
  };
  if (i.condition == Condition::ordered_equal) {
    const Label over = as_.newLabel();
    as_.jp(over);
    move_if(Condition::equal);
    as_.bind(over);
  } else if (i.condition == Condition::unordered_not_equal) {
    move_if(Condition::parity);
    move_if(Condition::not_equal);
  } else {
    move_if(i.condition);
  }
}

/// Does the zero flag tell of the result?
bool Emitter::tells_of_zero(const Instruction& i) {
  switch (i.id) {
    case x86::Inst::kIdAdd:
    case x86::Inst::kIdSub:
    case x86::Inst::kIdAnd:
    case x86::Inst::kIdOr:
    case x86::Inst::kIdXor:
      return i.form == Form::two;
    default:
      return false;
  }
}

/// A sum that overwrites one of what it adds: more units of a processor can add than can compute addresses.
bool Emitter::emit_sum(const Instruction& i) {
  const Memory& m = i.memory;
  if (m.scale != 0 || flags_are_needed()) return false;
  const x86::Gp to = gp(reg(i.def), i.width);
  if (m.index == no_operand) {
    if (reg(i.def) != reg(m.operand)) return false;
    as_.add(to, m.displacement);
  } else {
    if (m.displacement != 0) return false;
    const Reg base = reg(m.operand), index = reg(m.index);
    if (reg(i.def) != base && reg(i.def) != index) return false;
    as_.add(to, gp(reg(i.def) == base ? index : base, i.width));
  }
  zero_flag_ = {reg(i.def), i.width};
  return true;
}

void Emitter::emit_instruction(const Instruction& i) {
  const ZeroFlag known = std::exchange(zero_flag_, ZeroFlag{});
  switch (i.form) {
    case Form::entry:
    case Form::alias:
      return;
    case Form::load_argument: {
      // Above the caller's frame pointer and the return address.
      const s32 at = static_cast<s32>(16 + 8 * i.imm);
      if (i.width == Width::vector) {
        as_.emit(move_of(i.width_b), xmm(reg(i.def)), x86::Mem(gp64(rbp), at, static_cast<u32>(i.width_b)));
      } else {
        as_.mov(gp64(reg(i.def)), x86::qword_ptr(gp64(rbp), at));
      }
      return;
    }
    case Form::constant:
      return emit_constant(i);
    case Form::two:
    case Form::move: {
      if (i.id == x86::Inst::kIdLea && emit_sum(i)) return;
      if (tells_of_zero(i)) zero_flag_ = {reg(i.def), i.width};
      const asmjit::Operand source = operand_b(i);
      // From the vector file by way of memory is a plain load.
      const bool is_load = i.width != Width::vector && i.width_b == Width::vector && source.isMem();
      as_.emit(is_load ? u32{x86::Inst::kIdMov} : i.id, register_operand(i.def, i.width), source);
      return;
    }
    case Form::zero_and_move: {
      const asmjit::Operand source = operand_b(i);
      const x86::Xmm to = xmm(reg(i.def));
      if (!(source.isReg() && source.as<asmjit::BaseReg>() == to)) as_.xorps(to, to);
      if (i.id == x86::Inst::kIdRoundss || i.id == x86::Inst::kIdRoundsd) {
        as_.emit(i.id, to, source, asmjit::Imm(i.imm));
      } else {
        as_.emit(i.id, to, source);
      }
      return;
    }
    case Form::three:
      as_.emit(i.id, register_operand(i.def, i.width), register_operand(i.a, i.width), register_operand(i.b, i.width));
      return;
    case Form::multiply_by:
      as_.emit(i.id, register_operand(i.def, i.width), operand_b(i), asmjit::Imm(i.imm));
      return;
    case Form::shift:
      as_.emit(i.id, register_operand(i.def, i.width), x86::cl);
      return;
    case Form::shift_by:
      if (i.id != x86::Inst::kIdRol && i.imm != 0) zero_flag_ = {reg(i.def), i.width};
      as_.emit(i.id, register_operand(i.def, i.width), asmjit::Imm(i.imm));
      return;
    case Form::store: {
      const Mem to = memory_operand(i, static_cast<u32>(i.width_b));
      if (i.b_is_immediate) {
        as_.emit(i.id, to, asmjit::Imm(i.imm));
      } else {
        as_.emit(i.id, to, register_operand(i.a, i.width));
      }
      return;
    }
    case Form::compare: {
      if (i.id == x86::Inst::kIdTest && i.a == i.b && known == ZeroFlag{reg(i.a), i.width}) return;
      const asmjit::Operand source = operand_b(i);
      // test has its operand in memory first.
      if (i.id == x86::Inst::kIdTest && source.isMem()) {
        as_.emit(i.id, source, register_operand(i.a, i.width));
      } else {
        as_.emit(i.id, register_operand(i.a, i.width), source);
      }
      return;
    }
    case Form::set:
      return emit_set(i);
    case Form::select:
      return emit_select(i);
    case Form::jump:
      return jump_to_block(successor(0));
    case Form::branch:
      return emit_branch(i);
    case Form::switch_:
      return emit_switch(i);
    case Form::return_:
      return epilogue();
    case Form::resume:
      // The entry from the interpreter finds it in its frame, in the place of the Code and with a bit that tells.
      as_.mov(gp64(scratch), asmjit::Imm(i.imm | 1));
      as_.mov(gp64(rax), x86::qword_ptr(gp64(rbp)));
      as_.mov(x86::qword_ptr(gp64(rax), 8 * EntryFrame::code), gp64(scratch));
      return epilogue();
    case Form::trap:
      as_.mov(gp32(rax), static_cast<u32>(i.trap));
      return trap_with_kind_in_eax(i.offset);
    case Form::call:
    case Form::call_import:
      emit_call(i);
      return end_call(i);
    case Form::call_indirect:
      emit_call_indirect(i);
      return end_call(i);
    case Form::call_ref:
      emit_call_ref(i);
      return end_call(i);
    case Form::throw_:
      return emit_throw(i);
    case Form::call_builtin:
      return emit_builtin(i);
    case Form::global_get:
    case Form::global_set:
      return emit_global(i);
    case Form::memory_size:
      load_pointer(offsetof(Instance, memories), i.index);
      as_.mov(gp64(reg(i.def)), x86::qword_ptr(gp64(scratch), offsetof(invar::Memory, size)));
      if (i.imm != 0) as_.shr(gp64(reg(i.def)), static_cast<u32>(i.imm));
      return;
    case Form::table_size:
      load_pointer(offsetof(Instance, tables), i.index);
      as_.mov(gp64(reg(i.def)), x86::qword_ptr(gp64(scratch), offsetof(invar::Table, size)));
      return;
    case Form::table_get:
      locate_element(i);
      as_.mov(gp64(reg(i.def)), x86::Mem(gp64(scratch), gp64(reg(i.a)), 3, 0, 8));
      return;
    case Form::table_set:
      locate_element(i);
      as_.mov(x86::Mem(gp64(scratch), gp64(reg(i.a)), 3, 0, 8), gp64(reg(i.b)));
      return;
    case Form::check_null:
      as_.test(gp64(reg(i.a)), gp64(reg(i.a)));
      as_.jz(trap_label(i.trap, i.offset));
      return;
    case Form::trap_if:
      return jump_if(i.condition, trap_label(i.trap, i.offset));
    case Form::value_frame:  // the entry from the interpreter, which is the caller, knows it
      as_.mov(gp64(reg(i.def)), x86::qword_ptr(gp64(rbp)));
      as_.mov(gp64(reg(i.def)), x86::qword_ptr(gp64(reg(i.def)), 8 * EntryFrame::value_frame));
      return;
    case Form::instance_pointer:
      as_.mov(gp64(reg(i.def)), instance_field(static_cast<u64>(i.imm)));
      return;
    case Form::type_header:
      as_.mov(gp64(reg(i.def)), instance_field(offsetof(Instance, type_headers)));
      as_.mov(gp32(reg(i.def)), x86::dword_ptr(gp64(reg(i.def)), static_cast<s32>(4 * i.imm)));
      return;
    case Form::canonical_nan:
      return emit_canonical_nan(i);
    case Form::tick:
      return emit_tick(i);
    case Form::locate:
      return emit_locate(i);
    case Form::multiply_high:
      as_.emit(i.id, gp64(rdx), gp64(rax), gp64(reg(i.b)));
      return;
    case Form::divide:
      return emit_divide(i);
    case Form::convert_u64:
      return emit_convert_u64(i);
    case Form::truncate:
      return emit_truncate(i);
    case Form::truncate_saturated:
      return emit_truncate_saturated(i);
    case Form::min_max:
      return emit_min_max(i);
    case Form::sign_bits:
      return emit_sign_bits(i);
    case Form::copysign:
      return emit_copysign(i);
    case Form::vector:
      return emit_vector(i);
    case Form::vector_constant:
      return emit_vector_constant(i);
    case Form::vector_store:
      return emit_vector_store(i);
    case Form::exchange:
      return emit_exchange(i);
    case Form::update:
      return emit_update(i);
    case Form::compare_exchange:
      return emit_compare_exchange(i);
    case Form::fence:
      as_.mfence();
      return;
    case Form::count_zeros:
      return emit_count_zeros(i);
  }
}

/// The scratch register gets element `index` of an array of pointers that the instance has.
void Emitter::load_pointer(u64 array, u64 index) {
  as_.mov(gp64(scratch), instance_field(array));
  as_.mov(gp64(scratch), x86::qword_ptr(gp64(scratch), static_cast<s32>(8 * index)));
}

/// Checks a table's bounds; the scratch register gets its elements.
void Emitter::locate_element(const Instruction& i) {
  load_pointer(offsetof(Instance, tables), i.index);
  as_.cmp(gp64(reg(i.a)), x86::qword_ptr(gp64(scratch), offsetof(invar::Table, size)));
  as_.jae(trap_label(TrapKind::out_of_bounds_table_access, i.offset));
  as_.mov(gp64(scratch), x86::qword_ptr(gp64(scratch), offsetof(invar::Table, elements)));
}

/// The end of an access, in the host's memory.
void Emitter::emit_locate(const Instruction& i) {
  const x86::Gp end = gp64(reg(i.def));
  const u64 bytes = info(i.op).access;
  const u64 offset = static_cast<u64>(i.imm);
  const Label trap = trap_label(TrapKind::out_of_bounds_memory_access, i.offset);
  if (offset > ~u64{0} - bytes) {
    as_.jmp(trap);
    return;
  }
  const u64 distance = offset + bytes;
  if (distance <= 0x7fff'ffff && i.width == Width::w32) {
    as_.lea(end, x86::ptr(gp64(reg(i.a)), static_cast<s32>(distance)));
  } else {
    as_.mov(end, asmjit::Imm(distance));
    as_.add(end, gp64(reg(i.a)));
    if (i.width == Width::w64) as_.jc(trap);
  }
  load_pointer(offsetof(Instance, memories), i.index);
  as_.cmp(end, x86::qword_ptr(gp64(scratch), offsetof(invar::Memory, size)));
  as_.ja(trap);
  as_.add(end, x86::qword_ptr(gp64(scratch), offsetof(invar::Memory, base)));
}

void Emitter::emit_tick(const Instruction& i) {
  as_.mov(gp64(scratch), instance_field(offsetof(Instance, machine) + offsetof(MachineContext, state)));
  if (i.imm != 0) {
    as_.mov(gp64(scratch), x86::qword_ptr(gp64(scratch), offsetof(MachineState, fuel)));
    as_.sub(x86::qword_ptr(gp64(scratch)), static_cast<s32>(i.imm));
    as_.js(trap_label(TrapKind::out_of_fuel, i.offset));
    as_.mov(gp64(scratch), instance_field(offsetof(Instance, machine) + offsetof(MachineContext, state)));
  }
  as_.mov(gp64(scratch), x86::qword_ptr(gp64(scratch), offsetof(MachineState, interrupted)));
  as_.cmp(x86::dword_ptr(gp64(scratch)), 0);
  const Label behind = as_.newLabel();
  const u32 offset = i.offset;
  as_.jne(out_of_line([this, behind, offset] {
    as_.call(instance_field(offsetof(Instance, machine) + offsetof(MachineContext, poll_gate)));
    note_site(offset);
    as_.jmp(behind);
  }));
  as_.bind(behind);
}

void Emitter::emit_global(const Instruction& i) {
  load_pointer(offsetof(Instance, globals), static_cast<u64>(i.imm));
  const Mem cell = x86::Mem(gp64(scratch), 0, i.width == Width::vector ? static_cast<u32>(i.width_b) : 8);
  const u32 move_id = move_of(i.width_b);
  if (i.form == Form::global_get) {
    if (i.width == Width::vector) {
      as_.emit(move_id, xmm(reg(i.def)), cell);
    } else {
      as_.mov(gp64(reg(i.def)), cell);
    }
  } else if (i.width == Width::vector) {
    as_.emit(move_id, cell, xmm(reg(i.a)));
  } else {
    as_.mov(cell, gp64(reg(i.a)));
  }
}

std::string Emitter::run() {
  start(as_);
  prologue();
  for (block_ = 0; block_ < code_.blocks.size(); ++block_) {
    zero_flag_ = {};
    if (!begin_block()) continue;
    const MachineBlock& block = code_.blocks[block_];
    for (at_ = block.first_instruction; at_ < block.end_instruction; ++at_) {
      const Instruction& i = lowered_.instruction(at_);
      begin_line(i.offset);
      for (const Move& move : moves_in_front()) {
        emit_move(move);
        if (move.to == Place::in(zero_flag_.reg)) zero_flag_ = {};
      }
      emit_instruction(i);
    }
  }
  return finish();
}

std::string emit(const Function& function, const LoweredFunction& lowered, const Allocation& allocation,
                 bool wants_lines, EmittedFunction& out) {
  return Emitter(function, lowered, allocation, wants_lines, out).run();
}

}  // namespace invar::jit::x64
