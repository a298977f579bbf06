// Handlers of branches, calls and returns.
#include <fmt/format.h>

#include <cstring>

#include "engine/interp/backtrace.h"
#include "engine/interp/frame.h"
#include "engine/interp/handlers.h"
#include "engine/interp/interpreter.h"
#include "engine/interp/lowering.h"
#include "engine/runtime/call.h"
#include "engine/runtime/compiled_module.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/reference.h"
#include "engine/runtime/store.h"
#include "engine/tiering/tier_up.h"

namespace invar::interp {

namespace {

[[gnu::always_inline]] inline const u64* branch_target(const u64* ip) { return ip + static_cast<s32>(upper(ip)); }

/// Stands in loops over few slots: a call of memset or memmove would make the handler save all its registers.
#define INVAR_NO_LOOP_IDIOM() asm volatile("")

[[gnu::always_inline]] inline void clear_slots(Slot* from, u32 count) {
  std::memset(from, 0, cleared_slots * sizeof(Slot));  // of a fixed size: no call
  for (u32 i = cleared_slots; i < count; ++i) {
    from[i] = 0;
    INVAR_NO_LOOP_IDIOM();
  }
}

/// Copies to lower addresses.
[[gnu::always_inline]] inline void move_down(Slot* to, const Slot* from, u64 count) {
  for (u64 i = 0; i < count; ++i) {
    to[i] = from[i];
    INVAR_NO_LOOP_IDIOM();
  }
}

/// Makes `callee` the running frame. False if the stack has no room for it; then nothing has changed.
[[gnu::always_inline]] inline bool push_frame(const Code* code, Slot* callee, const Link& link, const u64*& ip,
                                              Slot*& fp, const Instance* inst, u64& r0) {
  // The entry first: a thread that sees it sees the frame's size as lowering left it. One that sees the stub may see
  // either size; both suit the stub.
  const u64* entry = __atomic_load_n(&code->entry, __ATOMIC_ACQUIRE);
  const FrameSize frame = load_frame_size(*code);
  if (callee + frame.slots > inst->stack_limit) [[unlikely]]
    return false;
  const u32 own_link = code->link;
  store_link(callee, own_link, link);
  clear_slots(callee + own_link + link_slots, frame.zero_slots);
  r0 = reinterpret_cast<u64>(code);  // for the stub of a function that is not lowered yet
  ip = entry;
  fp = callee;
  return true;
}

INVAR_HANDLER(unreachable) {
  INVAR_ENTER;
  INVAR_TRAP(TrapKind::unreachable);
}

INVAR_HANDLER(leave) {
  INVAR_ENTER;
  INVAR_EXIT();
}

INVAR_HANDLER(br) {
  INVAR_ENTER;
  ip = branch_target(ip);
  INVAR_DISPATCH();
}

template <bool taken_if_null>
INVAR_HANDLER(br_if_null) {
  INVAR_ENTER;
  if ((fp[field(ip, 0)] == null_ref) == taken_if_null) {
    ip = branch_target(ip);
    INVAR_DISPATCH();
  }
  INVAR_NEXT(2);
}

template <Loc index>
INVAR_HANDLER(br_table) {
  INVAR_ENTER;
  const u32 last = upper(ip) - 1;
  const u32 wanted = INVAR_READ(u32, index, 1);
  const u64 target = ip[2 + (wanted < last ? wanted : last)];
  ip += static_cast<s32>(target >> 32);
  INVAR_DISPATCH();
}

/// Compiled code's way in: r0 is the callee, whose arguments lie one slot above this frame of one slot. Behind this
/// word stands what it returns to.
INVAR_HANDLER(call_from_machine) {
  INVAR_ENTER;
  if (!push_frame(reinterpret_cast<const Code*>(r0), fp + 1, {ip + 1, fp}, ip, fp, inst, r0)) [[unlikely]] {
    INVAR_TRAP(TrapKind::call_stack_exhausted);
  }
  INVAR_DISPATCH();
}

/// The same for a tail call: the callee's frame is this one, and has its link already.
INVAR_HANDLER(tail_call_from_machine) {
  INVAR_ENTER;
  const auto* code = reinterpret_cast<const Code*>(r0);
  const Link link = load_link(fp, code->link);
  if (!push_frame(code, fp, link, ip, fp, inst, r0)) [[unlikely]] {
    // The caller is gone: to the program it was the caller's caller.
    ip = link.return_ip - 1;
    fp = link.caller_fp;
    INVAR_TRAP(TrapKind::call_stack_exhausted);
  }
  INVAR_DISPATCH();
}

INVAR_HANDLER(call) {
  INVAR_ENTER;
  const auto* code = reinterpret_cast<const Code*>(ip[2]);
  if (!push_frame(code, fp + field(ip, 0), {ip + call_words, fp}, ip, fp, inst, r0)) [[unlikely]] {
    INVAR_TRAP(TrapKind::call_stack_exhausted);
  }
  INVAR_DISPATCH();
}

/// Calls of functions that may belong to another instance, or to the host.
#define INVAR_CALL_FUNC(func)                                                                           \
  do {                                                                                                  \
    const Func* callee = (func);                                                                        \
    /* Behind the call stands restore_instance: return to it only if there is something to restore. */  \
    const u64* return_ip = ip + call_words;                                                             \
    const bool changes_instance = callee->instance != inst && callee->instance != nullptr;              \
    if (changes_instance) {                                                                             \
      fp[field(ip, 2) + 2] = reinterpret_cast<Slot>(inst);                                              \
    } else {                                                                                            \
      return_ip += 2;                                                                                   \
    }                                                                                                   \
    if (!push_frame(callee->code, fp + field(ip, 0), {return_ip, fp}, ip, fp, inst, r0)) [[unlikely]] { \
      INVAR_TRAP(TrapKind::call_stack_exhausted);                                                       \
    }                                                                                                   \
    if (changes_instance) {                                                                             \
      inst = callee->instance;                                                                          \
      mem = inst->memory0;                                                                              \
    }                                                                                                   \
    INVAR_DISPATCH();                                                                                   \
  } while (false)

/// The running frame becomes the callee's, with its arguments moved down and its link kept.
#define INVAR_TAIL_CALL(code_of_callee, instance_of_callee)                                         \
  do {                                                                                              \
    const Code* code = (code_of_callee);                                                            \
    Instance* to = (instance_of_callee);                                                            \
    Link link = load_link(fp, field(ip, 2));                                                        \
    Slot* callee_fp = fp;                                                                           \
    const Slot* arguments = fp + field(ip, 0);                                                      \
    const bool changes_instance = to != inst && to != nullptr;                                      \
    if (changes_instance && link.return_ip != tail_return_code()) {                                 \
      callee_fp += tail_link_slots;                                                                 \
    }                                                                                               \
    if (callee_fp + load_frame_size(*code).slots > inst->stack_limit) [[unlikely]] {                \
      INVAR_TRAP(TrapKind::call_stack_exhausted);                                                   \
    }                                                                                               \
    if (callee_fp != fp) {                                                                          \
      /* The arguments may lie where the tail link and they themselves go: set them aside above. */ \
      const u32 count = field(ip, 3);                                                               \
      Slot* aside = fp + field(ip, 0) + tail_link_slots + count;                                    \
      if (aside + count > inst->stack_limit) [[unlikely]]                                           \
        INVAR_TRAP(TrapKind::call_stack_exhausted);                                                 \
      move_down(aside, arguments, count);                                                           \
      arguments = aside;                                                                            \
      *reinterpret_cast<TailLink*>(fp) = {link, inst, result_slots_of(ip)};                         \
      link = {tail_return_code(), fp};                                                              \
    }                                                                                               \
    move_down(callee_fp, arguments, field(ip, 3));                                                  \
    if (!push_frame(code, callee_fp, link, ip, fp, inst, r0)) [[unlikely]] {                        \
      INVAR_TRAP(TrapKind::call_stack_exhausted);                                                   \
    }                                                                                               \
    if (changes_instance) {                                                                         \
      inst = to;                                                                                    \
      mem = inst->memory0;                                                                          \
    }                                                                                               \
    INVAR_DISPATCH();                                                                               \
  } while (false)

/// Result slots of the function that runs: it ends in a tail call, so they are its callee's too.
u64 result_slots_of(const u64* ip) {
  const Code* code = find_code(ip);
  u64 count = 0;
  for (const ValType type : code->module->func_type(code->function).results) count += slots_of(type);
  return count;
}

INVAR_HANDLER(call_import) {
  INVAR_ENTER;
  INVAR_CALL_FUNC(inst->functions[ip[2]]);
}

INVAR_HANDLER(call_ref) {
  INVAR_ENTER;
  const Func* func = func_of(fp[field(ip, 1)]);
  if (!func) [[unlikely]]
    INVAR_TRAP(TrapKind::null_function_reference);
  INVAR_CALL_FUNC(func);
}

/// The slow half of call_indirect's type test: subtypes, and which trap it is.
[[gnu::noinline]] TrapKind check_indirect(const Func* func, u32 wanted, const Instance* inst, u64 index) {
  if (!func) {
    inst->store->pending_trap.message = fmt::format("{} {}", text_of(TrapKind::uninitialized_element), index);
    return TrapKind::uninitialized_element;
  }
  return inst->store->engine().types().is_subtype(func->type_id, wanted) ? TrapKind::none
                                                                         : TrapKind::indirect_call_type_mismatch;
}

/// Looks the callee up, or traps. The result is in `func`.
#define INVAR_LOOK_UP_CALLEE(index_loc)                                                               \
  const Table& table = *inst->tables[ip[2] >> 32];                                                    \
  const u64 index = table.type.is_64 ? INVAR_READ(u64, index_loc, 1) : INVAR_READ(u32, index_loc, 1); \
  if (index >= table.size) [[unlikely]]                                                               \
    INVAR_TRAP(TrapKind::undefined_element);                                                          \
  const Func* func = func_of(table.elements[index]);                                                  \
  const u32 wanted = static_cast<u32>(ip[2]);                                                         \
  if (!func || func->type_id != wanted) [[unlikely]] {                                                \
    const TrapKind trap = check_indirect(func, wanted, inst, index);                                  \
    if (trap != TrapKind::none) INVAR_TRAP(trap);                                                     \
  }

template <Loc index_loc>
INVAR_HANDLER(call_indirect) {
  INVAR_ENTER;
  INVAR_LOOK_UP_CALLEE(index_loc);
  INVAR_CALL_FUNC(func);
}

template <Loc index_loc>
INVAR_HANDLER(return_call_indirect) {
  INVAR_ENTER;
  INVAR_LOOK_UP_CALLEE(index_loc);
  INVAR_TAIL_CALL(func->code, func->instance);
}

INVAR_HANDLER(return_call) {
  INVAR_ENTER;
  INVAR_TAIL_CALL(reinterpret_cast<const Code*>(ip[2]), inst);
}

INVAR_HANDLER(return_call_import) {
  INVAR_ENTER;
  const Func* func = inst->functions[ip[2]];
  INVAR_TAIL_CALL(func->code, func->instance);
}

INVAR_HANDLER(return_call_ref) {
  INVAR_ENTER;
  const Func* func = func_of(fp[field(ip, 1)]);
  if (!func) [[unlikely]]
    INVAR_TRAP(TrapKind::null_function_reference);
  INVAR_TAIL_CALL(func->code, func->instance);
}

INVAR_HANDLER(restore_instance) {
  INVAR_ENTER;
  inst = reinterpret_cast<Instance*>(fp[field(ip, 0) + 2]);
  mem = inst->memory0;
  INVAR_NEXT(2);
}

INVAR_HANDLER(return_after_tail_call) {
  INVAR_ENTER;
  const TailLink tail = *reinterpret_cast<const TailLink*>(fp);
  move_down(fp, fp + tail_link_slots, tail.result_slots);
  inst = tail.instance;
  mem = inst->memory0;
  ip = tail.link.return_ip;
  fp = tail.link.caller_fp;
  INVAR_DISPATCH();
}

INVAR_HANDLER(return_nothing) {
  INVAR_ENTER;
  const Link link = load_link(fp, field(ip, 0));
  ip = link.return_ip;
  fp = link.caller_fp;
  INVAR_DISPATCH();
}

INVAR_HANDLER(call_host) {
  INVAR_ENTER;
  const auto* func = reinterpret_cast<const Func*>(ip[1]);
  const Link link = load_link(fp, func->code->link);
  const TrapKind trap = invar::call_host(*func, inst, fp);
  // A trap of the host belongs to the function that called it.
  const Slot* results = fp;
  ip = link.return_ip;
  fp = link.caller_fp;
  if (trap != TrapKind::none) [[unlikely]] {
    if (trap != TrapKind::uncaught_exception) {
      --ip;
      INVAR_TRAP(trap);
    }
    r0 = reinterpret_cast<u64>(ip);
    ip = throw_pending_code();
    INVAR_DISPATCH();
  }
  r0 = results[0];
  f0 = to_vec(load_slot<V128>(results, 0));
  INVAR_DISPATCH();
}

/// The rest of a first call: lowers and sizes the frame. nullptr if that failed, with the reason in `trap`.
[[gnu::noinline]] const u64* lower_for_call(Code* code, Slot* fp, const Instance* inst, TrapKind* trap) {
  *trap = lower(*code);
  if (*trap != TrapKind::none) return nullptr;
  if (fp + code->frame.slots > inst->stack_limit) {
    *trap = TrapKind::call_stack_exhausted;
    return nullptr;
  }
  clear_slots(fp + code->link + link_slots, code->frame.zero_slots);
  return code->entry;
}

INVAR_HANDLER(lower_function) {
  INVAR_ENTER;
  auto* code = reinterpret_cast<Code*>(r0);
  TrapKind trap;
  const u64* entry = lower_for_call(code, fp, inst, &trap);
  if (!entry) [[unlikely]] {
    const Link link = load_link(fp, code->link);
    ip = link.return_ip - 1;
    fp = link.caller_fp;
    INVAR_TRAP(trap);
  }
  ip = entry;
  INVAR_DISPATCH();
}

[[gnu::noinline]] TrapKind check_limits(Store& store, u32 fuel) {
  store.fuel -= fuel;
  if (store.fuel < 0 && store.engine().config().fuel) return TrapKind::out_of_fuel;
  return store.take_interrupt() ? TrapKind::interrupted : TrapKind::none;
}

INVAR_HANDLER(tick) {
  INVAR_ENTER;
  const TrapKind trap = check_limits(*inst->store, upper(ip));
  if (trap != TrapKind::none) [[unlikely]]
    INVAR_TRAP(trap);
  INVAR_NEXT(2);
}

[[gnu::noinline]] const u64* tier_up_slowly(Code* code, const u64* ip) { return tier_up(*code, ip); }
[[gnu::noinline]] const u64* tier_up_loop_slowly(Code* code, const u64* ip) { return tier_up_loop(*code, ip); }

INVAR_HANDLER(warm_up) {
  INVAR_ENTER;
  auto* code = reinterpret_cast<Code*>(ip[2]);
  ++code->calls;
  code->patience -= field(ip, 0);
  if (code->patience < 0) [[unlikely]] {
    if (const u64* const words = tier_up_slowly(code, ip)) {
      ip = words;
      INVAR_DISPATCH();
    }
  }
  INVAR_NEXT(3);
}

INVAR_HANDLER(warm_up_loop) {
  INVAR_ENTER;
  auto* code = reinterpret_cast<Code*>(ip[2]);
  const u64 entry = __atomic_load_n(ip + WarmUpLoop::entry, __ATOMIC_ACQUIRE);
  code->patience -= field(ip, 0);
  if (code->patience < 0 || entry > WarmUpLoop::asked_for) [[unlikely]] {
    if (const u64* const words = tier_up_loop_slowly(code, ip)) {
      ip = words;
      INVAR_DISPATCH();
    }
  }
  INVAR_NEXT(WarmUpLoop::words);
}

[[gnu::noinline]] void trace_to_engine(const Instance& instance, u32 function, const Slot* arguments) {
  instance.store->engine().config().trace_call(instance, function, arguments);
}

INVAR_HANDLER(trace_call) {
  INVAR_ENTER;
  trace_to_engine(*inst, upper(ip), fp + field(ip, 0));
  INVAR_NEXT(2);
}

const u64 exit_words[] = {reinterpret_cast<u64>(&leave)};
const u64 tail_return_words[] = {reinterpret_cast<u64>(&return_after_tail_call)};
const u64 stub_words[] = {reinterpret_cast<u64>(&lower_function)};

}  // namespace

const ControlHandlers control_handlers = {
    .unreachable = &unreachable,
    .br = &br,
    .br_if_null = &br_if_null<true>,
    .br_if_not_null = &br_if_null<false>,
    .br_table = {&br_table<Loc::slot>, &br_table<Loc::reg0>, &br_table<Loc::reg1>},
    .call = &call,
    .call_from_machine = &call_from_machine,
    .tail_call_from_machine = &tail_call_from_machine,
    .call_import = &call_import,
    .call_ref = &call_ref,
    .call_indirect = {&call_indirect<Loc::slot>, &call_indirect<Loc::reg0>, &call_indirect<Loc::reg1>},
    .return_call = &return_call,
    .return_call_import = &return_call_import,
    .return_call_ref = &return_call_ref,
    .return_call_indirect = {&return_call_indirect<Loc::slot>, &return_call_indirect<Loc::reg0>,
                             &return_call_indirect<Loc::reg1>},
    .restore_instance = &restore_instance,
    .return_nothing = &return_nothing,
    .call_host = &call_host,
    .warm_up = &warm_up,
    .warm_up_loop = &warm_up_loop,
    .tick = &tick,
    .trace_call = &trace_call,
};

const u64* exit_code() { return exit_words; }
const u64* tail_return_code() { return tail_return_words; }

}  // namespace invar::interp

namespace invar {

const u64* lowering_stub() { return interp::stub_words; }

std::vector<u64> host_call_code(const Func& func) {
  return {reinterpret_cast<u64>(interp::control_handlers.call_host), reinterpret_cast<u64>(&func)};
}

}  // namespace invar
