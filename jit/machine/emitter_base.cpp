#include "jit/machine/emitter_base.h"

#include <algorithm>

#include "jit/machine/stubs.h"

namespace invar::jit {

EmitterBase::EmitterBase(const Function& function, const MachineCode& code, const Allocation& allocation,
                         asmjit::Arch arch, bool wants_lines, EmittedFunction& out)
    : function_(function), code_(code), allocation_(allocation), out_(out), wants_lines_(wants_lines) {
  holder_.init(asmjit::Environment(arch));
  holder_.setErrorHandler(&errors_);
}

void EmitterBase::start(asmjit::BaseAssembler& assembler) {
  assembler_ = &assembler;
  const u32 count = static_cast<u32>(code_.blocks.size());
  labels_.resize(count);
  find_empty_blocks();
  for (u32 i = 0; i < count; ++i) {
    const MachineBlock& block = code_.blocks[i];
    if (block.loop_end != 0) own_label(i), label_of(i);
    if (block.unwinds) label_of(code_.edges[block.first_successor + block.successor_count - 1]);
  }
  entry_ = assembler.newLabel();
  assembler.bind(entry_);
}

std::span<const Move> EmitterBase::moves_in_front() {
  const ScratchVector<Move>& moves = allocation_.moves;
  const size_t first = move_;
  while (move_ < moves.size() && moves[move_].instruction == at_) ++move_;
  return {moves.data() + first, move_ - first};
}

// Blocks.

/// A block of nothing but a jump emits nothing: whoever jumps to it jumps on.
void EmitterBase::find_empty_blocks() {
  const u32 count = static_cast<u32>(code_.blocks.size());
  thread_.resize(count);
  empty_.assign(count, false);
  size_t move = 0;
  for (u32 i = 0; i < count; ++i) {
    const MachineBlock& block = code_.blocks[i];
    while (move < allocation_.moves.size() && allocation_.moves[move].instruction < block.first_instruction) ++move;
    const bool has_moves =
        move < allocation_.moves.size() && allocation_.moves[move].instruction < block.end_instruction;
    // Of the terminators with one successor only a jump has no operands.
    const bool only_jumps = block.end_instruction == block.first_instruction + 1 && block.successor_count == 1 &&
                            code_.instructions[block.first_instruction].operand_count == 0;
    empty_[i] = only_jumps && !has_moves && i != 0;
  }
  for (u32 i = count; i-- > 0;) {
    thread_[i] = i;
    if (!empty_[i]) continue;
    const u32 target = code_.edges[code_.blocks[i].first_successor];
    thread_[i] = target > i ? thread_[target] : target;
  }
  // A way back to an empty block: that one must stay.
  for (u32 i = 0; i < count; ++i) empty_[thread_[i]] = false;
}

u32 EmitterBase::next_block() const {
  u32 next = block_ + 1;
  while (next < empty_.size() && empty_[next]) ++next;
  return next;
}

/// Does an innermost loop begin with the block whose turns are so short that it matters where they begin? With calls
/// they are not.
bool EmitterBase::begins_short_loop() const {
  const u32 end = code_.blocks[block_].loop_end;
  if (end == 0) return false;
  u32 inner = block_ + 1;
  while (inner < end && code_.blocks[inner].loop_end == 0) ++inner;
  if (inner != end) return false;
  const auto is_call = [](const MachineInstruction& it) { return it.clobbers != 0 && !it.saves; };
  return std::none_of(code_.instructions.begin() + code_.blocks[block_].first_instruction,
                      code_.instructions.begin() + code_.blocks[end - 1].end_instruction, is_call);
}

bool EmitterBase::begin_block() {
  // The padding is run through whenever the loop is entered.
  if (begins_short_loop()) assembler_->align(asmjit::AlignMode::kCode, 32);
  if (labels_[block_].isValid()) assembler_->bind(labels_[block_]);
  return !empty_[block_];
}

void EmitterBase::note_landing(u32 scope, u32 block) {
  out_.sites.back().scope = scope;
  landings_.emplace_back(out_.sites.size() - 1, block);
}

// What stands behind the code.

asmjit::Label EmitterBase::out_of_line(std::function<void()> make) {
  cold_.push_back({assembler_->newLabel(), line_, std::move(make)});
  return cold_.back().label;
}

asmjit::Label EmitterBase::trap_label(TrapKind kind, u32 offset, std::function<void()> make) {
  auto [it, is_new] = traps_.try_emplace({kind, offset});
  if (is_new) it->second = out_of_line(std::move(make));
  return it->second;
}

asmjit::Label EmitterBase::pooled(u64 low, u64 high) {
  auto [it, is_new] = pool_.try_emplace({low, high});
  if (is_new) it->second = assembler_->newLabel();
  return it->second;
}

asmjit::Label EmitterBase::jump_table(u64 imm) {
  for (u32 i = 0; i + 1 < static_cast<u32>(imm); ++i) switch_label(imm, i);
  tables_.push_back({assembler_->newLabel(), imm, block_});
  return tables_.back().label;
}

void EmitterBase::embed_tables() {
  asmjit::BaseAssembler& as = *assembler_;
  for (const JumpTable& table : tables_) {
    as.align(asmjit::AlignMode::kData, 4);
    as.bind(table.label);
    block_ = table.block;
    for (u32 i = 0; i + 1 < static_cast<u32>(table.imm); ++i) {
      as.embedLabelDelta(switch_label(table.imm, i), table.label, 4);
    }
  }
  tables_.clear();
}

std::string EmitterBase::finish() {
  asmjit::BaseAssembler& as = *assembler_;
  for (size_t i = 0; i < cold_.size(); ++i) {
    begin_line(cold_[i].offset);
    as.bind(cold_[i].label);
    const std::function<void()> make = std::move(cold_[i].make);
    make();
  }
  out_.data_begin = as.offset();
  embed_tables();
  if (!pool_.empty()) as.align(asmjit::AlignMode::kData, 16);
  for (const auto& [bits, label] : pool_) {
    as.bind(label);
    as.embedUInt64(bits.first);
    as.embedUInt64(bits.second);
  }
  if (!errors_.message.empty()) return errors_.message;
  if (holder_.hasUnresolvedLinks()) return "a way leads nowhere";
  for (const auto& [site, block] : landings_) {
    out_.sites[site].landing = static_cast<u32>(holder_.labelOffset(label_of(block)));
  }
  out_.code = code_of(holder_);
  return errors_.message;
}

}  // namespace invar::jit
