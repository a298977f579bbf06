// invar itself under the script runner.
#pragma once

#include <memory>

#include "decoder/feature.h"
#include "engine/runtime/engine.h"
#include "spec-tests/adapters/adapter.h"

namespace invar::spec {

/// A store of its own, with the module "spectest" registered.
/// `engine` must outlive the adapter.
std::unique_ptr<Adapter> make_invar_adapter(Engine& engine);

}  // namespace invar::spec
