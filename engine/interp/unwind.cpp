#include "engine/interp/unwind.h"

#include <cstring>

#include "engine/interp/backtrace.h"
#include "engine/interp/frame.h"
#include "engine/interp/handlers.h"
#include "engine/interp/machine_boundary.h"
#include "engine/runtime/exception.h"
#include "engine/runtime/reference.h"
#include "engine/runtime/store.h"

namespace invar::interp {

namespace {

/// The innermost clause that catches, or null.
const HandlerTable::Clause* find_clause(const HandlerTable& table, u32 scope, const Tag* tag, const Instance& inst) {
  for (; scope != HandlerTable::none; scope = table.scopes[scope].outer) {
    for (u32 i = table.scopes[scope].first_clause; i != HandlerTable::none;) {
      const HandlerTable::Clause& clause = table.clauses[i];
      if (clause.tag == HandlerTable::none || inst.tag_list[clause.tag] == tag) return &clause;
      i = clause.next;
    }
  }
  return nullptr;
}

/// From a throw outwards, until somebody catches.
class Search {
 public:
  /// `to` becomes where it is caught.
  Search(Store& store, const Thrown& thrown, Position& to) : store_(store), thrown_(thrown), to_(to) {}

  TrapKind from_frame(const Position& at) {
    at_ = at;
    return is_caught_in_frame() ? outcome_ : from_link(link_);
  }
  /// From a callee's link; `inst` is the callee's instance.
  TrapKind from_link(const Link& link, Instance* inst) {
    at_.inst = inst;
    return from_link(link);
  }
  TrapKind from_machine(const MachinePosition& at) {
    return is_caught_in_machine(at, store_.machine_state().value_top) ? outcome_ : from_link(link_);
  }

 private:
  TrapKind from_link(Link link);
  bool is_caught_in_frame();
  bool is_caught_in_machine(MachinePosition at, u64* value_top);
  /// Makes the exception an object, if it is none yet and the clause asks for it.
  bool materialize(bool is_wanted) {
    if (!is_wanted || thrown_.exception != null_ref) return true;
    thrown_.exception = new_exception(store_, *thrown_.tag, thrown_.arguments);
    return thrown_.exception != null_ref;
  }
  TrapKind land(const HandlerTable::Clause& clause, Slot* fp);

  Store& store_;
  Thrown thrown_;
  Position& to_;
  Position at_{};
  Link link_{};  ///< Of a frame that does not catch.
  TrapKind outcome_ = TrapKind::none;
};

/// To the frames that callees return to. Tail calls into other instances have left links of their own between them.
TrapKind Search::from_link(Link link) {
  while (link.return_ip != exit_code()) {
    if (link.return_ip == tail_return_code()) {
      const auto* const tail = reinterpret_cast<const TailLink*>(link.caller_fp);
      at_.inst = tail->instance;
      link = tail->link;
      continue;
    }
    if (returns_to_machine(link.return_ip)) {
      if (is_caught_in_machine(machine_caller(link.caller_fp), link.caller_fp)) return outcome_;
    } else {
      at_.fp = link.caller_fp;
      at_.ip = link.return_ip - 1;
      if (restores_instance(link.return_ip)) {
        at_.inst = reinterpret_cast<Instance*>(at_.fp[field(link.return_ip, 0) + 2]);
      }
      if (is_caught_in_frame()) return outcome_;
    }
    link = link_;
  }
  if (!materialize(true)) return TrapKind::allocation_failure;
  store_.pending_exception = thrown_.exception;
  return TrapKind::uncaught_exception;
}

bool Search::is_caught_in_frame() {
  const UnwindSite& site = store_.unwind_cache().find(at_.ip);
  link_ = load_link(at_.fp, site.link);
  if (site.handlers == nullptr) return false;
  const HandlerTable::Clause* const clause = find_clause(*site.handlers, site.scope, thrown_.tag, *at_.inst);
  if (clause == nullptr) return false;
  outcome_ = land(*clause, at_.fp);
  if (outcome_ == TrapKind::none) to_ = {site.begin + clause->target, at_.fp, at_.inst};
  return true;
}

TrapKind Search::land(const HandlerTable::Clause& clause, Slot* fp) {
  const bool wants_ref = clause.ref_slot != HandlerTable::none;
  if (!materialize(wants_ref)) return TrapKind::allocation_failure;
  // The arguments may lie in the same frame; there they may overlap.
  if (clause.tag != HandlerTable::none && thrown_.tag->argument_slots != 0) {
    std::memmove(fp + clause.payload_slot, thrown_.arguments, thrown_.tag->argument_slots * sizeof(Slot));
  }
  if (wants_ref) fp[clause.ref_slot] = thrown_.exception;
  return TrapKind::none;
}

/// Goes through the frames of compiled code, from a position in the innermost to their entry from the interpreter,
/// whose link is then the one to follow. The value stack is theirs from `value_top` on.
bool Search::is_caught_in_machine(MachinePosition at, u64* value_top) {
  const Compiler& compiler = *store_.engine().config().compiler;
  MachineState& state = store_.machine_state();
  for (;; at = caller_of(at)) {
    const MachineSite& site = store_.unwind_cache().find(compiler, at.pc);
    if (site.is_entry) break;
    if (site.handlers == nullptr) continue;
    auto* const inst = reinterpret_cast<Instance*>(at.frame[CatchingFrame::instance]);
    const HandlerTable::Clause* const clause = find_clause(*site.handlers, site.scope, thrown_.tag, *inst);
    if (clause == nullptr) continue;
    if (!materialize(clause->ref_slot != HandlerTable::none)) {
      outcome_ = TrapKind::allocation_failure;
      return true;
    }
    state.value_top = value_top;
    state.landing_pc = site.landing;
    state.landing_stack = at.frame - site.frame_bytes / sizeof(u64);
    state.caught_clause = static_cast<u64>(clause - site.handlers->clauses.data());
    state.caught_arguments = thrown_.arguments;
    state.caught_exception = thrown_.exception;
    to_ = {inst->machine.land, const_cast<Slot*>(at.frame), inst};
    return true;
  }
  state.value_top = reinterpret_cast<u64*>(at.frame[EntryFrame::value_top]);
  state.stack = const_cast<u64*>(at.frame + EntryFrame::caller_stack);
  at_.inst = reinterpret_cast<Instance*>(at.frame[EntryFrame::instance]);
  link_ = link_of_entry(at.frame);
  return false;
}

}  // namespace

void UnwindCache::fill(UnwindSite& site, const u64* at) {
  const CodeRange range = find_code_range(at);
  site = {.at = at,
          .begin = range.begin,
          .table = range.handlers,
          .handlers = nullptr,
          .scope = HandlerTable::none,
          .link = range.code->link,
          .frame_slots = load_frame_size(*range.code).slots};
  if (range.handlers == nullptr) return;
  site.scope = range.handlers->scope_at(static_cast<u32>(at - range.begin));
  if (site.scope != HandlerTable::none) site.handlers = range.handlers;
}

TrapKind unwind(Thrown thrown, Position& at) {
  Store& store = *at.inst->store;
  store.stack_top = at.fp + store.unwind_cache().find(at.ip).frame_slots;  // for the collector
  return Search(store, thrown, at).from_frame(at);
}

TrapKind unwind_from_host(Thrown thrown, Position& at) {
  return Search(*at.inst->store, thrown, at).from_link({at.ip, at.fp}, at.inst);
}

TrapKind unwind_from_machine(Thrown thrown, MachinePosition from, Position& at) {
  return Search(*at.inst->store, thrown, at).from_machine(from);
}

}  // namespace invar::interp
