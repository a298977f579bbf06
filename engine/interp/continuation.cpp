#include "engine/interp/continuation.h"

#include <cstring>

#include "engine/interp/frame.h"
#include "engine/interp/handlers.h"
#include "engine/interp/machine_boundary.h"
#include "engine/runtime/call.h"
#include "engine/runtime/exception.h"
#include "engine/runtime/reference.h"
#include "engine/runtime/store.h"

namespace invar::interp {

namespace {

using gc::ContinuationObject;

ContinuationObject& continuation_of(Ref ref) { return *static_cast<ContinuationObject*>(object_of(ref)); }

/// Continuations can be resumed once.
TrapKind check(Ref ref) {
  if (ref == null_ref) return TrapKind::null_continuation_reference;
  const ContinuationObject& continuation = continuation_of(ref);
  const bool consumed = continuation.func == nullptr && continuation.ip == nullptr;
  return consumed ? TrapKind::continuation_consumed : TrapKind::none;
}

void consume(ContinuationObject& continuation) {
  continuation.func = nullptr;
  continuation.ip = nullptr;
  continuation.length = 0;
}

/// For a continuation: the next of those that it wants.
struct Values {
  const Slot* slots = nullptr;
  u32 count = 0;
};

void give(ContinuationObject& continuation, const Values& values) {
  if (values.count != 0) {
    std::memmove(continuation.slots() + continuation.next_value, values.slots, values.count * sizeof(Slot));
  }
  continuation.next_value += values.count;
}

/// What a callee's link says, through the links that tail calls into other instances have left. `inst` becomes the
/// instance that those calls came from.
Link* outermost_link(Slot* fp, u32 link_slot, Instance*& inst) {
  auto* link = reinterpret_cast<Link*>(fp + link_slot);
  while (link->return_ip == tail_return_code()) {
    auto* const tail = reinterpret_cast<TailLink*>(link->caller_fp);
    inst = tail->instance;
    link = &tail->link;
  }
  return link;
}

/// The entry from the interpreter of the compiled code whose callee has left `frame` on the value stack.
const u64* entry_of(Store& store, const Slot* frame) {
  const Compiler& compiler = *store.engine().config().compiler;
  MachinePosition at = machine_caller(frame);
  while (!store.unwind_cache().find(compiler, at.pc).is_entry) at = caller_of(at);
  return at.frame;
}

/// How far frames were moved, in slots: those on the value stack, and those of compiled code.
struct Distances {
  s64 values, machine;
};

u64 moved(u64 address, s64 slots) { return address + static_cast<u64>(slots * s64{sizeof(Slot)}); }

/// Adapts the links of compiled code's frames, from that of the callee that has left `frame` on the value stack, which
/// is where it belongs, to their entry from the interpreter. Returns that.
u64* move_machine_links(Store& store, Slot* frame, const Distances& by) {
  const Compiler& compiler = *store.engine().config().compiler;
  frame[0] = moved(frame[0], by.machine);
  auto* at = reinterpret_cast<u64*>(frame[0]);
  for (bool is_entry = false; !is_entry;) {
    is_entry = store.unwind_cache().find(compiler, reinterpret_cast<const u8*>(at[1])).is_entry;
    at[0] = moved(at[0], by.machine);
    at = reinterpret_cast<u64*>(at[0]);
  }
  for (const int word : {EntryFrame::value_frame, EntryFrame::value_top}) at[word] = moved(at[word], by.values);
  return at;
}

/// Adapts the links of frames that were moved, from the innermost to the one at `last`.
void move_links(Store& store, const u64* ip, Slot* fp, const Link* last, const Distances& by) {
  u32 link_slot = store.unwind_cache().find(ip).link;
  for (;;) {
    auto* link = reinterpret_cast<Link*>(fp + link_slot);
    for (;;) {
      if (link == last) return;
      link->caller_fp += by.values;
      if (link->return_ip != tail_return_code()) break;
      link = &reinterpret_cast<TailLink*>(link->caller_fp)->link;
    }
    fp = link->caller_fp;
    if (returns_to_machine(link->return_ip)) {
      const u64* const entry = move_machine_links(store, fp, by);
      fp = reinterpret_cast<Slot*>(entry[EntryFrame::value_frame]);
      link_slot = reinterpret_cast<const Code*>(entry[EntryFrame::code])->link;
    } else {
      link_slot = store.unwind_cache().find(link->return_ip - 1).link;
    }
  }
}

/// Puts the frames of a suspended continuation on the stacks, the value stack's from `base` on.
TrapKind put_back(ContinuationObject& continuation, const Values& values, Slot* base, const Link& link, Store& store) {
  MachineState& state = store.machine_state();
  const u32 machine_slots = continuation.length - continuation.value_slots;
  u64* const stack = state.stack - machine_slots;
  if (base + continuation.value_slots > store.stack_limit || (machine_slots != 0 && stack < state.stack_limit)) {
    return TrapKind::call_stack_exhausted;
  }
  give(continuation, values);
  std::memcpy(base, continuation.slots(), continuation.value_slots * sizeof(Slot));
  auto* const last = reinterpret_cast<Link*>(base + continuation.link);
  if (machine_slots != 0)
    std::memcpy(stack, continuation.slots() + continuation.value_slots, machine_slots * sizeof(u64));
  const Distances by{base - continuation.base, machine_slots != 0 ? stack - continuation.stack : 0};
  if (by.values != 0 || by.machine != 0) {
    move_links(store, continuation.ip - 1, base + continuation.frame, last, by);
  }
  *last = link;
  if (machine_slots != 0) {
    u64* const outermost_entry = state.stack - EntryFrame::caller_stack;
    outermost_entry[EntryFrame::value_top] = reinterpret_cast<u64>(state.value_top);
    state.stack = stack;
    state.value_top = base + continuation.value_top;
  }
  return TrapKind::none;
}

/// Gives the continuation its values and puts what it holds on the stack, from `base` on; it will return by `link`.
/// `caller`: what its first function sees as its caller, should that be the host's. If there is no room, nothing has
/// changed.
TrapKind reinstate(ContinuationObject& continuation, const Values& values, Slot* base, Link link, Instance* caller,
                   Position& at, u64& r0) {
  Store& store = *caller->store;
  if (const Func* const func = continuation.func) {
    const Code& code = *func->code;
    const u64* const entry = __atomic_load_n(&code.entry, __ATOMIC_ACQUIRE);
    const FrameSize frame = load_frame_size(code);
    if (base + frame.slots > store.stack_limit) return TrapKind::call_stack_exhausted;
    give(continuation, values);
    std::memcpy(base, continuation.slots(), continuation.length * sizeof(Slot));
    store_link(base, code.link, link);
    std::memset(base + code.link + link_slots, 0, frame.zero_slots * sizeof(Slot));
    at = {entry, base, func->instance != nullptr ? func->instance : caller};
    r0 = reinterpret_cast<u64>(&code);  // for the stub of a function that is not lowered yet
  } else {
    const TrapKind trap = put_back(continuation, values, base, link, store);
    if (trap != TrapKind::none) return trap;
    at = {continuation.ip, base + continuation.frame, continuation.instance};
  }
  consume(continuation);
  return TrapKind::none;
}

/// Where a continuation that runs was resumed, by an instruction that handles a tag.
struct Prompt {
  Slot* base;  ///< Of the continuation's frames.
  Link* link;  ///< The one by which the continuation returns.
  Slot* fp;    ///< The frame of the instruction that resumed it,
  Instance* inst;
  const u64* code;              ///< its function's code,
  HandlerTable::Clause clause;  ///< and its clause for the tag.
  const u64* outermost_entry;   ///< Of compiled code since; or null.
};

/// The innermost one. `switching`: that handles switches, not suspensions. False if there is none before the call from
/// the host.
bool find_prompt(const Position& from, u32 tag_index, bool switching, Prompt& found) {
  const Tag* const tag = from.inst->tag_list[tag_index];
  Store& store = *from.inst->store;
  UnwindCache& cache = store.unwind_cache();
  Position at = from;
  u32 link_slot = cache.find(at.ip).link;
  const u64* entry = nullptr;
  for (;;) {
    Link* const link = outermost_link(at.fp, link_slot, at.inst);
    const u64* const return_ip = link->return_ip;
    if (return_ip == exit_code()) return false;
    if (returns_to_machine(return_ip)) {
      entry = entry_of(store, link->caller_fp);
      at.fp = reinterpret_cast<Slot*>(entry[EntryFrame::value_frame]);
      at.inst = reinterpret_cast<Instance*>(entry[EntryFrame::instance]);
      link_slot = reinterpret_cast<const Code*>(entry[EntryFrame::code])->link;
      continue;
    }
    at.ip = return_ip - 1;
    at.fp = link->caller_fp;
    link_slot = cache.find(at.ip).link;
    if (restores_instance(return_ip)) at.inst = reinterpret_cast<Instance*>(at.fp[field(return_ip, 0) + 2]);
    if (reinterpret_cast<Handler>(*return_ip) != continuation_handlers.resume_return) continue;
    const UnwindSite& site = cache.find(at.ip);
    for (u32 i = upper(return_ip); i != HandlerTable::none; i = site.table->clauses[i].next) {
      const HandlerTable::Clause& clause = site.table->clauses[i];
      const bool for_switches = clause.target == HandlerTable::none;
      if (for_switches != switching || at.inst->tag_list[clause.tag] != tag) continue;
      Slot* const base = at.fp + field(return_ip - resume_words, 0);
      found = {base, link, at.fp, at.inst, site.begin, clause, entry};
      return true;
    }
  }
}

/// The frames from the prompt's to that of the instruction at `at`, which leaves `words` and gets values from slot
/// `values` on. They stay on the value stack as well, for what is still to be read. nullptr: there is no memory.
ContinuationObject* capture(const Position& at, u32 words, u32 values, const Prompt& prompt) {
  Store& store = *at.inst->store;
  MachineState& state = store.machine_state();
  const Slot* const end = at.fp + store.unwind_cache().find(at.ip).frame_slots;
  const u32 value_slots = static_cast<u32>(end - prompt.base);
  u32 machine_slots = 0;
  if (prompt.outermost_entry != nullptr) {
    machine_slots = static_cast<u32>(prompt.outermost_entry + EntryFrame::caller_stack - state.stack);
  }
  ContinuationObject* const made = store.heap().new_continuation(value_slots + machine_slots, end);
  if (made == nullptr) return nullptr;
  made->ip = at.ip + words;
  made->instance = at.inst;
  made->base = prompt.base;
  made->frame = static_cast<u32>(at.fp - prompt.base);
  made->link = static_cast<u32>(reinterpret_cast<Slot*>(prompt.link) - prompt.base);
  made->next_value = made->frame + values;
  made->value_slots = value_slots;
  std::memcpy(made->slots(), prompt.base, value_slots * sizeof(Slot));
  if (machine_slots != 0) {
    made->stack = state.stack;
    made->value_top = static_cast<u32>(state.value_top - prompt.base);
    std::memcpy(made->slots() + value_slots, state.stack, machine_slots * sizeof(u64));
    state.stack += machine_slots;
    state.value_top = reinterpret_cast<u64*>(prompt.outermost_entry[EntryFrame::value_top]);
  }
  return made;
}

/// Resumes and throws, where the continuation was suspended; if it has not begun, that is here.
TrapKind throw_into(Ref continuation_ref, Ref exception, Position& at, u64& r0) {
  const Thrown thrown{&exception_tag(exception), exception_arguments(exception), exception};
  ContinuationObject& continuation = continuation_of(continuation_ref);
  if (continuation.func != nullptr) {
    consume(continuation);
    return unwind(thrown, at);
  }
  Position to = at;
  Slot* const base = at.fp + field(at.ip, 0);
  at.fp[field(at.ip, 2) + 2] = reinterpret_cast<Slot>(at.inst);
  TrapKind trap = reinstate(continuation, {}, base, {at.ip + resume_words, at.fp}, at.inst, to, r0);
  if (trap != TrapKind::none) return trap;
  --to.ip;  // within the instruction that suspended it
  trap = unwind(thrown, to);
  if (trap == TrapKind::none) at = to;
  return trap;
}

}  // namespace

TrapKind resume_continuation(Position& at, u64& r0) {
  Slot* const base = at.fp + field(at.ip, 0);
  const u32 count = field(at.ip, 1);
  const Ref ref = base[count];
  const TrapKind trap = check(ref);
  if (trap != TrapKind::none) return trap;
  at.fp[field(at.ip, 2) + 2] = reinterpret_cast<Slot>(at.inst);
  return reinstate(continuation_of(ref), {base, count}, base, {at.ip + resume_words, at.fp}, at.inst, at, r0);
}

TrapKind resume_with_tag(Position& at, u64& r0) {
  Store& store = *at.inst->store;
  Slot* const base = at.fp + field(at.ip, 0);
  const Ref ref = base[field(at.ip, 1)];
  const TrapKind trap = check(ref);
  if (trap != TrapKind::none) return trap;
  store.stack_top = at.fp + store.unwind_cache().find(at.ip).frame_slots;  // for the collector
  const Ref exception = new_exception(store, *at.inst->tag_list[at.ip[2]], base);
  return exception == null_ref ? TrapKind::allocation_failure : throw_into(ref, exception, at, r0);
}

TrapKind resume_with_exception(Position& at, u64& r0) {
  const Slot* const base = at.fp + field(at.ip, 0);
  const Ref exception = base[0], ref = base[1];
  const TrapKind trap = check(ref);
  if (trap != TrapKind::none) return trap;
  return exception == null_ref ? TrapKind::null_exception_reference : throw_into(ref, exception, at, r0);
}

TrapKind suspend_continuation(Position& at) {
  const u32 tag = upper(at.ip);
  Prompt prompt;
  if (!find_prompt(at, tag, false, prompt)) return TrapKind::unhandled_tag;
  ContinuationObject* const made = capture(at, suspend_words, field(at.ip, 0), prompt);
  if (made == nullptr) return TrapKind::allocation_failure;
  const Slot* const arguments = made->slots() + made->next_value;
  std::memcpy(prompt.fp + prompt.clause.payload_slot, arguments, at.inst->tag_list[tag]->argument_slots * sizeof(Slot));
  prompt.fp[prompt.clause.ref_slot] = ref_of(made);
  at = {prompt.code + prompt.clause.target, prompt.fp, prompt.inst};
  return TrapKind::none;
}

TrapKind switch_continuation(Position& at, u64& r0) {
  const u32 operands = field(at.ip, 0), count = field(at.ip, 1);
  const Ref ref = at.fp[operands + count];
  const TrapKind trap = check(ref);
  if (trap != TrapKind::none) return trap;
  Prompt prompt;
  if (!find_prompt(at, static_cast<u32>(at.ip[2]), true, prompt)) return TrapKind::unhandled_tag;
  ContinuationObject* const own = capture(at, switch_words, operands, prompt);
  if (own == nullptr) return TrapKind::allocation_failure;
  // The last value is this code's own continuation, where the other one's reference stood.
  Slot* const values = own->slots() + own->next_value;
  values[count] = ref_of(own);
  return reinstate(continuation_of(ref), {values, count + 1}, prompt.base, *prompt.link, prompt.inst, at, r0);
}

TrapKind new_continuation(Instance& instance, Slot* x) {
  const Func* const func = func_of(x[0]);
  if (func == nullptr) return TrapKind::null_function_reference;
  const u32 length = slots_of(func->type->params);
  ContinuationObject* const made = instance.heap->new_continuation(length, x + 1);
  if (made == nullptr) return TrapKind::allocation_failure;
  made->func = func;
  std::memset(made->slots(), 0, length * sizeof(Slot));
  x[0] = ref_of(made);
  return TrapKind::none;
}

TrapKind bind_continuation(Instance& instance, Slot* x, u32 count) {
  const TrapKind trap = check(x[count]);
  if (trap != TrapKind::none) return trap;
  ContinuationObject& from = continuation_of(x[count]);
  ContinuationObject* const made = instance.heap->new_continuation(from.length, x + count + 1);
  if (made == nullptr) return TrapKind::allocation_failure;
  const u32 header = made->header;
  std::memcpy(static_cast<void*>(made), &from, sizeof from + from.length * sizeof(Slot));
  made->header = header;
  give(*made, {x, count});
  consume(from);
  x[0] = ref_of(made);
  return TrapKind::none;
}

}  // namespace invar::interp
