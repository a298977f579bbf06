// Emission of one function; see emission.h.
#pragma once

#include "engine/tiering/machine_context.h"
#include "jit/arm64/assembler.h"
#include "jit/arm64/emission.h"
#include "jit/machine/emitter_base.h"

namespace invar::jit::arm64 {

/// How far branches may have to go. Branches on a bit reach 32 KiB, other conditional ones 1 MiB, and so do constants
/// behind the code.
enum class Reach : u8 { near, middle, far };

class Emitter : EmitterBase {
 public:
  Emitter(const Function& function, const LoweredFunction& lowered, const Allocation& allocation, Reach reach,
          bool wants_lines, EmittedFunction& out);
  std::string run();

 private:
  // Operands.
  AnyOperand general(u8 operand, Shape shape) const;
  AnyOperand operand(u8 operand, Shape shape, u32 lane) const;
  Mem slot(u32 index, u32 bytes);
  Mem address(const Instruction& i, bool only_base);
  static AnyOperand shift_of(const Instruction& i);

  // Emission of one.
  void prologue();
  void epilogue();
  void emit_move(const Move& move);
  void emit_instruction(const Instruction& i);
  void emit_plain(const Instruction& i);
  void emit_constant(const Instruction& i);
  void emit_vector_constant(const Instruction& i);
  bool emit_repeated(const asmjit::a64::VecV& to, u64 bits);
  void emit_compare(const Instruction& i);
  void emit_select(const Instruction& i);
  void emit_branch(const Instruction& i);
  void emit_switch(const Instruction& i);
  void emit_global(const Instruction& i);
  void emit_locate(const Instruction& i);
  void emit_tick(const Instruction& i);
  void jump_to_block(u32 block);
  void load_pointer(u64 array, u64 index);
  void locate_element(const Instruction& i);
  void load_double(Reg to, u64 bits);

  // Branches that reach.
  template <class Emit>
  void branch_over(const Label& target, Emit inverse);
  void jump_if(Condition condition, const Label& target);
  void jump_if_zero(const AnyOperand& reg, bool zero, const Label& target);
  void jump_if_bit(const AnyOperand& reg, u32 bit, bool set, const Label& target);

  Label trap_label(TrapKind kind, u32 offset);
  void trap_with_kind_in_x0(u32 offset);
  void call_gate(u64 gate, u32 offset);

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
  void set_stack_pointer(Reg base, s64 offset);
  void move_stack_arguments(s64 offset, u32 words);
  void leave_for_callee(u32 words);
  void leave_instance(u32 words, const Label& in_place);
  void jump_to_code();
  void emit_call(const Instruction& i);
  void emit_call_indirect(const Instruction& i);
  void emit_call_ref(const Instruction& i);
  void call_code(const Instruction& i, u32 words);
  void call_function(const Instruction& i, u32 words);
  void end_call(const Instruction& i);
  void emit_throw(const Instruction& i);
  void emit_builtin(const Instruction& i);

  // emit_atomics.cpp
  void emit_exclusive_load(const Instruction& i, const Mem& memory);
  void emit_exclusive_store(const Instruction& i, u8 stored, const Mem& memory, const Label& again);
  void emit_atomic_store(const Instruction& i);
  void emit_atomic_at_once(const Instruction& i);
  void emit_atomic_rmw(const Instruction& i);
  void emit_atomic_compare_exchange(const Instruction& i);

  // emit_conversions.cpp
  void emit_divide(const Instruction& i);
  void emit_rotate_left(const Instruction& i);
  void emit_count_bits(const Instruction& i);
  void emit_copysign(const Instruction& i);
  void emit_canonical_nan(const Instruction& i);
  void emit_truncate(const Instruction& i);

  const LoweredFunction& lowered_;
  const Reach reach_;
  Assembler as_;
  u32 frame_bytes_ = 0;
  const u32 own_arguments_;  ///< Words of the stack that the function's arguments take.
  u32 first_slot_ = 0;       ///< Where the spill area begins, from the stack pointer on.
  Reg based_ = no_reg;       ///< If the scratch register is the base of memory 0 plus this one.
};

}  // namespace invar::jit::arm64
