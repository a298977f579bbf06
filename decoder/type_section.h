// The types that a module defines: which of them are equal, and which match which.
#pragma once

#include <span>
#include <vector>

#include "decoder/base/error.h"
#include "decoder/base/int.h"
#include "decoder/types.h"

namespace invar {

/// Append-only list of defined types with iso-recursive equality. spec: valid/matching
///
/// Every type gets a canonical index: the first type of this section that is equal to it. So equality of defined types
/// is equality of canonical indices, and `display` makes subtype tests constant time.
class TypeSection {
 public:
  size_t size() const { return types_.size(); }
  const SubType& operator[](u32 index) const { return types_[index]; }
  std::span<const SubType> all() const { return types_; }

  /// Adds one recursive group whose members refer to types before and within it, canonicalises it and checks that
  /// each declared supertype exists, is not final and matches. Errors: unknown_type, sub_type.
  Result<void> add_group(std::vector<SubType> group);

  u32 canonical(u32 index) const { return canonical_[index]; }

  /// Is defined type `sub` a subtype of defined type `super` (both indices)?
  bool is_subtype(u32 sub, u32 super) const;
  bool matches(HeapType sub, HeapType super) const;
  /// Value type matching, reflexive. spec: valid/matching#value-types
  bool matches(ValType sub, ValType super) const { return sub == super || matches_slow(sub, super); }
  bool same(ValType a, ValType b) const { return a == b || (matches_slow(a, b) && matches_slow(b, a)); }

  /// The greatest heap type of the hierarchy that `type` belongs to: any, func, extern or exn.
  Heap top(HeapType type) const;
  /// The least heap type of that hierarchy.
  Heap bottom(HeapType type) const;

  // (private part: the owner of this file fills it in)
 private:
  bool matches_slow(ValType sub, ValType super) const;
  std::vector<SubType> types_;
  std::vector<u32> canonical_;
};

}  // namespace invar
