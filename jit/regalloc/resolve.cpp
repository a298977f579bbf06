#include "jit/regalloc/resolve.h"

#include <algorithm>
#include <ranges>

#include "jit/regalloc/parallel_moves.h"
#include "jit/regalloc/saves.h"

namespace invar::jit::regalloc {
namespace {

// Where the moves in front of one instruction belong to: the edge that leads to its block (or the instruction in front
// of it, if that saves), the instruction, and the edge that leads from its block.
enum class Phase : u8 { enter, gap, leave };

class Resolver {
 public:
  Resolver(const MachineCode& code, const RegisterFile& file, const Intervals& intervals, const Pieces& pieces,
           Allocation& out)
      : code_(code),
        in_(intervals),
        pieces_(pieces),
        slots_(assign_slots(code, intervals, pieces)),
        locations_(intervals, pieces, slots_),
        out_(out),
        parallel_(file, slots_.count),
        last_planned_(code.instructions.size(), none) {}

  void run() {
    place_operands();
    for (VReg value = 0; value < in_.values.size(); ++value) {
      if (pieces_.first[value] == none) continue;
      if (pieces_.spilled[value]) store(value);
      if (pieces_.spilled[value] || pieces_.saved[value]) save(value);
      if (locations_.has_several(value)) connect(value);
    }
    pass_arguments();
    order_moves();
    out_.slots = slots_.count;
  }

 private:
  struct Planned {
    Place from, to;
    VReg value;
    u32 before;  ///< The one that was planned before it for the instruction, or `none`.
    Phase phase;
  };

  void plan(u32 instruction, Phase phase, Place from, Place to, VReg value) {
    if (from == to) return;
    u32& last = last_planned_[instruction];
    planned_.push_back({from, to, value, last, phase});
    last = static_cast<u32>(planned_.size() - 1);
  }

  void place_operands() {
    out_.places.resize(code_.operands.size());
    VReg temporary = static_cast<VReg>(code_.vregs.size());
    for (u32 i = 0; i < code_.instructions.size(); ++i) {
      const u32 first = code_.instructions[i].first_operand;
      const std::span<const Operand> operands = code_.operands_of(i);
      VReg tied = no_vreg;
      for (const Operand& operand : operands) {
        if (operand.constraint == Constraint::tied) tied = operand.value;
      }
      for (u32 k = 0; k < operands.size(); ++k) {
        out_.places[first + k] = place_of(operands[k], operands[0].value, tied, i, temporary);
      }
      // It was defined in its register together with the moves in front of the instruction.
      if (tied != no_vreg) {
        plan(i, Phase::gap, locations_.at(operands[0].value, position_of(i, before_moves)),
             locations_.at(tied, position_of(i, reading)), operands[0].value);
      }
    }
  }

  Place place_of(const Operand& operand, VReg first, VReg tied, u32 index, VReg& temporary) {
    const Position read = position_of(index, reading), write = position_of(index, writing);
    if (operand.constraint == Constraint::fixed) {
      const Place place = Place::in(operand.reg);
      if (is_use(operand.access)) {
        plan(index, Phase::gap, locations_.at(operand.value, position_of(index, before_moves)), place, operand.value);
      }
      return place;
    }
    switch (operand.access) {
      case Access::early_use:
        return locations_.at(tied != no_vreg && operand.value == first ? tied : operand.value, read);
      case Access::late_use:
        return locations_.at(operand.value, operand.constraint == Constraint::any ? write : read);
      case Access::definition:
      case Access::early_definition:
        return locations_.first_of(operand.value);
      case Access::temporary:
        return locations_.first_of(temporary++);
    }
    return {};
  }

  // A value is stored once: behind its definition.
  void store(VReg value) {
    const Location& first = locations_.of(value).front();
    if (!first.place.is_register()) return;  // A parameter that is passed there.
    const Place slot = Place::slot(slots_.slot_of[value]);
    const u32 index = instruction_at(first.start);
    const MachineBlock& block = code_.blocks[in_.block_of[index]];
    if (in_.values[value].parameter) return plan(index, Phase::gap, first.place, slot, value);
    if (index + 1 < block.end_instruction) return plan(index + 1, Phase::gap, first.place, slot, value);
    for (u32 i = 0; i < block.successor_count; ++i) {
      if (block.unwinds && i + 1 == block.successor_count) continue;  // there it has no value
      const MachineBlock& successor = code_.blocks[code_.edges[block.first_successor + i]];
      const bool alone = successor.predecessor_count == 1;
      plan(alone ? successor.first_instruction : index, alone ? Phase::enter : Phase::leave, first.place, slot, value);
    }
  }

  // Around instructions that save. In a block it is stored once, and loaded again where it is needed.
  void save(VReg value) {
    const Place slot = Place::slot(slots_.slot_of[value]);
    const std::span<const Location> locations = locations_.of(value);
    u32 range = in_.first_range[value], stored_in = none;
    u32 loads_behind = none;  // An instruction behind which it is to be loaded unless it is not needed before the next.
    const auto load = [&] {
      if (loads_behind == none) return;
      const Place to = locations_.at(value, position_of(loads_behind + 1, before_moves));
      if (to.is_register()) plan(loads_behind + 1, Phase::enter, slot, to, value);
      loads_behind = none;
    };
    for (const Location& at : locations) {
      load();
      if (!at.place.is_register()) continue;
      while (in_.ranges[range].end <= at.start) ++range;
      for_each_lived_through(in_, value, range, at.start, at.end, [&](u32 instruction) {
        const u32 block = in_.block_of[instruction];
        const bool goes_on = loads_behind != none && in_.block_of[loads_behind] == block &&
                             !is_used_between(value, loads_behind, instruction);
        if (!goes_on) load();
        if (!pieces_.spilled[value] && stored_in != block) {
          plan(instruction, Phase::gap, locations_.at(value, position_of(instruction, before_moves)), slot, value);
          stored_in = block;
        }
        loads_behind = instruction;
      });
    }
    load();
  }

  // Behind the one instruction, and in front of what the other does.
  bool is_used_between(VReg value, u32 after, u32 instruction) const {
    const auto first = in_.uses.begin() + in_.first_use[value], end = in_.uses.begin() + in_.first_use[value + 1];
    const auto use = std::lower_bound(first, end, position_of(after + 1, before_moves),
                                      [](const Use& one, Position position) { return one.position < position; });
    return use != end && use->position <= position_of(instruction, reading);
  }

  void connect(VReg value) {
    const std::span<const Location> locations = locations_.of(value);
    u32 range = in_.first_range[value];
    for (size_t i = 0; i < locations.size(); ++i) {
      const Location& at = locations[i];
      // Its slot it always has.
      if (!at.place.is_register()) continue;
      if (i > 0 && locations[i - 1].end == at.start && step_of(at.start) == reading &&
          !code_.instructions[instruction_at(at.start)].saves) {
        plan(instruction_at(at.start), Phase::gap, locations[i - 1].place, at.place, value);
      }
      while (in_.ranges[range].end <= at.start) ++range;
      for (u32 k = range; k < in_.first_range[value + 1] && in_.ranges[k].start < at.end; ++k) {
        enter_blocks(value, at, std::max(in_.ranges[k].start, at.start), std::min(in_.ranges[k].end, at.end));
      }
    }
  }

  // The value is at a place when blocks start: it has to be brought there from their predecessors.
  void enter_blocks(VReg value, const Location& at, Position from, Position to) {
    u32 block = in_.block_of[instruction_at(from)];
    if (position_of(code_.blocks[block].first_instruction, before_moves) < from) ++block;
    for (; block < code_.blocks.size(); ++block) {
      const Position start = position_of(code_.blocks[block].first_instruction, before_moves);
      if (start >= to) return;
      if (start == in_.values[value].start) continue;
      for (u32 i = 0; i < code_.blocks[block].predecessor_count; ++i) {
        const u32 predecessor = code_.edges[code_.blocks[block].first_predecessor + i];
        const Position end = position_of(code_.blocks[predecessor].end_instruction - 1, writing);
        if (end >= at.start && end < at.end) continue;
        const Place source = locations_.at(value, end);
        if (source != Place{}) plan_edge(predecessor, block, source, at.place, value);
      }
    }
  }

  void plan_edge(u32 predecessor, u32 block, Place from, Place to, VReg value) {
    if (code_.blocks[block].predecessor_count == 1) {
      plan(code_.blocks[block].first_instruction, Phase::enter, from, to, value);
    } else {
      plan(code_.blocks[predecessor].end_instruction - 1, Phase::leave, from, to, value);
    }
  }

  void pass_arguments() {
    for (u32 i = 0; i < code_.blocks.size(); ++i) {
      const MachineBlock& block = code_.blocks[i];
      if (block.argument_count == 0) continue;
      const u32 successor = code_.edges[block.first_successor];
      const MachineBlock& to = code_.blocks[successor];
      for (u32 k = 0; k < block.argument_count; ++k) {
        const VReg parameter = code_.parameters[to.first_parameter + k];
        if (!in_.live(parameter)) continue;
        const VReg argument = code_.arguments[block.first_argument + k];
        plan_edge(i, successor, locations_.at(argument, position_of(block.end_instruction - 1, writing)),
                  locations_.first_of(parameter), parameter);
      }
    }
  }

  // By instruction and phase.
  void order_moves() {
    out_.moves.reserve(planned_.size());
    for (u32 instruction = 0; instruction < last_planned_.size(); ++instruction) {
      const u32 last = last_planned_[instruction];
      if (last == none) continue;
      const Planned& only = planned_[last];
      if (only.before == none && (only.from.is_register() || only.to.is_register())) {
        const Value& value = in_.values[only.value];
        out_.moves.push_back({instruction, only.from, only.to, value.reg_class, value.wide});
        continue;
      }
      group_.clear();
      for (u32 i = last; i != none; i = planned_[i].before) group_.push_back(i);
      for (const Phase phase : {Phase::enter, Phase::gap, Phase::leave}) {
        for (const u32 i : group_ | std::views::reverse) {
          const Planned& move = planned_[i];
          if (move.phase != phase) continue;
          const Value& value = in_.values[move.value];
          parallel_.add(move.from, move.to, value.reg_class, value.wide);
        }
        parallel_.finish(instruction, out_.moves);
      }
    }
  }

  const MachineCode& code_;
  const Intervals& in_;
  const Pieces& pieces_;
  Slots slots_;
  const Locations locations_;
  Allocation& out_;
  ParallelMoves parallel_;
  ScratchVector<Planned> planned_;
  ScratchVector<u32> last_planned_;  ///< By instruction.
  ScratchVector<u32> group_;         ///< What is planned for one.
};

}  // namespace

void resolve(const MachineCode& code, const RegisterFile& file, const Intervals& intervals, Pieces& pieces,
             Allocation& out) {
  choose_stores(intervals, pieces);
  Resolver(code, file, intervals, pieces, out).run();
}

}  // namespace invar::jit::regalloc
