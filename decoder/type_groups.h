// Recursive groups made unique: equal groups get the same ids. The heart of type canonicalisation, for one module
// (TypeSection) as for a whole engine.
#pragma once

#include <span>
#include <unordered_map>
#include <vector>

#include "decoder/base/int.h"
#include "decoder/types.h"

namespace invar {

/// A set of recursive groups, compared up to the ids of the types that they refer to. A group is stored as a sequence
/// of numbers in which references into the group are relative and all others are ids; so equality of types, which is
/// defined by unrolling, becomes equality of sequences, and each group costs time and space linear in its size.
class TypeGroups {
 public:
  TypeGroups();

  /// Looks `group` up, or adds it under the ids first_id, first_id + 1, ... Returns the id of its first member.
  /// `group_start` is the type index of its first member; `ids` gives the id of each type index below that.
  u32 intern(std::span<const SubType> group, u32 group_start, std::span<const u32> ids, u32 first_id);

 private:
  struct Group {
    u32 start;  ///< In pool_.
    u32 size;
    u32 id;
    u32 next;  ///< Another group of the same hash, or none.
  };
  static constexpr u32 none = ~u32{0};

  void encode(std::span<const SubType> group, u32 group_start, std::span<const u32> ids);
  void encode_type(ValType type, u32 group_start, std::span<const u32> ids);
  void encode_index(u32 index, u32 group_start, std::span<const u32> ids);
  u64 hash() const;

  u64 seed_;
  std::vector<u32> key_;  ///< The sequence being looked up.
  std::vector<u32> pool_;
  std::vector<Group> groups_;
  std::unordered_map<u64, u32> by_hash_;
};

}  // namespace invar
