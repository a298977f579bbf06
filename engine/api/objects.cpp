#include <fmt/format.h>

#include <algorithm>

#include "engine/api/convert.h"
#include "engine/runtime/call.h"
#include "engine/runtime/reference.h"
#include "engine/runtime/store.h"

namespace invar::api {

namespace {

/// Does the value fit? Types that modules define are known to the engine already.
Result<void> check_value(const invar::Engine& engine, const Val& value, invar::ValType wanted, std::string_view what) {
  if (fits(engine, value, wanted)) return {};
  return misuse(fmt::format("{}: expected {}, got {}", what, invar::to_string(wanted), value.type().to_string()));
}

}  // namespace

Store::Store(const Engine& engine, const StoreLimits& limits)
    : engine_(engine.shared()),
      impl_(std::make_unique<invar::Store>(engine.internal(),
                                           invar::StoreLimits{.max_memory_bytes = limits.max_memory_bytes,
                                                              .max_guarded_memories = limits.max_guarded_memories,
                                                              .max_heap_bytes = limits.max_heap_bytes,
                                                              .max_table_elements = limits.max_table_elements,
                                                              .max_instances = limits.max_instances,
                                                              .max_stack_bytes = limits.max_stack_bytes,
                                                              .max_host_depth = limits.max_host_depth})) {}
Store::~Store() = default;
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&& other) noexcept {
  impl_ = std::move(other.impl_);  // before the engine that it refers to goes
  engine_ = std::move(other.engine_);
  return *this;
}

void Store::set_fuel(std::int64_t units) { impl_->fuel = units; }
std::int64_t Store::fuel() const { return impl_->fuel; }
void Store::interrupt() { impl_->interrupt(); }

std::uint64_t Store::heap_bytes() const { return impl_->heap().committed_bytes(); }
void Store::collect_garbage() { impl_->heap().collect(impl_->stack_top); }

void detail::Root::retain(gc::HostRoot* root) { root->retain(); }
void detail::Root::release(gc::HostRoot* root) { root->release(); }

RefKind Val::ref_kind() const {
  const Ref ref = words_[0];
  if (ref == null_ref) return RefKind::null;
  if (is_i31(ref)) return RefKind::i31;
  if (is_host(ref)) return RefKind::external;
  if (!root_) return RefKind::function;
  switch (object_of(ref)->kind()) {
    case gc::ObjectKind::struct_:
      return RefKind::struct_;
    case gc::ObjectKind::array:
      return RefKind::array;
    case gc::ObjectKind::exception:
      return RefKind::exception;
    case gc::ObjectKind::continuation:
      break;
  }
  return RefKind::continuation;
}

Val::Val(const Func& function)
    : type_(function ? ValType::from_bits(
                           invar::ValType::reference({Heap::index, function.internal()->type_id}, false).bits())
                     : funcref),
      words_{ref_of(function.internal()), 0} {}

Func Val::func() const { return Func(func_of(words_[0])); }

FuncType Func::type() const { return to_public(*impl_->type); }

Result<std::vector<Val>> Func::call(std::span<const Val> arguments) const {
  const invar::FuncType& type = *impl_->type;
  invar::Store& store = *impl_->store;
  if (arguments.size() != type.params.size()) {
    return misuse(fmt::format("call: expected {} arguments, got {}", type.params.size(), arguments.size()));
  }
  std::vector<Slot> slots(slots_of(type.params));
  size_t at = 0;
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (auto fit = check_value(store.engine(), arguments[i], type.params[i], fmt::format("argument {}", i + 1)); !fit) {
      return std::unexpected(std::move(fit).error());
    }
    for (u32 word = 0; word < slots_of(type.params[i]); ++word) slots[at++] = arguments[i].words()[word];
  }
  auto results = invar::call(store, *impl_, slots);
  if (!results) return std::unexpected(take_error(store, std::move(results).error()));
  std::vector<Val> out;
  out.reserve(type.results.size());
  const Slot* next = results->data();
  for (const invar::ValType result : type.results) out.push_back(read_value(store, to_public(result), next));
  return out;
}

Result<void> Func::call_words(const FuncType& expected, std::uint64_t* words) const {
  const invar::FuncType& type = *impl_->type;
  const auto same = [](ValType a, invar::ValType b) { return a.bits() == b.bits(); };
  if (!std::ranges::equal(expected.params, type.params, same) ||
      !std::ranges::equal(expected.results, type.results, same)) {
    return misuse(fmt::format("call: the function's type is {}, not {}", invar::to_string(type), expected.to_string()));
  }
  invar::Store& store = *impl_->store;
  // Numbers only: a slot each.
  if (invar::call(store, *impl_, {words, type.params.size()}, {words, type.results.size()}) == invar::TrapKind::none) {
    return {};
  }
  return std::unexpected(take_error(store, std::exchange(store.pending_trap, {})));
}

Result<Memory> Memory::create(Store& store, const MemoryType& type) {
  if (type.limits.max && *type.limits.max < type.limits.min) return misuse("memory: maximum below minimum");
  if (type.is_shared && !type.limits.max) return misuse("memory: a shared memory needs a maximum");
  if (type.page_size != 1 && type.page_size != 65536) return misuse("memory: pages have 1 or 65536 bytes");
  auto made = store.internal().new_memory({.limits = to_internal(type.limits),
                                           .is_64 = type.is_64,
                                           .is_shared = type.is_shared,
                                           .page_size_log2 = static_cast<u8>(type.page_size == 1 ? 0 : 16)});
  if (!made) return std::unexpected(to_public(std::move(made).error()));
  return Memory(*made);
}

MemoryType Memory::type() const {
  MemoryType out{to_public(impl_->type.limits), impl_->type.is_64, impl_->type.is_shared,
                 1u << impl_->type.page_size_log2};
  out.limits.min = impl_->pages();
  return out;
}

std::span<std::uint8_t> Memory::data() const { return {impl_->base, impl_->settled_length()}; }

std::uint64_t Memory::pages() const { return impl_->pages(); }

Result<std::uint64_t> Memory::grow(std::uint64_t pages) const {
  const s64 before = impl_->grow(pages);
  if (before < 0) return misuse(fmt::format("memory: cannot grow by {} pages", pages));
  return static_cast<std::uint64_t>(before);
}

std::optional<std::span<std::uint8_t>> Memory::slice(std::uint64_t address, std::uint64_t count) const {
  const std::span<std::uint8_t> all = data();
  if (address > all.size() || count > all.size() - address) return std::nullopt;
  return all.subspan(address, count);
}

Result<Table> Table::create(Store& store, const TableType& type, const Val& init) {
  if (!type.element.is_ref()) return misuse("table: elements are references");
  if (type.limits.max && *type.limits.max < type.limits.min) return misuse("table: maximum below minimum");
  const invar::TableType wanted{to_internal(type.element), to_internal(type.limits), type.is_64};
  if (auto fit = check_value(store.internal().engine(), init, wanted.element, "table"); !fit) {
    return std::unexpected(std::move(fit).error());
  }
  auto made = store.internal().new_table(wanted, init.words()[0]);
  if (!made) return std::unexpected(to_public(std::move(made).error()));
  return Table(*made);
}

TableType Table::type() const {
  TableType out{to_public(impl_->type.element), to_public(impl_->type.limits), impl_->type.is_64};
  out.limits.min = impl_->size;
  return out;
}

std::uint64_t Table::size() const { return impl_->size; }

std::optional<Val> Table::get(std::uint64_t index) const {
  if (index >= impl_->size) return std::nullopt;
  const Slot* slot = impl_->elements + index;
  return read_value(*impl_->store, to_public(impl_->type.element), slot);
}

Result<void> Table::set(std::uint64_t index, const Val& value) const {
  if (index >= impl_->size) return misuse(fmt::format("table: no element {} of {}", index, impl_->size));
  if (auto fit = check_value(impl_->store->engine(), value, impl_->type.element, "table"); !fit) return fit;
  impl_->elements[index] = value.words()[0];
  return {};
}

Result<std::uint64_t> Table::grow(std::uint64_t count, const Val& init) const {
  if (auto fit = check_value(impl_->store->engine(), init, impl_->type.element, "table"); !fit) {
    return std::unexpected(std::move(fit).error());
  }
  const s64 before = impl_->grow(count, init.words()[0]);
  if (before < 0) return misuse(fmt::format("table: cannot grow by {} elements", count));
  return static_cast<std::uint64_t>(before);
}

Result<Global> Global::create(Store& store, const GlobalType& type, const Val& value) {
  invar::Engine& engine = store.internal().engine();
  const invar::GlobalType wanted{to_internal(type.type), type.is_mutable};
  if (auto fit = check_value(engine, value, wanted.type, "global"); !fit) {
    return std::unexpected(std::move(fit).error());
  }
  auto made = store.internal().new_global(wanted, value.words());
  if (!made) return std::unexpected(to_public(std::move(made).error()));
  return Global(*made);
}

GlobalType Global::type() const { return {to_public(impl_->type.type), impl_->type.is_mutable}; }

Val Global::get() const {
  const Slot* slots = impl_->value;
  return read_value(*impl_->store, to_public(impl_->type.type), slots);
}

Result<void> Global::set(const Val& value) const {
  if (!impl_->type.is_mutable) return misuse("global: not mutable");
  if (auto fit = check_value(impl_->store->engine(), value, impl_->type.type, "global"); !fit) return fit;
  std::copy_n(value.words(), slots_of(impl_->type.type), impl_->value);
  return {};
}

std::optional<Extern> Instance::get(std::string_view name) const {
  const std::optional<invar::Extern> found = find_export(*impl_, name);
  if (!found) return std::nullopt;
  return to_public(*found);
}

std::optional<Memory> Caller::memory() const {
  if (instance_ == nullptr || instance_->memory_list.empty()) return std::nullopt;
  return Memory(instance_->memory_list[0]);
}

}  // namespace invar::api
