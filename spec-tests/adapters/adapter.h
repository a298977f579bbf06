// What the script runner asks of an engine: one adapter runs one script.
#pragma once

#include <expected>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "decoder/base/error.h"
#include "spec-tests/script/value.h"

namespace invar::spec {

/// Why something did not succeed, in the spec's terms.
struct Failure {
  ErrorCategory category = ErrorCategory::host;
  std::string message;
  /// Which failure of the category, in words that do not depend on the place: for comparing runs. May be empty.
  std::string_view kind;
};
template <class T>
using Outcome = std::expected<T, Failure>;

inline std::unexpected<Failure> failure(ErrorCategory category, std::string message) {
  return std::unexpected(Failure{category, std::move(message), {}});
}
inline std::unexpected<Failure> failure(const Error& error) {
  return std::unexpected(Failure{error.category(), error.message(), text_of(error.code)});
}

/// What an instance has come to, for comparing runs.
struct InstanceState {
  std::vector<std::pair<std::string, Value>> globals;  ///< The exported ones, in the order of the exports.
  std::vector<std::span<const u8>> memories;           ///< All of its index space; valid until the next call.
  std::vector<u64> tables;                             ///< Their sizes.
};

class Adapter {
 public:
  /// Handles of modules and instances, valid for the adapter's life.
  using Id = size_t;

  virtual ~Adapter() = default;

  /// Decodes and validates.
  virtual Outcome<Id> load(std::span<const u8> bytes) = 0;
  /// Links against what is registered, and instantiates.
  virtual Outcome<Id> instantiate(Id module) = 0;
  /// Makes the instance's exports importable under the name.
  virtual Outcome<void> register_instance(Id instance, const std::string& name) = 0;
  virtual Outcome<std::vector<Value>> invoke(Id instance, const std::string& function,
                                             std::span<const Value> arguments) = 0;
  virtual Outcome<Value> get(Id instance, const std::string& global) = 0;
  /// For a thread of the script: another adapter, of the same engine, where nothing is registered. It knows the
  /// instances `shared` as 0, 1, ...; of them it can use what several threads may use, which is shared memories.
  /// It must not outlive this one.
  virtual Outcome<std::unique_ptr<Adapter>> fork(std::span<const Id>) {
    return failure(ErrorCategory::host, "this engine runs no threads");
  }
  /// Makes what runs fail, soon. Callable from any thread.
  virtual void interrupt() {}
  /// An engine that cannot look inside says nothing.
  virtual InstanceState state(Id) { return {}; }
};

}  // namespace invar::spec
