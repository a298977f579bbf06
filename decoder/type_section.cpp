#include "decoder/type_section.h"

#include <fmt/format.h>

#include <algorithm>

#include "decoder/implementation_limits.h"

namespace invar {

bool abstract_matches(Heap sub, Heap super) {
  if (sub == super) return true;
  if (top_of(sub) != top_of(super)) return false;
  if (super == top_of(super) || sub == bottom_of(sub)) return true;
  return super == Heap::eq && (sub == Heap::i31 || sub == Heap::struct_ || sub == Heap::array);
}

Heap TypeSection::top(HeapType type) const {
  return top_of(type.kind == Heap::index ? abstract_of(types_[type.index].kind) : type.kind);
}

Heap TypeSection::bottom(HeapType type) const {
  return bottom_of(type.kind == Heap::index ? abstract_of(types_[type.index].kind) : type.kind);
}

bool TypeSection::is_subtype(u32 sub, u32 super) const {
  sub = canonical_[sub];
  super = canonical_[super];
  for (int steps = depth_[sub] - depth_[super]; steps > 0; --steps) sub = canonical_[types_[sub].supertype];
  return sub == super;
}

bool TypeSection::matches(HeapType sub, HeapType super) const {
  if (sub == super) return true;
  if (super.kind == Heap::index) {
    if (sub.kind != Heap::index) return sub.kind == bottom(super);
    if (!super.is_exact) return is_subtype(sub.index, super.index);
    return sub.is_exact && canonical_[sub.index] == canonical_[super.index];
  }
  if (sub.kind == Heap::index) return abstract_matches(abstract_of(types_[sub.index].kind), super.kind);
  return abstract_matches(sub.kind, super.kind);
}

bool TypeSection::matches_slow(ValType sub, ValType super) const {
  if (sub.is_bottom() || (sub == type_bottom_ref && super.is_ref())) return true;
  if (!sub.is_ref() || !super.is_ref()) return sub == super;
  if (sub.nullable() && !super.nullable()) return false;
  return matches(sub.heap(), super.heap());
}

bool TypeSection::matches(const FieldType& sub, const FieldType& super) const {
  if (sub.is_mutable != super.is_mutable || sub.packing != super.packing) return false;
  return sub.is_mutable ? same(sub.type, super.type) : matches(sub.type, super.type);
}

Result<void> TypeSection::check_references(const SubType& type, u32 group_end) const {
  auto check = [group_end](ValType t) -> Result<void> {
    if (t.is_ref() && t.heap().kind == Heap::index && t.heap().index >= group_end) {
      return fail(ErrorCode::unknown_type, fmt::format(" {}", t.heap().index));
    }
    return {};
  };
  for (ValType t : type.func.params) INVAR_TRY(check(t));
  for (ValType t : type.func.results) INVAR_TRY(check(t));
  for (const FieldType& field : type.fields) INVAR_TRY(check(field.type));
  return {};
}

namespace {

/// A type and its descriptor must be in one group, name each other, and the descriptor must come later: so no type is
/// its own descriptor, however many steps away.
Result<void> check_descriptor(std::span<const SubType> group, u32 start, u32 index) {
  const SubType& type = group[index - start];
  const bool is_struct = type.kind == CompositeKind::struct_;
  const auto outside = [&](u32 other) { return other < start || other - start >= group.size(); };
  const auto error = [&](ErrorCode code) { return fail(code, fmt::format(": type {}", index)); };
  if (type.describes != SubType::no_type) {
    if (outside(type.describes)) return error(ErrorCode::described_outside_group);
    if (type.describes >= index) return error(ErrorCode::forward_described_type);
    if (!is_struct) return error(ErrorCode::described_no_struct);
    if (group[type.describes - start].descriptor != index) return error(ErrorCode::described_without_descriptor);
  }
  if (type.has_descriptor()) {
    if (outside(type.descriptor)) return error(ErrorCode::descriptor_outside_group);
    if (!is_struct) return error(ErrorCode::descriptor_of_no_struct);
    if (group[type.descriptor - start].describes != index) return error(ErrorCode::not_described_by_descriptor);
  }
  return {};
}

}  // namespace

Result<void> TypeSection::check_supertype(u32 index) const {
  const SubType& sub = types_[index];
  if (sub.supertype == SubType::no_supertype) return {};
  const SubType& super = types_[sub.supertype];
  auto mismatch = [&](std::string_view why) {
    return fail(ErrorCode::sub_type, fmt::format(" {} does not match super type {}{}", index, sub.supertype, why));
  };
  if (super.is_final) return mismatch(", which is final");
  if (sub.kind != super.kind) return mismatch("");
  // A descriptor is laid out differently from other structures, so what describes must stay so on all levels; what has
  // a descriptor may have it from some level on.
  if ((sub.describes == SubType::no_type) != (super.describes == SubType::no_type)) return mismatch("");
  if (super.has_descriptor() && !sub.has_descriptor()) return mismatch("");
  if (super.has_descriptor() && !is_subtype(sub.descriptor, super.descriptor)) {
    return fail(ErrorCode::descriptor_mismatch, fmt::format(" {} does not match {}", sub.descriptor, super.descriptor));
  }
  if (super.describes != SubType::no_type && !is_subtype(sub.describes, super.describes)) {
    return fail(ErrorCode::described_mismatch, fmt::format(" {} does not match {}", sub.describes, super.describes));
  }
  if (sub.kind == CompositeKind::cont) {
    if (!is_subtype(sub.continued, super.continued)) return mismatch("");
    return {};
  }
  if (sub.kind == CompositeKind::func) {
    if (sub.func.params.size() != super.func.params.size() || sub.func.results.size() != super.func.results.size()) {
      return mismatch("");
    }
    for (size_t i = 0; i < sub.func.params.size(); ++i) {
      if (!matches(super.func.params[i], sub.func.params[i])) return mismatch("");
    }
    for (size_t i = 0; i < sub.func.results.size(); ++i) {
      if (!matches(sub.func.results[i], super.func.results[i])) return mismatch("");
    }
    return {};
  }
  if (sub.fields.size() < super.fields.size()) return mismatch("");
  for (size_t i = 0; i < super.fields.size(); ++i) {
    if (!matches(sub.fields[i], super.fields[i])) return mismatch("");
  }
  return {};
}

Result<void> TypeSection::add_group(std::vector<SubType> group) {
  const u32 start = static_cast<u32>(types_.size());
  const u32 count = static_cast<u32>(group.size());
  if (count > max_types - start) return fail(ErrorCode::limit_exceeded, ": too many types");
  for (u32 i = 0; i < count; ++i) {
    SubType& type = group[i];
    type.group_start = start;
    type.group_size = count;
    type.is_defaultable = std::all_of(type.fields.begin(), type.fields.end(),
                                      [](const FieldType& field) { return field.type.is_defaultable(); });
    INVAR_TRY(check_references(type, start + count));
    if (type.kind == CompositeKind::cont) {
      if (type.continued >= start + count) return fail(ErrorCode::unknown_type, fmt::format(" {}", type.continued));
      const SubType& function = type.continued >= start ? group[type.continued - start] : types_[type.continued];
      if (function.kind != CompositeKind::func) {
        return fail(ErrorCode::non_function_type, fmt::format(" {}", type.continued));
      }
    }
    INVAR_TRY(check_descriptor(group, start, start + i));
    // Supertypes come first, so there are no cycles.
    if (type.supertype != SubType::no_supertype && type.supertype >= start + i) {
      return fail(ErrorCode::unknown_type, fmt::format(" {}", type.supertype));
    }
  }
  const u32 first = groups_.intern(group, start, canonical_, start);
  for (u32 i = 0; i < count; ++i) {
    canonical_.push_back(first + i);
    const u32 super = group[i].supertype;
    const u32 depth = super == SubType::no_supertype ? 0 : depth_[super] + 1u;
    if (depth > max_supertype_depth) return fail(ErrorCode::limit_exceeded, ": too many supertypes above one type");
    depth_.push_back(static_cast<u8>(depth));
    types_.push_back(std::move(group[i]));
  }
  // An equal group has been checked before.
  if (first != start) return {};
  for (u32 i = start; i < start + count; ++i) INVAR_TRY(check_supertype(i));
  return {};
}

void TypeSection::shrink() { groups_ = TypeGroups(); }

}  // namespace invar
