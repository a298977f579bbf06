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

  /// Keeps displays(). Before the first type.
  void keep_displays() { keeps_displays_ = true; }

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
    return b.depth < a.depth && a.display[b.depth] == b.display[b.depth];
  }
  /// How many supertypes it has.
  u32 depth(u32 id) const { return record(id).depth; }
  /// What tells the type from all others: how its objects begin (gc::Layout::header), or its id if they do not say.
  u32 mark(u32 id) const { return record(id).display[record(id).depth]; }
  /// For compiled code: by id, of structs and arrays, the marks of supertypes by their depth and then the own one; at
  /// least so many, perhaps followed by `no_mark`. Null before the first such type, and if nobody has asked for them.
  const u32* const* displays() const { return displays_.load(std::memory_order_acquire); }
  static constexpr u32 min_display = 8;
  static constexpr u32 no_mark = ~u32{0};
  bool matches(HeapType sub, HeapType super) const;
  bool matches(ValType sub, ValType super) const;

  size_t size() const { return size_.load(std::memory_order_acquire); }

 private:
  struct Record {
    SubType type;
    u32 depth = 0;             ///< Length of the supertype chain.
    std::vector<u32> display;  ///< See displays().
    gc::Layout layout;
  };
  // Records lie in chunks of 64, 64, 128, 256...: they never move, and few of them cost little.
  static constexpr u32 first_chunk = 64;
  static constexpr u32 max_types = 1u << 24;                             // ValType has 24 bits for an id
  static constexpr u64 displays_bytes = max_types * sizeof(const u32*);  // of address space
  static constexpr u32 max_chunks = 19;
  Record& record(u32 id) const {
    const u32 position = id + first_chunk, chunk = static_cast<u32>(std::bit_width(position)) - 7;
    return chunks_[chunk].load(std::memory_order_acquire)[position - (first_chunk << chunk)];
  }
  struct Group;
  Result<u32> intern_group(const Group& group);  // the caller holds the mutex; returns the first id
  void make_display(u32 id);

  std::mutex mutex_;
  std::atomic<u32> size_{0};
  std::atomic<Record*> chunks_[max_chunks] = {};
  std::atomic<const u32**> displays_ = nullptr;
  bool keeps_displays_ = false;
  std::unordered_map<std::u32string, u32> groups_;  // canonical form of a recursive group -> its first id
};

/// `type` of a module with type indices replaced by engine-wide ids.
ValType to_engine(ValType type, const std::vector<u32>& type_ids);

}  // namespace invar
