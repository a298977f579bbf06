// Lowering of exceptions: the handler table, in the standard and in the legacy encoding.
//
// What a handler sees is what stands in memory when something is thrown. Locals always do; the operands below a block
// are brought home (or are constants) when the block begins, so nothing needs to be saved at calls for a handler's
// sake.
#include "engine/interp/lowering_sink.h"
#include "engine/runtime/call.h"

namespace invar::interp {

namespace {

constexpr ValType type_exnref = ValType::reference({Heap::exn, 0}, true);

}  // namespace

// Scopes

/// The code from here on is within `scope`.
void LoweringSink::enter_scope(u32 scope) {
  scope_ = scope;
  const u32 position = code_.position();
  std::vector<HandlerTable::Range>& ranges = handlers_.ranges;
  if (!ranges.empty() && ranges.back().begin == position) {
    ranges.back().scope = scope;
  } else {
    ranges.push_back({position, scope});
  }
  // Nothing in front is taken back or completed any more: positions stay what they are.
  last_ = none;
  last_copy_ = none;
}

/// Makes the innermost label a try block's.
void LoweringSink::open_scope() {
  Label& label = labels_.back();
  label.try_scope = label.scope = static_cast<u32>(handlers_.scopes.size());
  handlers_.scopes.push_back({.first_clause = none, .outer = scope_});
  enter_scope(label.scope);
}

/// Appends a clause to the innermost label's scope.
void LoweringSink::add_clause(const HandlerTable::Clause& clause) {
  Label& label = labels_.back();
  const u32 index = static_cast<u32>(handlers_.clauses.size());
  handlers_.clauses.push_back(clause);
  (label.last_clause == none ? handlers_.scopes[label.try_scope].first_clause
                             : handlers_.clauses[label.last_clause].next) = index;
  label.last_clause = index;
}

/// Makes the clause that was added last go to the label's target, known or not.
void LoweringSink::link_clause(Label& target) {
  const u32 index = static_cast<u32>(handlers_.clauses.size() - 1);
  if (target.kind == LabelKind::loop) {
    handlers_.clauses[index].target = target.position;
  } else {
    handlers_.clauses[index].target = target.catches;  // a list through the targets, until they are known
    target.catches = index;
  }
}

/// The clauses that wait for the label go to this position.
void LoweringSink::bind_clauses(Label& label) {
  for (u32 i = label.catches; i != none;) {
    HandlerTable::Clause& clause = handlers_.clauses[i];
    i = clause.target;
    clause.target = code_.position();
  }
  label.catches = none;
}

/// At the end of a block: back to the scope around it.
void LoweringSink::close_scope(const Label& label) {
  if (label.try_scope == none) return;
  if (label.kind == LabelKind::catch_ && !label.rethrown) {
    // Nobody asks for the exception itself: need not be made.
    for (u32 i = handlers_.scopes[label.try_scope].first_clause; i != none; i = handlers_.clauses[i].next) {
      handlers_.clauses[i].ref_slot = none;
    }
  }
  enter_scope(label.outer_scope);
}

/// At the function's end: the clauses that catch for its own label return what they caught.
void LoweringSink::return_caught() {
  Label& label = labels_.back();
  if (label.catches == none) return;
  restore_stack(label, true);
  after_label();
  bind_clauses(label);
  emit_return();
}

// The standard encoding

void LoweringSink::try_table(const BlockType& type, std::span<const CatchClause> clauses) {
  block(type);
  open_scope();
  for (const CatchClause& clause : clauses) {
    const bool has_tag = clause.kind == CatchKind::catch_ || clause.kind == CatchKind::catch_ref;
    const bool has_ref = clause.kind == CatchKind::catch_ref || clause.kind == CatchKind::catch_all_ref;
    Label& target = label_at(clause.depth + 1);
    const u32 payload = has_tag ? slots_of(module_.types[module_.tags[clause.tag].type].func.params) : 0;
    add_clause({.tag = has_tag ? clause.tag : none,
                .target = none,
                .payload_slot = target.slot,
                .ref_slot = has_ref ? target.slot + payload : none,
                .next = none});
    link_clause(target);
  }
}

void LoweringSink::throw_(u32 tag) {
  const u32 slot = gather(static_cast<u32>(module_.types[module_.tags[tag].type].func.params.size()));
  code_.emit_wide(exception_handlers.throw_, slot, 0, tag);
  last_ = none;
}

void LoweringSink::throw_ref() {
  code_.emit(exception_handlers.throw_ref, gather(1));
  last_ = none;
}

// The legacy encoding. In a catch block the exception has a slot of its own, the label's first, for `rethrow`.

void LoweringSink::try_(const BlockType& type) {
  block(type);
  open_scope();
}

void LoweringSink::begin_catch(u32 tag, bool reachable) {
  if (reachable) emit_jump(0);
  Label& label = labels_.back();
  while (stack_.size() > label.height) pop();
  after_label();
  if (label.kind != LabelKind::catch_) {
    label.kind = LabelKind::catch_;
    label.scope = label.outer_scope;
    enter_scope(label.outer_scope);
  }
  add_clause({.tag = tag,
              .target = code_.position(),
              .payload_slot = label.slot + slots_of(type_exnref),
              .ref_slot = label.slot,
              .next = none});
  push(Entry::Where::slot, type_exnref);
  if (tag != none) push_slots(module_.types[module_.tags[tag].type].func.params);
  begin_segment(false);
}

void LoweringSink::catch_(u32 tag, bool reachable) { begin_catch(tag, reachable); }
void LoweringSink::catch_all(bool reachable) { begin_catch(none, reachable); }

void LoweringSink::delegate(u32 depth, bool reachable) {
  handlers_.scopes[labels_.back().try_scope].outer = label_at(depth + 1).scope;
  end(reachable);
}

void LoweringSink::rethrow(u32 depth) {
  Label& label = label_at(depth);
  label.rethrown = true;
  code_.emit(exception_handlers.throw_ref, label.slot);
  last_ = none;
}

}  // namespace invar::interp
