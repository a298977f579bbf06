// Handlers of continuations.
#include "engine/interp/continuation.h"
#include "engine/interp/handlers.h"

namespace invar::interp {

namespace {

/// Goes on where `switching` has moved `to`, or leaves with its trap.
#define INVAR_SWITCH(switching)              \
  do {                                       \
    Position to{ip, fp, inst};               \
    [[maybe_unused]] u64 next_r0 = 0;        \
    const TrapKind trap = (switching);       \
    if (trap != TrapKind::none) [[unlikely]] \
      INVAR_TRAP(trap);                      \
    ip = to.ip;                              \
    fp = to.fp;                              \
    inst = to.inst;                          \
    mem = inst->memory0;                     \
    r0 = next_r0;                            \
    INVAR_DISPATCH();                        \
  } while (false)

INVAR_HANDLER(cont_new) {
  INVAR_ENTER;
  const TrapKind trap = new_continuation(*inst, fp + field(ip, 0));
  if (trap != TrapKind::none) [[unlikely]]
    INVAR_TRAP(trap);
  INVAR_NEXT(2);
}

INVAR_HANDLER(cont_bind) {
  INVAR_ENTER;
  const TrapKind trap = bind_continuation(*inst, fp + field(ip, 0), upper(ip));
  if (trap != TrapKind::none) [[unlikely]]
    INVAR_TRAP(trap);
  INVAR_NEXT(2);
}

INVAR_HANDLER(suspend) {
  INVAR_ENTER;
  INVAR_SWITCH(suspend_continuation(to));
}

INVAR_HANDLER(resume) {
  INVAR_ENTER;
  INVAR_SWITCH(resume_continuation(to, next_r0));
}

INVAR_HANDLER(resume_throw) {
  INVAR_ENTER;
  INVAR_SWITCH(resume_with_tag(to, next_r0));
}

INVAR_HANDLER(resume_throw_ref) {
  INVAR_ENTER;
  INVAR_SWITCH(resume_with_exception(to, next_r0));
}

INVAR_HANDLER(switch_) {
  INVAR_ENTER;
  INVAR_SWITCH(switch_continuation(to, next_r0));
}

INVAR_HANDLER(resume_return) {
  INVAR_ENTER;
  inst = reinterpret_cast<Instance*>(fp[field(ip, 0) + 2]);
  mem = inst->memory0;
  INVAR_NEXT(2);
}

}  // namespace

const ContinuationHandlers continuation_handlers = {
    .cont_new = &cont_new,
    .cont_bind = &cont_bind,
    .suspend = &suspend,
    .resume = &resume,
    .resume_throw = &resume_throw,
    .resume_throw_ref = &resume_throw_ref,
    .switch_ = &switch_,
    .resume_return = &resume_return,
};

}  // namespace invar::interp
