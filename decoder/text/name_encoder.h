// Writes the contents of a name section. spec: appendix/custom#name-section
#pragma once

#include <vector>

#include "decoder/base/int.h"
#include "decoder/binary/name_section.h"

namespace invar::text {

/// Only the subsections that hold something, in order. Empty if there is no name at all.
std::vector<u8> encode_names(const NameSection& names);

}  // namespace invar::text
