#include "jit/regalloc/code_builder.h"

#include <algorithm>

namespace invar::jit {

MachineCode CodeBuilder::finish() {
  std::vector<std::vector<u32>> predecessors(blocks_.size());
  for (u32 i = 0; i < blocks_.size(); ++i) {
    for (u32 successor : blocks_[i].successors) predecessors[successor].push_back(i);
  }
  std::vector<u32> loop_ends;
  for (u32 i = 0; i < blocks_.size(); ++i) {
    const Block& from = blocks_[i];
    while (!loop_ends.empty() && loop_ends.back() <= i) loop_ends.pop_back();
    if (from.loop_end != 0) loop_ends.push_back(from.loop_end);
    MachineBlock block;
    block.loop_depth = static_cast<u32>(loop_ends.size());
    block.loop_end = from.loop_end;
    block.unwinds = from.unwinds;
    block.first_instruction = static_cast<u32>(code_.instructions.size());
    for (const Instruction& instruction : from.instructions) {
      code_.instructions.push_back({.clobbers = instruction.clobbers,
                                    .first_operand = static_cast<u32>(code_.operands.size()),
                                    .operand_count = static_cast<u16>(instruction.operands.size()),
                                    .saves = instruction.saves});
      code_.operands.insert(code_.operands.end(), instruction.operands.begin(), instruction.operands.end());
    }
    block.end_instruction = static_cast<u32>(code_.instructions.size());
    const auto append = [](auto& list, const auto& added, u32& first, u32& count) {
      first = static_cast<u32>(list.size());
      count = static_cast<u32>(added.size());
      list.insert(list.end(), added.begin(), added.end());
    };
    append(code_.parameters, from.parameters, block.first_parameter, block.parameter_count);
    append(code_.edges, predecessors[i], block.first_predecessor, block.predecessor_count);
    append(code_.edges, from.successors, block.first_successor, block.successor_count);
    append(code_.arguments, from.arguments, block.first_argument, block.argument_count);
    code_.blocks.push_back(block);
  }
  return std::move(code_);
}

}  // namespace invar::jit
