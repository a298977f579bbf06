#include "engine/interp/interpreter.h"

#include <algorithm>

#include "engine/interp/backtrace.h"
#include "engine/interp/frame.h"
#include "engine/interp/handlers.h"
#include "engine/interp/lowering.h"
#include "engine/platform/fault.h"
#include "engine/runtime/store.h"
#include "engine/tiering/compiler.h"

namespace invar {

namespace interp {

u64 leave_with_trap(const u64* ip, Slot* fp, Instance* inst, TrapKind kind) {
  append_backtrace(*inst->store, ip, fp);
  return static_cast<u64>(kind);
}

namespace {

/// Runs under a landing for memory faults. Apart, because _setjmp's caller must not keep variables in registers.
[[gnu::noinline]] TrapKind run_with_landing(Store& store, const u64* entry, Slot* frame, Instance* instance) {
  platform::TrapLanding landing;
  const DispatchMark mark = mark_dispatch();
  if (_setjmp(landing.env) == 0) {
    platform::push_landing(landing);
    const TrapKind trap = run_threaded_code(entry, frame, instance);
    platform::pop_landing(landing);
    return trap;
  }
  const Compiler* const compiler = store.engine().config().compiler;
  const auto* const pc = reinterpret_cast<const u8*>(landing.fault.pc);
  if (compiler && compiler->find(pc, 0).code != nullptr) {
    append_machine_backtrace(store, pc, reinterpret_cast<const u64*>(landing.fault.frame));
    return TrapKind::out_of_bounds_memory_access;
  }
  const u64* ip = faulting_ip(landing.fault.arg0);
  const Slot* fp = faulting_fp(landing.fault.arg1);
  unwind_dispatch(mark);
  append_backtrace(store, ip, fp);
  return TrapKind::out_of_bounds_memory_access;
}

}  // namespace

}  // namespace interp

TrapKind interpret(Store& store, const Func& func, Slot* slots) {
  if (!func.instance) return func.host(func.environment, nullptr, slots);
  Code& code = *func.code;
  const u64* entry = __atomic_load_n(&code.entry, __ATOMIC_ACQUIRE);
  if (entry == lowering_stub()) {
    const TrapKind trap = interp::lower(code);
    if (trap != TrapKind::none) return trap;
    entry = __atomic_load_n(&code.entry, __ATOMIC_ACQUIRE);
  }
  const FrameSize frame = interp::load_frame_size(code);
  if (slots + frame.slots > store.stack_limit) return TrapKind::call_stack_exhausted;
  interp::store_link(slots, code.link, {interp::exit_code(), nullptr});
  std::fill_n(slots + code.link + interp::link_slots, frame.zero_slots, Slot{0});
  Slot* const stack_top = store.stack_top;
  const MachineState machine_state = store.machine_state();
  const TrapKind trap = interp::run_with_landing(store, entry, slots, func.instance);
  store.stack_top = stack_top;
  store.machine_state() = machine_state;
  return trap;
}

}  // namespace invar
