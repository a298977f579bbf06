// Handlers of the instructions that throw.
#include "engine/interp/frame.h"
#include "engine/interp/handlers.h"
#include "engine/interp/unwind.h"
#include "engine/runtime/exception.h"
#include "engine/runtime/reference.h"
#include "engine/runtime/store.h"

namespace invar::interp {

namespace {

/// Goes on at the handler that `unwinding` moves `to` to, or leaves with its trap, which is then at `trap_ip`.
#define INVAR_LAND(unwinding, trap_ip) \
  do {                                 \
    Position to{ip, fp, inst};         \
    const TrapKind trap = (unwinding); \
    if (trap != TrapKind::none) {      \
      ip = (trap_ip);                  \
      INVAR_TRAP(trap);                \
    }                                  \
    ip = to.ip;                        \
    fp = to.fp;                        \
    inst = to.inst;                    \
    mem = inst->memory0;               \
    INVAR_DISPATCH();                  \
  } while (false)

[[gnu::noinline]] TrapKind throw_tag(u32 tag, const Slot* arguments, Position& at) {
  return unwind({at.inst->tag_list[tag], arguments, null_ref}, at);
}

[[gnu::noinline]] TrapKind throw_reference(Ref exception, Position& at) {
  return unwind({&exception_tag(exception), exception_arguments(exception), exception}, at);
}

[[gnu::noinline]] TrapKind throw_pending_exception(Position& at) {
  Store& store = *at.inst->store;
  const Ref exception = store.pending_exception;
  if (exception == null_ref) return TrapKind::host_error;  // the host function said so, and threw nothing
  const TrapKind trap = unwind_from_host({&exception_tag(exception), exception_arguments(exception), exception}, at);
  if (trap == TrapKind::none) store.forget_trap();
  return trap;
}

INVAR_HANDLER(throw_) {
  INVAR_ENTER;
  INVAR_LAND(throw_tag(upper(ip), fp + field(ip, 0), to), ip);
}

INVAR_HANDLER(throw_ref) {
  INVAR_ENTER;
  const Ref exception = fp[field(ip, 0)];
  if (exception == null_ref) [[unlikely]]
    INVAR_TRAP(TrapKind::null_exception_reference);
  INVAR_LAND(throw_reference(exception, to), ip);
}

INVAR_HANDLER(throw_pending) {
  INVAR_ENTER;
  ip = reinterpret_cast<const u64*>(r0);
  INVAR_LAND(throw_pending_exception(to), ip - 1);  // the host's trap belongs to the call
}

const u64 throw_pending_words[] = {reinterpret_cast<u64>(&throw_pending)};

}  // namespace

const ExceptionHandlers exception_handlers = {.throw_ = &throw_, .throw_ref = &throw_ref};

const u64* throw_pending_code() { return throw_pending_words; }

}  // namespace invar::interp
