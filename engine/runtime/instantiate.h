// From a compiled module to an instance. spec: exec/modules#instantiation
#pragma once

#include <expected>
#include <span>
#include <variant>

#include "engine/runtime/store.h"

namespace invar {

/// Why an instantiation failed: an Error (unlinkable, host limits) or a trap of a segment or the start function.
struct InstantiationFailure {
  std::variant<Error, Trap> reason;
  std::string message() const;
  const Error* error() const { return std::get_if<Error>(&reason); }
  const Trap* trap() const { return std::get_if<Trap>(&reason); }
};
template <class T>
using Instantiation = std::expected<T, InstantiationFailure>;

/// Instantiates with one external value per import of the module, in order. Runs the start function. What an
/// instantiation did before it failed stays done.
Instantiation<Instance*> instantiate(Store& store, const std::shared_ptr<CompiledModule>& module,
                                     std::span<const Extern> imports);

/// Does the external value match the import? Errors: incompatible_import_type, naming both types.
/// spec: valid/matching#external-types
Result<void> check_import(const CompiledModule& module, const Import& import, const Extern& value);

/// The instance's export of that name.
std::optional<Extern> find_export(const Instance& instance, std::string_view name);
Extern export_value(const Instance& instance, const Export& item);

/// The external value's type in the text format's words: "(func (param i32))", "(memory 1 2)".
std::string describe(const Engine& engine, const Extern& value);

}  // namespace invar
