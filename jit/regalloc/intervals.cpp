#include "jit/regalloc/intervals.h"

#include <algorithm>

#include "jit/regalloc/liveness.h"

namespace invar::jit::regalloc {
namespace {

class Builder {
 public:
  Builder(const MachineCode& code, RegSet allocatable, Intervals& out)
      : code_(code), allocatable_(allocatable), out_(out) {}

  void run(bool coarse) {
    count_uses();
    find_loops();
    for (u32 block = 0; block < code_.blocks.size(); ++block) visit(block);
    build_ranges(code_, out_, coarse);
    std::erase_if(out_.order, [&](VReg value) { return !out_.live(value); });
  }

 private:
  void count_uses() {
    const size_t vregs = code_.vregs.size();
    out_.first_use.assign(vregs + 1, 0);
    size_t temporaries = 0;
    for (const Operand& operand : code_.operands) {
      if (is_use(operand.access)) ++out_.first_use[operand.value + 1];
      temporaries += operand.access == Access::temporary;
    }
    for (VReg argument : code_.arguments) ++out_.first_use[argument + 1];
    for (size_t i = 0; i < vregs; ++i) out_.first_use[i + 1] += out_.first_use[i];
    out_.uses.resize(out_.first_use[vregs]);
    next_use_.assign(out_.first_use.begin(), out_.first_use.end() - 1);
    out_.order.reserve(vregs + temporaries);
    out_.values.reserve(vregs + temporaries);
    for (const VRegInfo& info : code_.vregs) {
      out_.values.push_back({.reg_class = info.reg_class, .wide = info.wide, .hint = info.hint});
    }
    out_.first_use.resize(vregs + 1 + temporaries, out_.first_use[vregs]);
  }

  void find_loops() {
    out_.block_of.resize(code_.instructions.size());
    out_.loop_of.resize(code_.blocks.size());
    out_.depth_of.resize(code_.blocks.size());
    u32 current = none, depth = 0;
    for (u32 i = 0; i < code_.blocks.size(); ++i) {
      const MachineBlock& block = code_.blocks[i];
      const Position start = position_of(block.first_instruction, before_moves);
      while (current != none && out_.loops[current].end <= start) current = out_.loops[current].parent, --depth;
      if (block.loop_end != 0) {
        const Position end = position_of(code_.blocks[block.loop_end - 1].end_instruction, before_moves);
        out_.loops.push_back({start, end, current, {false, false}});
        current = static_cast<u32>(out_.loops.size() - 1);
        ++depth;
      }
      out_.loop_of[i] = current;
      out_.depth_of[i] = depth;
      const auto instructions = out_.block_of.begin();
      std::fill(instructions + block.first_instruction, instructions + block.end_instruction, i);
    }
  }

  void visit(u32 index) {
    const MachineBlock& block = code_.blocks[index];
    for (u32 i = 0; i < block.parameter_count; ++i) {
      const VReg parameter = code_.parameters[block.first_parameter + i];
      Value& value = out_.values[parameter];
      value.parameter = true;
      value.start = value.held_until = position_of(block.first_instruction, before_moves);
      out_.order.push_back(parameter);
    }
    for (u32 i = block.first_instruction; i < block.end_instruction; ++i) {
      visit_instruction(i, i + 1 == block.end_instruction);
    }
    for (u32 i = 0; i < block.argument_count; ++i) {
      const u32 successor = code_.edges[block.first_successor];
      const VReg parameter = code_.parameters[code_.blocks[successor].first_parameter + i];
      add_use(code_.arguments[block.first_argument + i],
              {position_of(block.end_instruction - 1, writing), UseKind::argument, no_reg, parameter});
    }
  }

  void visit_instruction(u32 index, bool terminator) {
    const MachineInstruction& instruction = code_.instructions[index];
    const Position read = position_of(index, reading), write = position_of(index, writing);
    const std::span<const Operand> operands = code_.operands_of(index);
    VReg tied = no_vreg;
    RegSet spared = 0;
    bool defines = false;
    saves_ = instruction.saves;
    if (saves_) out_.saving.push_back(index);
    for (const Operand& operand : operands) {
      if (operand.constraint == Constraint::tied) tied = operand.value;
      if (operand.constraint == Constraint::fixed && !is_use(operand.access) && operand.access != Access::definition) {
        spared |= set_of(operand.reg);
      }
      defines |= operand.access == Access::definition;
    }
    for (const Operand& operand : operands) {
      switch (operand.access) {
        case Access::early_use:
        case Access::late_use:
          use(operand, operands[0].value, tied, index);
          break;
        case Access::temporary:
          temporary(operand, index);
          break;
        case Access::early_definition:
          define(operand, read, operands, terminator);
          break;
        case Access::definition:
          if (operand.constraint == Constraint::tied) define(operand, read, operands, terminator);
          break;
      }
    }
    if (instruction.clobbers != 0 && !saves_) clobber(instruction.clobbers, spared, index);
    if (!defines) return;
    for (const Operand& operand : operands) {
      if (operand.access != Access::definition || operand.constraint == Constraint::tied) continue;
      define(operand, write, operands, terminator);
    }
  }

  void use(const Operand& operand, VReg first, VReg tied, u32 index) {
    const Position read = position_of(index, reading);
    const bool late = operand.access == Access::late_use;
    if (operand.constraint == Constraint::fixed) {
      if (!saves_) add_fixed(operand.reg, {read, late ? read + 3 : read + 1, operand.value});
      add_use(operand.value, {read - 1, UseKind::fixed, operand.reg, no_vreg});
    } else if (tied != no_vreg && operand.value == first && !late) {
      // It is read in the definition's register, whether it lives on or not.
      add_use(operand.value, {read - 1, UseKind::tied, no_reg, tied});
    } else if (operand.constraint == Constraint::any) {
      add_use(operand.value, {late ? read + 2 : read, UseKind::any, no_reg, no_vreg});
    } else {
      add_use(operand.value, {read, late ? UseKind::late : UseKind::early, no_reg, no_vreg});
    }
  }

  void define(const Operand& operand, Position start, std::span<const Operand> operands, bool terminator) {
    Value& value = out_.values[operand.value];
    const Position last = position_of(instruction_at(start), writing);
    value.start = start;
    // The store to its slot and the move to another register are made in front of the next instruction.
    value.held_until = terminator ? last + 1 : last + 2;
    if (operand.constraint == Constraint::fixed) {
      value.fixed = operand.reg;
      value.survives_clobbers = true;
      add_fixed(operand.reg, {start, value.held_until, operand.value});
    } else if (operand.constraint == Constraint::tied) {
      value.survives_clobbers = true;
      value.tied_to = operands[0].value;
    }
    out_.order.push_back(operand.value);
  }

  void temporary(const Operand& operand, u32 index) {
    const Position read = position_of(index, reading);
    if (operand.constraint == Constraint::fixed) return add_fixed(operand.reg, {read, read + 3, no_vreg});
    Value value;
    value.reg_class = operand.reg_class;
    value.start = read;
    value.held_until = read + 3;
    out_.order.push_back(static_cast<VReg>(out_.values.size()));
    out_.values.push_back(value);
  }

  // `spared` are written by the instruction early and hold what they are given.
  void clobber(RegSet clobbers, RegSet spared, u32 index) {
    const Position at = position_of(index, clobbering);
    for (u32 reg_class = 0; reg_class < 2; ++reg_class) {
      const RegSet all = allocatable_ & all_of_class[reg_class];
      if (all == 0 || (clobbers & all) != all) continue;
      out_.full_clobbers[reg_class].push_back(at);
      u32 loop = out_.loop_of[out_.block_of[index]];
      for (; loop != none && !out_.loops[loop].clobbered[reg_class]; loop = out_.loops[loop].parent) {
        out_.loops[loop].clobbered[reg_class] = true;
      }
      clobbers &= ~all;
    }
    for (RegSet left = clobbers & ~spared & allocatable_; left != 0; left &= left - 1) {
      out_.fixed[__builtin_ctzll(left)].push_back({at, at + 1, no_vreg});
    }
  }

  void add_fixed(Reg reg, FixedRange range) {
    ScratchVector<FixedRange>& list = out_.fixed[reg];
    // The same value twice in one register.
    if (!list.empty() && list.back().start == range.start && list.back().owner == range.owner) {
      list.back().end = std::max(list.back().end, range.end);
    } else {
      list.push_back(range);
    }
  }

  // Uses come in the order of instructions, but within one instruction in that of its operands. The last is to be the
  // one that ends last.
  void add_use(VReg value, Use use) {
    if (use.related != no_vreg) out_.related.emplace_back(value, use.related);
    u32 at = next_use_[value]++;
    const auto behind = [&](const Use& other) {
      return other.position != use.position ? other.position > use.position : end_of(other) > end_of(use);
    };
    for (; at > out_.first_use[value] && behind(out_.uses[at - 1]); --at) {
      out_.uses[at] = out_.uses[at - 1];
    }
    out_.uses[at] = use;
  }

  const MachineCode& code_;
  const RegSet allocatable_;
  Intervals& out_;
  ScratchVector<u32> next_use_;
  bool saves_ = false;  // The instruction in hand.
};

}  // namespace

Intervals build_intervals(const MachineCode& code, RegSet allocatable, bool coarse) {
  Intervals intervals;
  Builder(code, allocatable, intervals).run(coarse);
  return intervals;
}

}  // namespace invar::jit::regalloc
