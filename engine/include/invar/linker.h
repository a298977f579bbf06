// Names for what modules import.
#pragma once

#include <memory>
#include <string_view>

#include "invar/host.h"

namespace invar {
class Linker;
}

namespace invar::api {

/// Instantiates with the given external values, one per import, in order.
/// spec: embed#modules, exec/modules#instantiation
Result<Instance> instantiate(Store& store, const Module& module, std::span<const Extern> imports);

/// Definitions by module and name; the store must outlive it.
class Linker {
 public:
  explicit Linker(Store& store);
  ~Linker();
  Linker(Linker&&) noexcept;
  Linker& operator=(Linker&&) noexcept;

  void define(std::string_view module, std::string_view name, const Extern& value);
  /// All exports of the instance.
  void define_instance(std::string_view module, const Instance& instance);
  /// A host function; see host_function.
  template <class Callable>
  Result<Func> func(std::string_view module, std::string_view name, Callable&& callable) {
    return define_func(module, name, host_function(*store_, std::forward<Callable>(callable)));
  }
  Result<Func> func(std::string_view module, std::string_view name, const FuncType& type,
                    DynamicHostFunction function) {
    return define_func(module, name, host_function(*store_, type, std::move(function)));
  }

  /// Finds the imports and instantiates. What an instantiation did before it failed stays done.
  Result<Instance> instantiate(const Module& module);

  invar::Linker& internal() const { return *impl_; }

 private:
  Result<Func> define_func(std::string_view module, std::string_view name, Result<Func> made) {
    if (made) define(module, name, *made);
    return made;
  }
  Store* store_;
  std::unique_ptr<invar::Linker> impl_;
};

}  // namespace invar::api
