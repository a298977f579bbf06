// The first half of decoding: from bytes to a Module that follows the grammar. Nothing is validated yet.
#pragma once

#include <memory>
#include <vector>

#include "decoder/base/error.h"
#include "decoder/feature.h"
#include "decoder/module.h"

namespace invar {

/// A well-formed module, but for the function bodies, and its types in the order of the binary: TypeSection takes only
/// valid ones.
struct ParsedModule {
  std::shared_ptr<Module> module;
  std::vector<std::vector<SubType>> type_groups;
};

/// Reads all sections. Function bodies are only cut out; see find_malformed_body.
Result<ParsedModule> read_sections(ModuleBytes bytes, const Features& features);

/// Looks through all bodies for the first fault against the grammar. Validation finds such faults too, but it may find
/// an invalid instruction first, and it stops at the end of a body where the spec's decoder reads on.
Result<void> find_malformed_body(const Module& module);

}  // namespace invar
