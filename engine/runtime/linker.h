// Names for external values, so that a module's imports can be found.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/runtime/instantiate.h"

namespace invar {

/// Definitions by (module, name) for one store. A later definition of a name replaces the earlier.
class Linker {
 public:
  explicit Linker(Store& store) : store_(store) {}
  Store& store() const { return store_; }

  void define(std::string_view module, std::string_view name, Extern value);
  /// A host function. See Store::new_host_function.
  Result<Func*> define_function(std::string_view module, std::string_view name, const FuncType& type,
                                HostCallback callback, void* environment);
  /// All exports of the instance under the module name.
  void define_instance(std::string_view module, const Instance& instance);
  /// Everything that is defined under `module` also under `alias`.
  void alias(std::string_view module, std::string_view alias);
  void remove_module(std::string_view module);

  const Extern* find(std::string_view module, std::string_view name) const;
  /// The module's imports in order. Errors: unknown_import, incompatible_import_type.
  Result<std::vector<Extern>> resolve(const CompiledModule& module) const;
  Instantiation<Instance*> instantiate(const std::shared_ptr<CompiledModule>& module);

 private:
  Store& store_;
  std::map<std::string, std::map<std::string, Extern, std::less<>>, std::less<>> modules_;
};

}  // namespace invar
