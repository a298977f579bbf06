// An engine that can be put under the script runner, with the ways in which it can run.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decoder/feature.h"
#include "spec-tests/adapters/adapter.h"

namespace invar::spec {

/// One column of the matrix: tier x memory mode x processor. Words rather than enumerators: each engine has its own.
struct Configuration {
  std::string engine;
  std::string tier;          ///< "interp"
  std::string memory;        ///< How bounds are checked: "guard" or "explicit".
  std::string architecture;  ///< "x86_64", "aarch64"
  bool deterministic = false;

  /// "interp-guard", "interp-explicit-deterministic": what --config takes.
  std::string mode() const { return tier + "-" + memory + (deterministic ? "-deterministic" : ""); }
  /// The mode and the processor: what a report calls the configuration. The engine's name stands in front unless it
  /// is the project's own.
  std::string name() const { return (engine == "invar" ? "" : engine + "-") + mode() + "-" + architecture; }
  friend bool operator==(const Configuration&, const Configuration&) = default;
};

class Runtime {
 public:
  virtual ~Runtime() = default;
  /// The configurations that this process can run, the usual one first.
  virtual std::vector<Configuration> configurations() const = 0;
  /// An adapter for one script. Called in the script's own process, which may be any number of processes at once.
  virtual std::unique_ptr<Adapter> make_adapter(const Configuration& configuration, const Features& features) const = 0;
};

/// The processor that this program was built for, in uname's words.
std::string architecture_name();

}  // namespace invar::spec
