// Text within XML and HTML.
#pragma once

#include <string>
#include <string_view>

#include "decoder/base/int.h"

namespace invar::spec {

enum class Letters : u8 { all, ascii };

/// For use between tags and in attributes. Control characters but for line feeds become '?', and with Letters::ascii
/// all that is not ASCII: XML must be well-formed even where a text was cut.
std::string escape(std::string_view text, Letters letters = Letters::all);

}  // namespace invar::spec
