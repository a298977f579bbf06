// invar itself under the script runner.
#pragma once

#include <memory>

#include "engine/runtime/engine.h"
#include "spec-tests/adapters/runtime.h"

namespace invar::spec {

/// An engine and a store of its own, with the module "spectest" registered.
std::unique_ptr<Adapter> make_invar_adapter(const EngineConfig& config);

/// Guarded memories are among its configurations only where the system grants the address space.
std::unique_ptr<Runtime> make_invar_runtime();

}  // namespace invar::spec
