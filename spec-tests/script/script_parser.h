// The script language (.wast): text -> Script. spec: the reference interpreter's script format
#pragma once

#include <string>
#include <string_view>

#include "decoder/feature.h"
#include "spec-tests/script/script.h"

namespace invar::spec {

/// Splits a script into commands; `features` are those of its modules. A command that cannot be understood becomes a
/// Command with an error, and the rest is parsed all the same; a Result is an error only if the source cannot be split
/// at all. A source of bare module fields is one module.
Result<Script> parse_script(std::string path, std::string_view source, const Features& features);

}  // namespace invar::spec
