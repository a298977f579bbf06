// SSA form of blocks, branches, calls and returns.
#include <algorithm>

#include "engine/interp/frame.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/trap.h"
#include "jit/ir/ssa_sink.h"

namespace invar::jit {

namespace {

/// Of the interpreter's frame.
constexpr u32 slots_of_type(Type type) { return type == Type::v128 ? 2 : 1; }

}  // namespace

// Blocks.

u32 SsaSink::new_block(u32 dominator) {
  const u32 block = static_cast<u32>(function_.blocks.size());
  Block& made = function_.blocks.emplace_back();
  made.dominator = dominator;
  made.depth = block == 0 ? 0 : function_.blocks[dominator].depth + 1;
  made.loop_depth = loop_depth_;
  // Far up in the tree of dominators, so that a way up has about as many steps as its length has digits: the dominator
  // itself, or twice as far as the dominator's two steps, if those are equally long.
  const auto depth = [this](u32 of) { return function_.blocks[of].depth; };
  const u32 up = far_dominator_.empty() ? 0 : far_dominator_[dominator];
  const bool doubles = block != 0 && depth(dominator) - depth(up) == depth(up) - depth(far_dominator_[up]);
  far_dominator_.push_back(doubles ? far_dominator_[up] : dominator);
  maker_.set_block(block);
  return block;
}

void SsaSink::add_successor(u32 block, u32 successor) {
  function_.blocks[block].successors.push_back(successor);
  function_.blocks[successor].predecessors.push_back(block);
}

/// A new block with one predecessor.
u32 SsaSink::block_behind(u32 predecessor) {
  const u32 block = new_block(predecessor);
  add_successor(predecessor, block);
  known_.enter_from(predecessor);
  return block;
}

u32 SsaSink::common_dominator(u32 a, u32 b) const {
  const auto& blocks = function_.blocks;
  if (blocks[a].depth < blocks[b].depth) std::swap(a, b);
  while (blocks[a].depth > blocks[b].depth) {
    const u32 far = far_dominator_[a];
    a = blocks[far].depth >= blocks[b].depth ? far : blocks[a].dominator;
  }
  while (a != b) {
    const bool is_below = far_dominator_[a] != far_dominator_[b];
    a = is_below ? far_dominator_[a] : blocks[a].dominator;
    b = is_below ? far_dominator_[b] : blocks[b].dominator;
  }
  return a;
}

// Labels.

void SsaSink::open_label(LabelKind kind, const BlockType& type) {
  const u32 params = static_cast<u32>(type.params.size());
  Label label{.kind = kind,
              .height = static_cast<u32>(stack_.size()) - params,
              .types = static_cast<u32>(label_types_.size()),
              .params = params,
              .results = static_cast<u32>(type.results.size()),
              .construct = kind <= LabelKind::inlined ? none : constructs_++,
              .scope = labels_.empty() ? none : labels_.back().scope};
  label_types_.insert(label_types_.end(), type.params.begin(), type.params.end());
  label_types_.insert(label_types_.end(), type.results.begin(), type.results.end());
  labels_.push_back(label);
}

std::span<const ValType> SsaSink::branch_types(const Label& label) const {
  const bool is_loop = label.kind == LabelKind::loop;
  return {label_types_.data() + label.types + (is_loop ? 0 : label.params), is_loop ? label.params : label.results};
}

/// Keeps the topmost `count` values and the locals that the label's construct assigns.
u32 SsaSink::save(const Label& label, u32 count) {
  const u32 at = static_cast<u32>(saved_.size());
  if (at > max_saved) fail();
  saved_.insert(saved_.end(), stack_.end() - count, stack_.end());
  for (const u32 local : assigned(label)) saved_.push_back(locals_[local]);
  return at;
}

void SsaSink::restore(const Label& label, u32 saved, u32 count) {
  stack_.resize(label.height);
  for (u32 i = 0; i < count; ++i) push(saved_[saved + i]);
  const std::span<const u32> locals = assigned(label);
  for (u32 i = 0; i < locals.size(); ++i) locals_[locals[i]] = saved_[saved + count + i];
}

/// From the current block, which ends with a jump, to the label.
void SsaSink::add_edge(Label& label) {
  const u32 count = static_cast<u32>(branch_types(label).size());
  edges_.push_back({maker_.block(), save(label, count), label.first_edge});
  label.first_edge = static_cast<u32>(edges_.size()) - 1;
  ++label.edges;
}

void SsaSink::jump_to(u32 depth) {
  Label& label = label_at(depth);
  if (label.kind == LabelKind::function) return return_values();
  maker_.append({.kind = Kind::jump});
  add_edge(label);
}

/// A new block where the edges of a list meet. Returns where in saved_ their values are there, of which each edge has
/// so many.
u32 SsaSink::meet(u32 first_edge, u32 values) {
  scratch_.clear();  // the edges, first to last
  for (u32 edge = first_edge; edge != none; edge = edges_[edge].next) scratch_.push_back(edge);
  std::ranges::reverse(scratch_);
  u32 dominator = edges_[scratch_.front()].block;
  for (const u32 edge : scratch_) dominator = common_dominator(dominator, edges_[edge].block);
  const u32 block = new_block(dominator);
  for (const u32 edge : scratch_) add_successor(edges_[edge].block, block);
  if (scratch_.size() == 1) known_.enter_from(edges_[scratch_.front()].block);

  // From now on by where their values are.
  for (u32& edge : scratch_) edge = edges_[edge].values;
  Value* const saved = saved_.data();
  const u32 first = scratch_.front();
  const std::span others = std::span(scratch_).subspan(1);
  for (u32 i = 0; i < values; ++i) {
    const Value value = maker_.resolve(saved[first + i]);
    const auto is_value = [&](u32 from) { return maker_.resolve(saved[from + i]) == value; };
    if (std::ranges::all_of(others, is_value)) {
      saved[first + i] = value;
      continue;
    }
    const Value phi = maker_.phi(function_.nodes[value].type, block);
    function_.nodes[phi].inputs[0] = static_cast<u32>(function_.lists.size());
    function_.nodes[phi].inputs[1] = static_cast<u32>(scratch_.size());
    for (const u32 from : scratch_) function_.lists.push_back(maker_.resolve(saved[from + i]));
    saved[first + i] = phi;
  }
  return first;
}

/// The block behind the label, where its edges meet.
void SsaSink::bind(const Label& label) {
  if (label.edges == 0) {
    stack_.resize(label.height);
    return;
  }
  restore(label, meet(label.first_edge, label.results + static_cast<u32>(assigned(label).size())), label.results);
}

/// Now that all ways to the header are known.
void SsaSink::close_loop(const Label& label) {
  if (label.interpreted != nullptr) return leave_to_interpreter(label);
  Block& header = function_.blocks[label.header];
  if (label.edges == 0) {
    if (label.construct == entered_) return;
    for (const Value phi : header.phis) maker_.replace(phi, function_.lists[function_.nodes[phi].inputs[0]]);
    header.phis.clear();
    return;
  }
  scratch_.clear();
  for (u32 edge = label.first_edge; edge != none; edge = edges_[edge].next) scratch_.push_back(edge);
  std::ranges::reverse(scratch_);
  for (const u32 edge : scratch_) add_successor(edges_[edge].block, label.header);
  const auto& phis = function_.blocks[label.header].phis;
  for (u32 i = 0; i < phis.size(); ++i) {
    Node& phi = function_.nodes[phis[i]];
    const u32 from = phi.inputs[0], ways_in = phi.inputs[1];
    phi.inputs[0] = static_cast<u32>(function_.lists.size());
    phi.inputs[1] = ways_in + static_cast<u32>(scratch_.size());
    for (u32 k = 0; k < ways_in; ++k) function_.lists.push_back(Value{function_.lists[from + k]});
    // Behind the parameters and the assigned locals stand values that the loop does not change.
    const bool changes = i < label.params + assigned(label).size();
    for (const u32 edge : scratch_) function_.lists.push_back(changes ? saved_[edges_[edge].values + i] : phis[i]);
  }
  function_.blocks[label.header].loop_end = static_cast<u32>(function_.blocks.size());
}

// The sink's calls.

void SsaSink::block(const BlockType& type) {
  if (!dead()) open_label(LabelKind::block, type);
}

void SsaSink::loop(const BlockType& type) {
  if (dead()) return;
  open_label(LabelKind::loop, type);
  Label& label = labels_.back();
  maker_.append({.kind = Kind::jump});
  const u32 before = maker_.block();
  ++loop_depth_;
  const bool enters = label.construct == entered_;
  if (enters) entry_ = new_block(before);
  label.header = new_block(before);
  add_successor(before, label.header);
  const auto phi_of = [&](Value value) {
    const Value phi = maker_.phi(function_.nodes[value].type, label.header);
    function_.nodes[phi].inputs[0] = static_cast<u32>(function_.lists.size());
    function_.nodes[phi].inputs[1] = 1;
    function_.lists.push_back(value);
    return phi;
  };
  for (u32 i = 0; i < label.params; ++i) {
    Value& value = stack_[label.height + i];
    value = phi_of(value);
  }
  for (const u32 local : assigned(label)) locals_[local] = phi_of(locals_[local]);
  if (enters) enter_from_interpreter(label);
  begin_segment(true);
}

Value SsaSink::slot(Type type, u32 index) {
  return maker_.append(
      {.kind = Kind::slot, .type = type, .inputs = {function_.frame, no_value, no_value}, .imm = index});
}

/// Makes the loop one that begins with what the interpreter's frame has: in its slots are all locals, and the operands
/// but for constants below the loop's parameters.
void SsaSink::enter_from_interpreter(const Label& label) {
  maker_.forget();
  known_.forget();
  // What led to the loops around it is not compiled.
  u32 outer = static_cast<u32>(around_.size());
  for (Label& other : labels_) {
    if (other.kind != LabelKind::loop || &other == &label) continue;
    if (outer == 0) return fail();
    other.interpreted = around_[--outer];
    other.first_edge = none;
    other.edges = 0;
  }
  add_successor(entry_, label.header);
  maker_.set_block(entry_);
  function_.frame = maker_.append({.kind = Kind::parameter, .type = Type::i64});
  const auto total = [](std::span<const ValType> types) {
    u32 sum = 0;
    for (const ValType type : types) sum += slots_of_type(type_of(type));
    return sum;
  };
  const u32 link = std::max(total(function_.type->params), total(function_.type->results));

  unchanged_.assign(locals_.size(), no_value);
  local_slots_.resize(locals_.size());
  // By phi: what it gets on this way.
  ScratchVector<std::pair<Value, Value>> entering;
  const auto enter = [&](Value& value, u32 index, bool has_phi) {
    const Type type = function_.nodes[value].type;
    if (!has_phi) {
      const Value phi = maker_.phi(type, label.header);
      function_.nodes[phi].inputs[0] = static_cast<u32>(function_.lists.size());
      function_.nodes[phi].inputs[1] = 1;
      function_.lists.push_back(value);
      value = phi;
    }
    entering.emplace_back(value, slot(type, index));
  };
  ScratchVector<bool> is_set(locals_.size());
  for (const u32 local : assigned(label)) is_set[local] = true;
  u32 index = 0;
  for (u32 local = 0; local < locals_.size(); ++local) {
    if (local == function_.type->params.size()) index = link + interp::link_slots;
    const bool changes = is_set[local];
    enter(locals_[local], index, changes);
    if (!changes) unchanged_[local] = locals_[local];
    local_slots_[local] = index;
    index += slots_of_type(function_.nodes[locals_[local]].type);
  }
  if (locals_.size() == function_.type->params.size()) index = link + interp::link_slots;
  operand_slots_ = index;
  for (u32 i = 0; i < stack_.size(); ++i) {
    const bool is_parameter = i >= label.height;
    Value& value = stack_[i];
    if (!is_parameter) value = maker_.resolve(value);
    const u32 width = slots_of_type(function_.nodes[value].type);
    if (is_parameter || !function_.is_constant(value)) enter(value, index, is_parameter);
    index += width;
  }
  for (const auto& [phi, value] : entering) {
    Node& node = function_.nodes[phi];
    const Value from_outside = function_.lists[node.inputs[0]];
    node.inputs[0] = static_cast<u32>(function_.lists.size());
    node.inputs[1] = 2;
    function_.lists.push_back(from_outside);
    function_.lists.push_back(value);
  }
  maker_.append({.kind = Kind::jump});
  maker_.set_block(label.header);
}

/// The ways to the beginning of a loop around the one that was begun in: what changed goes back to the interpreter's
/// frame. The operands below the loop's parameters have not changed.
void SsaSink::leave_to_interpreter(const Label& label) {
  if (label.edges == 0) return;
  const u32 before = maker_.block(), operands = static_cast<u32>(stack_.size()) - label.height;
  const u32 kept = save(label, operands);
  restore(label, meet(label.first_edge, label.params + static_cast<u32>(assigned(label).size())), label.params);
  const Value frame = maker_.append({.kind = Kind::value_frame, .type = Type::i64});
  const auto set_slot = [&](u32 index, Value value) {
    maker_.append({.kind = Kind::set_slot, .inputs = {frame, maker_.resolve(value), no_value}, .imm = index});
  };
  for (const u32 local : assigned(label)) {
    if (maker_.resolve(locals_[local]) != unchanged_[local]) set_slot(local_slots_[local], locals_[local]);
  }
  u32 index = operand_slots_;
  for (u32 i = 0; i < stack_.size(); ++i) {
    if (i >= label.height) set_slot(index, stack_[i]);
    index += slots_of_type(function_.nodes[stack_[i]].type);
  }
  maker_.append({.kind = Kind::resume, .imm = reinterpret_cast<u64>(label.interpreted)});
  restore(label, kept, operands);
  maker_.set_block(before);
}

void SsaSink::if_(const BlockType& type) {
  if (dead()) return;
  const Value condition = pop();
  open_label(LabelKind::if_, type);
  Label& label = labels_.back();
  label.saved = save(label, label.params);
  label.condition = maker_.block();
  maker_.append({.kind = Kind::branch, .inputs = {condition, no_value, no_value}});
  block_behind(label.condition);
  begin_segment(false);
}

void SsaSink::else_(bool reachable) {
  if (dead()) return;
  if (reachable) jump_to(0);
  Label& label = labels_.back();
  label.kind = LabelKind::else_;
  block_behind(label.condition);
  restore(label, label.saved, label.params);
  begin_segment(false);
}

void SsaSink::end(bool reachable) {
  if (dead()) return;
  Label label = labels_.back();
  const bool is_reached =
      reachable || label.kind == LabelKind::if_ || (label.edges != 0 && label.kind != LabelKind::loop);
  if (label.kind == LabelKind::loop) {
    close_loop(label);
    --loop_depth_;
    if (reachable && label.edges != 0) {
      maker_.append({.kind = Kind::jump});
      block_behind(maker_.block());
    }
    if (!reachable) stack_.resize(label.height);
  } else if (label.kind == LabelKind::if_) {
    if (reachable) jump_to(0);
    block_behind(label.condition);
    restore(label, label.saved, label.params);
    jump_to(0);
    bind(labels_.back());
  } else if (label.own_scope != none) {
    if (reachable) jump_to(0);
    if (label.kind == LabelKind::try_) catch_clauses(label);
    end_handlers(label.own_scope);
    bind(labels_.back());
  } else if (label.edges != 0) {
    if (reachable) jump_to(0);
    bind(labels_.back());
  } else if (!reachable) {
    stack_.resize(label.height);
  }
  label_types_.resize(label.types);
  labels_.pop_back();
  if (is_reached) {
    begin_segment(false);
  } else {
    settle_fuel();  // what follows, up to the next label that is reached, belongs to no segment
  }
}

// Fuel: each segment (from a label on) pays for all its instructions when it begins, as in the interpreter.

void SsaSink::settle_fuel() {
  if (tick_ != no_value) function_.nodes[tick_].imm = fuel_count_;
  tick_ = no_value;
  fuel_count_ = 0;
}

/// `polls`: the segment is a function's or a loop's first, where a running program is interrupted.
void SsaSink::begin_segment(bool polls) {
  const EngineConfig& config = compiled_.engine().config();
  if (config.fuel) settle_fuel();
  if (!config.fuel && !(polls && config.interruptible)) return;
  const Value tick = maker_.append({.kind = Kind::tick});
  if (config.fuel) tick_ = tick;
}

void SsaSink::br(u32 depth) {
  if (!dead()) jump_to(depth);
}

void SsaSink::br_if(u32 depth) {
  if (dead()) return;
  const Value condition = pop();
  const u32 from = maker_.block();
  maker_.append({.kind = Kind::branch, .inputs = {condition, no_value, no_value}});
  block_behind(from);
  jump_to(depth);
  block_behind(from);
}

void SsaSink::br_on_null(u32 depth) {
  if (dead()) return;
  const Value reference = pop(), from = maker_.block();
  maker_.append({.kind = Kind::branch, .inputs = {maker_.numeric(Op::i64_eqz, reference), no_value, no_value}});
  block_behind(from);
  jump_to(depth);
  block_behind(from);
  push(reference);
  note_non_null(reference);
}

void SsaSink::br_on_non_null(u32 depth) {
  if (dead()) return;
  const Value reference = maker_.resolve(stack_.back()), from = maker_.block();
  maker_.append({.kind = Kind::branch, .inputs = {maker_.numeric(Op::i64_eqz, reference), no_value, no_value}});
  block_behind(from);  // null
  const u32 behind = maker_.block();
  block_behind(from);
  jump_to(depth);
  stack_.pop_back();
  maker_.set_block(behind);
  maker_.append({.kind = Kind::jump});
  block_behind(behind);
}

void SsaSink::br_table(std::span<const u32> depths) {
  if (dead()) return;
  const Value index = pop();
  const u32 from = maker_.block();
  const u64 first = function_.lists.size();
  function_.lists.resize(first + depths.size());
  maker_.append({.kind = Kind::switch_, .inputs = {index, no_value, no_value}, .imm = first << 32 | depths.size()});
  ScratchVector<u32> successor_of(labels_.size(), none);  // by depth
  for (size_t i = 0; i < depths.size(); ++i) {
    u32& successor = successor_of[depths[i]];
    if (successor == none) {
      successor = static_cast<u32>(function_.blocks[from].successors.size());
      block_behind(from);
      jump_to(depths[i]);
    }
    function_.lists[first + i] = successor;
  }
}

void SsaSink::leave(Kind kind, u64 imm) { maker_.append({.kind = kind, .imm = imm}); }

void SsaSink::return_values() {
  if (!callers_.empty()) return jump_to(static_cast<u32>(labels_.size() - 1 - callers_.back().label));
  const u32 count = static_cast<u32>(function_.type->results.size());
  scratch_.assign(stack_.end() - count, stack_.end());
  for (Value& value : scratch_) value = maker_.resolve(value);
  Places places(result_registers, result_registers);
  Value area = no_value;
  std::erase_if(scratch_, [&](Value value) {
    if (places.in_register(function_.nodes[value].type)) return false;
    if (area == no_value) area = results_area();
    store_slot(area, sizeof(u64) * places.word(), value);
    return true;
  });
  maker_.append({.kind = Kind::return_}, scratch_);
}

Value SsaSink::results_area() { return machine_state(offsetof(MachineState, results)); }

void SsaSink::return_() {
  if (!dead()) return_values();
}

void SsaSink::unreachable() {
  if (!dead()) leave(Kind::trap, static_cast<u64>(TrapKind::unreachable));
}

void SsaSink::finish(bool reachable) {
  if (dead()) return;
  if (!callers_.empty()) return finish_inlined(reachable);
  if (reachable) return_values();
  settle_fuel();
  resolve_all();
}

void SsaSink::finish_call(Value call, std::span<const ValType> results) {
  known_.forget();
  scratch_.clear();
  Places in_registers(result_registers, result_registers);
  for (u32 i = 0; i < results.size(); ++i) {
    const Type type = type_of(results[i]);
    const Node result{.kind = Kind::result, .type = type, .inputs = {call, no_value, no_value}, .imm = i};
    const bool in_register = in_registers.in_register(type);
    scratch_.push_back(i == 0 ? call : in_register ? maker_.append(result) : no_value);
  }
  may_throw();
  Places places(result_registers, result_registers);
  Value area = no_value;
  for (u32 i = 0; i < results.size(); ++i) {
    const Type type = type_of(results[i]);
    Value& result = scratch_[i];
    if (!places.in_register(type)) {
      if (area == no_value) area = results_area();
      result = load_slot(area, sizeof(u64) * places.word(), type);
    }
    push_reference(result, results[i]);
  }
}

/// To scratch_.
void SsaSink::pop_operands(size_t count) {
  scratch_.assign(stack_.end() - static_cast<std::ptrdiff_t>(count), stack_.end());
  for (Value& value : scratch_) value = maker_.resolve(value);
  stack_.resize(stack_.size() - count);
}

void SsaSink::call(u32 function) {
  if (dead()) return;
  if (inlines_ && is_inlinable(function)) return inline_call(function, maker_.offset());
  call_function(function, module_.func_type(function));
}

void SsaSink::call_function(u32 function, const FuncType& type) {
  pop_operands(type.params.size());
  const Type first = type.results.empty() ? Type::none : type_of(type.results[0]);
  finish_call(maker_.append({.kind = Kind::call, .type = first, .imm = function}, scratch_), type.results);
}

void SsaSink::call_ref(u32 type_index) {
  if (!dead()) call_through(Kind::call_ref, type_index, type_index);
}

void SsaSink::call_indirect(u32 type_index, u32 table) {
  if (!dead()) call_through(Kind::call_indirect, type_index, u64{table} << 32 | type_index);
}

/// The callee is on top of the arguments.
void SsaSink::call_through(Kind kind, u32 type_index, u64 imm) {
  const FuncType& type = module_.types[type_index].func;
  pop_operands(type.params.size() + 1);
  const Type first = type.results.empty() ? Type::none : type_of(type.results[0]);
  finish_call(maker_.append({.kind = kind, .type = first, .imm = imm}, scratch_), type.results);
}

void SsaSink::return_call(u32 function) {
  if (dead()) return;
  pop_operands(module_.func_type(function).params.size());
  maker_.append({.kind = Kind::return_call, .imm = function}, scratch_);
}

void SsaSink::return_call_indirect(u32 type, u32 table) {
  if (dead()) return;
  pop_operands(module_.types[type].func.params.size() + 1);
  maker_.append({.kind = Kind::return_call_indirect, .imm = u64{table} << 32 | type}, scratch_);
}

void SsaSink::return_call_ref(u32 type) {
  if (dead()) return;
  pop_operands(module_.types[type].func.params.size() + 1);
  maker_.append({.kind = Kind::return_call_ref, .imm = type}, scratch_);
}

}  // namespace invar::jit
