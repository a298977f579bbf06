// How much address space a memory without bounds checks needs.
#pragma once

#include "engine/platform/virtual_memory.h"

namespace invar {

/// A 32-bit address plus a 32-bit constant offset reaches below 8 GiB; the widest access, and code that adds a small
/// constant more, stays within the tail.
inline constexpr u64 guarded_reservation = (u64{8} << 30) + (u64{64} << 10);

}  // namespace invar
