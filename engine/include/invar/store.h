// Store: the world in which instances live.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>

#include "invar/module.h"

namespace invar {
class Store;
}

namespace invar::api {

/// What the programs of one store may use, all together.
struct StoreLimits {
  std::uint64_t max_memory_bytes = std::numeric_limits<std::uint64_t>::max();
  /// Each takes 8 GiB of address space; the memories beyond are checked by comparisons.
  std::uint32_t max_guarded_memories = std::numeric_limits<std::uint32_t>::max();
  /// Structs, arrays and exceptions; allocation beyond it traps with allocation_failure.
  std::uint64_t max_heap_bytes = std::uint64_t{4} << 30;
  std::uint64_t max_table_elements = 10'000'000;
  std::uint32_t max_instances = 1'000'000;
  std::uint64_t max_stack_bytes = std::uint64_t{8} << 20;
  std::uint32_t max_host_depth = 200;  ///< Nested calls host -> wasm -> host -> ...
};

/// Owns instances, functions, memories, tables and globals; all of them live until it is destroyed, and handles to
/// them (Func, Memory, ...) must not be used afterwards. For one thread at a time: threads have a store each, and
/// what they share is memories whose type says so, imported into all of them. The store that a shared memory was made
/// in must be the last of these to go. spec: exec/runtime#store
class Store {
 public:
  explicit Store(const Engine& engine, const StoreLimits& limits = {});
  ~Store();
  Store(Store&&) noexcept;
  Store& operator=(Store&&) noexcept;

  /// With Config::fuel: units left before code traps with out_of_fuel.
  void set_fuel(std::int64_t units);
  std::int64_t fuel() const;

  /// Makes running code (with Config::interruptible), or code that waits in memory.atomic.wait, trap with
  /// `interrupted`, soon; if nothing runs, the next call does. Callable from any thread.
  void interrupt();

  /// Memory of structs, arrays and exceptions, garbage included.
  std::uint64_t heap_bytes() const;
  /// Frees the objects that nothing refers to any more. Running code does so by itself, when it allocates.
  void collect_garbage();

  invar::Store& internal() const { return *impl_; }

 private:
  std::shared_ptr<invar::Engine> engine_;
  std::unique_ptr<invar::Store> impl_;
};

}  // namespace invar::api
