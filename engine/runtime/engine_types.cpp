#include "engine/runtime/engine_types.h"

#include <algorithm>
#include <span>

#include "engine/platform/virtual_memory.h"

namespace invar {

namespace {

/// Do objects of the type say so?
constexpr bool has_headers(const SubType& type) {
  return type.kind == CompositeKind::struct_ || type.kind == CompositeKind::array;
}

}  // namespace

/// A recursive group whose types still name each other by index.
struct EngineTypes::Group {
  std::span<const SubType> types;
  u32 start;                   ///< Index of its first type; indices from here on are members of the group.
  std::span<const u32> outer;  ///< Ids of the types in front of it. Empty: indices below `start` are ids already.

  bool is_member(u32 index) const { return index >= start; }
  u32 outer_id(u32 index) const { return outer.empty() ? index : outer[index]; }

  /// The key under which equal groups meet: members count from the group's start, others are ids.
  std::u32string key() const {
    std::u32string out;
    const auto put = [&](u32 word) { out.push_back(static_cast<char32_t>(word)); };
    const auto put_index = [&](u32 index) { put(is_member(index) ? (index - start) | 1u << 31 : outer_id(index)); };
    const auto put_type = [&](ValType type) {
      const bool concrete = type.is_ref() && type.heap().kind == Heap::index;
      put(type.bits() & 0xff);
      if (concrete) put_index(type.heap().index);
    };
    for (const SubType& type : types) {
      const u32 others[] = {type.supertype, type.describes, type.descriptor};
      u32 flags = static_cast<u32>(type.kind) | (type.is_final ? 4u : 0u);
      for (u32 i = 0; i < std::size(others); ++i) flags |= others[i] != SubType::no_type ? 8u << i : 0u;
      put(flags);
      for (const u32 other : others) {
        if (other != SubType::no_type) put_index(other);
      }
      if (type.kind == CompositeKind::cont) put_index(type.continued);
      put(static_cast<u32>(type.func.params.size()));
      put(static_cast<u32>(type.func.results.size()));
      put(static_cast<u32>(type.fields.size()));
      for (const ValType param : type.func.params) put_type(param);
      for (const ValType result : type.func.results) put_type(result);
      for (const FieldType& field : type.fields) {
        put(static_cast<u32>(field.packing) | (field.is_mutable ? 4u : 0u));
        put_type(field.type);
      }
    }
    return out;
  }

  /// A copy of a member in which every index is an id, the group's first being `first`.
  SubType resolve(const SubType& type, u32 first) const {
    const auto id = [&](u32 index) { return is_member(index) ? index - start + first : outer_id(index); };
    const auto convert = [&](ValType& value) {
      if (value.is_ref() && value.heap().kind == Heap::index) {
        value = ValType::reference({Heap::index, id(value.heap().index), value.heap().is_exact}, value.nullable());
      }
    };
    SubType out = type;
    for (u32* const other : {&out.supertype, &out.describes, &out.descriptor}) {
      if (*other != SubType::no_type) *other = id(*other);
    }
    if (out.kind == CompositeKind::cont) out.continued = id(out.continued);
    out.group_start = first;
    std::ranges::for_each(out.func.params, convert);
    std::ranges::for_each(out.func.results, convert);
    for (FieldType& field : out.fields) convert(field.type);
    return out;
  }
};

EngineTypes::EngineTypes() = default;

EngineTypes::~EngineTypes() {
  for (auto& chunk : chunks_) delete[] chunk.load(std::memory_order_relaxed);
  if (displays() != nullptr) platform::release(reinterpret_cast<u8*>(displays_.load()), displays_bytes);
}

void EngineTypes::make_display(u32 id) {
  Record& made = record(id);
  if (made.depth != 0) {
    const std::vector<u32>& super = record(made.type.supertype).display;
    made.display.assign(super.begin(), super.begin() + made.depth);
  }
  made.display.push_back(has_headers(made.type) ? made.layout.header : id);
  if (displays() == nullptr || !has_headers(made.type)) return;
  if (made.display.size() < min_display) made.display.resize(min_display, no_mark);
  displays_.load()[id] = made.display.data();
}

Result<u32> EngineTypes::intern_group(const Group& group) {
  const u32 first = size_.load(std::memory_order_relaxed);
  const auto [known, is_new] = groups_.try_emplace(group.key(), first);
  if (!is_new) return known->second;
  if (group.types.size() > max_types - first) {
    groups_.erase(known);
    return fail(ErrorCode::host_limit, ": too many types in one engine");
  }
  if (keeps_displays_ && displays() == nullptr && std::ranges::any_of(group.types, has_headers)) {
    u8* const made = platform::reserve_zeroed(displays_bytes);
    if (made == nullptr) {
      groups_.erase(known);
      return fail(ErrorCode::host_limit, ": no address space for types");
    }
    displays_.store(reinterpret_cast<const u32**>(made), std::memory_order_release);
  }
  for (u32 i = 0; i < group.types.size(); ++i) {
    const u32 id = first + i, position = id + first_chunk;
    const u32 chunk = static_cast<u32>(std::bit_width(position)) - 7;
    Record* records = chunks_[chunk].load(std::memory_order_relaxed);
    if (records == nullptr) {
      records = new Record[first_chunk << chunk];
      chunks_[chunk].store(records, std::memory_order_release);
    }
    Record& made = records[position - (first_chunk << chunk)];
    made.type = group.resolve(group.types[i], first);
    if (made.type.supertype != SubType::no_supertype) {
      made.depth = record(made.type.supertype).depth + 1;
    }
  }
  // Members may name each other, so all are in place now.
  for (u32 i = 0; i < group.types.size(); ++i) {
    Record& made = record(first + i);
    made.layout = gc::make_layout(*this, made.type, first + i);
    make_display(first + i);
  }
  size_.store(first + static_cast<u32>(group.types.size()), std::memory_order_release);
  return first;
}

Result<std::vector<u32>> EngineTypes::intern(const TypeSection& types) {
  std::vector<u32> ids;
  ids.reserve(types.size());
  const std::lock_guard lock(mutex_);
  for (u32 start = 0; start < types.size();) {
    const u32 count = std::max(types[start].group_size, 1u);
    if (const u32 same = types.canonical(start); same < start) {
      for (u32 i = 0; i < count; ++i) ids.push_back(ids[same + i]);
    } else {
      INVAR_TRY_ASSIGN(const u32 first, intern_group({types.all().subspan(start, count), start, ids}));
      for (u32 i = 0; i < count; ++i) ids.push_back(first + i);
    }
    start += count;
  }
  return ids;
}

Result<u32> EngineTypes::intern(const FuncType& type) {
  SubType sub;
  sub.func = type;
  const std::lock_guard lock(mutex_);
  return intern_group({{&sub, 1}, max_types, {}});
}

bool EngineTypes::matches(HeapType sub, HeapType super) const {
  if (sub == super) return true;
  const auto abstract = [this](HeapType type) {
    return type.kind == Heap::index ? abstract_of((*this)[type.index].kind) : type.kind;
  };
  if (super.kind != Heap::index) return abstract_matches(abstract(sub), super.kind);
  if (sub.kind != Heap::index) return sub.kind == bottom_of(abstract(super));
  return super.is_exact ? sub.is_exact && sub.index == super.index : is_subtype(sub.index, super.index);
}

bool EngineTypes::matches(ValType sub, ValType super) const {
  if (sub == super) return true;
  if (!sub.is_ref() || !super.is_ref()) return false;
  return (super.nullable() || !sub.nullable()) && matches(sub.heap(), super.heap());
}

ValType to_engine(ValType type, const std::vector<u32>& type_ids) {
  if (!type.is_ref() || type.heap().kind != Heap::index) return type;
  return ValType::reference({Heap::index, type_ids[type.heap().index], type.heap().is_exact}, type.nullable());
}

}  // namespace invar
