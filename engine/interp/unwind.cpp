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

/// Drops the frames of compiled code that made the call which left `frame`: none of them catches.
Link leave_machine(const Slot* frame, Position& at) {
  Store& store = *at.inst->store;
  const u64* const entry =
      find_entry(*store.engine().config().compiler, machine_caller(frame), [](const MachineSite&) {});
  MachineState& state = store.machine_state();
  state.value_top = reinterpret_cast<u64*>(entry[EntryFrame::value_top]);
  state.stack = const_cast<u64*>(entry + EntryFrame::caller_stack);
  at.inst = reinterpret_cast<Instance*>(entry[EntryFrame::instance]);
  return link_of_entry(entry);
}

/// Goes from a callee's link to the frame that it returns to: `at.ip` becomes the last word of the call. False if that
/// is the host. Tail calls into other instances have left links of their own between the two.
bool enter_caller(Link link, Position& at) {
  for (;;) {
    if (link.return_ip == tail_return_code()) {
      const auto* const tail = reinterpret_cast<const TailLink*>(link.caller_fp);
      at.inst = tail->instance;
      link = tail->link;
    } else if (link.return_ip == exit_code()) {
      return false;
    } else if (returns_to_machine(link.return_ip)) {
      link = leave_machine(link.caller_fp, at);
    } else {
      break;
    }
  }
  at.fp = link.caller_fp;
  at.ip = link.return_ip - 1;
  if (restores_instance(link.return_ip)) at.inst = reinterpret_cast<Instance*>(at.fp[field(link.return_ip, 0) + 2]);
  return true;
}

/// The innermost clause that catches, or null.
const HandlerTable::Clause* find_clause(const UnwindSite& site, const Tag* tag, const Instance& inst) {
  if (site.handlers == nullptr) return nullptr;
  const HandlerTable& table = *site.handlers;
  for (u32 scope = site.scope; scope != HandlerTable::none; scope = table.scopes[scope].outer) {
    for (u32 i = table.scopes[scope].first_clause; i != HandlerTable::none;) {
      const HandlerTable::Clause& clause = table.clauses[i];
      if (clause.tag == HandlerTable::none || inst.tag_list[clause.tag] == tag) return &clause;
      i = clause.next;
    }
  }
  return nullptr;
}

/// Makes the exception an object, if it is none yet.
bool materialize(Store& store, Thrown& thrown) {
  if (thrown.exception == null_ref) thrown.exception = new_exception(store, *thrown.tag, thrown.arguments);
  return thrown.exception != null_ref;
}

TrapKind land(Store& store, Thrown& thrown, const HandlerTable::Clause& clause, Slot* fp) {
  const bool wants_ref = clause.ref_slot != HandlerTable::none;
  if (wants_ref && !materialize(store, thrown)) return TrapKind::allocation_failure;
  // The arguments may lie in the same frame; there they may overlap.
  if (clause.tag != HandlerTable::none && thrown.tag->argument_slots != 0) {
    std::memmove(fp + clause.payload_slot, thrown.arguments, thrown.tag->argument_slots * sizeof(Slot));
  }
  if (wants_ref) fp[clause.ref_slot] = thrown.exception;
  return TrapKind::none;
}

/// From a position within a frame outwards.
TrapKind search(Store& store, Thrown thrown, Position from, bool in_frame, Position& at) {
  while (in_frame) {
    const UnwindSite& site = store.unwind_cache().find(from.ip);
    if (const HandlerTable::Clause* const clause = find_clause(site, thrown.tag, *from.inst)) {
      const TrapKind trap = land(store, thrown, *clause, from.fp);
      if (trap == TrapKind::none) at = {site.begin + clause->target, from.fp, from.inst};
      return trap;
    }
    in_frame = enter_caller(load_link(from.fp, site.link), from);
  }
  if (!materialize(store, thrown)) return TrapKind::allocation_failure;
  store.pending_exception = thrown.exception;
  return TrapKind::uncaught_exception;
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
  return search(store, thrown, at, true, at);
}

TrapKind unwind_from_host(Thrown thrown, Position& at) {
  Store& store = *at.inst->store;
  Position from = at;
  const bool in_frame = enter_caller({at.ip, at.fp}, from);
  return search(store, thrown, from, in_frame, at);
}

}  // namespace invar::interp
