#include "jit/regalloc/checker.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

namespace invar::jit {
namespace {

// A place and a value that it holds; sorted.
using State = std::vector<std::pair<u32, VReg>>;

u32 index_of(Place place) { return place.is_register() ? place.reg() : register_count + place.slot_index(); }

std::string name_of(Place place) {
  if (place.is_slot()) return "slot " + std::to_string(place.slot_index());
  if (!place.is_register()) return "nowhere";
  return (class_of(place.reg()) == RegClass::integer ? "r" : "x") + std::to_string(number_of(place.reg()));
}

// What all places hold now: a set of values each, for copies leave the same value in several places and values that
// are known to be equal in one.
class Machine {
 public:
  Machine(const MachineCode& code, u32 slots)
      : code_(code), held_(register_count + slots), places_(code.vregs.size()) {}

  void load(const State& state) {
    for (std::vector<VReg>& values : held_) values.clear();
    for (std::vector<u32>& places : places_) places.clear();
    for (const auto& [place, value] : state) put(place, value);
  }

  State save() const {
    State state;
    for (u32 place = 0; place < held_.size(); ++place) {
      for (VReg value : held_[place]) state.push_back({place, value});
    }
    std::sort(state.begin(), state.end());
    return state;
  }

  bool holds(Place place, VReg value) const {
    const std::vector<VReg>& values = held_[index_of(place)];
    return std::find(values.begin(), values.end(), value) != values.end();
  }

  bool exists(Place place, bool wide) const {
    if (place.is_register()) return true;
    return place.is_slot() && place.slot_index() + wide < held_.size() - register_count &&
           (!wide || place.slot_index() % 2 == 0);
  }

  void destroy(Place place) { held_[index_of(place)].clear(); }

  // Whatever was called `value` before is another one now.
  void forget(VReg value) {
    for (u32 place : places_[value]) std::erase(held_[place], value);
    places_[value].clear();
  }

  void define(Place place, VReg value) {
    forget(value);
    overwrite(place, code_.vregs[value].wide);
    put(index_of(place), value);
  }

  void move(const Move& move) {
    std::vector<VReg> values = held_[index_of(move.from)];
    std::erase_if(values, [&](VReg value) {
      const VRegInfo& info = code_.vregs[value];
      return info.reg_class != move.reg_class || (info.wide && !move.wide);
    });
    overwrite(move.to, move.wide);
    for (VReg value : values) put(index_of(move.to), value);
  }

  // All parameters at once.
  void pass(std::span<const VReg> arguments, std::span<const VReg> parameters) {
    std::vector<std::pair<u32, VReg>> added;
    for (size_t i = 0; i < arguments.size(); ++i) {
      for (u32 place : places_[arguments[i]]) {
        const std::vector<VReg>& values = held_[place];
        if (std::find(values.begin(), values.end(), arguments[i]) != values.end())
          added.push_back({place, parameters[i]});
      }
    }
    for (VReg parameter : parameters) forget(parameter);
    for (const auto& [place, value] : added) put(place, value);
  }

 private:
  void put(u32 place, VReg value) {
    if (std::find(held_[place].begin(), held_[place].end(), value) != held_[place].end()) return;
    held_[place].push_back(value);
    places_[value].push_back(place);
  }

  // A wide value takes two slots, and loses all if one of them is written.
  void overwrite(Place place, bool wide) {
    const u32 index = index_of(place);
    held_[index].clear();
    if (place.is_register()) return;
    if (wide) held_[index + 1].clear();
    if (place.slot_index() > 0) {
      std::erase_if(held_[index - 1], [&](VReg value) { return code_.vregs[value].wide; });
    }
  }

  const MachineCode& code_;
  std::vector<std::vector<VReg>> held_;
  std::vector<std::vector<u32>> places_;  // Where a value is, and perhaps was.
};

class Checker {
 public:
  Checker(const MachineCode& code, const RegisterFile& file, const Allocation& allocation)
      : code_(code),
        file_(file),
        allocation_(allocation),
        machine_(code, allocation.slots),
        entries_(code.blocks.size()) {}

  std::string run() {
    if (allocation_.places.size() != code_.operands.size()) return "not every operand has a place";
    first_move_.assign(code_.instructions.size() + 1, 0);
    for (size_t i = 0; i < allocation_.moves.size(); ++i) {
      const Move& move = allocation_.moves[i];
      if (move.instruction >= code_.instructions.size()) return "a move behind the code";
      if (i > 0 && move.instruction < allocation_.moves[i - 1].instruction) return "moves are not sorted";
      ++first_move_[move.instruction + 1];
    }
    for (size_t i = 1; i < first_move_.size(); ++i) first_move_[i] += first_move_[i - 1];

    std::vector<bool> waiting(code_.blocks.size(), false);
    std::deque<u32> work{0};
    entries_[0] = State{};
    while (!work.empty()) {
      const u32 block = work.front();
      work.pop_front();
      waiting[block] = false;
      machine_.load(*entries_[block]);
      execute(block, false);
      leave(block, [&](u32 successor) {
        if (!waiting[successor]) work.push_back(successor), waiting[successor] = true;
      });
      if (!error_.empty()) return error_;
    }
    // Now that all is known that may be at the start of each block, uses are looked at.
    for (u32 block = 0; block < code_.blocks.size() && error_.empty(); ++block) {
      if (!entries_[block]) continue;
      machine_.load(*entries_[block]);
      execute(block, true);
    }
    return error_;
  }

 private:
  template <typename Changed>
  void leave(u32 index, Changed changed) {
    const MachineBlock& block = code_.blocks[index];
    if (block.argument_count != 0) {
      const MachineBlock& successor = code_.blocks[code_.edges[block.first_successor]];
      if (block.successor_count != 1 || successor.parameter_count != block.argument_count) {
        return fail(block.end_instruction - 1, "arguments do not fit parameters");
      }
      machine_.pass({code_.arguments.data() + block.first_argument, block.argument_count},
                    {code_.parameters.data() + successor.first_parameter, block.argument_count});
    }
    State state = machine_.save();
    for (u32 i = 0; i < block.successor_count; ++i) {
      if (block.unwinds && i + 1 == block.successor_count) forget_written(block.end_instruction - 1, state);
      const u32 successor = code_.edges[block.first_successor + i];
      std::optional<State>& entry = entries_[successor];
      if (!entry) {
        entry = state;
        changed(successor);
        continue;
      }
      State both;
      std::set_intersection(entry->begin(), entry->end(), state.begin(), state.end(), std::back_inserter(both));
      if (both.size() == entry->size()) continue;
      entry = std::move(both);
      changed(successor);
    }
  }

  // What holds where the instruction has not written anything, and no register is as it was.
  void forget_written(u32 instruction, State& state) {
    const std::span<const Operand> operands = code_.operands_of(instruction);
    std::erase_if(state, [&](const std::pair<u32, VReg>& held) {
      const auto is_written = [&](const Operand& operand) {
        return operand.value == held.second && !is_use(operand.access);
      };
      return held.first < register_count || std::ranges::any_of(operands, is_written);
    });
  }

  void execute(u32 index, bool check) {
    const MachineBlock& block = code_.blocks[index];
    for (u32 i = block.first_instruction; i < block.end_instruction && error_.empty(); ++i) {
      for (u32 k = first_move_[i]; k < first_move_[i + 1]; ++k) move(allocation_.moves[k]);
      if (!error_.empty()) return;
      if (check) check_instruction(i);
      if (!error_.empty()) return;
      const MachineInstruction& instruction = code_.instructions[i];
      for (RegSet left = instruction.clobbers; left != 0; left &= left - 1) {
        machine_.destroy(Place::in(static_cast<Reg>(__builtin_ctzll(left))));
      }
      const std::span<const Operand> operands = code_.operands_of(i);
      for (size_t k = 0; k < operands.size(); ++k) {
        const Place place = allocation_.places[instruction.first_operand + k];
        if (operands[k].access != Access::temporary) continue;
        if (!place.is_register()) return fail(i, "a temporary without a register");
        machine_.destroy(place);
      }
      if (check) check_late_uses(i);
      for (size_t k = 0; k < operands.size(); ++k) {
        const Place place = allocation_.places[instruction.first_operand + k];
        if (is_use(operands[k].access) || operands[k].access == Access::temporary) continue;
        if (!place.is_register()) return fail(i, "a definition without a register");
        machine_.define(place, operands[k].value);
      }
    }
  }

  void move(const Move& move) {
    if (!machine_.exists(move.from, move.wide) || !machine_.exists(move.to, move.wide)) {
      return fail(move.instruction, "a move of no place");
    }
    if (move.from.is_slot() && move.to.is_slot()) return fail(move.instruction, "a move between slots");
    for (Place place : {move.from, move.to}) {
      if (!place.is_register()) continue;
      if (class_of(place.reg()) != move.reg_class) return fail(move.instruction, "a move of the wrong class");
    }
    machine_.move(move);
  }

  void check_instruction(u32 index) {
    const MachineInstruction& instruction = code_.instructions[index];
    const std::span<const Operand> operands = code_.operands_of(index);
    const Place* places = allocation_.places.data() + instruction.first_operand;
    for (size_t k = 0; k < operands.size(); ++k) {
      const Operand& operand = operands[k];
      const bool wide = operand.access != Access::temporary && code_.vregs[operand.value].wide;
      if (!machine_.exists(places[k], wide)) return fail(index, "an operand in no place");
      check_constraint(index, operand, places[k], places[0]);
      if (operand.access == Access::early_use && !machine_.holds(places[k], operand.value)) {
        return fail(index, "v" + std::to_string(operand.value) + " is not in " + name_of(places[k]));
      }
      for (size_t other = 0; other < k; ++other) {
        if (places[other] == places[k] && collide(operands, other, k)) {
          return fail(index, "two operands share " + name_of(places[k]));
        }
      }
      const bool whole = operand.access == Access::early_definition || operand.access == Access::temporary;
      if (whole && operand.constraint != Constraint::fixed && clobbered_needlessly(instruction, places[k].reg())) {
        return fail(index, "a temporary is clobbered");
      }
    }
  }

  // An instruction destroys registers at any time after it has read its early operands: what is written early had
  // better be elsewhere, unless it destroys all that there are.
  bool clobbered_needlessly(const MachineInstruction& instruction, Reg reg) const {
    const RegSet all = file_.allocatable & all_of_class[static_cast<u32>(class_of(reg))];
    return (instruction.clobbers & set_of(reg)) != 0 && (all & ~instruction.clobbers) != 0;
  }

  void check_late_uses(u32 index) {
    const std::span<const Operand> operands = code_.operands_of(index);
    for (size_t k = 0; k < operands.size(); ++k) {
      const Place place = allocation_.places[code_.instructions[index].first_operand + k];
      if (operands[k].access == Access::late_use && !machine_.holds(place, operands[k].value)) {
        return fail(index, "v" + std::to_string(operands[k].value) + " is no longer in " + name_of(place));
      }
    }
  }

  void check_constraint(u32 index, const Operand& operand, Place place, Place first) {
    if (operand.constraint == Constraint::fixed) {
      if (place != Place::in(operand.reg)) fail(index, "a fixed operand elsewhere");
      return;
    }
    if (place.is_slot()) {
      if (operand.constraint != Constraint::any || !is_use(operand.access)) fail(index, "an operand in a slot");
      return;
    }
    const RegClass reg_class =
        operand.access == Access::temporary ? operand.reg_class : code_.vregs[operand.value].reg_class;
    if (class_of(place.reg()) != reg_class) fail(index, "a register of the wrong class");
    if (operand.constraint == Constraint::tied) {
      if (place != first) fail(index, "a tied operand elsewhere");
    } else if (!(file_.allocatable & set_of(place.reg()))) {
      fail(index, "a register that is not to be had");
    }
  }

  static bool collide(std::span<const Operand> operands, size_t a, size_t b) {
    const auto tied = [&](size_t one, size_t other) {
      return operands[one].constraint == Constraint::tied && operands[other].access == Access::early_use;
    };
    // A tied definition has its register from the start; what it has it from may be read there by other operands.
    if (tied(a, b)) return operands[b].value != operands[0].value;
    if (tied(b, a)) return operands[a].value != operands[0].value;
    const Access first = operands[a].access, second = operands[b].access;
    if (is_use(first) && is_use(second)) return false;  // Their values are looked for anyway.
    const auto whole = [](Access access) { return access == Access::early_definition || access == Access::temporary; };
    if (whole(first) || whole(second)) return true;
    // Of a use and a definition, or of two definitions.
    return first != Access::early_use && second != Access::early_use;
  }

  void fail(u32 instruction, const std::string& what) {
    if (error_.empty()) error_ = "instruction " + std::to_string(instruction) + ": " + what;
  }

  const MachineCode& code_;
  const RegisterFile& file_;
  const Allocation& allocation_;
  Machine machine_;
  std::vector<std::optional<State>> entries_;
  std::vector<u32> first_move_;
  std::string error_;
};

}  // namespace

std::string check_allocation(const MachineCode& code, const RegisterFile& file, const Allocation& allocation) {
  return Checker(code, file, allocation).run();
}

}  // namespace invar::jit
