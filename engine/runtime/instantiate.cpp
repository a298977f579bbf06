#include "engine/runtime/instantiate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "engine/runtime/call.h"
#include "engine/runtime/const_expression.h"
#include "engine/runtime/reference.h"

namespace invar {

namespace {

std::unexpected<InstantiationFailure> trapped(TrapKind kind) {
  return std::unexpected(InstantiationFailure{Trap{kind, std::string(text_of(kind)), 0, {}}});
}

#define INSTANTIATION_TRY_ASSIGN_(name, declaration, expression)                    \
  auto name = (expression);                                                         \
  if (!name) return std::unexpected(InstantiationFailure{std::move(name).error()}); \
  declaration = *std::move(name)
#define INSTANTIATION_TRY_ASSIGN(declaration, expression) \
  INSTANTIATION_TRY_ASSIGN_(INVAR_CONCAT(invar_result_, __LINE__), declaration, expression)

/// One instantiation under way.
class Instantiator {
 public:
  Instantiator(Store& store, Instance& instance)
      : store_(store), instance_(instance), compiled_(instance.compiled), module_(*instance.module) {}

  /// spec: exec/modules#allocation
  Instantiation<void> allocate(std::span<const Extern> imports);
  /// Active segments, in order: elements, then data.
  Instantiation<void> initialize();
  Instantiation<void> start();

 private:
  Instantiation<void> allocate_globals();
  Instantiation<void> allocate_tables();
  Instantiation<void> allocate_memories();
  void allocate_functions();
  Instantiation<void> allocate_tags();
  /// A segment's references. Its expressions read what cannot change any more, so when they run is of no consequence.
  Instantiation<void> references(const ElemSegment& segment, std::vector<Ref>& out);
  Instantiation<void> initialize_table(u32 index);
  Instantiation<void> initialize_memory(u32 index);

  Instantiation<ConstEvaluator::Value> evaluate(const ConstExpr& expression, ValType type) {
    // A constant expression can fail in this build only; its error is a trap like any other.
    auto value = evaluator().evaluate(expression, type);
    if (!value) return trapped(value.error());
    return *value;
  }
  /// Made when the index spaces that expressions refer to are in place.
  ConstEvaluator& evaluator() {
    if (!evaluator_) evaluator_.emplace(instance_);
    return *evaluator_;
  }

  Store& store_;
  Instance& instance_;
  CompiledModule* compiled_;
  const Module& module_;
  std::optional<ConstEvaluator> evaluator_;
};

void Instantiator::allocate_functions() {
  const u32 first = module_.imported_functions;
  const size_t count = module_.functions.size() - first;
  Func* const made = store_.new_functions(count);
  instance_.function_list.reserve(module_.functions.size());
  for (u32 i = 0; i < count; ++i) {
    const u32 index = first + i;
    Func& func = made[i];
    func.code = &compiled_->codes[index];
    func.instance = &instance_;
    func.type_id = compiled_->type_ids()[module_.functions[index].type];
    func.type = &store_.engine().types()[func.type_id].func;
    func.store = &store_;
    instance_.function_list.push_back(&func);
  }
  instance_.functions = instance_.function_list.data();
}

Instantiation<void> Instantiator::allocate_globals() {
  // All cells first: an initialiser may read the globals before its own, and pointers to the list must hold.
  instance_.global_cells.reserve(module_.globals.size());
  instance_.globals = instance_.global_cells.data();
  for (size_t i = module_.imported_globals; i < module_.globals.size(); ++i) {
    const GlobalDecl& declared = module_.globals[i];
    INSTANTIATION_TRY_ASSIGN(const ConstEvaluator::Value value, evaluate(declared.init, declared.type.type));
    const GlobalType type{to_engine(declared.type.type, compiled_->type_ids()), declared.type.is_mutable};
    INSTANTIATION_TRY_ASSIGN(Global* const made, store_.new_global(type, value.slots));
    instance_.global_list.push_back(made);
    instance_.global_cells.push_back(made->value);
  }
  return {};
}

Instantiation<void> Instantiator::allocate_tables() {
  for (size_t i = module_.imported_tables; i < module_.tables.size(); ++i) {
    const TableDecl& declared = module_.tables[i];
    Ref init = null_ref;
    if (declared.init) {
      INSTANTIATION_TRY_ASSIGN(const ConstEvaluator::Value value, evaluate(*declared.init, declared.type.element));
      init = value.slots[0];
    }
    TableType type = declared.type;
    type.element = to_engine(type.element, compiled_->type_ids());
    INSTANTIATION_TRY_ASSIGN(Table* const made, store_.new_table(type, init));
    instance_.table_list.push_back(made);
  }
  instance_.tables = instance_.table_list.data();
  return {};
}

Instantiation<void> Instantiator::allocate_memories() {
  for (size_t i = module_.imported_memories; i < module_.memories.size(); ++i) {
    INSTANTIATION_TRY_ASSIGN(Memory* const made, store_.new_memory(module_.memories[i]));
    instance_.memory_list.push_back(made);
  }
  instance_.memories = instance_.memory_list.data();
  if (instance_.memory_list.empty()) return {};
  const Memory& first = *instance_.memory_list[0];
  if (first.guarded) {
    instance_.memory0 = first.base;
  } else if (compiled_->guard_pages()) {
    // Address space ran out, or the store allows no more of it: code that checks.
    std::shared_ptr<CompiledModule> checking = compiled_->with_explicit_checks();
    compiled_ = instance_.compiled = checking.get();
    store_.keep(std::move(checking));
  }
  return {};
}

Instantiation<void> Instantiator::allocate_tags() {
  for (size_t i = module_.imported_tags; i < module_.tags.size(); ++i) {
    INSTANTIATION_TRY_ASSIGN(Tag* const made, store_.new_tag(compiled_->type_ids()[module_.tags[i].type]));
    made->module = compiled_;
    made->index = static_cast<u32>(i);
    instance_.tag_list.push_back(made);
  }
  return {};
}

Instantiation<void> Instantiator::allocate(std::span<const Extern> imports) {
  for (const Extern& value : imports) {
    switch (kind_of(value)) {
      case ExternKind::func:
        instance_.function_list.push_back(std::get<Func*>(value));
        break;
      case ExternKind::table:
        instance_.table_list.push_back(std::get<Table*>(value));
        break;
      case ExternKind::memory:
        instance_.memory_list.push_back(std::get<Memory*>(value));
        break;
      case ExternKind::tag:
        instance_.tag_list.push_back(std::get<Tag*>(value));
        break;
      case ExternKind::global:
        instance_.global_list.push_back(std::get<Global*>(value));
        instance_.global_cells.push_back(std::get<Global*>(value)->value);
        break;
    }
  }
  // Before the functions: their code depends on memory 0.
  if (auto done = allocate_memories(); !done) return done;
  allocate_functions();
  if (auto done = allocate_globals(); !done) return done;
  if (auto done = allocate_tables(); !done) return done;
  if (auto done = allocate_tags(); !done) return done;
  instance_.dropped_elems.resize(module_.elems.size());
  instance_.dropped_datas.resize(module_.datas.size());
  instance_.elems.resize(module_.elems.size());
  for (size_t i = 0; i < module_.elems.size(); ++i) {
    // Active segments are read when they are copied, and never again.
    if (module_.elems[i].mode != SegmentMode::passive) continue;
    // In place: the collector sees the instance's segments.
    if (auto done = references(module_.elems[i], instance_.elems[i]); !done) return done;
  }
  return {};
}

Instantiation<void> Instantiator::references(const ElemSegment& segment, std::vector<Ref>& out) {
  out.reserve(segment.size());
  for (const u32 function : segment.functions) out.push_back(ref_of(instance_.functions[function]));
  for (const ConstExpr& expression : segment.expressions) {
    INSTANTIATION_TRY_ASSIGN(const ConstEvaluator::Value value, evaluate(expression, segment.type));
    out.push_back(value.slots[0]);
  }
  return {};
}

Instantiation<void> Instantiator::initialize_table(u32 index) {
  const ElemSegment& segment = module_.elems[index];
  Table& table = *instance_.tables[segment.table];
  INSTANTIATION_TRY_ASSIGN(const ConstEvaluator::Value offset, evaluate(segment.offset, table.type.address_type()));
  gc::RootList list;
  store_.heap().add(list);
  std::vector<Ref>& refs = list.slots;
  if (auto done = references(segment, refs); !done) return done;
  const u64 at = offset.slots[0];
  if (at > table.size || refs.size() > table.size - at) return trapped(TrapKind::out_of_bounds_table_access);
  std::ranges::copy(refs, table.elements + at);
  return {};
}

Instantiation<void> Instantiator::initialize_memory(u32 index) {
  const DataSegment& segment = module_.datas[index];
  Memory& memory = *instance_.memories[segment.memory];
  INSTANTIATION_TRY_ASSIGN(const ConstEvaluator::Value offset, evaluate(segment.offset, memory.type.address_type()));
  const std::span<const u8> bytes = module_.bytes(segment.bytes);
  const u64 at = offset.slots[0];
  const u64 size = memory.settled_length();
  if (at > size || bytes.size() > size - at) return trapped(TrapKind::out_of_bounds_memory_access);
  if (!bytes.empty()) std::memcpy(memory.base + at, bytes.data(), bytes.size());
  return {};
}

Instantiation<void> Instantiator::initialize() {
  for (u32 i = 0; i < module_.elems.size(); ++i) {
    if (module_.elems[i].mode == SegmentMode::passive) continue;
    if (module_.elems[i].mode == SegmentMode::active) {
      if (auto done = initialize_table(i); !done) return done;
    }
    instance_.dropped_elems[i] = true;
  }
  for (u32 i = 0; i < module_.datas.size(); ++i) {
    if (module_.datas[i].mode != SegmentMode::active) continue;
    if (auto done = initialize_memory(i); !done) return done;
    instance_.dropped_datas[i] = true;
  }
  return {};
}

Instantiation<void> Instantiator::start() {
  if (!module_.start) return {};
  if (call(store_, *instance_.functions[*module_.start], {}, {}) == TrapKind::none) return {};
  return std::unexpected(InstantiationFailure{std::exchange(store_.pending_trap, {})});
}

}  // namespace

std::string InstantiationFailure::message() const { return error() != nullptr ? error()->message() : trap()->message; }

Instantiation<Instance*> instantiate(Store& store, const std::shared_ptr<CompiledModule>& module,
                                     std::span<const Extern> imports) {
  const std::vector<Import>& wanted = module->module().imports;
  if (imports.size() != wanted.size()) {
    return std::unexpected(InstantiationFailure{
        Error{ErrorCode::api_misuse,
              fmt::format(": the module has {} imports, {} were given", wanted.size(), imports.size()),
              {},
              {},
              {},
              {}}});
  }
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (auto matched = check_import(*module, wanted[i], imports[i]); !matched) {
      return std::unexpected(InstantiationFailure{std::move(matched).error()});
    }
  }
  INSTANTIATION_TRY_ASSIGN(Instance* const instance, store.new_instance(module));
  Instantiator instantiator(store, *instance);
  if (auto done = instantiator.allocate(imports); !done) return std::unexpected(std::move(done).error());
  if (auto done = instantiator.initialize(); !done) return std::unexpected(std::move(done).error());
  instance->compiled->compile_ahead();
  if (auto done = instantiator.start(); !done) return std::unexpected(std::move(done).error());
  return instance;
}

Extern export_value(const Instance& instance, const Export& item) {
  switch (item.kind) {
    case ExternKind::func:
      return instance.function_list[item.index];
    case ExternKind::table:
      return instance.table_list[item.index];
    case ExternKind::memory:
      return instance.memory_list[item.index];
    case ExternKind::global:
      return instance.global_list[item.index];
    case ExternKind::tag:
      return instance.tag_list[item.index];
  }
  return static_cast<Func*>(nullptr);
}

std::optional<Extern> find_export(const Instance& instance, std::string_view name) {
  const Export* const item = instance.module->find_export(name);
  if (item == nullptr) return std::nullopt;
  return export_value(instance, *item);
}

}  // namespace invar
