// The options of `invar run`.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "decoder/feature.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/store.h"
#include "engine/tiering/compiler.h"
#include "tools/invar/command.h"
#include "wasi/wasi.h"

namespace invar::tool {

struct Preload {
  std::string name;
  std::string file;
};

struct RunOptions {
  std::string file;
  Arguments arguments;  ///< Behind FILE: the program's, or the invoked function's.
  std::optional<std::string> invoke;
  std::vector<Preload> preloads;
  EngineConfig engine;
  std::unique_ptr<Compiler> compiler;  ///< The one in `engine`.
  bool wants_compiled = false;         ///< Machine code that cannot be used is an error.
  std::optional<std::string> cache;    ///< Where compiled modules are kept.
  StoreLimits limits;
  std::optional<s64> fuel;
  std::optional<double> timeout_seconds;
  wasi::Config wasi;
};

/// The options, or the exit status if the command ends here.
std::expected<RunOptions, int> parse_run_options(const Arguments& arguments);

/// "4096", "64K", "16M", "2G" as bytes.
std::optional<u64> parse_size(std::string_view text);
/// "HOST", "HOST::GUEST", each with ":ro" behind it or not.
std::optional<wasi::Preopen> parse_directory(std::string_view text);

}  // namespace invar::tool
