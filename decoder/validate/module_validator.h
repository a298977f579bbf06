// Validation of a module's items, all but the function bodies.
#pragma once

#include <vector>

#include "decoder/base/error.h"
#include "decoder/module.h"

namespace invar {

/// Validates the module's definitions and constant expressions, and fills in what depends on them: types,
/// exports_by_name and declared_functions. spec: valid/modules
Result<void> validate_definitions(Module& module, std::vector<std::vector<SubType>> type_groups);

/// Validates all function bodies, on up to `threads` threads. The error is that of the first function that has one.
Result<void> validate_bodies(const Module& module, u32 threads);

}  // namespace invar
