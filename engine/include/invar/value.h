// Values. spec: exec/runtime#values
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <utility>

#include "invar/types.h"

namespace invar {
struct Func;
namespace gc {
struct HostRoot;
}
}  // namespace invar

namespace invar::api {

class Func;

namespace detail {

/// A share in what keeps a collected object alive; empty for all other values.
class Root {
 public:
  Root() = default;
  explicit Root(gc::HostRoot* share) : impl_(share) {}
  Root(const Root& other) : impl_(other.impl_) {
    if (impl_ != nullptr) retain(impl_);
  }
  Root(Root&& other) noexcept : impl_(std::exchange(other.impl_, nullptr)) {}
  Root& operator=(Root other) noexcept {
    std::swap(impl_, other.impl_);
    return *this;
  }
  ~Root() {
    if (impl_ != nullptr) release(impl_);
  }
  explicit operator bool() const { return impl_ != nullptr; }

 private:
  static void retain(gc::HostRoot* root);
  static void release(gc::HostRoot* root);
  gc::HostRoot* impl_ = nullptr;
};

}  // namespace detail

/// What a reference refers to.
enum class RefKind : std::uint8_t { null, function, external, i31, struct_, array, exception, continuation };

/// A value with its type. Accessors are meaningful only for their own kind.
///
/// A reference to a struct, an array, an exception or a continuation keeps that object alive as long as the value or a
/// copy of it exists. Such values are for their own store and its thread; if they outlive the store, they can only be
/// destroyed.
class Val {
 public:
  Val() = default;                                                                                ///< (i32.const 0)
  Val(std::int32_t value) : type_(ValKind::i32), words_{static_cast<std::uint32_t>(value), 0} {}  // NOLINT
  Val(std::uint32_t value) : type_(ValKind::i32), words_{value, 0} {}                             // NOLINT
  Val(std::int64_t value) : type_(ValKind::i64), words_{static_cast<std::uint64_t>(value), 0} {}  // NOLINT
  Val(std::uint64_t value) : type_(ValKind::i64), words_{value, 0} {}                             // NOLINT
  Val(float value) : type_(ValKind::f32), words_{std::bit_cast<std::uint32_t>(value), 0} {}       // NOLINT
  Val(double value) : type_(ValKind::f64), words_{std::bit_cast<std::uint64_t>(value), 0} {}      // NOLINT
  Val(const Func& function);                                                                      // NOLINT
  /// A vector's bytes, lane 0 first.
  static Val v128(const std::array<std::uint8_t, 16>& bytes) {
    Val value;
    value.type_ = ValKind::v128;
    std::memcpy(value.words_, bytes.data(), 16);
    return value;
  }
  /// The null reference of a nullable reference type.
  static Val null(ValType type) { return from_words(type, 0, 0); }
  /// A number of the host (below 2^62) as an externref: an address, a handle.
  static Val external(std::uint64_t number) {
    return from_words(ValType::reference(HeapKind::extern_, false), number << 2 | 2, 0);
  }

  /// The low 31 bits of a number as a reference. spec: exec/instructions#ref.i31
  static Val i31(std::int32_t number) {
    return from_words(ValType::reference(HeapKind::i31, false),
                      (static_cast<std::uint64_t>(number) & 0x7fffffff) << 1 | 1, 0);
  }

  ValType type() const { return type_; }
  std::int32_t i32() const { return static_cast<std::int32_t>(words_[0]); }
  std::int64_t i64() const { return static_cast<std::int64_t>(words_[0]); }
  float f32() const { return std::bit_cast<float>(static_cast<std::uint32_t>(words_[0])); }
  double f64() const { return std::bit_cast<double>(words_[0]); }
  std::array<std::uint8_t, 16> v128() const {
    std::array<std::uint8_t, 16> bytes;
    std::memcpy(bytes.data(), words_, 16);
    return bytes;
  }
  /// Of a value of reference type.
  RefKind ref_kind() const;
  /// If ref_kind() is i31: the number, sign-extended.
  std::int32_t i31() const { return static_cast<std::int32_t>(static_cast<std::uint32_t>(words_[0] >> 1) << 1) >> 1; }
  bool is_null() const { return type_.is_ref() && words_[0] == 0; }
  /// What Val::external was given; meaningless for a null reference.
  std::uint64_t external() const { return words_[0] >> 2; }
  Func func() const;  ///< Of a function reference; invalid if null.

  /// The engine's own form: one 64-bit word, two for v128.
  const std::uint64_t* words() const { return words_; }
  static Val from_words(ValType type, std::uint64_t first, std::uint64_t second, detail::Root root = {}) {
    Val value;
    value.root_ = std::move(root);
    value.type_ = type;
    value.words_[0] = first;
    value.words_[1] = second;
    return value;
  }

 private:
  ValType type_;
  std::uint64_t words_[2] = {0, 0};
  detail::Root root_;
};

/// C++ types that stand for a value type in typed calls and host functions.
template <class T>
inline constexpr bool is_wasm_number = false;
template <>
inline constexpr bool is_wasm_number<std::int32_t> = true;
template <>
inline constexpr bool is_wasm_number<std::uint32_t> = true;
template <>
inline constexpr bool is_wasm_number<std::int64_t> = true;
template <>
inline constexpr bool is_wasm_number<std::uint64_t> = true;
template <>
inline constexpr bool is_wasm_number<float> = true;
template <>
inline constexpr bool is_wasm_number<double> = true;

template <class T>
concept WasmNumber = is_wasm_number<T>;

namespace detail {

template <WasmNumber T>
constexpr ValType type_of() {
  if constexpr (std::is_same_v<T, float>) return ValKind::f32;
  if constexpr (std::is_same_v<T, double>) return ValKind::f64;
  return sizeof(T) == 4 ? ValKind::i32 : ValKind::i64;
}

template <WasmNumber T>
std::uint64_t to_word(T value) {
  if constexpr (sizeof(T) == 4)
    return std::bit_cast<std::uint32_t>(value);
  else
    return std::bit_cast<std::uint64_t>(value);
}

template <WasmNumber T>
T from_word(std::uint64_t word) {
  if constexpr (sizeof(T) == 4)
    return std::bit_cast<T>(static_cast<std::uint32_t>(word));
  else
    return std::bit_cast<T>(word);
}

}  // namespace detail

}  // namespace invar::api
