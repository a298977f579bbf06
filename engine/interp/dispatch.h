// The dispatch that this build uses. INVAR_DISPATCH_HEADER is set by engine/interp/meson.build.
#pragma once

#include INVAR_DISPATCH_HEADER

/// Stops with the trap that the expression yields, if it yields one.
#define INVAR_CHECK(expression)              \
  do {                                       \
    const TrapKind trap = (expression);      \
    if (trap != TrapKind::none) [[unlikely]] \
      INVAR_TRAP(trap);                      \
  } while (false)
