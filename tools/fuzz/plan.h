// What a generated module declares, before its functions have bodies.
#pragma once

#include <optional>
#include <vector>

#include "decoder/binary/encoder.h"
#include "tools/fuzz/choices.h"

namespace invar::fuzz {

constexpr ValType nullable(Heap kind) { return ValType::reference({kind, 0}, true); }
constexpr ValType reference_to(u32 type, bool nullable) { return ValType::reference({Heap::index, type}, nullable); }

/// A type with nothing to import: declarations in index order, none of them imported.
struct Plan {
  /// Only numbers, memories, calls, exceptions and tables of functions: what programs in C come to.
  bool plain = false;
  std::vector<SubType> types;  ///< First one recursive group of structs and arrays, then function types.
  u32 grouped = 0;             ///< So many types are in the group.
  std::vector<u32> structs, arrays, functions_types;
  std::vector<u32> functions;  ///< Type index of each.
  u32 entries = 0;             ///< The first functions take no parameters and are exported.
  std::vector<TableType> tables;
  std::vector<MemoryType> memories;
  std::vector<GlobalType> globals;
  std::vector<u32> tags;  ///< Type index of each, but for that of suspensions, which stands behind them.

  /// Continuations of one function, which suspend with one tag. By type index.
  struct Continuations {
    u32 function = 0;
    u32 whole = 0;             ///< Before it runs;
    std::optional<u32> bound;  ///< if it has parameters: with the first one;
    u32 rest = 0;              ///< suspended.
    u32 tag = 0;               ///< Type of the tag.
    u32 table = 0;             ///< Has what is suspended.
  };
  std::optional<Continuations> continuations;

  static constexpr u32 function_segment = 0, any_segment = 1, elem_count = 2;
  static constexpr u32 data_count = 2, data_bytes = 32;

  const FuncType& function_type(u32 function) const { return types[functions[function]].func; }
  bool is_subtype(ValType sub, ValType super) const;
  /// The index of the function type, if the module has it.
  std::optional<u32> find_function_type(const FuncType& type) const;
};

Plan make_plan(Choices& choices);

/// One function's code, with its locals and size, as the code section has it.
ByteWriter generate_body(const Plan& plan, u32 function, Choices& choices);

}  // namespace invar::fuzz
