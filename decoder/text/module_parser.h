// The parser of module fields: one object parses one module into the sections of its binary.
//
// Three goes over the tokens. First the fields are listed and all their $names bound, since any field may use names
// that come later; then the type definitions; then everything else in order, straight into section contents. Nothing
// recurses: nested instructions live on a stack of frames, so no source can exhaust the native stack.
#pragma once

#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "decoder/base/byte_writer.h"
#include "decoder/base/error.h"
#include "decoder/binary/branch_hints.h"
#include "decoder/binary/encoder.h"
#include "decoder/binary/name_section.h"
#include "decoder/text/cursor.h"
#include "decoder/text/name_table.h"
#include "decoder/text/parser.h"
#include "decoder/types.h"

namespace invar::text {

/// The index spaces of a module. spec: syntax/modules#indices
enum class Space : u8 { type, func, table, memory, global, tag, elem, data };
inline constexpr size_t space_count = 8;

class ModuleParser {
 public:
  /// The cursor stands behind `(module $id`, or at the start of a source that is module fields only.
  ModuleParser(Cursor cursor, const ParseOptions& options) : cursor_(cursor), options_(options) {}

  /// Parses all fields, up to the module's ')' or the end of the source. `id` is the module's own name.
  Result<std::vector<u8>> parse(std::optional<std::string> id);

  /// Behind the last field.
  Cursor cursor() const { return cursor_; }

 private:
  /// A section that is a vector: its entries, and how many.
  struct VectorSection {
    ByteWriter entries;
    u32 count = 0;
    ByteWriter& add() {
      ++count;
      return entries;
    }
  };
  struct Field {
    u32 begin;  ///< Token index of its '('.
    Keyword keyword;
  };
  struct CustomContents {
    std::string name;
    std::string contents;
    u32 slot;   ///< Where it goes; see annotation_parser.cpp.
    u32 order;  ///< Among the custom sections of the text.
  };
  struct Param {
    u32 index;
    std::string_view name;                  ///< Empty if none.
    std::optional<std::string> annotation;  ///< From (@name "...").
    u32 offset;
  };
  struct TypeUse {
    u32 index = 0;
    std::vector<Param> named_params;
  };
  struct BlockHeader {
    std::string_view label;
    std::optional<std::string> annotation;
  };

  /// Where the parser is inside an instruction sequence; see instruction_parser.cpp.
  enum class FrameKind : u8 {
    // Folded
    plain,            // (op ...           operands follow, then the operation
    block,            // (block ...        and loop, try_table
    if_operands,      // (if ...           in front of (then
    then,             // (if ... (then ...
    after_then,       //
    else_,            // (if ... (then ...) (else ...
    after_else,       //
    try_,             // (try ...          in front of (do
    do_,              // (try (do ...
    after_do,         //
    catch_,           // (try (do ...) (catch ...
    after_catch,      //
    catch_all,        // (try (do ...) (catch_all ...
    after_catch_all,  // also behind (delegate ...)
    after_delegate,
    // Flat
    flat_block,
    flat_if,
    flat_else,
    flat_try,
    flat_catch,
    flat_catch_all,
  };
  struct Frame {
    FrameKind kind;
    std::optional<u8> hint;  ///< A branch hint that goes with the pending operation.
    u32 pending = 0;         ///< Start of this frame's bytes in pending_.
    BlockHeader header;
  };

  // module_parser.cpp
  Result<void> collect_names();
  Result<void> collect_field(Keyword keyword);
  Result<void> bind(Space space, bool has_id);
  Result<void> fields();
  Result<void> field(Keyword keyword);
  std::vector<u8> assemble();
  u32 next_index(Space space) { return next_[static_cast<size_t>(space)]++; }
  /// Goes over an item's $name, and remembers what the name section will say of it.
  Result<void> item_name(Space space, u32 index);
  NameMap* item_names(Space space);
  void add_name(NameMap& names, u32 index, std::string_view id, std::optional<std::string> annotation);
  /// The characters of an id token without '$', kept alive as long as the parser.
  std::string_view intern(const Token& id);
  std::string_view keep(std::string text) { return interned_.emplace_back(std::move(text)); }
  std::string_view accept_id();

  // field_parser.cpp
  Result<void> import_field();
  Result<void> export_field();
  Result<void> start_field();
  Result<void> func_field();
  Result<void> table_field();
  Result<void> memory_field();
  Result<void> global_field();
  Result<void> tag_field();
  Result<void> elem_field();
  Result<void> data_field();
  Result<void> inline_exports(ExternKind kind, u32 index);
  Result<bool> inline_import(ExternKind kind, u32 item);
  Result<void> import_type(ExternKind kind, u32 item);
  Result<void> import_names();
  Result<void> import_order();
  void defined(std::string_view what);
  void add_export(std::string_view name, ExternKind kind, u32 index);
  Result<void> function_body(const TypeUse& use, u32 function);
  Result<void> name_local(u32 index, std::string_view id, std::optional<std::string> annotation, u32 offset);
  Result<void> table_elements(u32 table, TableType type);
  Result<std::string> strings();
  Result<void> elem_list(ByteWriter& out, u32& count, bool from_indices, bool to_expressions);
  Result<void> offset_expression(ByteWriter& out);
  /// Instructions up to ')', and the `end` opcode.
  Result<void> expression(ByteWriter& out);

  // type_parser.cpp
  Result<void> type_field();
  Result<void> rec_field();
  Result<void> define_type();
  void close_group(u32 size);
  Result<void> composite_type(SubType& type, u32 index);
  Result<FieldType> field_type();
  Result<HeapType> heap_type();
  Result<ValType> ref_type();
  Result<ValType> val_type();
  bool at_ref_type() const;
  Result<Limits> limits(bool is_64);
  bool accept_address_type();
  Result<TableType> table_type();
  Result<MemoryType> memory_type();
  Result<u8> page_size();
  Result<GlobalType> global_type();
  /// `(type x)? (param ...)* (result ...)*`; without (type x) an equal type is found or added.
  Result<TypeUse> type_use(bool with_names);
  /// The same, and the parts as written. `has_index`: (type x) is there.
  Result<TypeUse> type_use(bool with_names, bool& has_index, FuncType& type);
  Result<void> params_and_results(bool with_names, FuncType& type, std::vector<Param>& named);
  u32 implicit_type(FuncType type);

  // index
  Result<u32> index(Space space);
  bool at_index() const { return cursor_.at(TokenKind::natural) || cursor_.at(TokenKind::id); }
  Result<u32> optional_index(Space space);
  Result<u32> local_index();
  Result<u32> label_index();
  Result<u32> field_index(u32 type);
  std::unexpected<Error> unknown_name(std::string_view what) const;

  // instruction_parser.cpp
  /// Parses instructions up to a ')' that does not belong to them; or exactly one folded instruction.
  Result<void> instructions(ByteWriter& out, bool one_folded = false);
  Result<void> folded(ByteWriter& out);
  Result<bool> folded_clause(ByteWriter& out);
  Result<void> close(ByteWriter& out);
  Result<void> flat(ByteWriter& out, bool one_folded);
  Result<void> flat_part(ByteWriter& out, Op op);
  Result<BlockHeader> block_header(Op op, ByteWriter& out);
  Result<void> block_type(ByteWriter& out);
  Result<void> catch_clauses(ByteWriter& out);
  Result<void> on_clauses(ByteWriter& out);
  Result<void> matching_label();
  Result<std::optional<u8>> branch_hint();
  Result<void> check_hint(const std::optional<u8>& hint, Op op);
  void emit(ByteWriter& out, std::optional<u8> hint, std::span<const u8> bytes);
  void push_label(BlockHeader header);

  // immediate_parser.cpp
  /// Writes the opcode and what follows it.
  Result<void> operation(ByteWriter& out, Op op);
  Result<void> immediates(ByteWriter& out, Op op);
  Result<void> two_optional_indices(ByteWriter& out, Space space);
  Result<void> segment_and(ByteWriter& out, Space segment, Space space);
  Result<void> memarg(ByteWriter& out, Op op, bool with_lane);
  Result<u8> lane();
  Result<void> number_count(unsigned lanes, ErrorCode code) const;
  Result<void> shuffle(ByteWriter& out);
  Result<void> v128(ByteWriter& out);
  Result<void> number_lane(ByteWriter& out, bool floating, unsigned bits);

  // annotation_parser.cpp
  /// The @name in front of the current token, if any. `what` is for messages.
  Result<std::optional<std::string>> name_annotation(std::string_view what);
  Result<void> custom_annotations();
  Result<CustomContents> custom_annotation(const Annotation& annotation);
  Result<u8> hint_annotation(const Annotation& annotation);
  /// The first annotation of that kind in front of the current token that nothing has used yet.
  const Annotation* take_annotation(AnnotationKind kind);
  void find_annotations(u32 begin, u32 end);
  Result<void> no_annotation_left();
  void put_customs(ModuleWriter& out, size_t& next, u32 up_to_slot) const;
  void put_hints(ModuleWriter& out) const;

  Cursor cursor_;
  const ParseOptions& options_;
  std::deque<std::string> interned_;
  std::vector<Field> fields_;
  u32 end_ = 0;  ///< Token index behind the last field.

  NameTable names_[space_count];
  u32 declared_[space_count] = {};  ///< How many items of each space there are.
  u32 next_[space_count] = {};      ///< How many have been parsed.

  std::vector<SubType> types_;
  std::vector<u32> group_sizes_;

  std::unordered_map<std::string, u32> function_types_;  ///< By their encoding: the types that a type use may mean.
  std::unordered_map<u32, NameTable> field_names_;

  VectorSection imports_, functions_, tables_, memories_, tags_, globals_, exports_, elems_, codes_, datas_;
  std::optional<u32> start_;
  bool uses_data_ = false;          ///< Some instruction names a data segment.
  std::string_view defined_first_;  ///< The kind of the first definition; imports must not follow it.

  // The function at hand
  ByteWriter body_;
  NameTable local_names_;
  LabelStack labels_;
  u32 label_count_ = 0;
  std::vector<Frame> frames_;
  std::vector<u8> pending_;  ///< Operations whose operands are being parsed.
  ByteWriter scratch_;
  bool in_function_ = false;
  NameMap function_locals_;
  NameMap function_labels_;
  std::vector<BranchHint> function_hints_;

  // Name section and annotations
  std::span<const Annotation> annotations_;  ///< Those of this module.
  std::vector<bool> annotation_used_;
  std::vector<CustomContents> customs_;
  NameSection name_section_;
  BranchHints hints_;
};

}  // namespace invar::text
