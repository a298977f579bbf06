// Emission of one function; see emission.h.
#pragma once

#include <asmjit/x86.h>

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "engine/tiering/machine_context.h"
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

class Emitter {
 public:
  Emitter(const Function& function, const LoweredFunction& lowered, const Allocation& allocation, bool wants_listing,
          EmittedFunction& out);
  std::string run();

 private:
  using Label = asmjit::Label;
  using Mem = asmjit::x86::Mem;
  using AnyOperand = asmjit::Operand;

  struct ErrorCatcher : asmjit::ErrorHandler {
    void handleError(asmjit::Error, const char* text, asmjit::BaseEmitter*) override { message = text; }
    std::string message;
  };

  // The instruction in hand.
  Place place(u32 operand) const { return allocation_.places[lowered_.code.instructions[at_].first_operand + operand]; }
  Reg reg(u8 operand) const { return place(operand).reg(); }
  AnyOperand register_operand(u8 operand, Width width) const;
  AnyOperand operand_b(const Instruction& i);
  Mem slot(u32 index, u32 size) const;
  Mem memory_operand(const Instruction& i, u32 size);
  bool flags_are_needed() const;

  void prologue();
  void epilogue();
  void find_empty_blocks();
  u32 next_block() const;
  void emit_moves();
  void emit_move(const Move& move);
  void emit_instruction(const Instruction& i);
  void emit_constant(const Instruction& i);
  void emit_branch(const Instruction& i);
  void emit_switch(const Instruction& i);
  void emit_set(const Instruction& i);
  void emit_select(const Instruction& i);
  void jump_if(Condition condition, const Label& target);
  void jump_to_block(u32 block);
  void trap_with_kind_in_eax(u32 offset);
  void note_site(u32 offset);
  /// Makes code that stands behind the function's: what is rarely reached.
  Label out_of_line(std::function<void()> make);
  Label trap_label(TrapKind kind, u32 offset);
  void emit_global(const Instruction& i);
  void load_pointer(u64 array, u64 index);
  void locate_element(const Instruction& i);
  void emit_locate(const Instruction& i);
  void emit_tick(const Instruction& i);
  void emit_canonical_nan(const Instruction& i);

  // emit_calls.cpp
  void store_stack_arguments();
  void emit_call(const Instruction& i);
  void emit_call_indirect(const Instruction& i);
  void emit_call_ref(const Instruction& i);
  void call_function_of_rax(u32 offset);
  void emit_builtin(const Instruction& i);

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
  Mem pooled(u64 low, u64 high, u32 size);
  Mem pooled_float(bool is_double, double value);

  const Function& function_;
  const LoweredFunction& lowered_;
  const Allocation& allocation_;
  EmittedFunction& out_;
  ErrorCatcher errors_;
  asmjit::StringLogger logger_;
  asmjit::CodeHolder holder_;
  asmjit::x86::Assembler as_;
  Label entry_;
  std::vector<Label> labels_;  ///< By block.
  std::vector<u32> thread_;    ///< By block: where a jump to it ends up.
  std::vector<bool> empty_;    ///< By block: does it emit nothing?
  struct Cold {
    Label label;
    std::function<void()> make;
  };
  std::vector<Cold> cold_;
  std::map<std::pair<TrapKind, u32>, Label> traps_;
  std::map<std::pair<u64, u64>, Label> pool_;
  struct Table {
    Label label;
    u64 targets;  ///< Of the switch.
    u32 block;
  };
  std::vector<Table> tables_;
  u32 at_ = 0;     ///< The instruction in hand.
  u32 block_ = 0;  ///< Its block.
  size_t move_ = 0;
  u32 frame_bytes_ = 0;
  bool saves_instance_ = false;
};

}  // namespace invar::jit::x64
