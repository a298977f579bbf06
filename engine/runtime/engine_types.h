// Engine-wide type ids: equal types of all modules have one id, so a type test never compares structures.
// spec: valid/matching
#pragma once

#include <atomic>
#include <bit>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "decoder/type_section.h"
#include "decoder/types.h"
#include "engine/gc/layout.h"

namespace invar {

/// Append-only. Lookups need no lock and may run beside additions. In the types it holds, heap types with
/// Heap::index carry ids, not indices of a module.
class EngineTypes {
 public:
  EngineTypes();
  ~EngineTypes();
  EngineTypes(const EngineTypes&) = delete;
  EngineTypes& operator=(const EngineTypes&) = delete;

  /// The id of each type index of a module.
  Result<std::vector<u32>> intern(const TypeSection& types);
  /// The id of a function type as a recursive group of its own; its heap types, if concrete, are ids already.
  Result<u32> intern(const FuncType& type);

  /// Address stable for the engine's lifetime.
  const SubType& operator[](u32 id) const { return record(id).type; }

  /// How objects of the type look; address as stable.
  const gc::Layout& layout(u32 id) const { return record(id).layout; }

  /// Constant time. spec: valid/matching#defined-types
  bool is_subtype(u32 sub, u32 super) const {
    if (sub == super) return true;
    const Record &a = record(sub), &b = record(super);
    return b.depth < a.depth && a.display[b.depth] == super;
  }
  bool matches(HeapType sub, HeapType super) const;
  bool matches(ValType sub, ValType super) const;

  size_t size() const { return size_.load(std::memory_order_acquire); }

 private:
  struct Record {
    SubType type;
    u32 depth = 0;             ///< Length of the supertype chain.
    std::vector<u32> display;  ///< Supertype ids, outermost first.
    gc::Layout layout;
  };
  // Records lie in chunks of 64, 64, 128, 256...: they never move, and few of them cost little.
  static constexpr u32 first_chunk = 64;
  static constexpr u32 max_types = 1u << 24;  // ValType has 24 bits for an id
  static constexpr u32 max_chunks = 19;
  Record& record(u32 id) const {
    const u32 position = id + first_chunk, chunk = static_cast<u32>(std::bit_width(position)) - 7;
    return chunks_[chunk].load(std::memory_order_acquire)[position - (first_chunk << chunk)];
  }
  struct Group;
  Result<u32> intern_group(const Group& group);  // the caller holds the mutex; returns the first id

  std::mutex mutex_;
  std::atomic<u32> size_{0};
  std::atomic<Record*> chunks_[max_chunks] = {};
  std::unordered_map<std::u32string, u32> groups_;  // canonical form of a recursive group -> its first id
};

/// `type` of a module with type indices replaced by engine-wide ids.
ValType to_engine(ValType type, const std::vector<u32>& type_ids);

}  // namespace invar
