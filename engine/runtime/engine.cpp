#include "engine/runtime/engine.h"

#include "engine/platform/fault.h"
#include "engine/runtime/guarded_size.h"
#include "engine/tiering/background_compiler.h"

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
  if (config_.compiler != nullptr) types_.keep_displays();
}

Engine::~Engine() = default;

BackgroundCompiler& Engine::background_compiler() {
  std::call_once(background_once_,
                 [this] { background_compiler_ = std::make_unique<BackgroundCompiler>(*config_.compiler); });
  return *background_compiler_;
}

}  // namespace invar
