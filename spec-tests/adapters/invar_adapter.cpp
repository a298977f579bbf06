#include "spec-tests/adapters/invar_adapter.h"

#include <fmt/format.h>

#include <cstring>

#include "decoder/binary/module_decoder.h"
#include "engine/runtime/call.h"
#include "engine/runtime/linker.h"
#include "engine/runtime/reference.h"
#include "engine/tiering/compiler.h"
#include "jit/compiler.h"
#include "spec-tests/adapters/spectest.h"

namespace invar::spec {

namespace {

Failure to_failure(const Trap& trap) { return {category_of(trap.kind), trap.message, text_of(trap.kind)}; }

Failure to_failure(const InstantiationFailure& failure) {
  if (const Trap* trap = failure.trap()) return to_failure(*trap);
  return {failure.error()->category(), failure.error()->message(), text_of(failure.error()->code)};
}

/// A reference as a script sees it. Only its static type tells which hierarchy it is in; within the any hierarchy, its
/// form and the object's header tell what it is.
Value to_value(const EngineTypes& types, Ref ref, HeapType heap) {
  if (ref == null_ref) return Value::reference(RefKind::null_);
  const Heap kind = heap.kind == Heap::index ? abstract_of(types[heap.index].kind) : heap.kind;
  switch (top_of(kind)) {
    case Heap::func:
      return Value::reference(RefKind::func);
    case Heap::exn:
      return Value::reference(RefKind::exn);
    case Heap::extern_:
      return is_host(ref) ? Value::reference(RefKind::extern_, host_value(ref)) : Value::reference(RefKind::extern_);
    default:
      break;
  }
  if (is_i31(ref)) return Value::reference(RefKind::i31);
  if (is_host(ref)) return Value::reference(RefKind::host, host_value(ref));
  if (is_object(ref)) {
    if (object_of(ref)->kind() == gc::ObjectKind::struct_) return Value::reference(RefKind::struct_);
    if (object_of(ref)->kind() == gc::ObjectKind::array) return Value::reference(RefKind::array);
  }
  return Value::reference(RefKind::unknown);
}

Value to_value(const EngineTypes& types, const Slot* slots, ValType type) {
  if (type.is_ref()) return to_value(types, slots[0], type.heap());
  const bool narrow = type == type_i32 || type == type_f32;  // the high half of a slot is unspecified
  Value value = Value::number_value(type.kind(), narrow ? static_cast<u32>(slots[0]) : slots[0]);
  if (type == type_v128) std::memcpy(value.bits.bytes, slots, sizeof value.bits);
  return value;
}

bool append_slots(std::vector<Slot>& slots, const Value& value, ValType type) {
  if (value.type != type.kind()) return false;
  if (type.is_ref()) {
    if (value.ref == RefKind::null_) {
      slots.push_back(null_ref);
    } else if (value.number) {
      slots.push_back(ref_of_host(*value.number));
    } else {
      return false;
    }
    return true;
  }
  Slot cells[2];
  std::memcpy(cells, value.bits.bytes, sizeof cells);
  slots.insert(slots.end(), cells, cells + slots_of(type));
  return true;
}

class InvarAdapter final : public Adapter {
 public:
  explicit InvarAdapter(std::shared_ptr<Engine> engine)
      : owner_(std::move(engine)), engine_(*owner_), store_(engine_), linker_(store_) {
    spectest_ = define_spectest(linker_);
  }

  Outcome<Id> load(std::span<const u8> bytes) override {
    auto owner = std::make_shared<std::vector<u8>>(bytes.begin(), bytes.end());
    const std::span<const u8> kept = *owner;
    Result<std::shared_ptr<const Module>> module = decode_module({kept, std::move(owner)}, engine_.config().features);
    if (!module) return failure(module.error());
    Result<std::shared_ptr<CompiledModule>> compiled = CompiledModule::create(engine_, *std::move(module));
    if (!compiled) return failure(compiled.error());
    modules_.push_back(*std::move(compiled));
    return modules_.size() - 1;
  }

  Outcome<Id> instantiate(Id module) override {
    if (!spectest_) return failure(spectest_.error());
    Instantiation<Instance*> instance = linker_.instantiate(modules_[module]);
    if (!instance) return std::unexpected(to_failure(instance.error()));
    instances_.push_back(*instance);
    return instances_.size() - 1;
  }

  Outcome<void> register_instance(Id id, const std::string& name) override {
    const Instance& instance = *instances_[id];
    linker_.remove_module(name);
    if (is_own(id)) {
      linker_.define_instance(name, instance);
      return {};
    }
    // Another thread's: nothing else may be used by both.
    for (const Export& item : instance.module->exports) {
      if (item.kind != ExternKind::memory) continue;
      Memory* const memory = instance.memory_list[item.index];
      if (memory->type.is_shared) linker_.define(name, item.name, memory);
    }
    return {};
  }

  Outcome<std::unique_ptr<Adapter>> fork(std::span<const Id> shared) override {
    auto adapter = std::make_unique<InvarAdapter>(owner_);
    for (const Id id : shared) adapter->instances_.push_back(instances_[id]);
    return adapter;
  }

  void interrupt() override { store_.interrupt(); }

  Outcome<std::vector<Value>> invoke(Id instance, const std::string& name, std::span<const Value> arguments) override {
    if (!is_own(instance)) return foreign();
    const std::optional<Extern> item = find_export(*instances_[instance], name);
    if (!item || !std::holds_alternative<Func*>(*item)) {
      return failure(ErrorCategory::host, fmt::format("no exported function \"{}\"", name));
    }
    const Func& func = *std::get<Func*>(*item);
    // The engine's form of the type: its heap types are ids.
    const FuncType& type = engine_.types()[func.type_id].func;
    if (arguments.size() != type.params.size()) return failure(ErrorCategory::host, "wrong number of arguments");
    std::vector<Slot> slots;
    for (size_t i = 0; i < arguments.size(); ++i) {
      if (!append_slots(slots, arguments[i], type.params[i])) {
        return failure(ErrorCategory::host, fmt::format("argument {} does not fit the parameter", i + 1));
      }
    }
    const std::expected<std::vector<Slot>, Trap> results = call(store_, func, slots);
    if (!results) return std::unexpected(to_failure(results.error()));
    std::vector<Value> values;
    size_t at = 0;
    for (ValType result : type.results) {
      values.push_back(to_value(engine_.types(), results->data() + at, result));
      at += slots_of(result);
    }
    return values;
  }

  Outcome<Value> get(Id instance, const std::string& name) override {
    if (!is_own(instance)) return foreign();
    const std::optional<Extern> item = find_export(*instances_[instance], name);
    if (!item || !std::holds_alternative<Global*>(*item)) {
      return failure(ErrorCategory::host, fmt::format("no exported global \"{}\"", name));
    }
    const Global& global = *std::get<Global*>(*item);
    return to_value(engine_.types(), global.value, global.type.type);
  }

  InstanceState state(Id id) override {
    const Instance& instance = *instances_[id];
    InstanceState state;
    for (const Export& item : instance.module->exports) {
      if (item.kind != ExternKind::global) continue;
      const Global& global = *instance.global_list[item.index];
      state.globals.emplace_back(item.name, to_value(engine_.types(), global.value, global.type.type));
    }
    for (const Memory* memory : instance.memory_list) state.memories.emplace_back(memory->base, memory->size);
    for (const Table* table : instance.table_list) state.tables.push_back(table->size);
    return state;
  }

 private:
  bool is_own(Id id) const { return instances_[id]->store == &store_; }
  static std::unexpected<Failure> foreign() {
    return failure(ErrorCategory::host, "the instance belongs to another thread");
  }

  std::shared_ptr<Engine> owner_;
  Engine& engine_;
  Store store_;
  Linker linker_;
  Result<void> spectest_;
  std::vector<std::shared_ptr<CompiledModule>> modules_;
  std::vector<Instance*> instances_;
};

class InvarRuntime final : public Runtime {
 public:
  std::vector<Configuration> configurations() const override {
    std::vector<Configuration> all;
    std::vector<std::string> tiers = {"interp"};
    if (compiler_) tiers.insert(tiers.end(), {"jit", "jit-O0", "auto"});
    for (const bool deterministic : {false, true}) {
      for (const std::string& tier : tiers) {
        if (Engine{}.guard_pages()) all.push_back({"invar", tier, "guard", architecture_name(), deterministic});
        all.push_back({"invar", tier, "explicit", architecture_name(), deterministic});
      }
    }
    return all;
  }

  std::unique_ptr<Adapter> make_adapter(const Configuration& configuration, const Features& features) const override {
    EngineConfig config;
    config.features = features;
    config.deterministic = configuration.deterministic;
    if (configuration.tier != "interp") config.compiler = (configuration.tier == "jit-O0" ? quick_ : compiler_).get();
    // Scripts run for a short time: so soon that functions and loops change over all the same.
    config.tier_up = configuration.tier == "auto";
    config.tier_up_patience = 4;
    config.background_compilation = false;
    if (configuration.memory == "explicit") config.bounds_checks = BoundsChecks::explicit_;
    return make_invar_adapter(config);
  }

 private:
  std::unique_ptr<Compiler> compiler_ = jit::make_compiler(), quick_ = jit::make_compiler({.effort = 0});
};

}  // namespace

std::unique_ptr<Adapter> make_invar_adapter(const EngineConfig& config) {
  EngineConfig adapted = config;
  // A thread that a script does not end is ended by the runner.
  adapted.interruptible |= config.features.has(Feature::threads);
  return std::make_unique<InvarAdapter>(std::make_shared<Engine>(adapted));
}

std::unique_ptr<Runtime> make_invar_runtime() { return std::make_unique<InvarRuntime>(); }

}  // namespace invar::spec
