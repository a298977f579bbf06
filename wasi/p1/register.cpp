// The glue to the engine.
#include <string_view>

#include "engine/runtime/linker.h"
#include "engine/runtime/store.h"
#include "wasi/p1/functions.h"

namespace invar::wasi {
namespace {

/// What one import refers to.
struct Binding {
  Context* context;
  const Function* function;
  Version version;
};

GuestMemory memory_of(const Instance* caller) {
  if (caller == nullptr || caller->memory_list.empty()) return {};
  const Memory* memory = caller->memory_list[0];
  if (caller->memory_list.size() > 1) {
    for (const Export& item : caller->module->exports) {
      if (item.kind == ExternKind::memory && item.name == "memory") memory = caller->memory_list[item.index];
    }
  }
  return {memory->base, memory->settled_length()};
}

TrapKind call_function(void* environment, Instance* caller, Slot* slots) {
  const Binding& binding = *static_cast<const Binding*>(environment);
  Call call{*binding.context, memory_of(caller), binding.version};
  binding.function->invoke(call, slots);
  if (!call.exit_code) return TrapKind::none;
  if (caller != nullptr) caller->store->pending_trap.exit_code = static_cast<int>(*call.exit_code);
  return TrapKind::exit;
}

}  // namespace

Result<void> add_to_linker(Linker& linker, Context& context) {
  const std::pair<std::string_view, Version> modules[] = {{"wasi_snapshot_preview1", Version::snapshot},
                                                          {"wasi_unstable", Version::unstable}};
  const auto bindings = std::make_shared<std::vector<Binding>>();
  bindings->reserve(std::size(modules) * functions().size());  // their addresses are kept
  linker.store().keep(bindings);
  for (const auto& [module, version] : modules) {
    for (const Function& function : functions()) {
      Binding& binding = bindings->emplace_back(&context, &function, version);
      INVAR_TRY(linker.define_function(module, function.name, function.type, call_function, &binding));
    }
  }
  return {};
}

}  // namespace invar::wasi
