// One module in every configuration: all must do the same.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "decoder/base/int.h"

namespace invar::fuzz {

/// Decodes, validates, prints and parses back, and runs the exports "0", "1", ... of a module without imports: with
/// guard pages and explicit checks, with and without a collection at every allocation. Says what went wrong: the module
/// is not valid, its text does not give the same module, or two configurations differ. Nothing if all agree.
std::optional<std::string> run_everywhere(std::span<const u8> bytes);

}  // namespace invar::fuzz
