// SSA form of exceptions, in the standard and in the legacy encoding.
//
// A call in a try block ends its block: it has a second successor, where what it throws arrives. All those of one try
// block meet in a block where its clauses are told apart; the runtime has found out already that one of them, or of
// those around, catches, and which (engine/interp/unwind.h). These blocks stand behind the try block's own: where
// nothing is thrown, nothing is in the way.
#include "engine/runtime/call.h"
#include "jit/ir/ssa_sink.h"

namespace invar::jit {

namespace {

constexpr ValType type_exception = ValType::reference({Heap::exn, 0}, false);

}  // namespace

// Try blocks.

void SsaSink::open_try(const BlockType& type) {
  const u32 scope = static_cast<u32>(tries_.size());
  open_label(LabelKind::try_, type);
  Label& label = labels_.back();
  function_.handlers.scopes.push_back({.first_clause = none, .outer = label.scope});
  label.scope = label.own_scope = scope;
  tries_.push_back({.construct = label.construct, .entry = maker_.block(), .entry_values = save(label, 0)});
  maker_.append({.kind = Kind::jump});
  block_behind(maker_.block());
}

/// From the current block, which has its end, to the try block's handlers.
void SsaSink::add_throw(u32 scope) {
  Try& to = tries_[scope];
  const u32 values = static_cast<u32>(saved_.size());
  if (values > max_saved) fail();
  // What is inlined has no try blocks: they are the function's own.
  const ScratchVector<Value>& locals = callers_.empty() ? locals_ : callers_.front().locals;
  for (const u32 local : (callers_.empty() ? assigned_ : callers_.front().assigned).of(to.construct)) {
    saved_.push_back(locals[local]);
  }
  edges_.push_back({maker_.block(), values, to.first_edge});
  to.first_edge = static_cast<u32>(edges_.size()) - 1;
  ++to.edges;
}

/// Behind a call and its results.
void SsaSink::may_throw() {
  const u32 scope = labels_.back().scope;
  if (scope == none) return;
  maker_.append({.kind = Kind::unwind, .index = scope});
  add_throw(scope);
  block_behind(maker_.block());
}

/// Where a tag's arguments go, so many slots: on the value stack, for as long as it takes to find a handler.
Value SsaSink::throw_arguments(u32 slots) {
  const Value top = machine_state(offsetof(MachineState, value_top));
  if (slots == 0) return top;
  const Value limit =
      maker_.pure({.kind = Kind::instance_pointer, .type = Type::i64, .imm = offsetof(Instance, stack_limit)});
  const Value end = maker_.numeric(Op::i64_add, top, maker_.i64(sizeof(Slot) * slots));
  maker_.append({.kind = Kind::trap_if,
                 .inputs = {maker_.numeric(Op::i64_gt_u, end, limit), no_value, no_value},
                 .imm = static_cast<u64>(TrapKind::call_stack_exhausted)});
  return top;
}

void SsaSink::leave_by_throw(Value what, Value arguments) {
  const u32 scope = labels_.back().scope;
  maker_.append({.kind = Kind::throw_, .inputs = {what, arguments, no_value}, .index = scope});
  if (scope != none) add_throw(scope);
}

// Handlers.

/// A field of MachineState. What is caught is to be read before anything else happens.
Value SsaSink::machine_state(u64 at) {
  const Value state = maker_.pure({.kind = Kind::instance_pointer,
                                   .type = Type::i64,
                                   .imm = offsetof(Instance, machine) + offsetof(MachineContext, state)});
  return load_from(field(state, at), Op::i64_load, Type::i64);
}

u32 SsaSink::add_clause(u32 scope, u32 tag, bool wants_exception) {
  interp::HandlerTable& table = function_.handlers;
  const u32 clause = static_cast<u32>(table.clauses.size());
  table.clauses.push_back(
      {.tag = tag, .target = none, .payload_slot = none, .ref_slot = wants_exception ? 0 : none, .next = none});
  Try& to = tries_[scope];
  (to.last_clause == none ? table.scopes[scope].first_clause : table.clauses[to.last_clause].next) = clause;
  to.last_clause = clause;
  return clause;
}

/// Behind the try block's own blocks: where its edges meet.
void SsaSink::begin_handlers(u32 scope) {
  Try& from = tries_[scope];
  ScratchVector<Block>& blocks = function_.blocks;
  const auto end_of = [&](u32 block) -> Node& { return function_.nodes[blocks[block].nodes.back()]; };
  if (from.edges == 0) {
    // Nothing throws, but there is code behind the clauses: it hangs on a way that nobody takes.
    end_of(from.entry) = {.kind = Kind::unwind, .offset = end_of(from.entry).offset, .index = scope, .imm = 1};
    edges_.push_back({from.entry, from.entry_values, none});
    from.first_edge = static_cast<u32>(edges_.size()) - 1;
    from.edges = 1;
  }
  for (u32 edge = from.first_edge; edge != none; edge = edges_[edge].next) {
    if (end_of(edges_[edge].block).kind == Kind::jump) continue;
    edges_[edge].block = block_behind(edges_[edge].block);
    maker_.append({.kind = Kind::jump});
  }
  const std::span<const u32> locals = assigned_.of(from.construct);
  from.values = meet(from.first_edge, static_cast<u32>(locals.size()));
  restore_caught(from);
  from.clause = maker_.numeric(Op::i32_wrap_i64, machine_state(offsetof(MachineState, caught_clause)));
  from.rest = maker_.block();
}

/// The locals, as they are where the edges meet.
void SsaSink::restore_caught(const Try& from) {
  const std::span<const u32> locals = assigned_.of(from.construct);
  for (u32 i = 0; i < locals.size(); ++i) locals_[locals[i]] = saved_[from.values + i];
}

/// Goes on in a block where it is this clause that catches. `is_last`: if it were not, nothing would be caught here.
void SsaSink::begin_clause(u32 scope, u32 clause, bool is_last) {
  Try& from = tries_[scope];
  maker_.set_block(from.rest);
  restore_caught(from);
  if (is_last) {
    from.rest = none;
    return;
  }
  const u32 caught = fork(maker_.numeric(Op::i32_eq, from.clause, maker_.i32(clause)));
  from.rest = maker_.block();
  maker_.set_block(caught);
}

void SsaSink::push_arguments(u32 tag) {
  const std::vector<ValType>& types = module_.types[module_.tags[tag].type].func.params;
  if (types.empty()) return;
  const Value arguments = machine_state(offsetof(MachineState, caught_arguments));
  u64 offset = 0;
  for (const ValType type : types) {
    push_reference(load_slot(arguments, offset, type_of(type)), type);
    offset += sizeof(Slot) * slots_of(type);
  }
}

/// Behind a try block and its handlers: what no clause catches goes to the handlers around.
void SsaSink::end_handlers(u32 scope) {
  Try& from = tries_[scope];
  interp::HandlerTable& table = function_.handlers;
  for (u32 i = table.scopes[scope].first_clause; from.is_rethrown && i != none; i = table.clauses[i].next) {
    table.clauses[i].ref_slot = 0;
  }
  if (from.rest == none) return;
  maker_.set_block(from.rest);
  restore_caught(from);
  const u32 outer = table.scopes[scope].outer;
  if (outer == none) return leave(Kind::trap, static_cast<u64>(TrapKind::unreachable));  // never: one of them catches
  maker_.append({.kind = Kind::jump});
  add_throw(outer);
}

// The standard encoding

void SsaSink::try_table(const BlockType& type, std::span<const CatchClause> clauses) {
  if (dead()) return;
  open_try(type);
  const u32 outermost = static_cast<u32>(labels_.size()) - 2;
  for (const CatchClause& clause : clauses) {
    const bool has_tag = clause.kind == CatchKind::catch_ || clause.kind == CatchKind::catch_ref;
    const bool has_ref = clause.kind == CatchKind::catch_ref || clause.kind == CatchKind::catch_all_ref;
    const u32 index = add_clause(labels_.back().own_scope, has_tag ? clause.tag : none, has_ref);
    catch_labels_.resize(index + 1, none);
    catch_labels_[index] = outermost - clause.depth;
  }
}

/// At the end of a try block: the handlers of the standard encoding, if it has any and does not delegate.
void SsaSink::catch_clauses(const Label& label) {
  const u32 scope = label.own_scope;
  const interp::HandlerTable& table = function_.handlers;
  const u32 first = table.scopes[scope].first_clause;
  if (first == none && tries_[scope].edges == 0) return;
  begin_handlers(scope);
  for (u32 i = first; i != none; i = table.clauses[i].next) {
    const interp::HandlerTable::Clause& clause = table.clauses[i];
    const bool catches_rest = clause.tag == none || table.scopes[scope].outer == none;
    begin_clause(scope, i, clause.next == none && catches_rest);
    stack_.resize(label.height);
    if (clause.tag != none) push_arguments(clause.tag);
    if (clause.ref_slot != none)
      push_reference(machine_state(offsetof(MachineState, caught_exception)), type_exception);
    jump_to(static_cast<u32>(labels_.size()) - 1 - catch_labels_[i]);
  }
}

void SsaSink::throw_(u32 tag) {
  if (dead()) return;
  const std::vector<ValType>& types = module_.types[module_.tags[tag].type].func.params;
  pop_operands(types.size());
  const ScratchVector<Value> values = scratch_;
  const Value arguments = throw_arguments(slots_of(types));
  u64 offset = 0;
  for (size_t i = 0; i < types.size(); ++i) {
    store_slot(arguments, offset, values[i]);
    offset += sizeof(Slot) * slots_of(types[i]);
  }
  leave_by_throw(maker_.i64(tag), arguments);
}

void SsaSink::throw_ref() {
  if (dead()) return;
  const Value exception = pop();
  check_non_null(exception, TrapKind::null_exception_reference);
  leave_by_throw(exception, maker_.i64(0));
}

// The legacy encoding. As in the interpreter's frame, a catch block has the exception below the tag's arguments.

void SsaSink::try_(const BlockType& type) {
  if (!dead()) open_try(type);
}

void SsaSink::begin_catch(u32 tag, bool reachable) {
  if (dead()) return;
  if (reachable) jump_to(0);
  Label& label = labels_.back();
  const u32 scope = label.own_scope;
  if (label.kind == LabelKind::try_) {
    label.kind = LabelKind::catch_;
    label.scope = function_.handlers.scopes[scope].outer;
    begin_handlers(scope);
  }
  begin_clause(scope, add_clause(scope, tag, false), tag == none);
  stack_.resize(label.height);
  push_reference(machine_state(offsetof(MachineState, caught_exception)), type_exception);
  if (tag != none) push_arguments(tag);
  begin_segment(false);
}

void SsaSink::delegate(u32 depth, bool reachable) {
  if (dead()) return;
  const u32 scope = labels_.back().own_scope;
  function_.handlers.scopes[scope].outer = label_at(depth + 1).scope;
  end(reachable);
}

void SsaSink::rethrow(u32 depth) {
  if (dead()) return;
  const Label& label = label_at(depth);
  tries_[label.own_scope].is_rethrown = true;
  leave_by_throw(maker_.resolve(stack_[label.height]), maker_.i64(0));
}

}  // namespace invar::jit
