// The store: owner of every object that running programs can reach. spec: exec/runtime#store
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "engine/gc/heap.h"
#include "engine/runtime/compiled_module.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/objects.h"

namespace invar {

namespace interp {
class UnwindCache;
}

/// What an embedder allows the programs of one store, in total.
struct StoreLimits {
  u64 max_memory_bytes = std::numeric_limits<u64>::max();
  /// Each guarded memory takes 8 GiB of address space; the memories beyond are checked explicitly.
  u32 max_guarded_memories = std::numeric_limits<u32>::max();
  /// Structs, arrays and exceptions: the memory that they take, rounded up to blocks of 64 KiB.
  u64 max_heap_bytes = u64{4} << 30;
  u64 max_table_elements = 10'000'000;  // the JavaScript API's limit for one table
  u32 max_instances = 1'000'000;
  u64 max_stack_bytes = u64{8} << 20;  ///< The value stack: call depth and frame sizes.
  u32 max_host_depth = 200;            ///< Calls host -> wasm -> host -> wasm ...: each takes native stack.
};

/// An external value: what is imported and exported. The alternative's index is its ExternKind.
/// spec: exec/runtime#external-instances
using Extern = std::variant<Func*, Table*, Memory*, Global*, Tag*>;
inline ExternKind kind_of(const Extern& value) { return static_cast<ExternKind>(value.index()); }

/// Not thread-safe, but for `interrupt`. Threads have a store each; a shared memory may be imported into all of them,
/// and its store must be the last to go. Objects live until the store is destroyed, in whatever order they were made
/// and whether or not an instantiation failed half-way.
class Store {
 public:
  /// `engine` must outlive the store.
  explicit Store(Engine& engine, const StoreLimits& limits = {});
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  Engine& engine() const { return engine_; }
  const StoreLimits& limits() const { return limits_; }

  // The value stack. Before the host is called, stack_top is moved above the frames in use.
  Slot* stack_base = nullptr;
  Slot* stack_top = nullptr;    ///< The next call from the host may put its frame here.
  Slot* stack_limit = nullptr;  ///< Frames end below it.

  /// Units left. Counts down if the engine's configuration says so; below zero the program stops.
  s64 fuel = 0;
  /// Stops the running program, or the next one, with the trap `interrupted`: one that polls (see EngineConfig) or
  /// waits in memory.atomic.wait. From any thread.
  void interrupt();
  /// Is the program to stop? Clears it: whoever sees it stops.
  bool take_interrupt() {
    return interrupted_.load(std::memory_order_seq_cst) != 0 &&
           interrupted_.exchange(0, std::memory_order_relaxed) != 0;
  }
  /// While the store's program waits: where (parking_lot.h).
  std::atomic<void*> waits_at{nullptr};
  /// Details of the trap under way: the interpreter appends frames to the backtrace, innermost first; host functions
  /// may leave a message and an exit code. Reset when a call from the host begins.
  Trap pending_trap;
  u32 host_depth = 0;  ///< Calls from the host that are under way.
  /// An exception that looks for its handler or is on its way to the host, or null.
  Ref pending_exception = 0;
  void forget_trap() {
    pending_trap = {};
    pending_exception = 0;
  }
  /// Behind a host function that succeeded: what an inner call left is not the program's affair any more.
  void forget_swallowed_trap() {
    if (pending_trap.kind != TrapKind::none) [[unlikely]]
      forget_trap();
  }
  /// Made when something is thrown.
  interp::UnwindCache& unwind_cache();
  /// Of compiled code, if the engine has a compiler.
  MachineState& machine_state() { return machine_state_; }

  /// Structs, arrays and exceptions.
  gc::Heap& heap() { return heap_; }
  /// Shows the collector what this store refers to, but for the value stack.
  void visit_roots(gc::Marker& marker) const;

  // Allocation. spec: exec/modules#allocation  Types carry engine-wide ids (EngineTypes), not type indices.
  // Errors: host_limit.
  Result<Memory*> new_memory(const MemoryType& type);
  Result<Table*> new_table(const TableType& type, Ref init);
  Result<Global*> new_global(const GlobalType& type, const Slot* value);  // reads slots_of(type.type) slots
  Result<Tag*> new_tag(u32 type_id);
  /// A function of the host. `environment` is the callback's and must outlive the store, or be handed to `keep`.
  Result<Func*> new_host_function(const FuncType& type, HostCallback callback, void* environment);
  Result<Func*> new_host_function_with_id(u32 type_id, HostCallback callback, void* environment);
  /// The functions of an instance, one after the other in memory.
  Func* new_functions(size_t count);
  Result<Instance*> new_instance(std::shared_ptr<CompiledModule> module);

  /// Keeps something alive as long as the store.
  void keep(std::shared_ptr<void> object) { kept_.push_back(std::move(object)); }

  /// Accounting for growth: false if the store's limit would be passed, else taken.
  bool take_memory(u64 bytes);
  void give_back_memory(u64 bytes) { memory_bytes_.fetch_sub(bytes, std::memory_order_relaxed); }
  bool take_table_elements(u64 count);
  void give_back_table_elements(u64 count) { table_elements_ -= count; }

 private:
  struct HostFunction;
  void make_machine_stack();

  Engine& engine_;
  StoreLimits limits_;
  std::atomic<u32> interrupted_{0};
  gc::Heap heap_;
  std::atomic<u64> memory_bytes_{0};  // a shared memory may grow in any thread
  u64 table_elements_ = 0;
  u32 guarded_memories_ = 0;
  u64 stack_bytes_ = 0;
  MachineState machine_state_;
  u8* machine_stack_ = nullptr;
  u64 machine_stack_bytes_ = 0;
  std::deque<Memory> memories_;
  std::deque<Table> tables_;
  std::deque<Global> globals_;
  std::deque<Tag> tags_;
  std::deque<Instance> instances_;
  std::vector<std::unique_ptr<Func[]>> functions_;
  std::vector<std::unique_ptr<HostFunction>> host_functions_;
  std::vector<std::shared_ptr<CompiledModule>> modules_;
  std::vector<std::shared_ptr<void>> kept_;
  std::unique_ptr<interp::UnwindCache> unwind_cache_;
};

}  // namespace invar
