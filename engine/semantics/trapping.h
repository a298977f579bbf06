// The result of an instruction that can trap: a value or a trap, never an exception.
#pragma once

#include "engine/runtime/trap.h"

namespace invar::semantics {

/// What integer division and the trapping conversions return. `value` counts only if `trap` is TrapKind::none.
template <class T>
struct Trapping {
  T value{};
  TrapKind trap = TrapKind::none;

  constexpr explicit operator bool() const { return trap == TrapKind::none; }
  friend constexpr bool operator==(const Trapping&, const Trapping&) = default;
};

template <class T>
constexpr Trapping<T> trapped(TrapKind kind) {
  return {T{}, kind};
}

}  // namespace invar::semantics
