// Compiled modules on disk, so that the next run finds them.
#pragma once

#include <optional>
#include <string>

#include "engine/runtime/compiled_module.h"
#include "engine/tiering/compiled_file.h"

namespace invar::tool {

/// A directory of compiled files (engine/tiering/compiled_file.h). Only what belongs to this user, and nobody else can
/// write, is used; files are replaced as a whole.
class CodeCache {
 public:
  /// $XDG_CACHE_HOME/invar/code, or ~/.cache/invar/code; empty if there is no home.
  static std::string default_directory();
  /// Makes the directory if there is none. Error: io_error, if it cannot be used.
  static Result<CodeCache> open(const std::string& directory);
  ~CodeCache();
  CodeCache(CodeCache&& other) noexcept;
  CodeCache& operator=(CodeCache&&) = delete;

  /// The compiled file of the module for the key, if there is one. Error: there is one that cannot be used.
  Result<std::optional<CompiledFile>> find(std::span<const u8> module, const std::string& key) const;
  Result<void> store(std::span<const u8> module, const std::string& key, std::span<const u8> file) const;

 private:
  CodeCache(std::string directory, int descriptor) : directory_(std::move(directory)), descriptor_(descriptor) {}
  std::string directory_;
  int descriptor_;
};

}  // namespace invar::tool
