// The spec's types in memory. spec: syntax/types
//
// A ValType names a defined type by its index in the module's type section. Two indices may name equal types;
// TypeSection (type_section.h) knows which do, and decides subtyping.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "decoder/base/int.h"

namespace invar {

/// Abstract heap types. `index` is not one of them: it marks a heap type that names a defined type.
enum class Heap : u8 {
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
  index,
};

/// The greatest and the least type of an abstract type's hierarchy.
constexpr Heap top_of(Heap kind) {
  return kind >= Heap::cont      ? Heap::cont
         : kind >= Heap::exn     ? Heap::exn
         : kind >= Heap::extern_ ? Heap::extern_
         : kind >= Heap::func    ? Heap::func
                                 : Heap::any;
}
constexpr Heap bottom_of(Heap kind) {
  return kind >= Heap::cont      ? Heap::nocont
         : kind >= Heap::exn     ? Heap::noexn
         : kind >= Heap::extern_ ? Heap::noextern
         : kind >= Heap::func    ? Heap::nofunc
                                 : Heap::none;
}

enum class ValKind : u8 {
  i32,
  i64,
  f32,
  f64,
  v128,
  ref,
  bottom_ref,  ///< A reference, not null, in unreachable code: a subtype of all reference types.
  bottom,      ///< The type of operands in unreachable code: a subtype of all.
};

/// The heap type of a reference: abstract, or a defined type by index.
struct HeapType {
  Heap kind = Heap::any;
  u32 index = 0;          ///< Type index if kind is Heap::index, else 0.
  bool is_exact = false;  ///< That very type and none of its subtypes; only if kind is Heap::index.
  friend constexpr bool operator==(const HeapType&, const HeapType&) = default;
};

/// A value type in 32 bits, so that the validator compares it with one instruction. Equal bits mean equal types;
/// different bits may still be equal or related types if they name defined types.
class ValType {
 public:
  constexpr ValType() = default;
  constexpr explicit ValType(ValKind kind) : bits_(static_cast<u32>(kind)) {}
  static constexpr ValType reference(HeapType heap, bool nullable) {
    ValType type;
    const u32 heap_bits = static_cast<u32>(heap.kind) + (heap.is_exact ? 1 : 0);
    type.bits_ = static_cast<u32>(ValKind::ref) | (nullable ? nullable_bit : 0) | heap_bits << heap_shift |
                 heap.index << index_shift;
    return type;
  }
  constexpr ValKind kind() const { return static_cast<ValKind>(bits_ & 7); }
  constexpr bool is_ref() const { return kind() == ValKind::ref; }
  constexpr bool is_num() const { return bits_ <= static_cast<u32>(ValKind::f64); }
  constexpr bool is_bottom() const { return kind() == ValKind::bottom; }
  /// May a local of this type be read before it is set? spec: valid/types#defaultable
  constexpr bool is_defaultable() const { return !is_ref() || nullable(); }
  constexpr bool nullable() const { return (bits_ & nullable_bit) != 0; }
  constexpr HeapType heap() const {
    const u32 heap_bits = bits_ >> heap_shift & 15;
    const bool is_exact = heap_bits == exact_index;
    return {is_exact ? Heap::index : static_cast<Heap>(heap_bits), bits_ >> index_shift, is_exact};
  }
  constexpr ValType with_nullable(bool nullable) const { return reference(heap(), nullable); }
  constexpr u32 bits() const { return bits_; }
  friend constexpr bool operator==(ValType, ValType) = default;

 private:
  static constexpr u32 nullable_bit = 8;
  static constexpr u32 heap_shift = 4;
  static constexpr u32 index_shift = 8;  // 24 bits: max_types is far below
  /// Where the kind of a heap type stands: an exact type index. All 16 values are in use.
  static constexpr u32 exact_index = static_cast<u32>(Heap::index) + 1;
  static_assert(exact_index <= 15);
  u32 bits_ = static_cast<u32>(ValKind::bottom);
};

inline constexpr ValType type_i32{ValKind::i32};
inline constexpr ValType type_i64{ValKind::i64};
inline constexpr ValType type_f32{ValKind::f32};
inline constexpr ValType type_f64{ValKind::f64};
inline constexpr ValType type_v128{ValKind::v128};
inline constexpr ValType type_bottom_ref{ValKind::bottom_ref};
inline constexpr ValType type_bottom{ValKind::bottom};
inline constexpr ValType type_funcref = ValType::reference({Heap::func, 0}, true);
inline constexpr ValType type_externref = ValType::reference({Heap::extern_, 0}, true);
inline constexpr ValType type_exnref = ValType::reference({Heap::exn, 0}, true);

/// The type as the text format writes it: "i32", "funcref", "(ref null 3)".
std::string to_string(ValType type);
std::string to_string(HeapType type);
/// A result type: "[i32 funcref]". Long ones are cut.
std::string to_string(std::span<const ValType> types);

struct FuncType {
  std::vector<ValType> params;
  std::vector<ValType> results;
  friend bool operator==(const FuncType&, const FuncType&) = default;
};
std::string to_string(const FuncType& type);

/// Field and element types of structs and arrays.
enum class Packing : u8 { none, i8, i16 };
struct FieldType {
  ValType type;  ///< i32 if packed.
  Packing packing = Packing::none;
  bool is_mutable = false;
  friend constexpr bool operator==(const FieldType&, const FieldType&) = default;
};

enum class CompositeKind : u8 { func, struct_, array, cont };

/// A defined type. spec: syntax/types#subtype
struct SubType {
  static constexpr u32 no_supertype = ~u32{0};
  static constexpr u32 no_type = ~u32{0};
  CompositeKind kind = CompositeKind::func;
  bool is_final = true;
  u32 supertype = no_supertype;  ///< Type index.
  u32 describes = no_type;       ///< The type whose instances have descriptors of this type.
  u32 descriptor = no_type;      ///< The type of the descriptors of this type's instances.
  u32 continued = 0;             ///< If kind is cont: the function type that a continuation has.
  u32 group_start = 0;           ///< First type of its recursive group.
  u32 group_size = 1;
  bool is_defaultable = true;     ///< Have all fields default values? Set by TypeSection.
  FuncType func;                  ///< If kind is func.
  std::vector<FieldType> fields;  ///< If kind is struct_; the one element type if it is array.

  bool has_descriptor() const { return descriptor != no_type; }
};

/// Limits of memories and tables. spec: syntax/types#limits
struct Limits {
  u64 min = 0;
  u64 max = 0;  ///< Meaningful if has_max.
  bool has_max = false;
  friend constexpr bool operator==(const Limits&, const Limits&) = default;
};

struct TableType {
  ValType element;
  Limits limits;  ///< In elements.
  bool is_64 = false;
  ValType address_type() const { return is_64 ? type_i64 : type_i32; }
};

struct MemoryType {
  Limits limits;  ///< In pages.
  bool is_64 = false;
  bool is_shared = false;
  u8 page_size_log2 = 16;
  ValType address_type() const { return is_64 ? type_i64 : type_i32; }
};

struct GlobalType {
  ValType type;
  bool is_mutable = false;
};

struct TagType {
  u32 type = 0;  ///< Type index of a function type; without results unless continuations may be suspended with it.
};

}  // namespace invar
