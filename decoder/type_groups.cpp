#include "decoder/type_groups.h"

#include <algorithm>
#include <random>

namespace invar {

TypeGroups::TypeGroups() {
  // Only lookups depend on the seed, never a result: a module cannot be made to collide on purpose.
  static const u64 seed = [] {
    std::random_device device;
    return (static_cast<u64>(device()) << 32) | device() | 1;
  }();
  seed_ = seed;
}

void TypeGroups::encode_type(ValType type, u32 group_start, std::span<const u32> ids) {
  // Two words a type. The first says what kind it is, and whether the second is an id or relative to the group.
  const HeapType heap = type.heap();
  if (!type.is_ref() || heap.kind != Heap::index) {
    key_.push_back(type.bits() << 2);
    key_.push_back(0);
    return;
  }
  const bool inside = heap.index >= group_start;
  key_.push_back((heap.is_exact ? 16u : 0u) | (type.nullable() ? 8u : 4u) | (inside ? 1u : 2u));
  key_.push_back(inside ? heap.index - group_start : ids[heap.index]);
}

void TypeGroups::encode_index(u32 index, u32 group_start, std::span<const u32> ids) {
  const bool inside = index >= group_start;
  key_.push_back(index == SubType::no_type ? 0 : inside ? 1 : 2);
  key_.push_back(index == SubType::no_type ? 0 : inside ? index - group_start : ids[index]);
}

void TypeGroups::encode(std::span<const SubType> group, u32 group_start, std::span<const u32> ids) {
  key_.clear();
  key_.push_back(static_cast<u32>(group.size()));
  for (const SubType& type : group) {
    const bool in_pair = type.describes != SubType::no_type || type.has_descriptor();
    key_.push_back(static_cast<u32>(type.kind) | (type.is_final ? 4u : 0u) | (in_pair ? 8u : 0u));
    encode_index(type.supertype, group_start, ids);
    if (in_pair) {
      encode_index(type.describes, group_start, ids);
      encode_index(type.descriptor, group_start, ids);
    }
    if (type.kind == CompositeKind::cont) {
      encode_index(type.continued, group_start, ids);
    } else if (type.kind == CompositeKind::func) {
      for (const std::vector<ValType>* list : {&type.func.params, &type.func.results}) {
        key_.push_back(static_cast<u32>(list->size()));
        for (ValType t : *list) encode_type(t, group_start, ids);
      }
    } else {
      key_.push_back(static_cast<u32>(type.fields.size()));
      for (const FieldType& field : type.fields) {
        key_.push_back(static_cast<u32>(field.packing) * 2 + (field.is_mutable ? 1 : 0));
        encode_type(field.type, group_start, ids);
      }
    }
  }
}

u64 TypeGroups::hash() const {
  u64 state = seed_;
  for (u32 word : key_) {
    const auto product = static_cast<unsigned __int128>(state ^ word) * 0x9e3779b97f4a7c15u;
    state = static_cast<u64>(product) ^ static_cast<u64>(product >> 64) ^ seed_;
  }
  return state;
}

u32 TypeGroups::intern(std::span<const SubType> group, u32 group_start, std::span<const u32> ids, u32 first_id) {
  encode(group, group_start, ids);
  const auto [slot, is_new] = by_hash_.try_emplace(hash(), static_cast<u32>(groups_.size()));
  if (!is_new) {
    for (u32 i = slot->second; i != none; i = groups_[i].next) {
      const Group& candidate = groups_[i];
      if (candidate.size == key_.size() && std::equal(key_.begin(), key_.end(), pool_.begin() + candidate.start)) {
        return candidate.id;
      }
    }
  }
  groups_.push_back(
      {static_cast<u32>(pool_.size()), static_cast<u32>(key_.size()), first_id, is_new ? none : slot->second});
  slot->second = static_cast<u32>(groups_.size() - 1);
  pool_.insert(pool_.end(), key_.begin(), key_.end());
  return first_id;
}

}  // namespace invar
