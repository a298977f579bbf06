// UTF-8 validation. spec: binary/values#names
#pragma once

#include <span>
#include <string_view>

#include "decoder/base/int.h"

namespace invar {

/// Is this well-formed UTF-8: shortest forms only, no surrogates, nothing above U+10FFFF?
bool is_utf8(std::span<const u8> bytes);
inline bool is_utf8(std::string_view text) { return is_utf8({reinterpret_cast<const u8*>(text.data()), text.size()}); }

}  // namespace invar
