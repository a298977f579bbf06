// Which scripts there are, what they are called, and which of them a shard runs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "decoder/base/error.h"
#include "decoder/base/int.h"

namespace invar::spec {

struct ScriptFile {
  std::string path;       ///< As it can be opened.
  std::string name;       ///< See script_name.
  std::string directory;  ///< Of the name.
  u64 bytes = 0;
};

/// The path from the suite's root on, so that a script is called the same everywhere: from the last folder "spec",
/// "proposals" or "cases" on, else from `root` (the folder that was searched) on.
std::string script_name(const std::string& path, const std::string& root);

/// The scripts at the paths: files themselves, and all *.wast below folders; each once, in the order of their names.
/// Error: io_error, for a path that is not there.
Result<std::vector<ScriptFile>> find_scripts(const std::vector<std::string>& paths);

/// How long a script takes, in arbitrary units: recorded where its size does not tell. See times.def.
u64 estimated_time(const ScriptFile& script);

/// One of `count` parts, `index` from 1. The default is the whole.
struct Shard {
  u32 index = 1;
  u32 count = 1;
};

/// The scripts of one shard, in their order. Every script is in exactly one of the shards, which take about the same
/// time each; the same scripts give the same shards on every machine.
std::vector<ScriptFile> select(const std::vector<ScriptFile>& scripts, Shard shard);

}  // namespace invar::spec
