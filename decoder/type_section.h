// The types that a module defines: which of them are equal, and which match which.
#pragma once

#include <span>
#include <vector>

#include "decoder/base/error.h"
#include "decoder/base/int.h"
#include "decoder/type_groups.h"
#include "decoder/types.h"

namespace invar {

/// Append-only list of defined types with iso-recursive equality. spec: valid/matching
///
/// Every type gets a canonical index: the first type of this section that is equal to it. So equality of defined types
/// is equality of canonical indices, and a subtype test climbs at most max_supertype_depth supertypes.
class TypeSection {
 public:
  size_t size() const { return types_.size(); }
  const SubType& operator[](u32 index) const { return types_[index]; }
  std::span<const SubType> all() const { return types_; }

  /// Adds one recursive group whose members refer to types before and within it, canonicalises it and checks that
  /// each declared supertype exists, is not final and matches, that a type and its descriptor name each other, and that
  /// continuations are of functions. Errors: unknown_type, sub_type, non_function_type, and those of descriptors.
  Result<void> add_group(std::vector<SubType> group);

  u32 canonical(u32 index) const { return canonical_[index]; }
  /// Number of supertypes above the type.
  u32 depth(u32 index) const { return depth_[index]; }

  /// Is defined type `sub` a subtype of defined type `super` (both indices)?
  bool is_subtype(u32 sub, u32 super) const;
  bool matches(HeapType sub, HeapType super) const;
  /// Value type matching, reflexive. spec: valid/matching#value-types
  bool matches(ValType sub, ValType super) const { return sub == super || matches_slow(sub, super); }
  bool same(ValType a, ValType b) const { return a == b || (matches_slow(a, b) && matches_slow(b, a)); }
  bool matches(const FieldType& sub, const FieldType& super) const;

  /// The greatest heap type of the hierarchy that `type` belongs to: any, func, extern or exn.
  Heap top(HeapType type) const;
  /// The least heap type of that hierarchy.
  Heap bottom(HeapType type) const;

  /// Frees what only add_group needs.
  void shrink();

 private:
  bool matches_slow(ValType sub, ValType super) const;
  Result<void> check_supertype(u32 index) const;
  Result<void> check_references(const SubType& type, u32 group_end) const;

  std::vector<SubType> types_;
  std::vector<u32> canonical_;
  std::vector<u8> depth_;
  TypeGroups groups_;
};

/// Is abstract heap type `sub` a subtype of abstract heap type `super`?
bool abstract_matches(Heap sub, Heap super);
/// The least abstract heap type above all defined types of that kind: func, struct, array or cont.
constexpr Heap abstract_of(CompositeKind kind) {
  constexpr Heap heaps[] = {Heap::func, Heap::struct_, Heap::array, Heap::cont};
  return heaps[static_cast<size_t>(kind)];
}
}  // namespace invar
