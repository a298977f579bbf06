// Handles to a store's objects: small, to be copied at will, valid while their store lives.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "invar/store.h"
#include "invar/value.h"

namespace invar {
struct Func;
struct Memory;
struct Table;
struct Global;
struct Tag;
struct Instance;
}  // namespace invar

namespace invar::api {

namespace detail {

/// A list of C++ result types: `void`, a number, or a std::tuple of numbers.
template <class R>
struct Results;
template <>
struct Results<void> {
  static constexpr std::size_t count = 0;
  static std::vector<ValType> types() { return {}; }
  static void read(const std::uint64_t*) {}
};
template <WasmNumber R>
struct Results<R> {
  static constexpr std::size_t count = 1;
  static std::vector<ValType> types() { return {type_of<R>()}; }
  static R read(const std::uint64_t* words) { return from_word<R>(words[0]); }
  static void write(R value, std::uint64_t* words) { words[0] = to_word(value); }
};
template <WasmNumber... R>
struct Results<std::tuple<R...>> {
  static constexpr std::size_t count = sizeof...(R);
  static std::vector<ValType> types() { return {type_of<R>()...}; }
  static std::tuple<R...> read(const std::uint64_t* words) { return read(words, std::index_sequence_for<R...>{}); }
  static void write(const std::tuple<R...>& values, std::uint64_t* words) {
    std::apply([&](R... value) { ((*words++ = to_word(value)), ...); }, values);
  }

 private:
  template <std::size_t... i>
  static std::tuple<R...> read(const std::uint64_t* words, std::index_sequence<i...>) {
    return {from_word<R>(words[i])...};
  }
};

}  // namespace detail

/// A function: of an instance, or of the host. spec: embed#functions
class Func {
 public:
  Func() = default;
  explicit Func(invar::Func* impl) : impl_(impl) {}
  explicit operator bool() const { return impl_ != nullptr; }

  FuncType type() const;
  /// Calls it. Fails with ErrorKind::host if the arguments do not fit, else only with a trap.
  /// spec: exec/modules#invocation
  Result<std::vector<Val>> call(std::span<const Val> arguments) const;
  Result<std::vector<Val>> call(std::initializer_list<Val> arguments) const {
    return call(std::span(arguments.begin(), arguments.size()));
  }
  /// The same with C++ types: `call<std::int32_t>(1, 2.0)`. R is void, a number, or a std::tuple of numbers.
  template <class R, WasmNumber... Arguments>
  Result<R> call(Arguments... arguments) const {
    constexpr std::size_t results = detail::Results<R>::count;
    std::array<std::uint64_t, std::max<std::size_t>({sizeof...(arguments), results, 1})> words{
        detail::to_word(arguments)...};
    static const FuncType expected{{detail::type_of<Arguments>()...}, detail::Results<R>::types()};
    if (auto done = call_words(expected, words.data()); !done) return std::unexpected(std::move(done).error());
    if constexpr (std::is_void_v<R>)
      return {};
    else
      return detail::Results<R>::read(words.data());
  }

  invar::Func* internal() const { return impl_; }

 private:
  Result<void> call_words(const FuncType& expected, std::uint64_t* words) const;
  invar::Func* impl_ = nullptr;
};

/// spec: embed#memories
class Memory {
 public:
  static Result<Memory> create(Store& store, const MemoryType& type);
  explicit Memory(invar::Memory* impl) : impl_(impl) {}

  MemoryType type() const;  ///< With the present size as minimum.
  /// All of it. Growing may move it.
  std::span<std::uint8_t> data() const;
  std::uint64_t size() const { return data().size(); }
  std::uint64_t pages() const;
  /// The number of pages before; fails, without effect, at the limits.
  Result<std::uint64_t> grow(std::uint64_t pages) const;
  /// `count` bytes from `address`, or nothing if they do not all lie within.
  std::optional<std::span<std::uint8_t>> slice(std::uint64_t address, std::uint64_t count) const;

  invar::Memory* internal() const { return impl_; }

 private:
  invar::Memory* impl_;
};

/// spec: embed#tables
class Table {
 public:
  static Result<Table> create(Store& store, const TableType& type, const Val& init);
  explicit Table(invar::Table* impl) : impl_(impl) {}

  TableType type() const;  ///< With the present size as minimum.
  std::uint64_t size() const;
  std::optional<Val> get(std::uint64_t index) const;
  Result<void> set(std::uint64_t index, const Val& value) const;
  /// The size before; fails, without effect, at the limits.
  Result<std::uint64_t> grow(std::uint64_t count, const Val& init) const;

  invar::Table* internal() const { return impl_; }

 private:
  invar::Table* impl_;
};

/// spec: embed#globals
class Global {
 public:
  static Result<Global> create(Store& store, const GlobalType& type, const Val& value);
  explicit Global(invar::Global* impl) : impl_(impl) {}

  GlobalType type() const;
  Val get() const;
  Result<void> set(const Val& value) const;

  invar::Global* internal() const { return impl_; }

 private:
  invar::Global* impl_;
};

/// What exceptions are told apart by: tags of equal types are different tags. spec: embed#tags
class Tag {
 public:
  /// The parameters are what its exceptions carry; there must be no results.
  static Result<Tag> create(Store& store, const FuncType& type);
  explicit Tag(invar::Tag* impl) : impl_(impl) {}

  FuncType type() const;
  friend bool operator==(const Tag&, const Tag&) = default;
  invar::Tag* internal() const { return impl_; }

 private:
  invar::Tag* impl_;
};

/// The alternative's index is its ExternKind.
using Extern = std::variant<Func, Table, Memory, Global, Tag>;

/// A module instance. spec: embed#modules
class Instance {
 public:
  Instance() = default;
  explicit Instance(invar::Instance* impl) : impl_(impl) {}
  explicit operator bool() const { return impl_ != nullptr; }

  /// Exports by name; nothing if there is none of that name and kind.
  std::optional<Extern> get(std::string_view name) const;
  std::optional<Func> func(std::string_view name) const { return get_as<Func>(name); }
  std::optional<Memory> memory(std::string_view name = "memory") const { return get_as<Memory>(name); }
  std::optional<Table> table(std::string_view name) const { return get_as<Table>(name); }
  std::optional<Global> global(std::string_view name) const { return get_as<Global>(name); }
  std::optional<Tag> tag(std::string_view name) const { return get_as<Tag>(name); }

  invar::Instance* internal() const { return impl_; }

 private:
  template <class T>
  std::optional<T> get_as(std::string_view name) const {
    const std::optional<Extern> found = get(name);
    const T* const value = found ? std::get_if<T>(&*found) : nullptr;
    return value != nullptr ? std::optional<T>(*value) : std::nullopt;
  }
  invar::Instance* impl_ = nullptr;
};

/// Who calls a host function.
class Caller {
 public:
  Caller(invar::Store* store, invar::Instance* instance) : store_(store), instance_(instance) {}
  /// The calling instance; invalid if the host calls its function directly.
  Instance instance() const { return Instance(instance_); }
  /// Memory 0 of the calling instance, exported or not.
  std::optional<Memory> memory() const;

  invar::Store& internal_store() const { return *store_; }

 private:
  invar::Store* store_;
  invar::Instance* instance_;
};

}  // namespace invar::api
