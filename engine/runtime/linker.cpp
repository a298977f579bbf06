#include "engine/runtime/linker.h"

#include <fmt/format.h>

namespace invar {

void Linker::define(std::string_view module, std::string_view name, Extern value) {
  auto found = modules_.find(module);
  if (found == modules_.end()) found = modules_.try_emplace(std::string(module)).first;
  found->second.insert_or_assign(std::string(name), value);
}

Result<Func*> Linker::define_function(std::string_view module, std::string_view name, const FuncType& type,
                                      HostCallback callback, void* environment) {
  INVAR_TRY_ASSIGN(Func* const func, store_.new_host_function(type, callback, environment));
  define(module, name, func);
  return func;
}

void Linker::define_instance(std::string_view module, const Instance& instance) {
  auto& names = modules_[std::string(module)];
  for (const Export& item : instance.module->exports) {
    names.insert_or_assign(std::string(item.name), export_value(instance, item));
  }
}

void Linker::alias(std::string_view module, std::string_view alias) {
  const auto found = modules_.find(module);
  if (found == modules_.end()) return;
  auto copy = found->second;  // the target may be the source
  for (auto& [name, value] : copy) modules_[std::string(alias)].insert_or_assign(name, value);
}

void Linker::remove_module(std::string_view module) {
  if (const auto found = modules_.find(module); found != modules_.end()) modules_.erase(found);
}

const Extern* Linker::find(std::string_view module, std::string_view name) const {
  const auto names = modules_.find(module);
  if (names == modules_.end()) return nullptr;
  const auto value = names->second.find(name);
  return value == names->second.end() ? nullptr : &value->second;
}

Result<std::vector<Extern>> Linker::resolve(const CompiledModule& module) const {
  std::vector<Extern> out;
  out.reserve(module.module().imports.size());
  for (const Import& import : module.module().imports) {
    const Extern* const value = find(import.module, import.name);
    if (value == nullptr) {
      return fail(ErrorCode::unknown_import,
                  fmt::format(": \"{}\" \"{}\" ({})", import.module, import.name, to_string(import.kind)));
    }
    INVAR_TRY(check_import(module, import, *value));
    out.push_back(*value);
  }
  return out;
}

Instantiation<Instance*> Linker::instantiate(const std::shared_ptr<CompiledModule>& module) {
  auto imports = resolve(*module);
  if (!imports) return std::unexpected(InstantiationFailure{std::move(imports).error()});
  return invar::instantiate(store_, module, *imports);
}

}  // namespace invar
