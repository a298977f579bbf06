#include "engine/runtime/engine.h"

#include "engine/platform/fault.h"
#include "engine/runtime/guarded_size.h"

namespace invar {

namespace {

/// Does this system grant guarded reservations, and can a fault in one be told from others?
bool probe_guard_pages() {
  u8* const base = platform::reserve(guarded_reservation);
  if (base == nullptr) return false;
  const bool known = platform::register_reservation(base, guarded_reservation);
  if (known) platform::unregister_reservation(base, guarded_reservation);
  platform::release(base, guarded_reservation);
  return known;
}

}  // namespace

Engine::Engine(EngineConfig config) : config_(config), guard_pages_(false) {
  if (config_.bounds_checks == BoundsChecks::guard_pages) {
    static const bool works = probe_guard_pages();
    guard_pages_ = works;
  }
}

}  // namespace invar
