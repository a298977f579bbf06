// The engine: configuration and what all stores and modules share.
#pragma once

#include <memory>
#include <mutex>

#include "decoder/feature.h"
#include "engine/runtime/engine_types.h"
#include "engine/runtime/objects.h"

namespace invar {

class BackgroundCompiler;
class Compiler;

/// How out-of-bounds accesses of memory32 are found.
enum class BoundsChecks : u8 {
  guard_pages,  ///< By a fault in a reserved region. Falls back to explicit_ where the region cannot be had.
  explicit_,    ///< By a comparison at every access.
};

struct EngineConfig {
  Features features;
  BoundsChecks bounds_checks = BoundsChecks::guard_pages;
  bool fuel = false;           ///< Code counts fuel: Store::fuel limits it.
  bool interruptible = false;  ///< Code polls Store::interrupt.
  bool deterministic = false;  ///< The spec's deterministic profile. spec: appendix/profiles
  /// For tests: collects garbage at every allocation and overwrites what is freed.
  bool stress_collection = false;
  u32 validation_threads = 1;
  /// Compiles a module's functions when it is instantiated; null: everything is interpreted. Must outlive the engine.
  Compiler* compiler = nullptr;
  /// Each function when it is called first.
  bool lazy_compilation = false;
  /// Threads that compile a module; 0: as many as can run at the same time.
  u32 compilation_threads = 0;
  /// Each function when it has run for a while in the interpreter; loops that run are entered in the middle.
  bool tier_up = false;
  /// For how many turns of a small loop (a call counts as a few); more for large functions, which take longer to
  /// compile.
  u32 tier_up_patience = 1000;
  /// On a thread of its own, while the interpreter goes on; otherwise it waits for the compiler.
  bool background_compilation = true;
  /// Told of every call of a wasm function (by the callee) and of an import (by the caller), for developers.
  void (*trace_call)(const Instance& instance, u32 function, const Slot* arguments) = nullptr;
};

/// Thread-safe. Must outlive its modules and stores.
class Engine {
 public:
  explicit Engine(EngineConfig config = {});
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  const EngineConfig& config() const { return config_; }
  EngineTypes& types() { return types_; }
  const EngineTypes& types() const { return types_; }
  /// May memories be guarded? Decided once: configuration, and whether the system grants such reservations.
  bool guard_pages() const { return guard_pages_; }
  /// Made at the first call; only with a compiler.
  BackgroundCompiler& background_compiler();
  /// The same if it has been made, else nullptr.
  BackgroundCompiler* known_background_compiler() const { return background_compiler_.get(); }

 private:
  EngineConfig config_;
  EngineTypes types_;
  bool guard_pages_;
  std::once_flag background_once_;
  std::unique_ptr<BackgroundCompiler> background_compiler_;
};

}  // namespace invar
