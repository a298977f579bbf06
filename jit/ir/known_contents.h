// What places in memory, in objects and globals are known to hold: what was read from there or written there last. For
// reads that need not be done.
//
// Known is what holds at the end of each block so far. A block begins with what its only predecessor ended with, or
// with nothing; so the values that are known are there on every way.
#pragma once

#include "jit/ir/node_maker.h"
#include "jit/scratch.h"

namespace invar::jit {

/// What one instruction reads or writes.
struct MemoryPlace {
  enum class Space : u8 { memory, field, element, global };
  Space space;
  Op op;  ///< By which it is read as it was written; Op::unreachable if there is no such.
  u32 bytes = 0;
  Value base = no_value;     ///< An address in memory 0, an object or an array.
  Value index = no_value;    ///< Of an element.
  u64 offset = 0;            ///< In memory: from the base on; in an object: of the field.
  u32 global = 0;            ///< Which,
  bool is_imported = false;  ///< and does it come from elsewhere?
};

class KnownContents {
 public:
  KnownContents(const Function& function, NodeMaker& maker) : function_(function), maker_(maker) {}

  /// Without, nothing is known.
  void enable() { is_enabled_ = true; }
  /// Of a new function.
  void begin();

  // In the block in hand:

  /// Before anything else: what holds at the end of that block holds here, too.
  void enter_from(u32 block);

  /// What a read from the place comes to, or no_value.
  Value find(const MemoryPlace& place);
  void note(const MemoryPlace& place, Value value);
  /// The place gets a value: what else it may be is not known any more. no_value: one that is not known.
  void write(const MemoryPlace& place, Value value);
  /// Anything may have been written anywhere.
  void forget();

 private:
  /// One thing that is known, and where the next is.
  struct Fact {
    MemoryPlace place;
    Value value;
    u32 next;
    u32 behind;  ///< So many follow.
  };
  static constexpr u32 most = 16;                ///< In a block.
  static constexpr size_t most_facts = 1 << 20;  ///< In a function: only hostile ones have more.

  u32& head();
  void add(u32& head, const MemoryPlace& place, Value value);
  bool is_same(const MemoryPlace& a, const MemoryPlace& b);
  bool may_overlap(const MemoryPlace& a, const MemoryPlace& b);
  Value resolve(Value value) { return value == no_value ? no_value : maker_.resolve(value); }

  const Function& function_;
  NodeMaker& maker_;
  bool is_enabled_ = false;
  ScratchVector<Fact> facts_;  ///< From 1 on: 0 ends a list.
  ScratchVector<u32> heads_;   ///< By block.
};

}  // namespace invar::jit
