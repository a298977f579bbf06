#include "jit/regalloc/random_code.h"

#include <algorithm>
#include <random>
#include <utility>

#include "jit/regalloc/code_builder.h"

namespace invar::jit {
namespace {

// Kinds of values: integer, vector, wide vector.
constexpr u32 kinds = 3;
constexpr RegClass class_of_kind(u32 kind) { return kind == 0 ? RegClass::integer : RegClass::vector; }

class Generator {
 public:
  explicit Generator(const RandomCodeOptions& options)
      : options_(options), random_(options.seed), file_(small_file(options.registers)), left_(options.size) {}

  MachineCode run() {
    builder_.block();
    for (u32 kind = 0; kind < kinds; ++kind) add_definition(kind);
    if (sequence(0, 1000)) finish_function();
    return builder_.finish();
  }

 private:
  struct Label {
    bool loop;
    u32 header;              // Of a loop.
    std::vector<u32> kinds;  // Of its parameters.
    std::vector<std::pair<u32, std::vector<VReg>>> jumps;
    std::vector<std::pair<u32, std::vector<VReg>>> calls;  // That may unwind to it, with the values there are.
  };

  u32 pick(u32 limit) { return static_cast<u32>(random_() % limit); }
  bool chance(u32 percent) { return pick(100) < percent; }
  u32 kind_of(VReg value) {
    const VRegInfo& info = builder_.code().vregs[value];
    return info.reg_class == RegClass::integer ? 0 : info.wide ? 2 : 1;
  }

  VReg new_value(u32 kind) {
    const VReg value = builder_.value(class_of_kind(kind), kind == 2);
    if (chance(10)) builder_.code().vregs[value].hint = any_register(class_of_kind(kind));
    return value;
  }
  void add_definition(u32 kind) {
    const VReg value = new_value(kind);
    builder_.add({define(value)});
    scope_.push_back(value);
  }

  VReg any_value() {
    const size_t count = scope_.size();
    return scope_[chance(60) ? count - 1 - pick(static_cast<u32>(std::min<size_t>(count, 5)))
                             : pick(static_cast<u32>(count))];
  }
  VReg value_of(u32 kind) {
    for (u32 i = 0; i < 8; ++i) {
      const VReg value = any_value();
      if (kind_of(value) == kind) return value;
    }
    for (size_t i = scope_.size(); i-- > 0;) {
      if (kind_of(scope_[i]) == kind) return scope_[i];
    }
    return scope_[0];
  }
  Reg any_register(RegClass reg_class) {
    const u32 number = chance(3) ? 30 : pick(options_.registers);  // One that is never given away, too.
    return reg_class == RegClass::integer ? integer_register(number) : vector_register(number);
  }

  // --- Instructions ------------------------------------------------------------------------------------------------

  // Whether the machine has enough registers for the instruction.
  bool possible(const std::vector<Operand>& operands, RegSet clobbers) {
    RegSet early = 0, whole = 0, defined = 0;
    std::vector<std::pair<Reg, VReg>> early_values;
    u32 early_count[2] = {}, whole_count[2] = {}, late_count[2] = {}, defined_count[2] = {};
    for (const Operand& operand : operands) {
      const bool fixed = operand.constraint == Constraint::fixed;
      const RegClass reg_class = operand.value == no_vreg ? operand.reg_class : class_of_kind(kind_of(operand.value));
      const u32 c = static_cast<u32>(reg_class);
      if (fixed && class_of(operand.reg) != reg_class) return false;
      const RegSet set = fixed ? set_of(operand.reg) : 0;
      if (operand.constraint == Constraint::any) continue;
      const bool tied = operand.constraint == Constraint::tied;
      if (operand.access == Access::early_use) {
        if (!fixed) {
          ++early_count[c];
          continue;
        }
        for (const auto& [reg, value] : early_values) {
          if (reg == operand.reg && value != operand.value) return false;
        }
        early_values.push_back({operand.reg, operand.value});
        early |= set;
      } else if (operand.access == Access::definition && !tied) {
        if (defined & set) return false;
        defined |= set;
        defined_count[c] += !fixed;
      } else {
        if (whole & set) return false;
        if (operand.access == Access::late_use && (clobbers & set)) return false;
        whole |= set;
        whole_count[c] += !fixed;
        late_count[c] += !fixed && operand.access == Access::late_use;
      }
    }
    if ((whole & (early | defined)) != 0) return false;
    for (u32 c = 0; c < 2; ++c) {
      const RegSet all = file_.allocatable & all_of_class[c];
      const auto count = [&](RegSet taken) { return static_cast<u32>(__builtin_popcountll(all & ~taken)); };
      const bool full = (clobbers & all) == all;
      if (full && late_count[c] != 0) return false;
      if (early_count[c] + whole_count[c] > count(early | whole)) return false;
      if (whole_count[c] > count(early | whole | defined | (full ? 0 : clobbers))) return false;
      if (whole_count[c] + defined_count[c] > count(whole | defined)) return false;
    }
    return true;
  }

  // Adds it to the current block; `extra` are operands that it has anyway.
  void instruction(std::vector<Operand> extra = {}) {
    for (u32 most = 6;; most = most == 0 ? 0 : most - 1) {
      std::vector<Operand> operands = extra;
      std::vector<VReg> defined;
      const RegSet clobbers = most == 0 ? 0 : random_clobbers();
      const u32 count = most == 0 ? 0 : pick(most + 1);
      const size_t vregs = builder_.code().vregs.size();
      if (extra.empty() && count > 0 && chance(25)) {
        const VReg first = any_value();
        operands.push_back(use(first));
        const VReg result = new_value(kind_of(first));
        operands.push_back(define(result, Constraint::tied));
        defined.push_back(result);
      }
      for (u32 i = 0; i < count; ++i) add_operand(operands, defined);
      if (!possible(operands, clobbers) && most != 0) {
        builder_.code().vregs.resize(vregs);
        continue;
      }
      builder_.add(std::move(operands), clobbers);
      for (VReg value : defined) {
        if (chance(90)) scope_.push_back(value);  // Some are never used.
      }
      return;
    }
  }

  // What saves the values that are in registers.
  void call() {
    std::vector<Operand> operands;
    std::vector<VReg> defined;
    RegSet taken = 0;
    for (u32 i = pick(5); i > 0; --i) {
      const VReg value = any_value();
      const Reg reg = any_register(class_of_kind(kind_of(value)));
      if ((taken & set_of(reg)) == 0) operands.push_back(use(value, Constraint::fixed, reg));
      taken |= set_of(reg);
    }
    taken = 0;
    for (u32 i = pick(3); i > 0; --i) {
      const u32 kind = pick(kinds);
      const Reg reg = any_register(class_of_kind(kind));
      if ((taken & set_of(reg)) != 0) continue;
      taken |= set_of(reg);
      defined.push_back(new_value(kind));
      operands.push_back(define(defined.back(), Constraint::fixed, reg));
    }
    builder_.add(std::move(operands), file_.allocatable, true);
    scope_.insert(scope_.end(), defined.begin(), defined.end());
  }

  RegSet random_clobbers() {
    if (chance(80)) return 0;
    if (chance(60)) return file_.allocatable | (chance(50) ? set_of(30) : 0);
    if (chance(30)) return file_.allocatable & all_of_class[pick(2)];
    RegSet some = 0;
    for (u32 i = pick(4) + 1; i > 0; --i) some |= set_of(any_register(static_cast<RegClass>(pick(2))));
    return some;
  }

  void add_operand(std::vector<Operand>& operands, std::vector<VReg>& defined) {
    const u32 which = pick(100);
    const bool fixed = chance(20);
    if (which < 60) {
      const VReg value =
          !operands.empty() && operands.back().value != no_vreg && is_use(operands.back().access) && chance(15)
              ? operands.back().value
              : any_value();
      Operand operand = use(value);
      if (which < 10) operand.access = Access::late_use;
      if (fixed) {
        operand.constraint = Constraint::fixed;
        operand.reg = any_register(class_of_kind(kind_of(value)));
      } else if (chance(30)) {
        operand.constraint = Constraint::any;
      }
      operands.push_back(operand);
    } else if (which < 88) {
      const u32 kind = pick(kinds);
      const VReg value = new_value(kind);
      Operand operand = which < 68 ? define_early(value) : define(value);
      if (fixed) operand.constraint = Constraint::fixed, operand.reg = any_register(class_of_kind(kind));
      operands.push_back(operand);
      defined.push_back(value);
    } else {
      const RegClass reg_class = static_cast<RegClass>(pick(2));
      operands.push_back(fixed ? temporary(reg_class, Constraint::fixed, any_register(reg_class))
                               : temporary(reg_class));
    }
  }

  // --- Control -----------------------------------------------------------------------------------------------------

  void jump_to(Label& label) {
    std::vector<VReg> arguments;
    for (u32 kind : label.kinds) arguments.push_back(value_of(kind));
    builder_.add({});
    if (label.loop) builder_.jump(builder_.current(), label.header, arguments);
    label.jumps.push_back({builder_.current(), std::move(arguments)});
  }

  // The jumps to the label arrive in a block behind it.
  bool arrive(Label& label) {
    for (auto& [from, scope] : label.calls) {
      builder_.jump(from, builder_.block());
      scope_.swap(scope);
      if (chance(30)) instruction();
      jump_to(label);
      scope_.swap(scope);
    }
    if (label.jumps.empty()) return false;
    std::vector<VReg> parameters;
    for (u32 kind : label.kinds) parameters.push_back(new_value(kind));
    const u32 block = builder_.block(parameters);
    for (auto& [from, arguments] : label.jumps) builder_.jump(from, block, std::move(arguments));
    for (VReg parameter : parameters) {
      if (chance(90)) scope_.push_back(parameter);
    }
    return true;
  }

  Label new_label() {
    Label label{false, 0, {}, {}, {}};
    for (u32 i = pick(4); i > 0; --i) label.kinds.push_back(pick(kinds));
    return label;
  }

  // False if the end is not reached.
  bool sequence(u32 depth, u32 length) {
    for (u32 i = 0; i < length && left_ > 0; ++i) {
      --left_;
      const u32 which = depth < 6 ? pick(100) : pick(85);
      bool reached = true;
      if (which < 10) {
        call();
      } else if (which < 70) {
        instruction();
      } else if (which < 76) {
        unwinding_call();
      } else if (which < 82) {
        if (!labels_.empty()) reached = branch();
      } else if (which < 85) {
        if (!labels_.empty()) {
          jump_to(*labels_[pick(static_cast<u32>(labels_.size()))]);
          reached = false;
        } else if (depth > 0 && chance(20)) {
          finish_function();
          reached = false;
        }
      } else if (which < 90) {
        reached = conditional(depth);
      } else if (which < 94) {
        reached = block(depth);
      } else {
        reached = loop(depth);
      }
      if (!reached) return false;
    }
    return true;
  }

  void finish_function() {
    std::vector<Operand> operands;
    for (u32 i = pick(3); i > 0; --i) {
      const VReg value = any_value();
      operands.push_back(chance(50) ? use(value, Constraint::fixed, any_register(class_of_kind(kind_of(value))))
                                    : use(value, Constraint::any));
    }
    if (!possible(operands, 0)) operands.clear();
    builder_.add(std::move(operands));
  }

  // Destroys all registers, and may unwind to a label behind.
  void unwinding_call() {
    std::vector<Operand> operands;
    for (u32 i = pick(4); i > 0; --i) {
      const VReg value = any_value();
      operands.push_back(chance(50) ? use(value, Constraint::any)
                                    : use(value, Constraint::fixed, any_register(class_of_kind(kind_of(value)))));
    }
    if (!possible(operands, file_.allocatable)) operands.clear();
    const size_t uses = operands.size();
    if (chance(70)) {
      const u32 kind = pick(kinds);
      const Reg reg = class_of_kind(kind) == RegClass::integer ? integer_register(0) : vector_register(0);
      operands.push_back(define(new_value(kind), Constraint::fixed, reg));
    }
    const VReg result = operands.size() > uses ? operands.back().value : no_vreg;
    builder_.add(std::move(operands), file_.allocatable);
    std::vector<Label*> targets;
    for (Label* label : labels_) {
      if (!label->loop) targets.push_back(label);
    }
    if (!targets.empty()) {
      builder_.unwind();
      const u32 from = builder_.current();
      targets[pick(static_cast<u32>(targets.size()))]->calls.push_back({from, scope_});
      builder_.jump(from, builder_.block());
    }
    if (result != no_vreg) scope_.push_back(result);
  }

  void end_with_branch() {
    const VReg condition = any_value();
    instruction({use(condition, chance(40) ? Constraint::any : Constraint::reg)});
  }

  // To one or several labels, or on.
  bool branch() {
    end_with_branch();
    const u32 from = builder_.current();
    const size_t scope = scope_.size();
    const u32 targets = chance(80) ? 1 : 2 + pick(3);
    for (u32 i = 0; i < targets; ++i) {
      builder_.jump(from, builder_.block());
      if (chance(30)) instruction();
      jump_to(*labels_[pick(static_cast<u32>(labels_.size()))]);
      scope_.resize(scope);
    }
    builder_.jump(from, builder_.block());
    return true;
  }

  bool conditional(u32 depth) {
    end_with_branch();
    const u32 from = builder_.current();
    Label label = new_label();
    const size_t scope = scope_.size();
    for (u32 arm = 0; arm < 2; ++arm) {
      builder_.jump(from, builder_.block());
      labels_.push_back(&label);
      if (sequence(depth + 1, pick(10))) jump_to(label);
      labels_.pop_back();
      scope_.resize(scope);
    }
    return arrive(label);
  }

  bool block(u32 depth) {
    Label label = new_label();
    const size_t scope = scope_.size();
    labels_.push_back(&label);
    if (sequence(depth + 1, pick(15))) jump_to(label);
    labels_.pop_back();
    scope_.resize(scope);
    return arrive(label);
  }

  bool loop(u32 depth) {
    Label label = new_label();
    label.loop = true;
    label.header = builder_.current() + 1;
    jump_to(label);
    std::vector<VReg> parameters;
    for (u32 kind : label.kinds) parameters.push_back(new_value(kind));
    const u32 header = builder_.block(parameters);
    const size_t entries = label.jumps.size();
    scope_.insert(scope_.end(), parameters.begin(), parameters.end());
    labels_.push_back(&label);
    bool reached = sequence(depth + 1, 3 + pick(15));
    if (reached && chance(70)) {
      // Around again, or on.
      end_with_branch();
      const u32 from = builder_.current();
      builder_.jump(from, builder_.block());
      jump_to(label);
      builder_.jump(from, builder_.block());
      builder_.loop(header, builder_.current());
    } else if (reached) {
      builder_.add({});
      const u32 from = builder_.current();
      builder_.jump(from, builder_.block());
      if (label.jumps.size() > entries) builder_.loop(header, builder_.current());
    } else if (label.jumps.size() > entries) {
      builder_.loop(header, builder_.current() + 1);
    }
    labels_.pop_back();
    return reached;
  }

  const RandomCodeOptions options_;
  std::mt19937 random_;
  const RegisterFile file_;
  u32 left_;
  CodeBuilder builder_;
  std::vector<VReg> scope_;
  std::vector<Label*> labels_;
};

}  // namespace

MachineCode random_code(const RandomCodeOptions& options) { return Generator(options).run(); }

const char* fault_of(const MachineCode& code) {
  u32 next = 0;
  for (u32 i = 0; i < code.blocks.size(); ++i) {
    const MachineBlock& block = code.blocks[i];
    if (block.first_instruction != next || block.end_instruction <= next) return "blocks are not in order";
    next = block.end_instruction;
    if (i > 0 && block.predecessor_count == 0) return "a block cannot be reached";
    for (u32 k = 0; k < block.successor_count; ++k) {
      const u32 successor = code.edges[block.first_successor + k];
      const MachineBlock& to = code.blocks[successor];
      if (block.successor_count > 1 && to.predecessor_count > 1) return "a critical edge";
      if (successor <= i && to.loop_end <= i) return "a jump back to what is no loop";
      if (to.parameter_count != block.argument_count) return "arguments do not fit parameters";
      if (to.predecessor_count > 1 && code.operands_of(block.end_instruction - 1).size() != 0) {
        return "a jump to a join has operands";
      }
    }
  }
  return next == code.instructions.size() ? nullptr : "blocks are not in order";
}

}  // namespace invar::jit
