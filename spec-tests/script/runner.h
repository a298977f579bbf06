// Runs a conformance script's commands against an engine.
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "decoder/feature.h"
#include "spec-tests/adapters/adapter.h"
#include "spec-tests/script/script.h"

namespace invar::spec {

struct RunOptions {
  Features features;
  /// Error messages must begin with the expected text; otherwise they are only counted.
  bool strict_messages = false;
  /// The engine leaves no NaN's bits to the processor: the trace takes them as they are.
  bool deterministic = false;
  /// Report the command with this id alone. Of those before it, the ones that could matter to it are run too.
  std::string only = {};
  /// How long `wait`, and the end of the script, wait for a thread before it is stopped: that is a failure.
  std::chrono::milliseconds thread_limit = std::chrono::seconds{30};
  /// Called before each command that is run, with its index and what there is so far. May be empty.
  std::function<void(size_t index, const struct ScriptResult& so_far)> before_command = {};
};

/// A command that did not do what the script says.
struct CommandFailure {
  std::string id;  ///< Command::id
  TextPosition position;
  CommandKind kind = CommandKind::module;
  std::string expected;
  std::string got;
  std::string excuse = {};  ///< Why it is expected to fail; empty if it is not. The suite's judgement fills it in.
};

struct CommandCount {
  u32 run = 0;
  u32 failed = 0;
  friend bool operator==(const CommandCount&, const CommandCount&) = default;
};
using CommandCounts = std::array<CommandCount, command_kind_count>;

struct ScriptResult {
  std::string path;
  std::string error;  ///< Set if the script could not be read or parsed: then nothing was run.
  CommandCounts counts{};
  std::vector<CommandFailure> failures;
  u32 messages = 0;                        ///< Assertions that name an error message and saw an error of their kind.
  std::vector<CommandFailure> mismatches;  ///< Those whose message does not begin with the expected text.
  u64 digest = 0;                          ///< Of all that was seen, and of the instances' state at the end.
  std::vector<u32> marks;                  ///< One for each command: see Trace.

  bool passed() const { return error.empty() && failures.empty(); }
};

/// Every command is run and counted, those of the script's threads too; one that cannot be run is a failure, with the
/// reason.
ScriptResult run(const Script& script, Adapter& adapter, const RunOptions& options);

}  // namespace invar::spec
