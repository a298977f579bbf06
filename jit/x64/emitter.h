// Emission of one function; see emission.h.
#pragma once

#include <asmjit/x86.h>

#include "engine/tiering/machine_context.h"
#include "jit/machine/emitter_base.h"
#include "jit/x64/emission.h"

namespace invar::jit::x64 {

/// The general registers by width.
inline asmjit::x86::Gp gp(Reg reg, Width width) {
  namespace x86 = asmjit::x86;
  switch (width) {
    case Width::w8:
      return x86::gpb_lo(number_of(reg));
    case Width::w16:
      return x86::gpw(number_of(reg));
    case Width::w32:
      return x86::gpd(number_of(reg));
    default:
      return x86::gpq(number_of(reg));
  }
}
inline asmjit::x86::Gp gp64(Reg reg) { return asmjit::x86::gpq(number_of(reg)); }
inline asmjit::x86::Gp gp32(Reg reg) { return asmjit::x86::gpd(number_of(reg)); }
inline asmjit::x86::Xmm xmm(Reg reg) { return asmjit::x86::xmm(number_of(reg)); }

/// A field of the running instance.
inline asmjit::x86::Mem instance_field(u64 offset) {
  return asmjit::x86::qword_ptr(gp64(r15), static_cast<s32>(offset));
}

class Emitter : EmitterBase {
 public:
  Emitter(const Function& function, const LoweredFunction& lowered, const Allocation& allocation, bool wants_lines,
          EmittedFunction& out);
  std::string run();

 private:
  using Mem = asmjit::x86::Mem;

  // The instruction in hand.
  AnyOperand register_operand(u8 operand, Width width) const;
  AnyOperand operand_b(const Instruction& i);
  Mem slot(u32 index, u32 size) const;
  Mem memory_operand(const Instruction& i, u32 size);
  bool flags_are_needed() const;
  static bool tells_of_zero(const Instruction& i);

  void prologue();
  void epilogue();
  void emit_move(const Move& move);
  void emit_instruction(const Instruction& i);
  void emit_constant(const Instruction& i);
  bool emit_sum(const Instruction& i);
  void emit_branch(const Instruction& i);
  void emit_switch(const Instruction& i);
  void emit_set(const Instruction& i);
  void emit_select(const Instruction& i);
  void jump_if(Condition condition, const Label& target);
  void jump_to_block(u32 block);
  void trap_with_kind_in_eax(u32 offset);
  Label trap_label(TrapKind kind, u32 offset);
  void emit_global(const Instruction& i);
  void load_pointer(u64 array, u64 index);
  void locate_element(const Instruction& i);
  void emit_locate(const Instruction& i);
  void emit_tick(const Instruction& i);
  void emit_canonical_nan(const Instruction& i);

  // emit_calls.cpp
  u32 store_stack_arguments();
  /// What is to be known behind a call, perhaps when its block is no longer in hand.
  struct CallEnd {
    u32 offset, words;
    u32 scope, landing;  ///< Of a call in a try block, and the block where its exceptions arrive.
  };
  CallEnd end_of(const Instruction& i, u32 words) const {
    const bool throws = i.scope != interp::HandlerTable::none;
    return {i.offset, words, i.scope, throws ? successor(1) : 0};
  }
  void note_return(const CallEnd& end);
  void move_stack_arguments(s32 offset, u32 words, Reg through);
  void leave_for_callee(u32 words);
  void leave_instance(u32 words, const Label& in_place);
  void emit_call(const Instruction& i);
  void emit_call_indirect(const Instruction& i);
  void emit_call_ref(const Instruction& i);
  void call_code_of_rax(const Instruction& i, u32 words);
  void call_function_of_rax(const Instruction& i, u32 words);
  void end_call(const Instruction& i);
  void emit_throw(const Instruction& i);
  void emit_builtin(const Instruction& i);

  // emit_atomics.cpp
  void extend_from(Reg reg, Width width);
  void emit_exchange(const Instruction& i);
  void emit_update(const Instruction& i);
  void emit_compare_exchange(const Instruction& i);

  // emit_conversions.cpp
  void emit_divide(const Instruction& i);
  void emit_min_max(const Instruction& i);
  void emit_sign_bits(const Instruction& i);
  void emit_copysign(const Instruction& i);
  void emit_convert_u64(const Instruction& i);
  void convert_in_range(const Instruction& i, const Label& out_of_range);
  void emit_truncate(const Instruction& i);
  void emit_truncate_saturated(const Instruction& i);
  void emit_count_zeros(const Instruction& i);

  // emit_vector.cpp
  Mem pooled_literal(u32 literal);
  void emit_vector(const Instruction& i);
  void emit_vector_store(const Instruction& i);
  void emit_vector_constant(const Instruction& i);

  /// A constant in memory, behind the code.
  Mem in_pool(u64 low, u64 high, u32 size);
  Mem pooled_float(bool is_double, double value);

  const LoweredFunction& lowered_;
  asmjit::x86::Assembler as_;
  /// The register that the instruction in front has left, as the zero flag tells.
  struct ZeroFlag {
    Reg reg = no_reg;
    Width width = Width::w32;
    bool operator==(const ZeroFlag&) const = default;
  };
  ZeroFlag zero_flag_;
  u32 frame_bytes_ = 0;
  const u32 own_arguments_;  ///< Words of the stack that the function's arguments take.
};

}  // namespace invar::jit::x64
