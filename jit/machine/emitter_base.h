// What emission is on every machine: blocks and the ways between them, places where code can stop, and what stands
// behind the code.
#pragma once

#include <asmjit/core.h>

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "engine/runtime/trap.h"
#include "jit/ir/function.h"
#include "jit/machine/emission.h"
#include "jit/regalloc/allocate.h"
#include "jit/scratch.h"

namespace invar::jit {

class EmitterBase {
 protected:
  using Label = asmjit::Label;
  using AnyOperand = asmjit::Operand;

  EmitterBase(const Function& function, const MachineCode& code, const Allocation& allocation, asmjit::Arch arch,
              bool wants_lines, EmittedFunction& out);
  /// `assembler`: the machine's, which is to be attached already.
  void start(asmjit::BaseAssembler& assembler);
  /// Ends the code behind the last block. Empty, or what the assembler refused.
  std::string finish();

  // The instruction in hand.
  Place place(u32 operand) const { return allocation_.places[code_.instructions[at_].first_operand + operand]; }
  Reg reg(u8 operand) const { return place(operand).reg(); }
  std::span<const Move> moves_in_front();

  // Blocks.
  /// Makes that of the block that begins, and whether it has anything to emit.
  bool begin_block();
  u32 next_block() const;
  u32 successor(u64 index) const { return code_.edges[code_.blocks[block_].first_successor + index]; }
  const Label& label_of(u32 block) { return own_label(thread_[block]); }
  bool is_next(u32 block) const { return thread_[block] == next_block(); }
  /// Where the switch goes for `target`, one of its `imm`'s.
  const Label& switch_label(u64 imm, u64 target) { return label_of(successor(function_.lists[(imm >> 32) + target])); }

  /// What follows is for the wasm instruction.
  void begin_line(u32 offset) {
    line_ = offset;
    if (wants_lines_) out_.lines.push_back({static_cast<u32>(assembler_->offset()), offset});
  }
  void note_site(u32 offset) { out_.sites.push_back({static_cast<u32>(assembler_->offset()), offset}); }
  /// Of the site that was noted last: its exceptions arrive in the block.
  void note_landing(u32 scope, u32 block);
  /// Makes code that stands behind the function's: what is rarely reached.
  Label out_of_line(std::function<void()> make);
  /// Traps: made by `make`.
  Label trap_label(TrapKind kind, u32 offset, std::function<void()> make);
  /// A constant behind the code.
  Label pooled(u64 low, u64 high);
  /// For the switch in hand: 32-bit distances from the label to its targets, without the last.
  Label jump_table(u64 imm);
  /// Puts the tables here; those that are left come behind the code.
  void embed_tables();

  const Function& function_;
  const MachineCode& code_;
  const Allocation& allocation_;
  EmittedFunction& out_;
  asmjit::CodeHolder holder_;
  Label entry_;
  u32 at_ = 0;     ///< The instruction in hand.
  u32 block_ = 0;  ///< Its block.

 private:
  struct ErrorCatcher : asmjit::ErrorHandler {
    void handleError(asmjit::Error, const char* text, asmjit::BaseEmitter*) override { message = text; }
    std::string message;
  };
  struct Cold {
    Label label;
    u32 offset;  ///< Of the wasm instruction that it is for.
    std::function<void()> make;
  };
  struct JumpTable {
    Label label;
    u64 imm;  ///< Of the switch.
    u32 block;
  };
  void find_empty_blocks();
  /// Must have been asked for when the block begins, if at all: most blocks need none.
  const Label& own_label(u32 block) {
    if (!labels_[block].isValid()) labels_[block] = assembler_->newLabel();
    return labels_[block];
  }
  bool begins_short_loop() const;

  asmjit::BaseAssembler* assembler_ = nullptr;
  ErrorCatcher errors_;
  ScratchVector<Label> labels_;  ///< By block.
  ScratchVector<u32> thread_;    ///< By block: where a jump to it ends up.
  ScratchVector<bool> empty_;    ///< By block: does it emit nothing?
  ScratchVector<Cold> cold_;
  std::map<std::pair<TrapKind, u32>, Label> traps_;
  std::map<std::pair<u64, u64>, Label> pool_;
  ScratchVector<JumpTable> tables_;
  ScratchVector<std::pair<size_t, u32>> landings_;  ///< Sites, and their blocks.
  size_t move_ = 0;
  const bool wants_lines_;
  u32 line_ = 0;  ///< The wasm instruction that code is made for.
};

}  // namespace invar::jit
