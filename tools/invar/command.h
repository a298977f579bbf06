// What the subcommands of the command have in common.
#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decoder/base/error.h"
#include "decoder/feature.h"
#include "decoder/module.h"

namespace CLI {
class App;
}

namespace invar::tool {

/// Exit statuses. Others are the guest program's own.
inline constexpr int exit_failure = 1;  ///< A bad module, a file that cannot be read, failed tests.
inline constexpr int exit_usage = 2;
inline constexpr int exit_trap = 134;

/// The arguments behind the subcommand's name.
using Arguments = std::vector<std::string>;

// One source file for each. They return the process's exit status.
int run_command(const Arguments& arguments);
int compile_command(const Arguments& arguments);
int validate_command(const Arguments& arguments);
int wat2wasm_command(const Arguments& arguments);
int wasm2wat_command(const Arguments& arguments);
int inspect_command(const Arguments& arguments);
int spec_command(const Arguments& arguments);

/// Parses the arguments into what was added to `app`. An exit status if the command ends here: help, or wrong usage.
std::optional<int> parse(CLI::App& app, const Arguments& arguments);

/// --enable and --disable, whose names are those of features.def.
class FeatureOptions {
 public:
  explicit FeatureOptions(CLI::App& app);
  /// The features to use, or an exit status if a name is wrong.
  std::expected<Features, int> features() const;

 private:
  std::vector<std::string> enabled_;
  std::vector<std::string> disabled_;
};

/// One line on standard error; returns `status`.
int complain(std::string_view message, int status = exit_failure);
/// Writes all of it to standard output; false (after a complaint) if that fails.
bool print(std::string_view text);
/// Writes a file, "-" being standard output.
Result<void> write_file(const std::string& path, std::string_view bytes);

/// Reads a module, in text or binary, whichever it is; "-" is standard input. The bytes are the binary's.
Result<ModuleBytes> load_binary(const std::string& path, const Features& features);
/// The same, decoded and validated.
Result<std::shared_ptr<const Module>> load_module(const std::string& path, const Features& features);

/// The type of what is imported or exported, to stand behind its kind: func "[i32] -> []", memory "1 2".
std::string describe_item(const Module& module, ExternKind kind, u32 index);

}  // namespace invar::tool
