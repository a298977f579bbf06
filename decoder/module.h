// A decoded and valid module. Immutable and free of references to any engine: share it between threads at will.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "decoder/base/error.h"
#include "decoder/base/int.h"
#include "decoder/feature.h"
#include "decoder/type_section.h"
#include "decoder/types.h"

namespace invar {

/// The bytes of a module and whatever keeps them alive: a vector, a file mapping.
struct ModuleBytes {
  std::span<const u8> bytes;
  std::shared_ptr<const void> owner;
};

enum class ExternKind : u8 { func = 0, table = 1, memory = 2, global = 3, tag = 4 };
std::string_view to_string(ExternKind kind);

/// A slice of the module's bytes.
struct ByteRange {
  u32 offset = 0;
  u32 size = 0;
};

/// A constant expression: its bytes up to and including `end`. Already validated.
struct ConstExpr {
  ByteRange code;
};

struct Import {
  std::string_view module;
  std::string_view name;
  ExternKind kind;
  u32 index;  ///< In the index space of its kind.
};

struct Export {
  std::string_view name;
  ExternKind kind;
  u32 index;
};

struct FunctionDecl {
  u32 type = 0;    ///< Type index.
  ByteRange body;  ///< From the local declarations to the final `end`; empty if imported.
};

struct TableDecl {
  TableType type;
  std::optional<ConstExpr> init;
};

struct GlobalDecl {
  GlobalType type;
  ConstExpr init;  ///< Empty if imported.
};

enum class SegmentMode : u8 { active, passive, declarative };

/// An element segment. Exactly one of `functions` (the short binary forms) and `expressions` is used.
struct ElemSegment {
  SegmentMode mode = SegmentMode::passive;
  u32 table = 0;
  ConstExpr offset;  ///< If active.
  ValType type = type_funcref;
  bool uses_expressions = false;
  std::vector<u32> functions;
  std::vector<ConstExpr> expressions;
  u32 flags = 0;  ///< The binary format's leading number, kept so that printing loses nothing.
  size_t size() const { return uses_expressions ? expressions.size() : functions.size(); }
};

struct DataSegment {
  SegmentMode mode = SegmentMode::passive;
  u32 memory = 0;
  ConstExpr offset;  ///< If active.
  ByteRange bytes;
  u32 flags = 0;
};

struct CustomSection {
  std::string_view name;
  ByteRange contents;    ///< Behind the name.
  u8 after_section = 0;  ///< Id of the last known section in front of it, 0 if none.
};

/// A known section as found in the binary.
struct SectionInfo {
  u8 id;
  ByteRange contents;
};

/// See binary/module_decoder.h for how one is made.
struct Module {
  ModuleBytes source;
  Features features;

  TypeSection types;
  std::vector<Import> imports;
  // Each index space holds the imported items first.
  std::vector<FunctionDecl> functions;
  std::vector<TableDecl> tables;
  std::vector<MemoryType> memories;
  std::vector<GlobalDecl> globals;
  std::vector<TagType> tags;
  u32 imported_functions = 0;
  u32 imported_tables = 0;
  u32 imported_memories = 0;
  u32 imported_globals = 0;
  u32 imported_tags = 0;
  /// Which of the first imported functions must have exactly the type that the module says, not a subtype.
  std::vector<bool> exact_imports;
  std::vector<Export> exports;
  std::optional<u32> start;
  std::vector<ElemSegment> elems;
  std::vector<DataSegment> datas;
  std::optional<u32> data_count;
  std::vector<CustomSection> customs;
  std::vector<SectionInfo> sections;
  /// Functions that `ref.func` may name in bodies, as a bit per function. spec: valid/modules (C.refs)
  std::vector<bool> declared_functions;

  std::span<const u8> bytes(ByteRange range) const { return source.bytes.subspan(range.offset, range.size); }
  const FuncType& func_type(u32 function) const { return types[functions[function].type].func; }
  /// Of a type that is a continuation's.
  const FuncType& continued(u32 type) const { return types[types[type].continued].func; }
  /// Is the function's type exactly what the module says, rather than a subtype?
  bool has_exact_type(u32 function) const {
    return function >= imported_functions || (function < exact_imports.size() && exact_imports[function]);
  }
  const Export* find_export(std::string_view name) const;  ///< Binary search; nullptr if there is none.
  /// Export indices sorted by name, made by the decoder.
  std::vector<u32> exports_by_name;
};

}  // namespace invar
