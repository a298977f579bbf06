// Binary format -> valid Module.
#pragma once

#include <memory>
#include <vector>

#include "decoder/base/error.h"
#include "decoder/feature.h"
#include "decoder/module.h"

namespace invar {

struct DecodeOptions {
  /// Threads that may validate function bodies at the same time. The result does not depend on it.
  u32 threads = 1;
  /// The function bodies have been validated before: they are not looked at.
  bool bodies_are_valid = false;
};

/// Decodes and validates a module and all its function bodies. Malformed comes before invalid, as if all of the module
/// were decoded first; among errors of one kind the one nearest to the front wins. spec: binary/modules, valid/modules
Result<std::shared_ptr<const Module>> decode_module(ModuleBytes bytes, const Features& features = {},
                                                    const DecodeOptions& options = {});

/// The same for bytes that the module is to own.
Result<std::shared_ptr<const Module>> decode_module(std::vector<u8> bytes, const Features& features = {},
                                                    const DecodeOptions& options = {});

}  // namespace invar
