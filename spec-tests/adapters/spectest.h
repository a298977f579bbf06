// The module "spectest", which conformance scripts import from.
#pragma once

#include "decoder/base/error.h"
#include "engine/runtime/linker.h"

namespace invar::spec {

/// Defines the same names, types and values as the reference interpreter's module. Its print functions print nothing.
Result<void> define_spectest(Linker& linker);

}  // namespace invar::spec
