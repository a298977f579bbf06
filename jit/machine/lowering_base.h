// What lowering is on every machine: from the graph to instructions with virtual registers. It goes backwards, so that
// an instruction can take over what made its operands.
#pragma once

#include <algorithm>
#include <ranges>
#include <utility>
#include <vector>

#include "engine/runtime/compiled_module.h"
#include "engine/runtime/trap.h"
#include "jit/ir/function.h"
#include "jit/machine/call_shape.h"
#include "jit/machine/instruction.h"
#include "jit/regalloc/machine_code.h"

namespace invar::jit {

/// A function on its way through the allocator to the emission; `OneInstruction` is the machine's.
template <class OneInstruction>
struct LoweredCode {
  using Instruction = OneInstruction;
  MachineCode code;
  ScratchVector<Instruction> backwards;  ///< Beside code.instructions: the last comes first.
  u32 stack_arguments = 0;               ///< Most that a call passes.
  bool has_calls = false;
  bool saves_instance = false;  ///< Calls may come back from other instances, or exceptions are caught.
  std::vector<V128> literals;   ///< Vector constants in memory.

  const Instruction& instruction(u32 index) const { return backwards[backwards.size() - 1 - index]; }
};

constexpr RegClass class_of_type(Type type) { return is_integer(type) ? RegClass::integer : RegClass::vector; }
constexpr Width width_of(Type type) {
  return !is_integer(type) ? Width::vector : type == Type::i32 ? Width::w32 : Width::w64;
}
constexpr Width width_in_memory(Type type) {
  return type == Type::v128 ? Width::vector : type == Type::f32 ? Width::w32 : Width::w64;
}

/// `Machine` derives from it and has `void lower_own(Value)` for the nodes that machines differ in. Its instructions
/// have the fields and the forms that are named here.
template <class Machine, class LoweredFunction>
class LoweringBase {
 public:
  LoweringBase(const CompiledModule& compiled, const Function& function, const CallConvention& convention,
               LoweredFunction& out)
      : compiled_(compiled), module_(compiled.module()), function_(function), convention_(convention), out_(out) {}

  /// False if it needs something that the machine does not have.
  bool lower();

 protected:
  using Instruction = typename LoweredFunction::Instruction;
  using Form = decltype(Instruction::form);

  // Building one instruction; uses and definitions are operands in the order of the calls.
  struct Draft {
    Instruction instruction;
    RegSet clobbers = 0;
    bool saves = false;
    u32 first_operand = 0;  ///< In MachineCode::operands, where they are made.
  };
  Draft& draft(Form form, u32 node);
  u8 add(const Operand& operand);
  u8 use(Value value, Access access = Access::early_use, Constraint constraint = Constraint::reg, Reg reg = no_reg) {
    return add({.value = readable(value), .access = access, .constraint = constraint, .reg = reg});
  }
  u8 define(VReg vreg, Constraint constraint = Constraint::reg, Reg reg = no_reg) {
    return add({.value = vreg, .access = Access::definition, .constraint = constraint, .reg = reg});
  }
  u8 temporary(RegClass reg_class) { return add({.access = Access::temporary, .reg_class = reg_class}); }
  void finish();
  VReg new_vreg(RegClass reg_class, bool wide = false);
  VReg new_vreg_for(Type type) { return new_vreg(class_of_type(type), type == Type::v128); }
  u32 literal(const V128& bits);
  Value unextended(Value value) const;
  VReg vreg_of(Value value);
  VReg readable(Value value);

  // Values.
  const Node& node(Value value) const { return function_.nodes[value]; }
  bool is_constant(Value value) const { return function_.is_constant(value); }
  /// May the only user, in this block, take over what the value's node does?
  bool can_take_over(Value value) const {
    return node(value).kind == Kind::numeric && uses_[value] == 1 && block_of_[value] == block_;
  }
  /// Does nobody need the value behind the node in hand? A loop around that comes to need it again; that is told by how
  /// deep it is.
  bool dies(Value value) const {
    if (is_constant(value) || uses_[value] != 1) return false;
    return function_.blocks[block_of_[value]].loop_depth >= function_.blocks[block_].loop_depth;
  }
  bool is_numeric(Value value, Op op) const { return node(value).kind == Kind::numeric && node(value).op == op; }
  void take_over(Value value) { --uses_[value]; }

  const CompiledModule& compiled_;
  const Module& module_;
  const Function& function_;
  const CallConvention& convention_;
  LoweredFunction& out_;
  ScratchVector<u32> uses_;
  ScratchVector<u32> block_of_;
  ScratchVector<u32> edge_of_;  ///< By block with one successor: which of that one's predecessors it is.
  ScratchVector<bool> folded_;  ///< Loads that became part of another instruction.
  ScratchVector<VReg> vregs_;
  CallShape shape_;       ///< The function's own,
  CallShape call_shape_;  ///< and that of the call in hand.
  Draft draft_;
  struct Pending {
    VReg vreg;
    Value constant;
  };
  ScratchVector<Pending> pending_;  ///< Constants that the instruction in hand needs in registers.
  u32 block_ = 0;
  u32 position_ = 0;  ///< Of the node in hand among the block's.
  bool supported_ = true;
  u32 scope_ = interp::HandlerTable::none;  ///< The try block of the call to come, which ends its block.

 private:
  void count_uses();
  void lower_block(u32 block);
  void lower_arguments(u32 block);
  std::span<const Value> results_of(Value call) const;
  void lower_node(Value value);
  void lower_call(Value value);
  void lower_builtin(Value value);
  void lower_return(Value value);
  void lower_entry();
};

// Building instructions.

template <class Machine, class LoweredFunction>
auto LoweringBase<Machine, LoweredFunction>::draft(Form form, u32 node_of) -> Draft& {
  draft_.instruction = {};
  draft_.instruction.form = form;
  if (node_of != no_value) {
    draft_.instruction.offset = node(node_of).offset;
    draft_.instruction.index = node(node_of).index;
  }
  draft_.clobbers = 0;
  draft_.saves = false;
  out_.code.operands.resize(draft_.first_operand);  // without those of a draft that came to nothing
  return draft_;
}

template <class Machine, class LoweredFunction>
u8 LoweringBase<Machine, LoweredFunction>::add(const Operand& operand) {
  out_.code.operands.push_back(operand);
  return static_cast<u8>(out_.code.operands.size() - 1 - draft_.first_operand);
}

template <class Machine, class LoweredFunction>
VReg LoweringBase<Machine, LoweredFunction>::new_vreg(RegClass reg_class, bool wide) {
  out_.code.vregs.push_back({.reg_class = reg_class, .wide = wide});
  return static_cast<VReg>(out_.code.vregs.size() - 1);
}

template <class Machine, class LoweredFunction>
u32 LoweringBase<Machine, LoweredFunction>::literal(const V128& bits) {
  out_.literals.push_back(bits);
  return static_cast<u32>(out_.literals.size() - 1);
}

/// An i32 has zeros above: it is its own extension.
template <class Machine, class LoweredFunction>
Value LoweringBase<Machine, LoweredFunction>::unextended(Value value) const {
  while (is_numeric(value, Op::i64_extend_i32_u)) value = node(value).inputs[0];
  return value;
}

template <class Machine, class LoweredFunction>
VReg LoweringBase<Machine, LoweredFunction>::vreg_of(Value value) {
  VReg& vreg = vregs_[value];
  if (vreg == no_vreg) vreg = new_vreg_for(node(value).type);
  return vreg;
}

/// What to read the value from: a constant comes to be in front of the instruction in hand.
template <class Machine, class LoweredFunction>
VReg LoweringBase<Machine, LoweredFunction>::readable(Value value) {
  value = unextended(value);
  if (!is_constant(value)) return vreg_of(value);
  const auto same = std::ranges::find(pending_, value, &Pending::constant);
  if (same != pending_.end()) return same->vreg;
  pending_.push_back({new_vreg_for(node(value).type), value});
  return pending_.back().vreg;
}

/// The draft goes in front of what was made so far, with the constants that it needs in front of it.
template <class Machine, class LoweredFunction>
void LoweringBase<Machine, LoweredFunction>::finish() {
  MachineCode& code = out_.code;
  const auto emit = [&] {
    const u32 end = static_cast<u32>(code.operands.size());
    code.instructions.push_back({.clobbers = draft_.clobbers,
                                 .first_operand = draft_.first_operand,
                                 .operand_count = static_cast<u16>(end - draft_.first_operand),
                                 .saves = draft_.saves});
    draft_.first_operand = end;
    out_.backwards.push_back(draft_.instruction);
  };
  emit();
  for (const Pending& pending : pending_) {
    const Node& constant = node(pending.constant);
    Draft& d = draft(constant.type == Type::v128 ? Form::vector_constant : Form::constant, no_value);
    if (constant.type == Type::v128) d.instruction.literal = literal(function_.vector(pending.constant));
    d.instruction.width = width_of(constant.type);
    d.instruction.width_b = constant.type == Type::f32 ? Width::w32 : Width::w64;
    d.instruction.imm = static_cast<s64>(constant.imm);
    d.instruction.def = define(pending.vreg);
    emit();
  }
  pending_.clear();
}

// The function.

template <class Machine, class LoweredFunction>
void LoweringBase<Machine, LoweredFunction>::count_uses() {
  constexpr u32 not_passed = ~u32{0};
  const size_t count = function_.nodes.size();
  uses_.assign(count, 0);
  block_of_.assign(count, not_passed);
  vregs_.assign(count, no_vreg);
  folded_.assign(count, false);
  edge_of_.resize(function_.blocks.size());
  for (const Block& block : function_.blocks) {
    for (u32 edge = 0; edge < block.predecessors.size(); ++edge) edge_of_[block.predecessors[edge]] = edge;
  }
  // Backwards: what has neither a use yet nor an effect when it is passed is dead, unless a loop's phi comes to use it.
  ScratchVector<Value> late;
  const auto use_one = [&](Value value) {
    if (uses_[value]++ == 0 && block_of_[value] != not_passed && is_pure(node(value).kind)) late.push_back(value);
  };
  const auto use_inputs = [&](const Node& user) {
    if (has_list(user.kind)) {
      for (const Value input : function_.list(user)) use_one(input);
    } else {
      for (const Value input : user.inputs) {
        if (input == no_value) break;
        use_one(input);
      }
    }
  };
  for (u32 block = static_cast<u32>(function_.blocks.size()); block-- > 0;) {
    const auto pass = [&](Value value) {
      block_of_[value] = block;
      const Node& passed = node(value);
      if (uses_[value] != 0 || !is_pure(passed.kind)) use_inputs(passed);
    };
    for (const Value value : function_.blocks[block].nodes | std::views::reverse) pass(value);
    for (const Value value : function_.blocks[block].phis) pass(value);
    while (!late.empty()) {
      const Value value = late.back();
      late.pop_back();
      use_inputs(node(value));
    }
  }
}

template <class Machine, class LoweredFunction>
bool LoweringBase<Machine, LoweredFunction>::lower() {
  shape_.set(*function_.type, convention_);
  count_uses();
  MachineCode& code = out_.code;
  code.instructions.reserve(function_.nodes.size());
  out_.backwards.reserve(function_.nodes.size());
  code.operands.reserve(2 * function_.nodes.size());
  code.vregs.reserve(function_.nodes.size());
  const u32 block_count = static_cast<u32>(function_.blocks.size());
  code.blocks.resize(block_count);
  for (u32 block = block_count; block-- > 0;) {
    code.blocks[block].end_instruction = static_cast<u32>(code.instructions.size());
    lower_block(block);
    code.blocks[block].first_instruction = static_cast<u32>(code.instructions.size());
  }
  if (!supported_) return false;
  // Now the other way around.
  std::ranges::reverse(code.instructions);
  code.edges.reserve(4 * block_count);
  const u32 total = static_cast<u32>(code.instructions.size());
  for (u32 i = 0; i < block_count; ++i) {
    MachineBlock& block = code.blocks[i];
    const Block& from = function_.blocks[i];
    block.first_instruction = total - block.first_instruction;
    block.end_instruction = total - block.end_instruction;
    block.loop_depth = from.loop_depth;
    block.loop_end = from.loop_end;
    const Node& last = node(from.nodes.back());
    block.unwinds = last.kind == Kind::unwind ? last.imm == 0 : last.kind == Kind::throw_ && !from.successors.empty();
    block.first_predecessor = static_cast<u32>(code.edges.size());
    block.predecessor_count = static_cast<u32>(from.predecessors.size());
    for (const u32 predecessor : from.predecessors) code.edges.push_back(predecessor);
    block.first_successor = static_cast<u32>(code.edges.size());
    block.successor_count = static_cast<u32>(from.successors.size());
    for (const u32 successor : from.successors) code.edges.push_back(successor);
    block.first_parameter = static_cast<u32>(code.parameters.size());
    for (const Value phi : from.phis) {
      if (uses_[phi] != 0) code.parameters.push_back(vreg_of(phi));
    }
    block.parameter_count = static_cast<u32>(code.parameters.size()) - block.first_parameter;
  }
  return true;
}

/// What the block passes to the phis of its only successor. A constant gets a register in front of the jump.
template <class Machine, class LoweredFunction>
void LoweringBase<Machine, LoweredFunction>::lower_arguments(u32 block) {
  MachineBlock& made = out_.code.blocks[block];
  const Block& from = function_.blocks[block];
  if (from.successors.size() != 1) return;
  const Block& to = function_.blocks[from.successors[0]];
  if (to.phis.empty()) return;
  made.first_argument = static_cast<u32>(out_.code.arguments.size());
  for (const Value phi : to.phis) {
    if (uses_[phi] == 0) continue;
    out_.code.arguments.push_back(readable(function_.list(node(phi))[edge_of_[block]]));
  }
  made.argument_count = static_cast<u32>(out_.code.arguments.size()) - made.first_argument;
}

template <class Machine, class LoweredFunction>
void LoweringBase<Machine, LoweredFunction>::lower_block(u32 block) {
  block_ = block;
  const auto& nodes = function_.blocks[block].nodes;
  for (size_t i = nodes.size(); i-- > 0;) {
    const Value value = nodes[i];
    if (is_pure(node(value).kind) ? uses_[value] == 0 : folded_[value]) continue;
    position_ = static_cast<u32>(i);
    lower_node(value);
  }
  if (block == 0) lower_entry();
}

template <class Machine, class LoweredFunction>
void LoweringBase<Machine, LoweredFunction>::lower_node(Value value) {
  const Node& n = node(value);
  // An instruction with the inputs as operands a and b, and the node's type and immediate.
  const auto plain = [&](Form form, Access access = Access::early_use) -> Instruction& {
    Instruction& i = draft(form, value).instruction;
    i.imm = static_cast<s64>(n.imm);
    if (n.inputs[0] != no_value) i.a = use(n.inputs[0], access);
    if (n.inputs[1] != no_value) i.b = use(n.inputs[1], access);
    if (n.type != Type::none) {
      i.width = width_of(n.type);
      i.width_b = width_in_memory(n.type);
      i.def = define(vreg_of(value));
    }
    return i;
  };
  switch (n.kind) {
    case Kind::global_get:
      plain(Form::global_get);
      return finish();
    case Kind::global_set: {
      const Type type = node(n.inputs[0]).type;
      Instruction& i = plain(Form::global_set);
      i.width = is_integer(type) ? Width::w64 : Width::vector;
      i.width_b = width_in_memory(type);
      return finish();
    }
    case Kind::memory_size:
      plain(Form::memory_size).imm = module_.memories[n.index].page_size_log2;
      return finish();
    case Kind::table_size:
      plain(Form::table_size);
      return finish();
    case Kind::table_get:
      plain(Form::table_get);
      return finish();
    case Kind::table_set:
      plain(Form::table_set);
      return finish();
    case Kind::value_frame:
      plain(Form::value_frame);
      return finish();
    case Kind::instance_pointer:
      plain(Form::instance_pointer);
      return finish();
    case Kind::type_header:
      plain(Form::type_header);
      return finish();
    case Kind::check_null:
      plain(Form::check_null).trap = static_cast<TrapKind>(n.imm);
      return finish();
    case Kind::tick:
      plain(Form::tick);
      return finish();
    case Kind::locate: {
      Instruction& i = plain(Form::locate, Access::late_use);
      i.width = module_.memories[n.index].is_64 ? Width::w64 : Width::w32;
      i.op = n.op;
      return finish();
    }
    case Kind::call:
    case Kind::call_indirect:
    case Kind::call_ref:
    case Kind::return_call:
    case Kind::return_call_indirect:
    case Kind::return_call_ref:
      return lower_call(value);
    case Kind::unwind:
      // Part of the call.
      if (n.imm == 0) {
        scope_ = n.index;
        return;
      }
      draft(Form::jump, value);
      return finish();
    case Kind::throw_: {
      out_.has_calls = true;
      Draft& d = draft(Form::throw_, value);
      d.clobbers = convention_.clobbered;
      d.instruction.scope = n.index;
      out_.saves_instance |= n.index != interp::HandlerTable::none;
      use(n.inputs[0], Access::early_use, Constraint::fixed, convention_.builtin_arguments[0]);
      use(n.inputs[1], Access::early_use, Constraint::fixed, convention_.builtin_arguments[1]);
      return finish();
    }
    case Kind::call_builtin:
      return lower_builtin(value);
    case Kind::jump:
      lower_arguments(block_);
      draft(Form::jump, value);
      return finish();
    case Kind::switch_: {
      Instruction& i = plain(Form::switch_);
      i.b = temporary(RegClass::integer);
      return finish();
    }
    case Kind::return_:
      return lower_return(value);
    case Kind::trap:
      plain(Form::trap).trap = static_cast<TrapKind>(n.imm);
      return finish();
    case Kind::resume:
      plain(Form::resume);
      return finish();
    case Kind::constant:
    case Kind::vector_constant:
    case Kind::parameter:
    case Kind::phi:
    case Kind::result:
      return;
    default:
      return static_cast<Machine*>(this)->lower_own(value);
  }
}

// Calls.

template <class Machine, class LoweredFunction>
void LoweringBase<Machine, LoweredFunction>::lower_return(Value value) {
  const std::span<const Value> values = function_.list(node(value));
  draft(Form::return_, value);
  size_t next = 0;
  for (const ArgumentPlace& place : shape_.results) {
    if (place.reg != no_reg) use(values[next++], Access::early_use, Constraint::fixed, place.reg);
  }
  finish();
}

template <class Machine, class LoweredFunction>
void LoweringBase<Machine, LoweredFunction>::lower_entry() {
  if (function_.frame != no_value) {
    draft(Form::entry, no_value);
    define(vreg_of(function_.frame), Constraint::fixed, convention_.integer_arguments[0]);
    finish();
    return;
  }
  for (const Value value : function_.blocks[0].nodes) {
    const Node& n = node(value);
    if (n.kind != Kind::parameter || uses_[value] == 0) continue;
    const ArgumentPlace& place = shape_.arguments[n.imm];
    if (place.reg != no_reg) continue;
    Draft& d = draft(Form::load_argument, value);
    d.instruction.width = is_integer(n.type) ? Width::w64 : Width::vector;
    d.instruction.width_b = width_in_memory(n.type);
    d.instruction.imm = place.stack;
    d.instruction.def = define(vreg_of(value));
    finish();
  }
  draft(Form::entry, no_value);
  for (const Value value : function_.blocks[0].nodes) {
    const Node& n = node(value);
    if (n.kind != Kind::parameter || uses_[value] == 0) continue;
    const ArgumentPlace& place = shape_.arguments[n.imm];
    if (place.reg != no_reg) define(vreg_of(value), Constraint::fixed, place.reg);
  }
  finish();
}

template <class Machine, class LoweredFunction>
void LoweringBase<Machine, LoweredFunction>::lower_call(Value value) {
  const Node& n = node(value);
  const bool is_tail = is_tail_call(n.kind);
  const bool is_indirect = n.kind != Kind::call && n.kind != Kind::return_call;
  const bool is_reference = n.kind == Kind::call_ref || n.kind == Kind::return_call_ref;
  const FuncType& type =
      is_indirect ? module_.types[static_cast<u32>(n.imm)].func : compiled_.func_type(static_cast<u32>(n.imm));
  call_shape_.set(type, convention_);
  const CallShape& shape = call_shape_;
  out_.has_calls = true;
  out_.stack_arguments = std::max(out_.stack_arguments, shape.stack_arguments);
  const std::span<const Value> arguments = function_.list(n);
  const bool is_import = !is_indirect && n.imm < module_.imported_functions;
  Draft& d = draft(is_reference  ? Form::call_ref
                   : is_indirect ? Form::call_indirect
                   : is_import   ? Form::call_import
                                 : Form::call,
                   value);
  d.instruction.is_tail = is_tail;
  if (!is_tail) d.clobbers = convention_.clobbered;
  d.instruction.scope = std::exchange(scope_, interp::HandlerTable::none);
  out_.saves_instance |= is_indirect || is_import || d.instruction.scope != interp::HandlerTable::none;
  // The last of a block cannot save.
  d.saves = function_.blocks[block_].is_rare && shape.stack_arguments == 0 && !is_tail &&
            d.instruction.scope == interp::HandlerTable::none;
  d.instruction.imm = static_cast<s64>(n.imm);
  // First the ones on the stack, so that they are the instruction's first operands.
  for (size_t i = 0; i < shape.arguments.size(); ++i) {
    if (shape.arguments[i].reg == no_reg) use(arguments[i], Access::early_use, Constraint::any);
  }
  for (size_t i = 0; i < shape.arguments.size(); ++i) {
    if (shape.arguments[i].reg != no_reg)
      use(arguments[i], Access::early_use, Constraint::fixed, shape.arguments[i].reg);
  }
  if (is_indirect) d.instruction.a = use(arguments.back(), Access::early_use, Constraint::fixed, convention_.callee);
  if (is_tail) return finish();
  if (!shape.results.empty()) {
    d.instruction.def = define(vreg_of(value), Constraint::fixed, shape.results[0].reg);
  }
  for (const Value other : results_of(value)) {
    define(vreg_of(other), Constraint::fixed, shape.results[node(other).imm].reg);
  }
  finish();
}

/// The nodes of a call's other results stand right behind it.
template <class Machine, class LoweredFunction>
std::span<const Value> LoweringBase<Machine, LoweredFunction>::results_of(Value call) const {
  const auto& nodes = function_.blocks[block_of_[call]].nodes;
  const size_t first = static_cast<size_t>(std::ranges::lower_bound(nodes, call) - nodes.begin()) + 1;
  size_t end = first;
  while (end < nodes.size() && node(nodes[end]).kind == Kind::result) ++end;
  return {nodes.begin() + first, end - first};
}

template <class Machine, class LoweredFunction>
void LoweringBase<Machine, LoweredFunction>::lower_builtin(Value value) {
  const Node& n = node(value);
  out_.has_calls = true;
  Draft& d = draft(Form::call_builtin, value);
  d.clobbers = convention_.clobbered;
  d.saves = function_.blocks[block_].is_rare;
  d.instruction.imm = static_cast<s64>(n.imm);
  const std::span<const Value> inputs = function_.list(n);
  for (size_t i = 0; i < inputs.size(); ++i) {
    use(inputs[i], Access::early_use, Constraint::fixed, convention_.builtin_arguments[i]);
  }
  if (n.type != Type::none) {
    d.instruction.def = define(vreg_of(value), Constraint::fixed, convention_.builtin_result);
  }
  finish();
}

}  // namespace invar::jit
