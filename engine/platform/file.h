// Whole files as bytes.
#pragma once

#include <string>
#include <string_view>

#include "decoder/base/error.h"
#include "decoder/module.h"

namespace invar {

/// The contents of a file; "-" is standard input. Large regular files are mapped, so that what is not looked at takes
/// no memory; they must not shrink while in use. Error: io_error, naming the path.
Result<ModuleBytes> read_file(const std::string& path);

/// The bytes as text.
inline std::string_view as_text(const ModuleBytes& file) {
  return {reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size()};
}

}  // namespace invar
