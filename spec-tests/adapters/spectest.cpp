#include "spec-tests/adapters/spectest.h"

#include <bit>

namespace invar::spec {

namespace {

TrapKind print_nothing(void*, Instance*, Slot*) { return TrapKind::none; }

struct PrintFunction {
  std::string_view name;
  std::vector<ValType> params;
};

}  // namespace

Result<void> define_spectest(Linker& linker) {
  const std::string_view module = "spectest";
  Store& store = linker.store();

  const PrintFunction functions[] = {{"print", {}},
                                     {"print_i32", {type_i32}},
                                     {"print_i64", {type_i64}},
                                     {"print_f32", {type_f32}},
                                     {"print_f64", {type_f64}},
                                     {"print_i32_f32", {type_i32, type_f32}},
                                     {"print_f64_f64", {type_f64, type_f64}}};
  for (const PrintFunction& function : functions) {
    const FuncType type{function.params, {}};
    INVAR_TRY(linker.define_function(module, function.name, type, print_nothing, nullptr));
  }

  const std::pair<std::string_view, std::pair<ValType, Slot>> globals[] = {
      {"global_i32", {type_i32, 666}},
      {"global_i64", {type_i64, 666}},
      {"global_f32", {type_f32, std::bit_cast<u32>(666.6f)}},
      {"global_f64", {type_f64, std::bit_cast<u64>(666.6)}}};
  for (const auto& [name, value] : globals) {
    INVAR_TRY_ASSIGN(Global * global, store.new_global({value.first, false}, &value.second));
    linker.define(module, name, global);
  }

  TableType table_type{.element = type_funcref, .limits = {.min = 10, .max = 20, .has_max = true}, .is_64 = false};
  INVAR_TRY_ASSIGN(Table * table, store.new_table(table_type, 0));
  linker.define(module, "table", table);
  table_type.is_64 = true;
  INVAR_TRY_ASSIGN(Table * table64, store.new_table(table_type, 0));
  linker.define(module, "table64", table64);

  MemoryType memory_type;
  memory_type.limits = {.min = 1, .max = 2, .has_max = true};
  INVAR_TRY_ASSIGN(Memory * memory, store.new_memory(memory_type));
  linker.define(module, "memory", memory);
  if (store.engine().config().features.has(Feature::threads)) {
    memory_type.is_shared = true;
    INVAR_TRY_ASSIGN(Memory * shared, store.new_memory(memory_type));
    linker.define(module, "shared_memory", shared);
  }
  return {};
}

}  // namespace invar::spec
