// Whole files as bytes.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "decoder/base/error.h"
#include "decoder/module.h"

namespace invar {

/// The contents of a file; "-" is standard input. Large regular files are mapped, so that what is not looked at takes
/// no memory; they must not shrink while in use. Error: io_error, naming the path.
Result<ModuleBytes> read_file(const std::string& path);
/// The same of an open file, which stays open; `path` is for messages.
Result<ModuleBytes> read_file(int descriptor, const std::string& path);

/// How a regular file begins: as many of the bytes as it has. None of other files, of which what is read is gone, and
/// of those that cannot be read.
std::span<const u8> read_beginning(const std::string& path, std::span<u8> bytes);

/// Are they the pages of a mapped file? Such are not written to, and may be made executable.
bool is_mapped_file(const ModuleBytes& file);

/// The bytes as text.
inline std::string_view as_text(const ModuleBytes& file) {
  return {reinterpret_cast<const char*>(file.bytes.data()), file.bytes.size()};
}

}  // namespace invar
