#include "engine/runtime/store.h"

#include <fmt/format.h>

#include <algorithm>

#include "decoder/implementation_limits.h"
#include "engine/gc/marker.h"
#include "engine/interp/frame.h"
#include "engine/interp/interpreter.h"
#include "engine/interp/unwind.h"
#include "engine/platform/virtual_memory.h"
#include "engine/runtime/call.h"
#include "engine/runtime/memory_space.h"
#include "engine/runtime/table_space.h"
#include "engine/tiering/compiler.h"

namespace invar {

namespace {

/// Slots of a host function's frame beyond arguments and results: room for the interpreter's link.
constexpr u32 host_frame_extra = 4;

/// May values of the type (which names ids) refer to objects of the collected heap?
bool is_collected(const EngineTypes& types, ValType type) {
  return type.is_ref() && !types.matches(type.heap(), {Heap::func, 0});
}

}  // namespace

/// A function of the host with what the interpreter needs to call it like any other.
struct Store::HostFunction {
  Func func;
  Code code;
  std::vector<u64> words;
};

Store::Store(Engine& engine, const StoreLimits& limits)
    : engine_(engine), limits_(limits), heap_(*this, limits.max_heap_bytes, engine.config().stress_collection) {
  // At least enough for a handful of frames. Memory is taken only as deep as calls go.
  const u64 wanted = std::clamp(limits_.max_stack_bytes, u64{64} << 10, u64{64} << 30);
  stack_bytes_ = platform::round_to_pages(wanted);
  stack_base = reinterpret_cast<Slot*>(platform::reserve_zeroed(stack_bytes_));
  if (stack_base == nullptr) stack_bytes_ = 0;  // every call is then "call stack exhausted"
  stack_top = stack_base;
  if (stack_base != nullptr) stack_limit = stack_base + stack_bytes_ / sizeof(Slot) - interp::cleared_slots;
  if (engine.config().compiler != nullptr) make_machine_stack();
}

/// As large as the value stack, with room below the limit for what goes there unchecked, and in front of that for
/// results.
void Store::make_machine_stack() {
  constexpr u64 results = max_results * sizeof(V128), unchecked = results + (u64{32} << 10);
  machine_stack_bytes_ = platform::round_to_pages(stack_bytes_ + unchecked);
  machine_stack_ = platform::reserve_zeroed(machine_stack_bytes_);
  if (machine_stack_ == nullptr) machine_stack_bytes_ = 0;
  const auto at = [this](u64 offset) { return reinterpret_cast<u64*>(machine_stack_ + offset); };
  machine_state_.fuel = &fuel;
  machine_state_.interrupted = &interrupted_;
  machine_state_.results = at(0);
  machine_state_.stack_base = machine_state_.stack = at(machine_stack_bytes_);
  machine_state_.stack_limit = at(unchecked);  // without a stack there are no instances
}

Store::~Store() {
  for (Memory& memory : memories_) close_memory(memory);
  for (Table& table : tables_) close_table(table);
  platform::release(reinterpret_cast<u8*>(stack_base), stack_bytes_);
  if (machine_stack_) platform::release(machine_stack_, machine_stack_bytes_);
}

void Store::visit_roots(gc::Marker& marker) const {
  const EngineTypes& types = engine_.types();
  marker.looked_at(globals_.size() + tables_.size() + instances_.size());
  for (const Global& global : globals_) {
    if (is_collected(types, global.type.type)) marker.mark(global.value[0]);
  }
  for (const Table& table : tables_) {
    if (!is_collected(types, table.type.element)) continue;
    for (u64 i = 0; i < table.size; ++i) marker.mark(table.elements[i]);
  }
  for (const Instance& instance : instances_) {
    for (const std::vector<Ref>& segment : instance.elems) marker.mark_conservatively(segment);
  }
  marker.mark(pending_exception);
}

interp::UnwindCache& Store::unwind_cache() {
  if (!unwind_cache_) [[unlikely]]
    unwind_cache_ = std::make_unique<interp::UnwindCache>();
  return *unwind_cache_;
}

bool Store::take_memory(u64 bytes) {
  u64 taken = memory_bytes_.load(std::memory_order_relaxed);
  do {
    if (bytes > limits_.max_memory_bytes - taken) return false;
  } while (!memory_bytes_.compare_exchange_weak(taken, taken + bytes, std::memory_order_relaxed));
  return true;
}

bool Store::take_table_elements(u64 count) {
  if (count > limits_.max_table_elements - table_elements_) return false;
  table_elements_ += count;
  return true;
}

Result<Memory*> Store::new_memory(const MemoryType& type) {
  const u64 pages = type.limits.min;
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorCode::host_limit, fmt::format(": memory of {} pages: {}", pages, why));
  };
  if (pages > max_memory_pages(type)) return refuse("larger than this implementation supports");
  const u64 bytes = pages << type.page_size_log2;
  if (!take_memory(bytes)) return refuse("more than the store allows");
  Memory& memory = memories_.emplace_back();
  memory.type = type;
  memory.store = this;
  const bool guard = engine_.guard_pages() && guarded_memories_ < limits_.max_guarded_memories;
  if (!open_memory(memory, guard)) {
    memories_.pop_back();
    give_back_memory(bytes);
    return refuse("the system refuses");
  }
  if (memory.guarded) ++guarded_memories_;
  return &memory;
}

Result<Table*> Store::new_table(const TableType& type, Ref init) {
  const u64 count = type.limits.min;
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorCode::host_limit, fmt::format(": table of {} elements: {}", count, why));
  };
  if (!take_table_elements(count)) return refuse("more than the store allows");
  Table& table = tables_.emplace_back();
  table.type = type;
  table.store = this;
  if (const HeapType heap = type.element.heap(); heap.kind == Heap::index) table.element_type_id = heap.index;
  if (!open_table(table, init)) {
    tables_.pop_back();
    give_back_table_elements(count);
    return refuse("the system refuses");
  }
  return &table;
}

Result<Global*> Store::new_global(const GlobalType& type, const Slot* value) {
  Global& global = globals_.emplace_back();
  global.type = type;
  global.store = this;
  if (type.type.is_ref() && type.type.heap().kind == Heap::index) global.type_id = type.type.heap().index;
  std::copy_n(value, slots_of(type.type), global.value);
  return &global;
}

Result<Tag*> Store::new_tag(u32 type_id) {
  const FuncType& type = engine_.types()[type_id].func;
  return &tags_.emplace_back(Tag{.type_id = type_id,
                                 .type = &type,
                                 .store = this,
                                 .argument_slots = slots_of(type.params),
                                 .module = nullptr,
                                 .index = 0});
}

Result<Func*> Store::new_host_function(const FuncType& type, HostCallback callback, void* environment) {
  INVAR_TRY_ASSIGN(const u32 id, engine_.types().intern(type));
  return new_host_function_with_id(id, callback, environment);
}

Result<Func*> Store::new_host_function_with_id(u32 type_id, HostCallback callback, void* environment) {
  auto made = std::make_unique<HostFunction>();
  Func& func = made->func;
  func.type_id = type_id;
  func.type = &engine_.types()[type_id].func;
  func.host = callback;
  func.environment = environment;
  func.store = this;
  func.code = &made->code;
  made->words = host_call_code(func);
  Code& code = made->code;
  code.entry = made->words.data();
  code.link = std::max(slots_of(func.type->params), slots_of(func.type->results));
  code.frame.slots = code.link + host_frame_extra;
  if (const Compiler* const compiler = engine_.config().compiler) code.machine_entry = compiler->unbound_entry();
  host_functions_.push_back(std::move(made));
  return &func;
}

Func* Store::new_functions(size_t count) {
  if (count == 0) return nullptr;
  return functions_.emplace_back(std::make_unique<Func[]>(count)).get();
}

Result<Instance*> Store::new_instance(std::shared_ptr<CompiledModule> module) {
  if (instances_.size() >= limits_.max_instances) return fail(ErrorCode::host_limit, ": too many instances");
  if (engine_.config().compiler != nullptr && machine_stack_ == nullptr) {
    return fail(ErrorCode::host_limit, ": no address space for a stack of compiled code");
  }
  Instance& instance = instances_.emplace_back();
  instance.stack_limit = stack_limit;
  instance.type_ids = module->type_ids().data();
  instance.store = this;
  instance.heap = &heap_;
  instance.type_headers = module->type_headers().data();
  instance.layouts = module->layouts().data();
  instance.displays = engine_.types().displays();
  instance.module = &module->module();
  instance.compiled = module.get();
  if (Compiler* const compiler = engine_.config().compiler) {
    compiler->prepare(instance.machine);
    instance.machine.codes = module->codes.data();
    instance.machine.state = &machine_state_;
    instance.machine.stack_limit = machine_state_.stack_limit;
  }
  if (modules_.empty() || modules_.back() != module) modules_.push_back(std::move(module));
  return &instance;
}

}  // namespace invar
