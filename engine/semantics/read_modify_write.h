// What an atomic instruction does to memory, told by its function in semantics.h.
#pragma once

#include "engine/semantics/semantics.h"

namespace invar::semantics {

enum class Rmw : u8 { load, store, add, sub, and_, or_, xor_, exchange, compare_exchange };

/// Of families AtomicLoad, AtomicStore, AtomicRmw and AtomicCmpxchg.
template <Op op>
consteval Rmw rmw_of() {
  constexpr Family family = info(op).family;
  if constexpr (family == Family::AtomicStore) return Rmw::store;
  if constexpr (family == Family::AtomicCmpxchg) return Rmw::compare_exchange;
  if constexpr (family == Family::AtomicRmw) {
    // By what it makes of 5 and 3.
    switch (function_of<op>(5, 3)) {
      case 5 + 3:
        return Rmw::add;
      case 5 - 3:
        return Rmw::sub;
      case 5 & 3:
        return Rmw::and_;
      case 5 | 3:
        return Rmw::or_;
      case 5 ^ 3:
        return Rmw::xor_;
      case 3:
        return Rmw::exchange;
    }
    __builtin_unreachable();  // ends the compilation: this is no constant
  }
  return Rmw::load;
}

}  // namespace invar::semantics
