#include "decoder/validate/module_validator.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <numeric>

#include "decoder/base/parallel.h"
#include "decoder/binary/encoder.h"
#include "decoder/validate/function_walker.h"

namespace invar {

namespace {

std::unexpected<Error> unknown(ErrorCode code, u32 index) { return fail(code, fmt::format(" {}", index)); }

/// Collects the functions that constant expressions refer to.
struct DeclaringSink : NullSink {
  explicit DeclaringSink(std::vector<bool>& functions) : declared(functions) {}
  void ref_func(u32 function) { declared[function] = true; }
  std::vector<bool>& declared;
};

class DefinitionValidator {
 public:
  explicit DefinitionValidator(Module& module)
      : module_(module), sink_(module.declared_functions), walker_(module, sink_) {}

  Result<void> run(std::vector<std::vector<SubType>> type_groups) {
    INVAR_TRY(in_section(SectionId::type, types(std::move(type_groups))));
    module_.declared_functions.resize(module_.functions.size());
    INVAR_TRY(in_section(SectionId::import, imports()));
    INVAR_TRY(in_section(SectionId::function, functions()));
    INVAR_TRY(in_section(SectionId::tag, tags()));
    INVAR_TRY(in_section(SectionId::table, tables()));
    INVAR_TRY(in_section(SectionId::memory, memories()));
    INVAR_TRY(in_section(SectionId::global, globals()));
    INVAR_TRY(in_section(SectionId::elem, elems()));
    INVAR_TRY(in_section(SectionId::data, datas()));
    INVAR_TRY(in_section(SectionId::start, start()));
    return in_section(SectionId::export_, exports());
  }

 private:
  /// Says at least in which section an error is.
  Result<void> in_section(SectionId id, Result<void> result) const {
    if (result || result.error().offset) return result;
    for (const SectionInfo& section : module_.sections) {
      if (section.id == static_cast<u8>(id)) result.error().offset = section.contents.offset;
    }
    return result;
  }

  bool has(Feature feature) const { return module_.features.has(feature); }

  Result<void> types(std::vector<std::vector<SubType>> groups) {
    for (std::vector<SubType>& group : groups) {
      for (const SubType& type : group) {
        if (type.func.results.size() > 1 && !has(Feature::multi_value)) return fail(ErrorCode::invalid_result_arity);
      }
      INVAR_TRY(module_.types.add_group(std::move(group)));
    }
    module_.types.shrink();
    return {};
  }

  Result<void> check_type(ValType type) const {
    if (!type.is_ref() || type.heap().kind != Heap::index || type.heap().index < module_.types.size()) return {};
    return unknown(ErrorCode::unknown_type, type.heap().index);
  }

  Result<const FuncType*> function_type(u32 index) const {
    if (index >= module_.types.size()) return unknown(ErrorCode::unknown_type, index);
    const SubType& type = module_.types[index];
    if (type.kind != CompositeKind::func) {
      return fail(ErrorCode::type_mismatch, fmt::format(": type {} is no function type", index));
    }
    return &type.func;
  }

  Result<void> check_limits(const Limits& limits, u64 range, ErrorCode code, std::string_view detail) const {
    if (limits.min > range || (limits.has_max && limits.max > range)) return fail(code, std::string(detail));
    if (limits.has_max && limits.max < limits.min) return fail(ErrorCode::limits_minimum_greater);
    return {};
  }

  Result<void> check_table(const TableType& type) const {
    INVAR_TRY(check_type(type.element));
    return check_limits(type.limits, type.is_64 ? ~u64{0} : 0xffffffff, ErrorCode::table_size,
                        " must be at most 4294967295 elements");
  }

  Result<void> check_memory(const MemoryType& type) const {
    if (type.page_size_log2 != 0 && type.page_size_log2 != 16) return fail(ErrorCode::invalid_page_size);
    if (type.is_shared && !type.limits.has_max) return fail(ErrorCode::shared_memory_without_maximum);
    const bool bytes = type.page_size_log2 == 0;
    u64 range = 0xffffffff;
    std::string_view detail = " must be at most 4294967295 bytes";
    if (!bytes) {
      range = type.is_64 ? u64{1} << 48 : 65536;
      detail = type.is_64 ? " must be at most 2^48 pages" : " must be at most 65536 pages (4GiB)";
    } else if (type.is_64) {
      range = ~u64{0};
    }
    return check_limits(type.limits, range, ErrorCode::memory_size, detail);
  }

  Result<void> check_global(const GlobalType& type) const { return check_type(type.type); }

  Result<void> check_tag(const TagType& type) const {
    INVAR_TRY_ASSIGN(const FuncType* const function, function_type(type.type));
    if (!function->results.empty() && !has(Feature::stack_switching)) return fail(ErrorCode::non_empty_tag_result);
    return {};
  }

  Result<void> imports() const {
    for (const Import& import : module_.imports) {
      switch (import.kind) {
        case ExternKind::func:
          INVAR_TRY(function_type(module_.functions[import.index].type));
          break;
        case ExternKind::table:
          INVAR_TRY(check_table(module_.tables[import.index].type));
          break;
        case ExternKind::memory:
          INVAR_TRY(check_memory(module_.memories[import.index]));
          break;
        case ExternKind::global: {
          const GlobalType& type = module_.globals[import.index].type;
          INVAR_TRY(check_global(type));
          if (type.is_mutable && !has(Feature::mutable_globals)) {
            return fail(ErrorCode::feature_disabled, ": a mutable global is imported (mutable-globals)");
          }
          break;
        }
        case ExternKind::tag:
          INVAR_TRY(check_tag(module_.tags[import.index]));
          break;
      }
    }
    return {};
  }

  Result<void> functions() const {
    for (size_t i = module_.imported_functions; i < module_.functions.size(); ++i) {
      INVAR_TRY(function_type(module_.functions[i].type));
    }
    return {};
  }

  Result<void> tags() const {
    for (size_t i = module_.imported_tags; i < module_.tags.size(); ++i) INVAR_TRY(check_tag(module_.tags[i]));
    return {};
  }

  Result<void> tables() {
    for (size_t i = module_.imported_tables; i < module_.tables.size(); ++i) {
      const TableDecl& table = module_.tables[i];
      INVAR_TRY(check_table(table.type));
      if (table.init) {
        INVAR_TRY(walker_.walk_const(*table.init, table.type.element, module_.imported_globals));
      } else if (!table.type.element.is_defaultable()) {
        return fail(ErrorCode::type_mismatch,
                    fmt::format(": table {} of non-nullable elements needs an initial value", i));
      }
    }
    if (module_.tables.size() > 1 && !has(Feature::reference_types)) return fail(ErrorCode::multiple_tables);
    return {};
  }

  Result<void> memories() const {
    for (size_t i = module_.imported_memories; i < module_.memories.size(); ++i) {
      INVAR_TRY(check_memory(module_.memories[i]));
    }
    if (module_.memories.size() > 1 && !has(Feature::multi_memory)) return fail(ErrorCode::multiple_memories);
    return {};
  }

  Result<void> globals() {
    for (u32 i = module_.imported_globals; i < module_.globals.size(); ++i) {
      const GlobalDecl& global = module_.globals[i];
      INVAR_TRY(check_global(global.type));
      // Before garbage collection, initial values could refer to imported globals only.
      const u32 visible = has(Feature::gc) ? i : module_.imported_globals;
      INVAR_TRY(walker_.walk_const(global.init, global.type.type, visible));
    }
    return {};
  }

  u32 all_globals() const {
    return has(Feature::gc) ? static_cast<u32>(module_.globals.size()) : module_.imported_globals;
  }

  Result<void> elems() {
    for (const ElemSegment& segment : module_.elems) {
      INVAR_TRY(check_type(segment.type));
      for (u32 function : segment.functions) {
        if (function >= module_.functions.size()) return unknown(ErrorCode::unknown_function, function);
        module_.declared_functions[function] = true;
      }
      for (const ConstExpr& expression : segment.expressions) {
        INVAR_TRY(walker_.walk_const(expression, segment.type, all_globals()));
      }
      if (segment.mode != SegmentMode::active) continue;
      if (segment.table >= module_.tables.size()) return unknown(ErrorCode::unknown_table, segment.table);
      const TableType& table = module_.tables[segment.table].type;
      if (!module_.types.matches(segment.type, table.element)) {
        return fail(ErrorCode::type_mismatch, fmt::format(": element segment of {} for a table of {}",
                                                          to_string(segment.type), to_string(table.element)));
      }
      INVAR_TRY(walker_.walk_const(segment.offset, table.address_type(), all_globals()));
    }
    return {};
  }

  Result<void> datas() {
    for (const DataSegment& segment : module_.datas) {
      if (segment.mode != SegmentMode::active) continue;
      if (segment.memory >= module_.memories.size()) return unknown(ErrorCode::unknown_memory, segment.memory);
      INVAR_TRY(walker_.walk_const(segment.offset, module_.memories[segment.memory].address_type(), all_globals()));
    }
    return {};
  }

  Result<void> start() const {
    if (!module_.start) return {};
    if (*module_.start >= module_.functions.size()) return unknown(ErrorCode::unknown_function, *module_.start);
    const FuncType& type = module_.func_type(*module_.start);
    if (!type.params.empty() || !type.results.empty()) return fail(ErrorCode::start_function);
    return {};
  }

  Result<void> exports() {
    for (const Export& item : module_.exports) {
      switch (item.kind) {
        case ExternKind::func:
          if (item.index >= module_.functions.size()) return unknown(ErrorCode::unknown_function, item.index);
          module_.declared_functions[item.index] = true;
          break;
        case ExternKind::table:
          if (item.index >= module_.tables.size()) return unknown(ErrorCode::unknown_table, item.index);
          break;
        case ExternKind::memory:
          if (item.index >= module_.memories.size()) return unknown(ErrorCode::unknown_memory, item.index);
          break;
        case ExternKind::global:
          if (item.index >= module_.globals.size()) return unknown(ErrorCode::unknown_global, item.index);
          if (module_.globals[item.index].type.is_mutable && !has(Feature::mutable_globals)) {
            return fail(ErrorCode::feature_disabled, ": a mutable global is exported (mutable-globals)");
          }
          break;
        case ExternKind::tag:
          if (item.index >= module_.tags.size()) return unknown(ErrorCode::unknown_tag, item.index);
          break;
      }
    }
    std::vector<u32>& order = module_.exports_by_name;
    order.resize(module_.exports.size());
    std::iota(order.begin(), order.end(), 0u);
    const auto name = [this](u32 i) { return module_.exports[i].name; };
    std::sort(order.begin(), order.end(), [&](u32 a, u32 b) { return name(a) < name(b); });
    const auto twice = std::adjacent_find(order.begin(), order.end(), [&](u32 a, u32 b) { return name(a) == name(b); });
    if (twice != order.end()) return fail(ErrorCode::duplicate_export_name, fmt::format(" \"{}\"", name(*twice)));
    return {};
  }

  Module& module_;
  DeclaringSink sink_;
  FunctionWalker<DeclaringSink> walker_;
};

}  // namespace

Result<void> validate_definitions(Module& module, std::vector<std::vector<SubType>> type_groups) {
  return DefinitionValidator(module).run(std::move(type_groups));
}

Result<void> validate_bodies(const Module& module, u32 threads) {
  const u32 first = module.imported_functions, count = static_cast<u32>(module.functions.size());
  u64 bytes = 0;
  for (u32 i = first; i < count; ++i) bytes += module.functions[i].body.size;
  constexpr u64 bytes_per_thread = 128 * 1024;
  const u32 useful = static_cast<u32>(std::clamp<u64>(bytes / bytes_per_thread, 1, std::max(threads, 1u)));

  std::atomic<u32> next{first};
  std::atomic<u32> first_error{count};  // nothing behind it needs to be looked at
  std::mutex mutex;
  std::optional<Error> found;
  const auto work = [&] {
    NullSink sink;
    FunctionWalker<NullSink> walker(module, sink);
    constexpr u32 batch = 16;
    for (u32 begin; (begin = next.fetch_add(batch)) < first_error.load();) {
      for (u32 i = begin; i < std::min(begin + batch, first_error.load()); ++i) {
        Result<void> result = walker.walk(i);
        if (result) continue;
        const std::lock_guard lock(mutex);
        if (i < first_error.load()) {
          first_error = i;
          found = std::move(result).error();
        }
      }
    }
  };
  run_on_threads(useful, work);
  if (found) return std::unexpected(*std::move(found));
  return {};
}

}  // namespace invar
