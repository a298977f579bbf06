#include "jit/arm64/emitter.h"

#include <bit>

namespace invar::jit::arm64 {

namespace a64 = asmjit::a64;
using Inst = asmjit::a64::Inst;

namespace {

/// Frames up to this size go unchecked into the room below the limit.
constexpr u32 unchecked_frame = 256;

/// Functions of so many instructions may well be larger than branches on bits reach.
constexpr size_t many_instructions = 3000;

u32 bytes_of(Width width) { return static_cast<u32>(width); }

/// Is the scratch register as it was, but for what address() does?
bool keeps_scratch(const Instruction& i) {
  switch (i.form) {
    case Form::plain:
    case Form::load:
    case Form::store:
    case Form::compare:
    case Form::set:
    case Form::select:
      return true;
    case Form::constant:
      return i.width != Width::vector;
    default:
      return false;
  }
}

/// A float's or vector's register by its width in memory.
Shape shape_of(Width width) { return width == Width::vector ? Shape::q : width == Width::w32 ? Shape::s : Shape::d; }

u32 bytes_of(Shape shape) {
  switch (shape) {
    case Shape::q:
      return 16;
    case Shape::x:
    case Shape::d:
      return 8;
    case Shape::w:
    case Shape::s:
      return 4;
    default:
      return 1;
  }
}

}  // namespace

asmjit::Operand shaped(Reg reg, Shape shape, u32 lane) {
  const a64::VecV v = vec(reg);
  switch (shape) {
    case Shape::none:
      break;
    case Shape::w:
      return gp32(reg);
    case Shape::x:
      return gp64(reg);
    case Shape::b:
      return v.b();
    case Shape::h:
      return v.h();
    case Shape::s:
      return v.s();
    case Shape::d:
      return v.d();
    case Shape::q:
      return v.q();
    case Shape::b8:
      return v.b8();
    case Shape::b16:
      return v.b16();
    case Shape::h4:
      return v.h4();
    case Shape::h8:
      return v.h8();
    case Shape::s2:
      return v.s2();
    case Shape::s4:
      return v.s4();
    case Shape::d2:
      return v.d2();
    case Shape::lane_b:
      return v.b(lane);
    case Shape::lane_h:
      return v.h(lane);
    case Shape::lane_s:
      return v.s(lane);
    case Shape::lane_d:
      return v.d(lane);
  }
  return {};
}

Emitter::Emitter(const Function& function, const LoweredFunction& lowered, const Allocation& allocation, Reach reach,
                 bool wants_lines, EmittedFunction& out)
    : EmitterBase(function, lowered.code, allocation, asmjit::Arch::kAArch64, wants_lines, out),
      lowered_(lowered),
      reach_(reach),
      own_arguments_(function.frame == no_value ? CallShape(*function.type, convention).stack_arguments : 0) {
  holder_.attach(&as_);
}

// Operands.

/// An integer; zero if it is no operand.
asmjit::Operand Emitter::general(u8 operand, Shape shape) const {
  if (operand == no_operand) return shape == Shape::x ? AnyOperand(a64::xzr) : AnyOperand(a64::wzr);
  return shaped(reg(operand), shape, 0);
}

asmjit::Operand Emitter::operand(u8 operand, Shape shape, u32 lane) const {
  if (shape == Shape::w || shape == Shape::x) return general(operand, shape);
  return shaped(reg(operand), shape, lane);
}

asmjit::Operand Emitter::shift_of(const Instruction& i) {
  switch (i.shift) {
    case Shift::none:
      return {};
    case Shift::lsl:
      return asmjit::Imm(a64::lsl(i.shift_by));
    case Shift::lsr:
      return asmjit::Imm(a64::lsr(i.shift_by));
    case Shift::asr:
      return asmjit::Imm(a64::asr(i.shift_by));
    case Shift::ror:
      return asmjit::Imm(a64::ror(i.shift_by));
    case Shift::sxtw:
      return asmjit::Imm(a64::sxtw(i.shift_by));
  }
  return {};
}

Mem Emitter::slot(u32 index, u32 bytes) { return at(as_, stack_pointer, s64{first_slot_} + 8 * s64{index}, bytes); }

/// Of an access, which is the next instruction. `only_base`: it can have no offset.
Mem Emitter::address(const Instruction& i, bool only_base) {
  const Memory& m = i.memory;
  const u32 bytes = info(i.op).access != 0 ? info(i.op).access : bytes_of(i.shape);
  const bool near = only_base ? m.offset == 0 : fits(m.offset, bytes);
  Mem made;
  if (m.is_checked || m.operand == no_operand) {
    const Reg base = m.is_checked ? reg(m.operand) : memory_base;
    if (near || !only_base) {
      made = at(as_, base, m.offset, bytes);
    } else {
      based_ = no_reg;
      as_.mov(gp64(scratch), asmjit::Imm(m.offset));
      as_.add(gp64(scratch), gp64(scratch), gp64(base));
      made = a64::ptr(gp64(scratch));
    }
  } else if (m.offset == 0 && !only_base) {
    made = a64::ptr(gp64(memory_base), gp64(reg(m.operand)));
  } else if (near) {
    if (based_ != reg(m.operand)) as_.add(gp64(scratch), gp64(memory_base), gp64(reg(m.operand)));
    based_ = reg(m.operand);
    made = a64::ptr(gp64(scratch), static_cast<s32>(m.offset));
  } else {
    based_ = no_reg;
    as_.mov(gp64(scratch), asmjit::Imm(m.offset));
    as_.add(gp64(scratch), gp64(scratch), gp64(reg(m.operand)));
    made = a64::ptr(gp64(memory_base), gp64(scratch));
    if (only_base) {
      as_.add(gp64(scratch), gp64(scratch), gp64(memory_base));
      made = a64::ptr(gp64(scratch));
    }
  }
  note_site(i.offset);
  return made;
}

// Branches.

/// Where branches do not reach: over a branch that does.
template <class Emit>
void Emitter::branch_over(const Label& target, Emit inverse) {
  const Label over = as_.newLabel();
  inverse(over);
  as_.b(target);
  as_.bind(over);
}

void Emitter::jump_if(Condition condition, const Label& target) {
  if (reach_ == Reach::far) {
    branch_over(target, [&](const Label& over) { as_.b(cond_code(negated(condition)), over); });
  } else {
    as_.b(cond_code(condition), target);
  }
}

void Emitter::jump_if_zero(const AnyOperand& reg, bool zero, const Label& target) {
  const auto emit = [&](bool is_zero, const Label& to) { as_.emit(is_zero ? Inst::kIdCbz : Inst::kIdCbnz, reg, to); };
  if (reach_ == Reach::far) {
    branch_over(target, [&](const Label& over) { emit(!zero, over); });
  } else {
    emit(zero, target);
  }
}

void Emitter::jump_if_bit(const AnyOperand& reg, u32 bit, bool set, const Label& target) {
  const auto emit = [&](bool is_set, const Label& to) {
    as_.emit(is_set ? Inst::kIdTbnz : Inst::kIdTbz, reg, asmjit::Imm(bit), to);
  };
  if (reach_ == Reach::near) {
    emit(set, target);
  } else {
    branch_over(target, [&](const Label& over) { emit(!set, over); });
  }
}

void Emitter::jump_to_block(u32 block) {
  if (!is_next(block)) as_.b(label_of(block));
}

void Emitter::emit_branch(const Instruction& i) {
  u32 taken = successor(0), other = successor(1);
  Condition condition = i.condition;
  if (is_next(taken)) {
    std::swap(taken, other);
    condition = negated(condition);
  }
  if (i.form == Form::branch_zero) {
    jump_if_zero(general(i.a, i.shape_a), condition == Condition::eq, label_of(taken));
  } else if (i.form == Form::branch_bit) {
    jump_if_bit(general(i.a, i.shape_a), static_cast<u32>(i.imm), condition == Condition::ne, label_of(taken));
  } else {
    jump_if(condition, label_of(taken));
  }
  jump_to_block(other);
}

void Emitter::emit_switch(const Instruction& i) {
  const u64 imm = static_cast<u64>(i.imm);
  const u32 count = static_cast<u32>(i.imm);
  if (count == 1) {
    as_.b(switch_label(imm, 0));
    return;
  }
  const a64::Gp index = gp32(reg(i.a)), base = gp64(reg(i.b));
  as_.mov(gp32(scratch), count - 1);
  as_.cmp(index, gp32(scratch));
  jump_if(Condition::hs, switch_label(imm, count - 1));
  as_.adr(base, jump_table(imm));
  as_.ldrsw(gp64(scratch), a64::ptr(base, gp64(reg(i.a)), a64::lsl(2)));
  as_.add(base, base, gp64(scratch));
  as_.br(base);
  if (reach_ == Reach::far) embed_tables();
}

// Traps.

/// Behind a gate's call nothing is as it was but what the gate keeps.
void Emitter::call_gate(u64 gate, u32 offset) {
  as_.ldr(gp64(second_scratch), context_field(gate));
  as_.blr(gp64(second_scratch));
  note_site(offset);
}

void Emitter::trap_with_kind_in_x0(u32 offset) { call_gate(offsetof(MachineContext, trap_gate), offset); }

asmjit::Label Emitter::trap_label(TrapKind kind, u32 offset) {
  return EmitterBase::trap_label(kind, offset, [this, kind, offset] {
    as_.mov(gp32(x(0)), static_cast<u32>(kind));
    trap_with_kind_in_x0(offset);
  });
}

// Frames: the caller's frame pointer and the return address, the instance if calls may change it, the spill area, and
// lowest what calls pass on the stack.

void Emitter::prologue() {
  first_slot_ = 8 * ((lowered_.stack_arguments + 1) & ~1u);
  frame_bytes_ = (first_slot_ + 8 * (allocation_.slots + (lowered_.saves_instance ? 1 : 0)) + 15) & ~15u;
  out_.frame_bytes = frame_bytes_;
  as_.stp(gp64(frame_pointer), gp64(return_address), a64::ptr_pre(gp64(stack_pointer), -16));
  as_.mov(gp64(frame_pointer), gp64(stack_pointer));
  if (frame_bytes_ >= 4096) {
    as_.mov(gp64(scratch), frame_bytes_);
    as_.sub(gp64(stack_pointer), gp64(stack_pointer), gp64(scratch));
  } else if (frame_bytes_ != 0) {
    as_.sub(gp64(stack_pointer), gp64(stack_pointer), frame_bytes_);
  }
  if (lowered_.has_calls || frame_bytes_ > unchecked_frame) {
    as_.ldr(gp64(scratch), context_field(offsetof(MachineContext, stack_limit)));
    as_.cmp(gp64(stack_pointer), gp64(scratch));
    jump_if(Condition::lo, trap_label(TrapKind::call_stack_exhausted, function_.entry_offset));
  }
  if (lowered_.saves_instance) as_.stur(gp64(instance), a64::ptr(gp64(frame_pointer), -8));
}

void Emitter::epilogue() {
  if (frame_bytes_ != 0) as_.mov(gp64(stack_pointer), gp64(frame_pointer));
  as_.ldp(gp64(frame_pointer), gp64(return_address), a64::ptr_post(gp64(stack_pointer), 16));
  if (own_arguments_ != 0) set_stack_pointer(stack_pointer, 8 * ((s64{own_arguments_} + 1) & ~1));
  as_.ret(gp64(return_address));
}

// Moves.

void Emitter::emit_move(const Move& move) {
  const bool integer = move.reg_class == RegClass::integer;
  const u32 bytes = move.wide ? 16 : 8;
  const Shape shape = integer ? Shape::x : move.wide ? Shape::q : Shape::d;
  const Reg through = integer || !move.wide ? scratch : vector_scratch;
  const auto transfer = [&](u32 load, Reg reg, Place at_slot, Shape as) {
    const Mem memory = slot(at_slot.slot_index(), bytes);
    as_.emit(load, shaped(reg, as, 0), memory);
  };
  const u32 load = integer ? Inst::kIdLdr : Inst::kIdLdr_v, store = integer ? Inst::kIdStr : Inst::kIdStr_v;
  if (move.from.is_register() && move.to.is_register()) {
    if (integer) {
      as_.mov(gp64(move.to.reg()), gp64(move.from.reg()));
    } else {
      as_.mov(vec(move.to.reg()).b16(), vec(move.from.reg()).b16());
    }
  } else if (move.from.is_register()) {
    transfer(store, move.from.reg(), move.to, shape);
  } else if (move.to.is_register()) {
    transfer(load, move.to.reg(), move.from, shape);
  } else if (move.wide) {
    transfer(Inst::kIdLdr_v, through, move.from, shape);
    transfer(Inst::kIdStr_v, through, move.to, shape);
  } else {
    transfer(Inst::kIdLdr, through, move.from, Shape::x);
    transfer(Inst::kIdStr, through, move.to, Shape::x);
  }
}

// Instructions.

void Emitter::emit_plain(const Instruction& i) {
  AnyOperand operands[7];
  u32 count = 0;
  operands[count++] = operand(i.def, i.shape, i.lane);
  if (i.shape_a != Shape::none && !i.is_tied) operands[count++] = operand(i.a, i.shape_a, i.from_lane);
  if (i.shape_b != Shape::none) operands[count++] = operand(i.b, i.shape_b, i.from_lane);
  if (i.shape_c != Shape::none) operands[count++] = operand(i.c, i.shape_c, i.from_lane);
  if (i.shift != Shift::none) operands[count++] = shift_of(i);
  if (i.has_imm) operands[count++] = asmjit::Imm(i.imm);
  if (i.second_imm != 0) operands[count++] = asmjit::Imm(i.second_imm);
  as_.emitOpArray(i.id, operands, count);
}

void Emitter::load_double(Reg to, u64 bits) {
  if (bits == 0) {
    as_.movi(vec(to).d(), 0);
  } else if (is_float_immediate_64(bits)) {
    as_.fmov(vec(to).d(), std::bit_cast<double>(bits));
  } else if (reach_ == Reach::far) {
    as_.mov(gp64(scratch), asmjit::Imm(bits));
    as_.fmov(vec(to).d(), gp64(scratch));
  } else {
    as_.ldr(vec(to).d(), a64::ptr(pooled(bits, 0)));
  }
}

void Emitter::emit_constant(const Instruction& i) {
  const u64 bits = static_cast<u64>(i.imm);
  const Reg to = reg(i.def);
  if (i.width == Width::w32) {
    as_.mov(gp32(to), asmjit::Imm(static_cast<u32>(bits)));
  } else if (i.width == Width::w64) {
    as_.mov(gp64(to), asmjit::Imm(bits));
  } else if (i.width_b == Width::w64) {
    load_double(to, bits);
  } else if (bits == 0) {
    as_.movi(vec(to).d(), 0);
  } else if (is_float_immediate_32(static_cast<u32>(bits))) {
    as_.fmov(vec(to).s(), std::bit_cast<float>(static_cast<u32>(bits)));
  } else {
    as_.mov(gp32(scratch), asmjit::Imm(static_cast<u32>(bits)));
    as_.fmov(vec(to).s(), gp32(scratch));
  }
}

void Emitter::emit_compare(const Instruction& i) {
  const AnyOperand a = operand(i.a, i.shape_a, 0);
  if (i.has_imm && i.id == Inst::kIdFcmp_v) {
    as_.emit(i.id, a, asmjit::Imm(0.0));
  } else if (i.has_imm) {
    as_.emit(i.id, a, asmjit::Imm(i.imm));
  } else if (i.shift != Shift::none) {
    as_.emit(i.id, a, operand(i.b, i.shape_b, 0), shift_of(i));
  } else {
    as_.emit(i.id, a, operand(i.b, i.shape_b, 0));
  }
}

void Emitter::emit_select(const Instruction& i) {
  const asmjit::Imm condition(cond_code(i.condition));
  if (i.shape == Shape::q) {
    const Label over = as_.newLabel();
    as_.b(cond_code(negated(i.condition)), over);
    as_.mov(vec(reg(i.def)).b16(), vec(reg(i.a)).b16());
    as_.bind(over);
    return;
  }
  const bool integer = i.shape == Shape::w || i.shape == Shape::x;
  as_.emit(integer ? Inst::kIdCsel : Inst::kIdFcsel_v, operand(i.def, i.shape, 0), operand(i.a, i.shape, 0),
           operand(i.b, i.shape, 0), condition);
}

void Emitter::emit_instruction(const Instruction& i) {
  switch (i.form) {
    case Form::entry:
      return;
    case Form::load_argument: {
      // Above the caller's frame pointer and the return address.
      const bool integer = i.width != Width::vector;
      const Mem from = at(as_, frame_pointer, 16 + 8 * i.imm, integer ? 8 : bytes_of(i.width_b));
      as_.emit(integer ? Inst::kIdLdr : Inst::kIdLdr_v, shaped(reg(i.def), integer ? Shape::x : shape_of(i.width_b), 0),
               from);
      return;
    }
    case Form::constant:
      return emit_constant(i);
    case Form::vector_constant:
      return emit_vector_constant(i);
    case Form::plain:
      return emit_plain(i);
    case Form::load:
      as_.emit(i.id, shaped(reg(i.def), i.shape, 0), address(i, false));
      return;
    case Form::store:
      as_.emit(i.id, operand(i.a, i.shape_a, 0), address(i, false));
      return;
    case Form::load_lane:
    case Form::store_lane:
      as_.emit(i.id, shaped(reg(i.form == Form::load_lane ? i.def : i.a), i.shape, i.lane), address(i, true));
      return;
    case Form::compare:
      return emit_compare(i);
    case Form::set:
      as_.cset(gp32(reg(i.def)), cond_code(i.condition));
      return;
    case Form::select:
      return emit_select(i);
    case Form::jump:
      return jump_to_block(successor(0));
    case Form::branch:
    case Form::branch_zero:
    case Form::branch_bit:
      return emit_branch(i);
    case Form::switch_:
      return emit_switch(i);
    case Form::return_:
      return epilogue();
    case Form::resume:
      // The entry from the interpreter finds it in its frame, in the place of the Code and with a bit that tells.
      as_.mov(gp64(scratch), asmjit::Imm(i.imm | 1));
      as_.ldr(gp64(second_scratch), a64::ptr(gp64(frame_pointer)));
      as_.stur(gp64(scratch), a64::ptr(gp64(second_scratch), 8 * EntryFrame::code));
      return epilogue();
    case Form::trap:
      as_.mov(gp32(x(0)), static_cast<u32>(i.trap));
      return trap_with_kind_in_x0(i.offset);
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
      as_.ldr(gp64(reg(i.def)), a64::ptr(gp64(scratch), offsetof(invar::Memory, size)));
      if (i.imm != 0) as_.lsr(gp64(reg(i.def)), gp64(reg(i.def)), static_cast<u32>(i.imm));
      return;
    case Form::table_size:
      load_pointer(offsetof(Instance, tables), i.index);
      as_.ldr(gp64(reg(i.def)), a64::ptr(gp64(scratch), offsetof(Table, size)));
      return;
    case Form::table_get:
      locate_element(i);
      as_.ldr(gp64(reg(i.def)), a64::ptr(gp64(scratch), gp64(reg(i.a)), a64::lsl(3)));
      return;
    case Form::table_set:
      locate_element(i);
      as_.str(gp64(reg(i.b)), a64::ptr(gp64(scratch), gp64(reg(i.a)), a64::lsl(3)));
      return;
    case Form::check_null:
      return jump_if_zero(gp64(reg(i.a)), true, trap_label(i.trap, i.offset));
    case Form::trap_if:
      return jump_if(i.condition, trap_label(i.trap, i.offset));
    case Form::value_frame:  // the entry from the interpreter, which is the caller, knows it
      as_.ldr(gp64(reg(i.def)), a64::ptr(gp64(frame_pointer)));
      as_.ldur(gp64(reg(i.def)), a64::ptr(gp64(reg(i.def)), 8 * EntryFrame::value_frame));
      return;
    case Form::instance_pointer:
      as_.ldr(gp64(reg(i.def)), instance_field(static_cast<u64>(i.imm)));
      return;
    case Form::type_header:
      as_.ldr(gp64(scratch), instance_field(offsetof(Instance, type_headers)));
      as_.ldr(gp32(reg(i.def)), at(as_, scratch, 4 * i.imm, 4));
      return;
    case Form::canonical_nan:
      return emit_canonical_nan(i);
    case Form::tick:
      return emit_tick(i);
    case Form::locate:
      return emit_locate(i);
    case Form::divide:
      return emit_divide(i);
    case Form::rotate_left:
      return emit_rotate_left(i);
    case Form::count_trailing:
      as_.emit(Inst::kIdRbit, general(i.def, i.shape), general(i.a, i.shape));
      as_.emit(Inst::kIdClz, general(i.def, i.shape), general(i.def, i.shape));
      return;
    case Form::count_bits:
      return emit_count_bits(i);
    case Form::copysign:
      return emit_copysign(i);
    case Form::truncate:
      return emit_truncate(i);
    case Form::atomic_load:
      as_.emit(i.id, general(i.def, i.shape), address(i, true));
      return;
    case Form::atomic_store:
      return emit_atomic_store(i);
    case Form::atomic_at_once:
      return emit_atomic_at_once(i);
    case Form::atomic_rmw:
      return emit_atomic_rmw(i);
    case Form::atomic_compare_exchange:
      return emit_atomic_compare_exchange(i);
    case Form::fence:
      as_.dmb(asmjit::Imm(0xb));  // the inner shareable domain: all threads
      return;
  }
}

// What the instance has.

/// The scratch register gets element `index` of an array of pointers that the instance has.
void Emitter::load_pointer(u64 array, u64 index) {
  as_.ldr(gp64(scratch), instance_field(array));
  as_.ldr(gp64(scratch), at(as_, scratch, static_cast<s64>(8 * index)));
}

/// Checks a table's bounds; the scratch register gets its elements.
void Emitter::locate_element(const Instruction& i) {
  static_assert(offsetof(Table, size) == offsetof(Table, elements) + 8);
  load_pointer(offsetof(Instance, tables), i.index);
  as_.ldp(gp64(scratch), gp64(second_scratch), a64::ptr(gp64(scratch), offsetof(Table, elements)));
  as_.cmp(gp64(reg(i.a)), gp64(second_scratch));
  jump_if(Condition::hs, trap_label(TrapKind::out_of_bounds_table_access, i.offset));
}

/// The end of an access, in the host's memory.
void Emitter::emit_locate(const Instruction& i) {
  static_assert(offsetof(invar::Memory, size) == offsetof(invar::Memory, base) + 8);
  const a64::Gp end = gp64(reg(i.def)), from = gp64(reg(i.a));
  const u64 bytes = info(i.op).access;
  const u64 offset = static_cast<u64>(i.imm);
  const Label trap = trap_label(TrapKind::out_of_bounds_memory_access, i.offset);
  if (offset > ~u64{0} - bytes) {
    as_.b(trap);
    return;
  }
  const u64 distance = offset + bytes;
  const bool can_wrap = i.width == Width::w64;
  const u32 id = can_wrap ? Inst::kIdAdds : Inst::kIdAdd;
  if (distance < 4096) {
    as_.emit(id, end, from, asmjit::Imm(distance));
  } else {
    as_.mov(gp64(scratch), asmjit::Imm(distance));
    as_.emit(id, end, from, gp64(scratch));
  }
  if (can_wrap) jump_if(Condition::hs, trap);
  load_pointer(offsetof(Instance, memories), i.index);
  as_.ldp(gp64(scratch), gp64(second_scratch), a64::ptr(gp64(scratch), offsetof(invar::Memory, base)));
  as_.cmp(end, gp64(second_scratch));
  jump_if(Condition::hi, trap);
  as_.add(end, end, gp64(scratch));
}

void Emitter::emit_tick(const Instruction& i) {
  as_.ldr(gp64(scratch), context_field(offsetof(MachineContext, state)));
  if (i.imm != 0) {
    as_.ldr(gp64(scratch), a64::ptr(gp64(scratch), offsetof(MachineState, fuel)));
    as_.ldr(gp64(second_scratch), a64::ptr(gp64(scratch)));
    if (i.imm < 4096) {
      as_.subs(gp64(second_scratch), gp64(second_scratch), static_cast<u32>(i.imm));
    } else {
      as_.mov(gp64(return_address), asmjit::Imm(i.imm));  // the frame has it
      as_.subs(gp64(second_scratch), gp64(second_scratch), gp64(return_address));
    }
    as_.str(gp64(second_scratch), a64::ptr(gp64(scratch)));
    jump_if(Condition::mi, trap_label(TrapKind::out_of_fuel, i.offset));
    as_.ldr(gp64(scratch), context_field(offsetof(MachineContext, state)));
  }
  as_.ldr(gp64(scratch), a64::ptr(gp64(scratch), offsetof(MachineState, interrupted)));
  as_.ldr(gp32(scratch), a64::ptr(gp64(scratch)));
  const Label behind = as_.newLabel();
  const u32 offset = i.offset;
  jump_if_zero(gp32(scratch), false, out_of_line([this, behind, offset] {
                 call_gate(offsetof(MachineContext, poll_gate), offset);
                 as_.b(behind);
               }));
  as_.bind(behind);
}

void Emitter::emit_global(const Instruction& i) {
  load_pointer(offsetof(Instance, globals), static_cast<u64>(i.imm));
  const bool vector = i.width == Width::vector, gets = i.form == Form::global_get;
  const u32 load = vector ? Inst::kIdLdr_v : Inst::kIdLdr, store = vector ? Inst::kIdStr_v : Inst::kIdStr;
  as_.emit(gets ? load : store, shaped(reg(gets ? i.def : i.a), vector ? shape_of(i.width_b) : Shape::x, 0),
           a64::ptr(gp64(scratch)));
}

std::string Emitter::run() {
  start(as_);
  prologue();
  for (block_ = 0; block_ < code_.blocks.size(); ++block_) {
    if (!begin_block()) continue;
    const MachineBlock& block = code_.blocks[block_];
    based_ = no_reg;
    for (at_ = block.first_instruction; at_ < block.end_instruction; ++at_) {
      const Instruction& i = lowered_.instruction(at_);
      begin_line(i.offset);
      for (const Move& move : moves_in_front()) {
        emit_move(move);
        if (!move.from.is_register() || move.to == Place::in(based_)) based_ = no_reg;
      }
      emit_instruction(i);
      if (!keeps_scratch(i) || (i.def != no_operand && reg(i.def) == based_)) based_ = no_reg;
    }
  }
  return finish();
}

std::string emit(const Function& function, const LoweredFunction& lowered, const Allocation& allocation,
                 bool wants_lines, EmittedFunction& out) {
  std::string error;
  Reach reach = lowered.code.instructions.size() > many_instructions ? Reach::middle : Reach::near;
  for (;; reach = static_cast<Reach>(static_cast<u32>(reach) + 1)) {
    out = {};
    error = Emitter(function, lowered, allocation, reach, wants_lines, out).run();
    // Most likely a branch that did not reach. Anything else is refused again.
    if (error.empty() || reach == Reach::far) return error;
  }
}

}  // namespace invar::jit::arm64
