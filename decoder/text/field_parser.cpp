// Module fields other than types. spec: text/modules
#include <limits>

#include "decoder/binary/type_codes.h"
#include "decoder/text/module_parser.h"
#include "decoder/text/number.h"

namespace invar::text {

namespace {

struct ExternWord {
  Keyword keyword;
  Space space;
  ExternKind kind;
  std::string_view name;
};
constexpr ExternWord extern_words[] = {
    {Keyword::func, Space::func, ExternKind::func, "function"},
    {Keyword::table, Space::table, ExternKind::table, "table"},
    {Keyword::memory, Space::memory, ExternKind::memory, "memory"},
    {Keyword::global, Space::global, ExternKind::global, "global"},
    {Keyword::tag, Space::tag, ExternKind::tag, "tag"},
};

/// As messages about unknown names call the spaces.
constexpr std::string_view space_names[] = {"type",   "function", "table",        "memory",
                                            "global", "tag",      "elem segment", "data segment"};

constexpr u8 tag_attribute_exception = 0;

/// Moves the names of a function's items into the module's names.
void keep_names(IndirectNameMap& all, u32 function, NameMap& names) {
  if (!names.entries().empty()) all.add(function, std::move(names));
  names = {};
}

}  // namespace

std::unexpected<Error> ModuleParser::unknown_name(std::string_view what) const {
  return cursor_.fail(ErrorCode::undefined_name,
                      std::string{" "}.append(what).append(" ").append(cursor_.text().substr(0, 60)));
}

Result<u32> ModuleParser::index(Space space) {
  if (!cursor_.at(TokenKind::id)) return cursor_.expect_u32();
  const auto found = names_[static_cast<size_t>(space)].find(intern(cursor_.peek()));
  if (!found) return unknown_name(space_names[static_cast<size_t>(space)]);
  cursor_.advance();
  return *found;
}

Result<u32> ModuleParser::optional_index(Space space) {
  if (!at_index()) return 0;
  return index(space);
}

Result<std::string> ModuleParser::strings() {
  std::string all;
  while (cursor_.at(TokenKind::string)) {
    INVAR_TRY_ASSIGN(const std::string bytes, cursor_.expect_string());
    all += bytes;
  }
  return all;
}

Result<void> ModuleParser::expression(ByteWriter& out) {
  INVAR_TRY(instructions(out));
  write_op(out, Op::end);
  return {};
}

// Imports and exports

void ModuleParser::defined(std::string_view what) {
  if (defined_first_.empty()) defined_first_ = what;
}

/// Imports come first. spec: text/modules#modules
Result<void> ModuleParser::import_order() {
  if (defined_first_.empty()) return {};
  return cursor_.fail(ErrorCode::import_after, " " + std::string{defined_first_});
}

Result<void> ModuleParser::import_names() {
  INVAR_TRY_ASSIGN(const std::string module, cursor_.expect_name());
  INVAR_TRY_ASSIGN(const std::string name, cursor_.expect_name());
  ByteWriter& out = imports_.add();
  out.name(module);
  out.name(name);
  return {};
}

Result<void> ModuleParser::import_field() {
  INVAR_TRY(import_order());
  const Cursor names = cursor_;
  INVAR_TRY(cursor_.expect_name());
  INVAR_TRY(cursor_.expect_name());
  INVAR_TRY(cursor_.expect(TokenKind::left_paren));
  for (const ExternWord& word : extern_words) {
    if (!cursor_.accept(word.keyword)) continue;
    const Cursor behind = cursor_;
    cursor_ = names;
    INVAR_TRY(import_names());
    cursor_ = behind;
    const u32 item = next_index(word.space);
    INVAR_TRY(item_name(word.space, item));
    INVAR_TRY(import_type(word.kind, item));
    return cursor_.expect_close();
  }
  return cursor_.unexpected();
}

/// Behind the names: the kind and the type.
Result<void> ModuleParser::import_type(ExternKind kind, u32 item) {
  const bool is_exact = kind == ExternKind::func && cursor_.accept_open(Keyword::exact);
  imports_.entries.byte(is_exact ? code_exact_func : static_cast<u8>(kind));
  switch (kind) {
    case ExternKind::func: {
      INVAR_TRY_ASSIGN(const TypeUse use, type_use(true));
      if (is_exact) INVAR_TRY(cursor_.expect_close());
      imports_.entries.u32_leb(use.index);
      for (const Param& param : use.named_params) add_name(function_locals_, param.index, param.name, param.annotation);
      keep_names(name_section_.locals, item, function_locals_);
      return {};
    }
    case ExternKind::table: {
      INVAR_TRY_ASSIGN(const TableType type, table_type());
      write_table_type(imports_.entries, type);
      return {};
    }
    case ExternKind::memory: {
      INVAR_TRY_ASSIGN(const MemoryType type, memory_type());
      write_memory_type(imports_.entries, type);
      return {};
    }
    case ExternKind::global: {
      INVAR_TRY_ASSIGN(const GlobalType type, global_type());
      write_global_type(imports_.entries, type);
      return {};
    }
    case ExternKind::tag: {
      INVAR_TRY_ASSIGN(const TypeUse use, type_use(true));
      imports_.entries.byte(tag_attribute_exception);
      imports_.entries.u32_leb(use.index);
      return {};
    }
  }
  return {};
}

/// `(import "module" "name")` inside of a field, and the type behind it. True if it was there.
Result<bool> ModuleParser::inline_import(ExternKind kind, u32 item) {
  if (!cursor_.at_open(Keyword::import)) return false;
  INVAR_TRY(import_order());
  INVAR_TRY(cursor_.expect_open(Keyword::import));
  INVAR_TRY(import_names());
  INVAR_TRY(cursor_.expect_close());
  INVAR_TRY(import_type(kind, item));
  return true;
}

void ModuleParser::add_export(std::string_view name, ExternKind kind, u32 index) {
  ByteWriter& out = exports_.add();
  out.name(name);
  out.byte(static_cast<u8>(kind));
  out.u32_leb(index);
}

Result<void> ModuleParser::inline_exports(ExternKind kind, u32 index) {
  while (cursor_.accept_open(Keyword::export_)) {
    INVAR_TRY_ASSIGN(const std::string name, cursor_.expect_name());
    add_export(name, kind, index);
    INVAR_TRY(cursor_.expect_close());
  }
  return {};
}

Result<void> ModuleParser::export_field() {
  INVAR_TRY_ASSIGN(const std::string name, cursor_.expect_name());
  INVAR_TRY(cursor_.expect(TokenKind::left_paren));
  for (const ExternWord& word : extern_words) {
    if (!cursor_.accept(word.keyword)) continue;
    INVAR_TRY_ASSIGN(const u32 item, index(word.space));
    add_export(name, word.kind, item);
    return cursor_.expect_close();
  }
  return cursor_.unexpected();
}

Result<void> ModuleParser::start_field() {
  if (start_) return cursor_.fail(ErrorCode::multiple_start_sections);
  INVAR_TRY_ASSIGN(start_, index(Space::func));
  return {};
}

// Definitions

Result<void> ModuleParser::func_field() {
  const u32 function = next_index(Space::func);
  INVAR_TRY(item_name(Space::func, function));
  INVAR_TRY(inline_exports(ExternKind::func, function));
  INVAR_TRY_ASSIGN(const bool imported, inline_import(ExternKind::func, function));
  if (imported) return {};
  defined("function");
  INVAR_TRY_ASSIGN(const TypeUse use, type_use(true));
  functions_.add().u32_leb(use.index);
  return function_body(use, function);
}

Result<void> ModuleParser::name_local(u32 local, std::string_view id, std::optional<std::string> annotation,
                                      u32 offset) {
  if (!id.empty() && !local_names_.bind(id, local)) {
    return fail_at(cursor_.stream(), offset, ErrorCode::duplicate_name, " local $" + std::string{id.substr(0, 60)});
  }
  add_name(function_locals_, local, id, std::move(annotation));
  return {};
}

Result<void> ModuleParser::function_body(const TypeUse& use, u32 function) {
  local_names_.reset();
  for (const Param& param : use.named_params) {
    INVAR_TRY(name_local(param.index, param.name, param.annotation, param.offset));
  }
  u32 local = 0;
  if (use.index < types_.size()) local = static_cast<u32>(types_[use.index].func.params.size());

  std::vector<std::pair<u32, ValType>> runs;
  const auto add_local = [&](ValType type) {
    if (runs.empty() || runs.back().second != type) runs.emplace_back(0, type);
    ++runs.back().first;
    ++local;
  };
  while (cursor_.accept_open(Keyword::local)) {
    const u32 offset = cursor_.peek().offset;
    const u32 first = local;
    const std::string_view id = accept_id();
    INVAR_TRY_ASSIGN(auto annotation, name_annotation("local"));
    const bool one = !id.empty() || annotation;
    INVAR_TRY(name_local(first, id, std::move(annotation), offset));
    while (one ? local == first : !cursor_.at(TokenKind::right_paren)) {
      INVAR_TRY_ASSIGN(const ValType type, val_type());
      add_local(type);
    }
    INVAR_TRY(cursor_.expect_close());
  }
  body_.clear();
  body_.u32_leb(static_cast<u32>(runs.size()));
  for (const auto& [count, type] : runs) {
    body_.u32_leb(count);
    write_val_type(body_, type);
  }

  label_count_ = 0;
  in_function_ = true;
  INVAR_TRY(expression(body_));
  in_function_ = false;
  codes_.add().sized(body_);

  keep_names(name_section_.locals, function, function_locals_);
  keep_names(name_section_.labels, function, function_labels_);
  if (!function_hints_.empty()) hints_.functions.push_back({function, std::exchange(function_hints_, {})});
  return {};
}

Result<void> ModuleParser::table_field() {
  const u32 table = next_index(Space::table);
  INVAR_TRY(item_name(Space::table, table));
  INVAR_TRY(inline_exports(ExternKind::table, table));
  INVAR_TRY_ASSIGN(const bool imported, inline_import(ExternKind::table, table));
  if (imported) return {};
  defined("table");
  TableType type;
  type.is_64 = accept_address_type();
  if (!at_ref_type()) {
    INVAR_TRY_ASSIGN(type.limits, limits(type.is_64));
    INVAR_TRY_ASSIGN(type.element, ref_type());
    ByteWriter& out = tables_.add();
    if (cursor_.at(TokenKind::right_paren)) {
      write_table_type(out, type);
      return {};
    }
    out.byte(0x40);
    out.byte(0);
    write_table_type(out, type);
    return expression(out);
  }
  INVAR_TRY_ASSIGN(type.element, ref_type());
  return table_elements(table, type);
}

/// `(elem ...)` inside of a table: an active segment, and the table is as large as it.
Result<void> ModuleParser::table_elements(u32 table, TableType type) {
  INVAR_TRY(cursor_.expect_open(Keyword::elem));
  next_index(Space::elem);
  // The forms with function indices have no type of their own: they are for tables of functions only.
  const bool written_as_indices = !cursor_.at(TokenKind::left_paren);
  const bool functions = written_as_indices && type.element.heap() == HeapType{Heap::func, 0};
  ByteWriter items;
  u32 count = 0;
  INVAR_TRY(elem_list(items, count, written_as_indices, !functions));
  INVAR_TRY(cursor_.expect_close());
  type.limits = {count, count, true};
  write_table_type(tables_.add(), type);

  const bool short_form = functions || type.element == type_funcref;
  ByteWriter& out = elems_.add();
  out.byte(static_cast<u8>((functions ? 0 : 4) | (table == 0 && short_form ? 0 : 2)));
  if (!(table == 0 && short_form)) out.u32_leb(table);
  write_op(out, type.is_64 ? Op::i64_const : Op::i32_const);
  out.byte(0);
  write_op(out, Op::end);
  if (!(table == 0 && short_form)) {
    if (functions) {
      out.byte(0);
    } else {
      write_val_type(out, type.element);
    }
  }
  out.u32_leb(count);
  out.bytes(items.data());
  return {};
}

Result<void> ModuleParser::memory_field() {
  const u32 memory = next_index(Space::memory);
  INVAR_TRY(item_name(Space::memory, memory));
  INVAR_TRY(inline_exports(ExternKind::memory, memory));
  INVAR_TRY_ASSIGN(const bool imported, inline_import(ExternKind::memory, memory));
  if (imported) return {};
  defined("memory");
  const Cursor start = cursor_;
  MemoryType type;
  type.is_64 = accept_address_type();
  INVAR_TRY_ASSIGN(type.page_size_log2, page_size());
  if (!cursor_.accept_open(Keyword::data)) {
    cursor_ = start;
    INVAR_TRY_ASSIGN(type, memory_type());
    write_memory_type(memories_.add(), type);
    return {};
  }
  // `(data ...)` inside of a memory: an active segment, and the memory is as large as it.
  next_index(Space::data);
  INVAR_TRY_ASSIGN(const std::string bytes, strings());
  INVAR_TRY(cursor_.expect_close());
  const u64 pages =
      (bytes.size() >> type.page_size_log2) + ((bytes.size() & ((u64{1} << type.page_size_log2) - 1)) != 0 ? 1 : 0);
  type.limits = {pages, pages, true};
  write_memory_type(memories_.add(), type);
  ByteWriter& out = datas_.add();
  out.byte(memory == 0 ? 0 : 2);
  if (memory != 0) out.u32_leb(memory);
  write_op(out, type.is_64 ? Op::i64_const : Op::i32_const);
  out.byte(0);
  write_op(out, Op::end);
  out.name(bytes);
  return {};
}

Result<void> ModuleParser::global_field() {
  const u32 global = next_index(Space::global);
  INVAR_TRY(item_name(Space::global, global));
  INVAR_TRY(inline_exports(ExternKind::global, global));
  INVAR_TRY_ASSIGN(const bool imported, inline_import(ExternKind::global, global));
  if (imported) return {};
  defined("global");
  INVAR_TRY_ASSIGN(const GlobalType type, global_type());
  ByteWriter& out = globals_.add();
  write_global_type(out, type);
  return expression(out);
}

Result<void> ModuleParser::tag_field() {
  const u32 tag = next_index(Space::tag);
  INVAR_TRY(item_name(Space::tag, tag));
  INVAR_TRY(inline_exports(ExternKind::tag, tag));
  INVAR_TRY_ASSIGN(const bool imported, inline_import(ExternKind::tag, tag));
  if (imported) return {};
  defined("tag");
  INVAR_TRY_ASSIGN(const TypeUse use, type_use(true));
  ByteWriter& out = tags_.add();
  out.byte(tag_attribute_exception);
  out.u32_leb(use.index);
  return {};
}

// Segments

/// `(offset expr)`, or one folded instruction.
Result<void> ModuleParser::offset_expression(ByteWriter& out) {
  if (cursor_.accept_open(Keyword::offset)) {
    INVAR_TRY(expression(out));
    return cursor_.expect_close();
  }
  INVAR_TRY(instructions(out, true));
  write_op(out, Op::end);
  return {};
}

/// Function indices, or expressions: `(item expr)` or folded instructions. Indices can be written as expressions.
Result<void> ModuleParser::elem_list(ByteWriter& out, u32& count, bool from_indices, bool to_expressions) {
  for (; !cursor_.at(TokenKind::right_paren); ++count) {
    if (from_indices) {
      INVAR_TRY_ASSIGN(const u32 function, index(Space::func));
      if (to_expressions) write_op(out, Op::ref_func);
      out.u32_leb(function);
      if (to_expressions) write_op(out, Op::end);
    } else if (cursor_.accept_open(Keyword::item)) {
      INVAR_TRY(expression(out));
      INVAR_TRY(cursor_.expect_close());
    } else {
      INVAR_TRY(instructions(out, true));
      write_op(out, Op::end);
    }
  }
  return {};
}

Result<void> ModuleParser::elem_field() {
  INVAR_TRY(item_name(Space::elem, next_index(Space::elem)));
  const bool declarative = cursor_.accept(Keyword::declare);
  bool active = false, names_table = false;
  u32 table = 0;
  ByteWriter offset;
  if (!declarative) {
    if (cursor_.accept_open(Keyword::table)) {
      INVAR_TRY_ASSIGN(table, index(Space::table));
      INVAR_TRY(cursor_.expect_close());
      active = names_table = true;
    } else if (at_index() && cursor_.peek(1).kind == TokenKind::left_paren) {
      // The form of WebAssembly 1.0.
      INVAR_TRY_ASSIGN(table, index(Space::table));
      active = true;
    } else {
      active = cursor_.at(TokenKind::left_paren) && !at_ref_type();
    }
    if (active) INVAR_TRY(offset_expression(offset));
  }
  ValType type = type_funcref;
  bool expressions = false;
  if (at_ref_type()) {
    INVAR_TRY_ASSIGN(type, ref_type());
    expressions = true;
  } else if (!cursor_.accept(Keyword::func)) {
    // Only behind an offset may the kind be left out, and with it goes the table.
    if (!active || names_table) return cursor_.unexpected();
  }
  ByteWriter items;
  u32 count = 0;
  INVAR_TRY(elem_list(items, count, !expressions, expressions));

  // spec: binary/modules#element-section
  const bool explicit_table = active && (table != 0 || type != type_funcref);
  ByteWriter& out = elems_.add();
  const u32 mode = active ? (explicit_table ? 2 : 0) : (declarative ? 3 : 1);
  out.u32_leb(mode | (expressions ? 4 : 0));
  if (explicit_table) out.u32_leb(table);
  out.bytes(offset.data());
  if (mode != 0) {
    if (expressions) {
      write_val_type(out, type);
    } else {
      out.byte(0);
    }
  }
  out.u32_leb(count);
  out.bytes(items.data());
  return {};
}

Result<void> ModuleParser::data_field() {
  INVAR_TRY(item_name(Space::data, next_index(Space::data)));
  bool active = false;
  u32 memory = 0;
  if (cursor_.accept_open(Keyword::memory)) {
    INVAR_TRY_ASSIGN(memory, index(Space::memory));
    INVAR_TRY(cursor_.expect_close());
    active = true;
  } else if (at_index()) {
    // The form of WebAssembly 1.0.
    INVAR_TRY_ASSIGN(memory, index(Space::memory));
    active = true;
  }
  active = active || cursor_.at(TokenKind::left_paren);
  ByteWriter& out = datas_.add();
  out.byte(active ? (memory == 0 ? 0 : 2) : 1);
  if (memory != 0) out.u32_leb(memory);
  if (active) INVAR_TRY(offset_expression(out));
  INVAR_TRY_ASSIGN(const std::string bytes, strings());
  out.name(bytes);
  return {};
}

}  // namespace invar::text
