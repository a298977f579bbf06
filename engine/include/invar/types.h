// WebAssembly's types. spec: syntax/types
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace invar::api {

enum class ValKind : std::uint8_t { i32, i64, f32, f64, v128, ref };

/// What a reference refers to; `defined` is a type that a module defines.
enum class HeapKind : std::uint8_t {
  any,
  eq,
  i31,
  struct_,
  array,
  none,
  func,
  nofunc,
  extern_,
  noextern,
  exn,
  noexn,
  cont,
  nocont,
  defined,
};

/// A value type. Types that modules define are equal across all modules of one engine if the spec says so.
class ValType {
 public:
  constexpr ValType() = default;                                                ///< i32
  constexpr ValType(ValKind kind) : bits_(static_cast<std::uint32_t>(kind)) {}  // NOLINT: a kind is a type
  /// A reference to an abstract heap type.
  static constexpr ValType reference(HeapKind heap, bool nullable = true) {
    return from_bits(static_cast<std::uint32_t>(ValKind::ref) | (nullable ? 8u : 0u) |
                     static_cast<std::uint32_t>(heap) << 4);
  }
  constexpr ValKind kind() const { return static_cast<ValKind>(bits_ & 7); }
  constexpr bool is_ref() const { return kind() == ValKind::ref; }
  constexpr bool nullable() const { return (bits_ & 8) != 0; }
  constexpr HeapKind heap() const { return is_exact() ? HeapKind::defined : static_cast<HeapKind>(heap_bits()); }
  /// A reference to instances of that defined type only, not of its subtypes.
  constexpr bool is_exact() const {
    return is_ref() && heap_bits() == static_cast<std::uint32_t>(HeapKind::defined) + 1;
  }
  /// As the text format writes it.
  std::string to_string() const;
  friend constexpr bool operator==(ValType, ValType) = default;

  /// The engine's own form.
  constexpr std::uint32_t bits() const { return bits_; }
  static constexpr ValType from_bits(std::uint32_t bits) {
    ValType type;
    type.bits_ = bits;
    return type;
  }

 private:
  constexpr std::uint32_t heap_bits() const { return bits_ >> 4 & 15; }

  std::uint32_t bits_ = 0;
};

inline constexpr ValType funcref = ValType::reference(HeapKind::func);
inline constexpr ValType externref = ValType::reference(HeapKind::extern_);

struct FuncType {
  std::vector<ValType> params;
  std::vector<ValType> results;
  std::string to_string() const;
  friend bool operator==(const FuncType&, const FuncType&) = default;
};

/// spec: syntax/types#limits
struct Limits {
  std::uint64_t min = 0;
  std::optional<std::uint64_t> max;
};

struct MemoryType {
  Limits limits;  ///< In pages.
  bool is_64 = false;
  bool is_shared = false;
  std::uint32_t page_size = 65536;  ///< Bytes of a page: 65536, or 1.
};

struct TableType {
  ValType element = funcref;
  Limits limits;
  bool is_64 = false;
};

struct GlobalType {
  ValType type;
  bool is_mutable = false;
};

enum class ExternKind : std::uint8_t { func, table, memory, global, tag };

}  // namespace invar::api
