// Does an external value have the type that an import asks for? spec: valid/matching#external-types
#include <fmt/format.h>

#include "engine/runtime/instantiate.h"

namespace invar {

namespace {

std::string limits_text(const Limits& limits) {
  return limits.has_max ? fmt::format(" {} {}", limits.min, limits.max) : fmt::format(" {}", limits.min);
}

std::string memory_text(const MemoryType& type) {
  std::string out = fmt::format("(memory{}{}", type.is_64 ? " i64" : "", limits_text(type.limits));
  if (type.is_shared) out += " shared";
  if (type.page_size_log2 != 16) out += fmt::format(" (pagesize {})", u64{1} << type.page_size_log2);
  return out + ")";
}

std::string table_text(const TableType& type) {
  return fmt::format("(table{}{} {})", type.is_64 ? " i64" : "", limits_text(type.limits), to_string(type.element));
}

std::string global_text(const GlobalType& type) {
  return type.is_mutable ? fmt::format("(global (mut {}))", to_string(type.type))
                         : fmt::format("(global {})", to_string(type.type));
}

std::string types_text(std::string_view word, const std::vector<ValType>& types) {
  if (types.empty()) return {};
  std::string out = fmt::format(" ({}", word);
  for (const ValType type : types) out += " " + to_string(type);
  return out + ")";
}

std::string func_text(const FuncType& type, bool is_exact = false) {
  const std::string parts = types_text("param", type.params) + types_text("result", type.results);
  return is_exact ? "(func (exact" + parts + "))" : "(func" + parts + ")";
}

std::string tag_text(const FuncType& type) { return "(tag" + types_text("param", type.params) + ")"; }

/// What the store holds now: a memory or table may have grown since it was declared.
MemoryType current_type(const Memory& memory) {
  MemoryType type = memory.type;
  type.limits.min = memory.pages();
  return type;
}

TableType current_type(const Table& table) {
  TableType type = table.type;
  type.limits.min = table.size;
  return type;
}

/// spec: valid/matching#limits
bool match(const Limits& actual, const Limits& wanted) {
  return actual.min >= wanted.min && (!wanted.has_max || (actual.has_max && actual.max <= wanted.max));
}

struct Matcher {
  const CompiledModule& compiled;
  const Import& import;

  const Module& module() const { return compiled.module(); }
  const EngineTypes& types() const { return compiled.engine().types(); }
  ValType engine_type(ValType type) const { return to_engine(type, compiled.type_ids()); }
  bool same(ValType a, ValType b) const { return types().matches(a, b) && types().matches(b, a); }

  bool operator()(const Func* func) const {
    const u32 wanted = compiled.type_ids()[module().functions[import.index].type];
    return module().has_exact_type(import.index) ? func->type_id == wanted : types().is_subtype(func->type_id, wanted);
  }
  bool operator()(const Table* table) const {
    const TableType& wanted = module().tables[import.index].type;
    const TableType actual = current_type(*table);
    return actual.is_64 == wanted.is_64 && match(actual.limits, wanted.limits) &&
           same(actual.element, engine_type(wanted.element));
  }
  bool operator()(const Memory* memory) const {
    const MemoryType& wanted = module().memories[import.index];
    const MemoryType actual = current_type(*memory);
    return actual.is_64 == wanted.is_64 && actual.is_shared == wanted.is_shared &&
           actual.page_size_log2 == wanted.page_size_log2 && match(actual.limits, wanted.limits);
  }
  bool operator()(const Global* global) const {
    const GlobalType& wanted = module().globals[import.index].type;
    if (global->type.is_mutable != wanted.is_mutable) return false;
    const ValType type = engine_type(wanted.type);
    return wanted.is_mutable ? same(global->type.type, type) : types().matches(global->type.type, type);
  }
  bool operator()(const Tag* tag) const {
    return tag->type_id == compiled.type_ids()[module().tags[import.index].type];
  }
};

std::string describe_wanted(const CompiledModule& compiled, const Import& import) {
  const Module& module = compiled.module();
  const EngineTypes& types = compiled.engine().types();
  const std::vector<u32>& ids = compiled.type_ids();
  switch (import.kind) {
    case ExternKind::func:
      return func_text(types[ids[module.functions[import.index].type]].func, module.has_exact_type(import.index));
    case ExternKind::table: {
      TableType type = module.tables[import.index].type;
      type.element = to_engine(type.element, ids);
      return table_text(type);
    }
    case ExternKind::memory:
      return memory_text(module.memories[import.index]);
    case ExternKind::global: {
      const GlobalType& type = module.globals[import.index].type;
      return global_text({to_engine(type.type, ids), type.is_mutable});
    }
    case ExternKind::tag:
      return tag_text(types[ids[module.tags[import.index].type]].func);
  }
  return {};
}

}  // namespace

std::string describe(const Engine&, const Extern& value) {
  switch (kind_of(value)) {
    case ExternKind::func:
      return func_text(*std::get<Func*>(value)->type);
    case ExternKind::table:
      return table_text(current_type(*std::get<Table*>(value)));
    case ExternKind::memory:
      return memory_text(current_type(*std::get<Memory*>(value)));
    case ExternKind::global:
      return global_text(std::get<Global*>(value)->type);
    case ExternKind::tag:
      return tag_text(*std::get<Tag*>(value)->type);
  }
  return {};
}

Result<void> check_import(const CompiledModule& module, const Import& import, const Extern& value) {
  if (kind_of(value) == import.kind && std::visit(Matcher{module, import}, value)) return {};
  return fail(ErrorCode::incompatible_import_type,
              fmt::format(": \"{}\" \"{}\": expected {}, found {}", import.module, import.name,
                          describe_wanted(module, import), describe(module.engine(), value)));
}

}  // namespace invar
