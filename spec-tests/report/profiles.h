// Which features a directory's scripts are written against.
#pragma once

#include <string_view>

#include "decoder/feature.h"

namespace invar::spec {

/// The features for a script, from its path; see profiles.def.
Features features_for(std::string_view path);

}  // namespace invar::spec
