// Files of a module with its machine code: what `invar compile` writes, and what the cache consists of.
//
// Whoever can write such a file decides what runs, as with any executable: the checksum finds damage, not malice.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "decoder/base/error.h"
#include "decoder/module.h"
#include "engine/tiering/compiler.h"

namespace invar {

struct CompiledFile {
  std::string_view key;        ///< Compiler::code_key() of who made it.
  std::span<const u8> module;  ///< In the binary format; it was valid.
  std::span<const u8> code;    ///< Of Compiler::save().
  std::shared_ptr<const void> owner;
};

/// Do they begin like a compiled file?
bool is_compiled_file(std::span<const u8> bytes);
/// Errors: bad_compiled_file, for what is no such file as a whole and unharmed.
Result<CompiledFile> read_compiled_file(ModuleBytes bytes);
std::vector<u8> write_compiled_file(std::string_view key, std::span<const u8> module, const SavedCode& code);

/// Can what was compiled under the key `made` run under the key `wanted`? Empty, or why not.
std::string explain_mismatch(std::string_view made, std::string_view wanted);

}  // namespace invar
