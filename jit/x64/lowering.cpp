#include "jit/x64/lowering.h"

#include <algorithm>
#include <bit>

#include "jit/x64/lowering_vector.h"
#include "jit/x64/patterns.h"

namespace invar::jit::x64 {

namespace {

RegClass class_of_type(Type type) { return is_integer(type) ? RegClass::integer : RegClass::vector; }

bool fits_s32(u64 value) { return static_cast<s64>(value) == static_cast<s32>(value); }

Width width_in_memory(Type type) {
  return type == Type::v128 ? Width::vector : type == Type::f32 ? Width::w32 : Width::w64;
}

constexpr RegSet everything = allocatable_integers | allocatable_vectors;

}  // namespace

// Building instructions.

Lowering::Draft& Lowering::draft(Form form, u32 node_of) {
  draft_.instruction = {};
  draft_.instruction.form = form;
  if (node_of != no_value) {
    draft_.instruction.offset = node(node_of).offset;
    draft_.instruction.index = node(node_of).index;
  }
  draft_.clobbers = 0;
  draft_.operands.clear();
  return draft_;
}

u8 Lowering::add(const Operand& operand) {
  draft_.operands.push_back(operand);
  return static_cast<u8>(draft_.operands.size() - 1);
}

VReg Lowering::new_vreg(RegClass reg_class, bool wide) {
  out_.code.vregs.push_back({.reg_class = reg_class, .wide = wide});
  return static_cast<VReg>(out_.code.vregs.size() - 1);
}

VReg Lowering::new_vreg_for(Type type) { return new_vreg(class_of_type(type), type == Type::v128); }

u32 Lowering::literal(const V128& bits) {
  out_.literals.push_back(bits);
  return static_cast<u32>(out_.literals.size() - 1);
}

/// An i32 has zeros above: it is its own extension.
Value Lowering::unextended(Value value) const {
  while (is_numeric(value, Op::i64_extend_i32_u)) value = node(value).inputs[0];
  return value;
}

VReg Lowering::vreg_of(Value value) {
  VReg& vreg = vregs_[value];
  if (vreg == no_vreg) vreg = new_vreg_for(node(value).type);
  return vreg;
}

/// What to read the value from: a constant comes to be in front of the instruction in hand.
VReg Lowering::readable(Value value) {
  value = unextended(value);
  if (!is_constant(value)) return vreg_of(value);
  const auto same = std::ranges::find(pending_, value, &Pending::constant);
  if (same != pending_.end()) return same->vreg;
  pending_.push_back({new_vreg_for(node(value).type), value});
  return pending_.back().vreg;
}

u8 Lowering::use(Value value, Access access, Constraint constraint, Reg reg) {
  return add({.value = readable(value), .access = access, .constraint = constraint, .reg = reg});
}

u8 Lowering::define(VReg vreg, Constraint constraint, Reg reg) {
  return add({.value = vreg, .access = Access::definition, .constraint = constraint, .reg = reg});
}

u8 Lowering::temporary(RegClass reg_class) { return add({.access = Access::temporary, .reg_class = reg_class}); }

/// The draft goes in front of what was made so far, with the constants that it needs in front of it.
void Lowering::finish() {
  MachineCode& code = out_.code;
  const auto emit = [&] {
    code.instructions.push_back({.first_operand = static_cast<u32>(code.operands.size()),
                                 .operand_count = static_cast<u16>(draft_.operands.size()),
                                 .clobbers = draft_.clobbers});
    code.operands.insert(code.operands.end(), draft_.operands.begin(), draft_.operands.end());
    out_.instructions.push_back(draft_.instruction);
  };
  emit();
  for (const Pending& pending : pending_) {
    const Node& constant = node(pending.constant);
    Draft& d = draft(constant.type == Type::v128 ? Form::vector_constant : Form::constant, no_value);
    if (constant.type == Type::v128) d.instruction.literal = literal(function_.vector(pending.constant));
    d.instruction.width = !is_integer(constant.type)   ? Width::vector
                          : constant.type == Type::i32 ? Width::w32
                                                       : Width::w64;
    d.instruction.width_b = constant.type == Type::f32 ? Width::w32 : Width::w64;
    d.instruction.imm = static_cast<s64>(constant.imm);
    d.instruction.def = define(pending.vreg);
    emit();
  }
  pending_.clear();
}

// Values.

bool Lowering::is_immediate(Value value, bool wide) const {
  return is_constant(value) && (!wide || fits_s32(node(value).imm));
}

bool Lowering::can_take_over(Value value) const {
  return node(value).kind == Kind::numeric && uses_[value] == 1 && block_of_[value] == block_;
}

/// The second operand of most instructions: an immediate, a register or a slot.
u8 Lowering::use_b(Instruction& instruction, Value value) {
  if (is_integer(node(value).type) && is_immediate(value, instruction.width_b == Width::w64)) {
    instruction.b_is_immediate = true;
    instruction.imm = static_cast<s32>(node(value).imm);
    return no_operand;
  }
  return use(value, Access::early_use, Constraint::any);
}

void Lowering::count_uses() {
  const size_t count = function_.nodes.size();
  uses_.assign(count, 0);
  block_of_.assign(count, 0);
  vregs_.assign(count, no_vreg);
  folded_.assign(count, false);
  // From what has effects to what it needs.
  std::vector<Value> work;
  std::vector<bool> live(count);
  const auto mark = [&](Value value) {
    ++uses_[value];
    if (live[value]) return;
    live[value] = true;
    work.push_back(value);
  };
  for (u32 block = 0; block < function_.blocks.size(); ++block) {
    for (const Value value : function_.blocks[block].phis) block_of_[value] = block;
    for (const Value value : function_.blocks[block].nodes) {
      block_of_[value] = block;
      if (is_pure(node(value).kind)) continue;
      live[value] = true;
      work.push_back(value);
    }
  }
  while (!work.empty()) {
    const Value value = work.back();
    work.pop_back();
    const Node& user = node(value);
    if (has_list(user.kind)) {
      for (const Value input : function_.list(user)) mark(input);
    } else {
      for (const Value input : user.inputs) {
        if (input == no_value) break;
        mark(input);
      }
    }
  }
}

bool Lowering::lower() {
  if (!CallShape(*function_.type).is_supported) return false;
  count_uses();
  MachineCode& code = out_.code;
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
  std::ranges::reverse(out_.instructions);
  const u32 total = static_cast<u32>(code.instructions.size());
  for (u32 i = 0; i < block_count; ++i) {
    MachineBlock& block = code.blocks[i];
    const Block& from = function_.blocks[i];
    block.first_instruction = total - block.first_instruction;
    block.end_instruction = total - block.end_instruction;
    block.loop_depth = from.loop_depth;
    block.loop_end = from.loop_end;
    block.first_predecessor = static_cast<u32>(code.edges.size());
    block.predecessor_count = static_cast<u32>(from.predecessors.size());
    code.edges.insert(code.edges.end(), from.predecessors.begin(), from.predecessors.end());
    block.first_successor = static_cast<u32>(code.edges.size());
    block.successor_count = static_cast<u32>(from.successors.size());
    code.edges.insert(code.edges.end(), from.successors.begin(), from.successors.end());
    block.first_parameter = static_cast<u32>(code.parameters.size());
    for (const Value phi : from.phis) {
      if (uses_[phi] != 0) code.parameters.push_back(vreg_of(phi));
    }
    block.parameter_count = static_cast<u32>(code.parameters.size()) - block.first_parameter;
  }
  return true;
}

/// What the block passes to the phis of its only successor. A constant gets a register in front of the jump.
void Lowering::lower_arguments(u32 block) {
  MachineBlock& made = out_.code.blocks[block];
  const Block& from = function_.blocks[block];
  if (from.successors.size() != 1) return;
  const Block& to = function_.blocks[from.successors[0]];
  if (to.phis.empty()) return;
  const size_t edge = static_cast<size_t>(std::ranges::find(to.predecessors, block) - to.predecessors.begin());
  made.first_argument = static_cast<u32>(out_.code.arguments.size());
  for (const Value phi : to.phis) {
    if (uses_[phi] == 0) continue;
    out_.code.arguments.push_back(readable(function_.list(node(phi))[edge]));
  }
  made.argument_count = static_cast<u32>(out_.code.arguments.size()) - made.first_argument;
}

void Lowering::lower_block(u32 block) {
  block_ = block;
  const std::vector<Value>& nodes = function_.blocks[block].nodes;
  for (size_t i = nodes.size(); i-- > 0;) {
    const Value value = nodes[i];
    if (is_pure(node(value).kind) ? uses_[value] == 0 : folded_[value]) continue;
    position_ = static_cast<u32>(i);
    lower_node(value);
  }
  if (block == 0) lower_entry();
}

void Lowering::lower_node(Value value) {
  const Node& n = node(value);
  switch (n.kind) {
    case Kind::numeric:
    case Kind::trapping:
      lower_numeric(value);
      return;
    case Kind::select: {
      const bool is_vector = !is_integer(n.type);
      Draft& d = draft(Form::select, value);
      d.instruction.width = is_vector ? Width::vector : n.type == Type::i32 ? Width::w32 : Width::w64;
      d.instruction.width_b = n.type == Type::v128 ? Width::vector : Width::w64;
      d.instruction.condition = condition_of(n.inputs[0]);
      d.instruction.a = use(n.inputs[2]);
      // A conditional move in memory could be one that must not be read, but a slot may.
      d.instruction.b = use(n.inputs[1], Access::early_use, Constraint::any);
      d.instruction.def = define(vreg_of(value), Constraint::tied);
      finish();
      lower_comparison(n.inputs[0]);
      return;
    }
    case Kind::load:
      lower_load(value);
      return;
    case Kind::store:
      lower_store(value);
      return;
    case Kind::global_get: {
      Draft& d = draft(Form::global_get, value);
      d.instruction.width = !is_integer(n.type) ? Width::vector : n.type == Type::i32 ? Width::w32 : Width::w64;
      d.instruction.width_b = width_in_memory(n.type);
      d.instruction.imm = static_cast<s64>(n.imm);
      d.instruction.def = define(vreg_of(value));
      finish();
      return;
    }
    case Kind::global_set: {
      const Type type = node(n.inputs[0]).type;
      Draft& d = draft(Form::global_set, value);
      d.instruction.width = !is_integer(type) ? Width::vector : Width::w64;
      d.instruction.width_b = width_in_memory(type);
      d.instruction.imm = static_cast<s64>(n.imm);
      d.instruction.a = use(n.inputs[0]);
      finish();
      return;
    }
    case Kind::memory_size: {
      Draft& d = draft(Form::memory_size, value);
      d.instruction.imm = module_.memories[n.index].page_size_log2;
      d.instruction.def = define(vreg_of(value));
      finish();
      return;
    }
    case Kind::table_size: {
      Draft& d = draft(Form::table_size, value);
      d.instruction.def = define(vreg_of(value));
      finish();
      return;
    }
    case Kind::table_get: {
      Draft& d = draft(Form::table_get, value);
      d.instruction.a = use(n.inputs[0]);
      d.instruction.def = define(vreg_of(value));
      finish();
      return;
    }
    case Kind::table_set: {
      Draft& d = draft(Form::table_set, value);
      d.instruction.a = use(n.inputs[0]);
      d.instruction.b = use(n.inputs[1]);
      finish();
      return;
    }
    case Kind::check_null: {
      Draft& d = draft(Form::check_null, value);
      d.instruction.trap = static_cast<TrapKind>(n.imm);
      d.instruction.a = use(n.inputs[0]);
      finish();
      return;
    }
    case Kind::canonical_nan: {
      if (n.type == Type::v128) return VectorLowering(*this, value).lower_canonical_nan();
      Draft& d = draft(Form::canonical_nan, value);
      d.instruction.width_b = n.type == Type::f32 ? Width::w32 : Width::w64;
      d.instruction.a = use(n.inputs[0]);
      d.instruction.def = define(vreg_of(value), Constraint::tied);
      finish();
      return;
    }
    case Kind::tick: {
      Draft& d = draft(Form::tick, value);
      d.instruction.imm = static_cast<s64>(n.imm);
      finish();
      return;
    }
    case Kind::locate: {
      Draft& d = draft(Form::locate, value);
      d.instruction.width = module_.memories[n.index].is_64 ? Width::w64 : Width::w32;
      d.instruction.imm = static_cast<s64>(n.imm);
      d.instruction.op = n.op;
      d.instruction.a = use(n.inputs[0], Access::late_use);
      d.instruction.def = define(vreg_of(value));
      finish();
      return;
    }
    case Kind::call:
    case Kind::call_indirect:
    case Kind::call_ref:
      lower_call(value);
      return;
    case Kind::call_builtin:
      lower_builtin(value);
      return;
    case Kind::jump:
      lower_arguments(block_);
      draft(Form::jump, value);
      finish();
      return;
    case Kind::branch: {
      Draft& d = draft(Form::branch, value);
      d.instruction.condition = condition_of(n.inputs[0]);
      finish();
      lower_comparison(n.inputs[0]);
      return;
    }
    case Kind::switch_: {
      Draft& d = draft(Form::switch_, value);
      d.instruction.imm = static_cast<s64>(n.imm);
      d.instruction.a = use(n.inputs[0]);
      d.instruction.b = temporary(RegClass::integer);
      finish();
      return;
    }
    case Kind::return_:
      lower_return(value);
      return;
    case Kind::trap: {
      Draft& d = draft(Form::trap, value);
      d.instruction.trap = static_cast<TrapKind>(n.imm);
      finish();
      return;
    }
    case Kind::slot: {
      Draft& d = draft(Form::move, value);
      d.instruction.id = is_integer(n.type)     ? asmjit::x86::Inst::kIdMov
                         : n.type == Type::v128 ? asmjit::x86::Inst::kIdMovups
                         : n.type == Type::f32  ? asmjit::x86::Inst::kIdMovss
                                                : asmjit::x86::Inst::kIdMovsd;
      d.instruction.width = is_integer(n.type) ? Width::w64 : Width::vector;
      d.instruction.width_b = width_in_memory(n.type);
      d.instruction.b_in_memory = true;
      d.instruction.memory.operand = use(n.inputs[0]);
      d.instruction.memory.displacement = static_cast<s32>(8 * n.imm);
      d.instruction.def = define(vreg_of(value));
      finish();
      return;
    }
    case Kind::constant:
    case Kind::vector_constant:
    case Kind::parameter:
    case Kind::phi:
    case Kind::result:
      return;
  }
}

// Conditions.

/// Of floats, `less` is `greater` with the operands the other way around.
Condition Lowering::condition_for(Op op) {
  const Pattern& pattern = pattern_of(op);
  switch (pattern.condition) {
    case Condition::below:
      return pattern.width == Width::vector ? Condition::above : Condition::below;
    case Condition::below_or_equal:
      return pattern.width == Width::vector ? Condition::above_or_equal : Condition::below_or_equal;
    default:
      return pattern.condition;
  }
}

/// The vector's test that the value is `not` of, if that can be taken over.
Value Lowering::opposite_truth(Value value) const {
  if (!can_take_over(value) || node(value).op != Op::i32_eqz) return no_value;
  const Value inner = node(value).inputs[0];
  if (!can_take_over(inner) || pattern_of(node(inner).op).form != Form::compare) return no_value;
  return node(node(inner).inputs[0]).type == Type::v128 ? inner : no_value;
}

Condition Lowering::condition_of(Value value) const {
  if (const Value opposite = opposite_truth(value); opposite != no_value) {
    return negated(condition_for(node(opposite).op));
  }
  const bool fused = can_take_over(value) && pattern_of(node(value).op).form == Form::compare;
  return fused ? condition_for(node(value).op) : Condition::not_equal;
}

/// Sets the flags for condition_of(value).
void Lowering::lower_comparison(Value value) {
  if (const Value opposite = opposite_truth(value); opposite != no_value) {
    take_over(value);
    take_over(opposite);
    return compare(opposite);
  }
  if (can_take_over(value) && pattern_of(node(value).op).form == Form::compare) {
    take_over(value);
    compare(value);
    return;
  }
  Draft& d = draft(Form::compare, value);
  d.instruction.id = asmjit::x86::Inst::kIdTest;
  d.instruction.a = use(value);
  d.instruction.b = d.instruction.a;
  finish();
}

void Lowering::compare(Value value) {
  const Node& n = node(value);
  const Pattern& pattern = pattern_of(n.op);
  if (node(n.inputs[0]).type == Type::v128) return VectorLowering(*this, value).lower_truth();
  Value a = n.inputs[0], b = n.inputs[1];
  Draft& d = draft(Form::compare, value);
  Instruction& i = d.instruction;
  i.id = pattern.id;
  i.width = i.width_b = pattern.width;
  if (info(n.op).family == Family::Test) {
    i.id = asmjit::x86::Inst::kIdTest;
    if (can_take_over(a) && (node(a).op == Op::i32_and || node(a).op == Op::i64_and)) {
      take_over(a);
      b = node(a).inputs[1];
      a = node(a).inputs[0];
      i.a = use(a);
      i.b = use_b(i, b);
    } else {
      i.a = use(a);
      i.b = i.a;
    }
    finish();
    return;
  }
  const bool is_vector = pattern.width == Width::vector;
  if (is_vector && (pattern.condition == Condition::below || pattern.condition == Condition::below_or_equal)) {
    std::swap(a, b);
  }
  i.a = use(a);
  use_b_or_load(i, b);
  finish();
}

// Calls.

void Lowering::lower_return(Value value) {
  const std::span<const Value> values = function_.list(node(value));
  const CallShape shape(*function_.type);
  draft(Form::return_, value);
  for (size_t i = 0; i < values.size(); ++i) {
    use(values[i], Access::early_use, Constraint::fixed, shape.results[i].reg);
  }
  finish();
}

void Lowering::lower_entry() {
  if (function_.frame != no_value) {
    draft(Form::entry, no_value);
    define(vreg_of(function_.frame), Constraint::fixed, integer_arguments[0]);
    finish();
    return;
  }
  const CallShape shape(*function_.type);
  for (const Value value : function_.blocks[0].nodes) {
    const Node& n = node(value);
    if (n.kind != Kind::parameter || uses_[value] == 0) continue;
    const ArgumentPlace& place = shape.arguments[n.imm];
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
    const ArgumentPlace& place = shape.arguments[n.imm];
    if (place.reg != no_reg) define(vreg_of(value), Constraint::fixed, place.reg);
  }
  finish();
}

void Lowering::lower_call(Value value) {
  const Node& n = node(value);
  const bool is_indirect = n.kind != Kind::call;
  const FuncType& type =
      is_indirect ? module_.types[static_cast<u32>(n.imm)].func : module_.func_type(static_cast<u32>(n.imm));
  const CallShape shape(type);
  if (!shape.is_supported) {
    supported_ = false;
    return;
  }
  out_.has_calls = true;
  out_.stack_arguments = std::max(out_.stack_arguments, shape.stack_arguments);
  const std::span<const Value> arguments = function_.list(n);
  const bool is_import = !is_indirect && n.imm < module_.imported_functions;
  Draft& d = draft(n.kind == Kind::call_ref ? Form::call_ref
                   : is_indirect            ? Form::call_indirect
                   : is_import              ? Form::call_import
                                            : Form::call,
                   value);
  d.clobbers = everything;
  d.instruction.imm = static_cast<s64>(n.imm);
  // First the ones on the stack, so that they are the instruction's first operands.
  for (size_t i = 0; i < shape.arguments.size(); ++i) {
    if (shape.arguments[i].reg == no_reg) use(arguments[i], Access::early_use, Constraint::any);
  }
  for (size_t i = 0; i < shape.arguments.size(); ++i) {
    if (shape.arguments[i].reg != no_reg)
      use(arguments[i], Access::early_use, Constraint::fixed, shape.arguments[i].reg);
  }
  if (is_indirect) d.instruction.a = use(arguments.back(), Access::early_use, Constraint::fixed, rax);
  if (!shape.results.empty()) {
    d.instruction.def = define(vreg_of(value), Constraint::fixed, shape.results[0].reg);
  }
  for (const Value other : results_of(value)) {
    define(vreg_of(other), Constraint::fixed, shape.results[node(other).imm].reg);
  }
  finish();
}

/// The nodes of a call's other results stand right behind it.
std::span<const Value> Lowering::results_of(Value call) const {
  const std::vector<Value>& nodes = function_.blocks[block_of_[call]].nodes;
  const size_t first = static_cast<size_t>(std::ranges::lower_bound(nodes, call) - nodes.begin()) + 1;
  size_t end = first;
  while (end < nodes.size() && node(nodes[end]).kind == Kind::result) ++end;
  return {nodes.data() + first, end - first};
}

void Lowering::lower_builtin(Value value) {
  constexpr Reg arguments[] = {rsi, rdx, rcx, r8, r9};  // rdi is the instance
  const Node& n = node(value);
  out_.has_calls = true;
  Draft& d = draft(Form::call_builtin, value);
  d.clobbers = everything;
  d.instruction.imm = static_cast<s64>(n.imm);
  const std::span<const Value> inputs = function_.list(n);
  for (size_t i = 0; i < inputs.size(); ++i) use(inputs[i], Access::early_use, Constraint::fixed, arguments[i]);
  if (n.type != Type::none) d.instruction.def = define(vreg_of(value), Constraint::fixed, rax);
  finish();
}

}  // namespace invar::jit::x64
