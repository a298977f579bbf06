// What the script runner asks of an engine: one adapter runs one script.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <vector>

#include "decoder/base/error.h"
#include "spec-tests/script/value.h"

namespace invar::spec {

/// Why something did not succeed, in the spec's terms.
struct Failure {
  ErrorCategory category = ErrorCategory::host;
  std::string message;
};
template <class T>
using Outcome = std::expected<T, Failure>;

inline std::unexpected<Failure> failure(ErrorCategory category, std::string message) {
  return std::unexpected(Failure{category, std::move(message)});
}
inline std::unexpected<Failure> failure(const Error& error) { return failure(error.category(), error.message()); }

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
};

}  // namespace invar::spec
