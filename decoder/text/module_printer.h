// The printer's parts; see printer.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "decoder/base/byte_reader.h"
#include "decoder/binary/branch_hints.h"
#include "decoder/module.h"
#include "decoder/text/name_table.h"
#include "decoder/text/print_names.h"
#include "decoder/text/printer.h"

namespace invar::text {

class ModulePrinter {
 public:
  ModulePrinter(const Module& module, const PrintOptions& options)
      : module_(module), options_(options), names_(module) {}

  Result<std::string> print();

 private:
  // printer.cpp
  void types();
  void type(u32 index);
  void imports();
  void tables();
  void memories();
  void globals();
  void tags();
  void exports();
  void elems();
  void datas();
  void functions();
  void function(u32 index);
  void locals(ByteReader& in, u32 function, u32 first);
  void customs();
  void find_hints();
  /// `(keyword $id (;index;) (@name "...")`
  void head(std::string_view keyword, std::string_view id, u32 index, const NameMap& names);
  void name_annotation(const NameMap* names, u32 index);
  void type_use(u32 type);
  void named_params(u32 function, const FuncType& type);
  void val_types(std::string_view keyword, std::span<const ValType> types);
  void limits(const Limits& limits);
  void table_type(const TableType& type);
  void memory_type(const MemoryType& type);
  void global_type(const GlobalType& type);
  void field_type(const FieldType& type);
  void expression(const ConstExpr& expression);
  /// `(offset ...)`
  void offset(const ConstExpr& expression);
  void string_lines(std::span<const u8> bytes);
  void begin_line(u32 depth);
  bool too_large() const { return out_.size() > options_.max_size; }

  std::string type_name(ValType type) const;
  std::string type_name(HeapType type) const;

  // instruction_printer.cpp
  void body(ByteReader& in, u32 start, std::span<const BranchHint> hints);
  void instruction(ByteReader& in, Op op);
  void immediates(ByteReader& in, Op op);
  void block_head(ByteReader& in, Op op);
  void block_type(ByteReader& in);
  void on_clauses(ByteReader& in);
  void memarg(ByteReader& in, Op op);
  void label(u32 depth);
  void item(const std::vector<std::string>& ids, u32 index);
  void number(u64 value);
  void word(std::string_view text) { (out_ += ' ') += text; }

  const Module& module_;
  const PrintOptions& options_;
  PrintNames names_;
  const CustomSection* hint_section_ = nullptr;  ///< What is printed as annotations of instructions.
  BranchHints hints_;
  std::string out_;

  // The function at hand
  std::vector<std::string> local_ids_;
  const NameMap* label_names_ = nullptr;
  std::vector<std::string> label_ids_;
  LabelStack labels_;
  u32 label_count_ = 0;
};

}  // namespace invar::text
