#include "decoder/text/printer.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "decoder/binary/immediates.h"
#include "decoder/text/module_printer.h"
#include "decoder/text/section_words.h"

namespace invar::text {

namespace {

std::string_view id_at(const std::vector<std::string>& ids, size_t index) {
  return index < ids.size() ? std::string_view{ids[index]} : std::string_view{};
}

}  // namespace

std::string quote(std::string_view bytes, bool utf8) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() + 2);
  out += '"';
  for (const char c : bytes) {
    const u8 byte = static_cast<u8>(c);
    if (c == '"' || c == '\\') {
      (out += '\\') += c;
    } else if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !utf8)) {
      ((out += '\\') += digits[byte >> 4]) += digits[byte & 15];
    } else {
      out += c;
    }
  }
  return out += '"';
}

Result<std::string> print_module(const Module& module, const PrintOptions& options) {
  return ModulePrinter{module, options}.print();
}

/// Hints become annotations if the parser puts them where they are: right in front of the code.
void ModulePrinter::find_hints() {
  const CustomSection* const section = find_branch_hints(module_);
  if (section == nullptr) return;
  const auto next = std::find_if(module_.sections.begin(), module_.sections.end(), [&](const SectionInfo& each) {
    return each.contents.offset > section->contents.offset;
  });
  if (next == module_.sections.end() || next->id != static_cast<u8>(SectionId::code)) return;
  const bool last = section == &module_.customs.back() || section[1].contents.offset > next->contents.offset;
  Result<BranchHints> hints = BranchHints::parse(module_, module_.bytes(section->contents));
  if (!last || !hints || hints->functions.empty()) return;
  // What is said about nothing has no place in the text.
  if (std::ranges::any_of(hints->functions, [](const auto& each) { return each.hints.empty(); })) return;
  hint_section_ = section;
  hints_ = *std::move(hints);
}

Result<std::string> ModulePrinter::print() {
  find_hints();
  out_ = "(module";
  if (names_.as_annotations() && !names_.section().module.empty()) {
    if (const std::string id = id_from_name(names_.section().module); !id.empty()) word(id);
    out_ += " (@name " + quote(names_.section().module, true) + ")";
  }
  types();
  imports();
  tables();
  memories();
  tags();
  globals();
  exports();
  if (module_.start) {
    begin_line(1);
    out_ += "(start";
    item(names_.functions, *module_.start);
    out_ += ')';
  }
  elems();
  functions();
  datas();
  customs();
  out_ += ")\n";
  if (too_large()) return fail(ErrorCode::host_limit, fmt::format(": more than {} bytes of text", options_.max_size));
  return std::move(out_);
}

void ModulePrinter::begin_line(u32 depth) {
  constexpr u32 deepest = 40;  // So that deep nesting does not cost its square.
  out_ += '\n';
  out_.append(2 * std::min(depth, deepest), ' ');
}

void ModulePrinter::name_annotation(const NameMap* names, u32 index) {
  if (names == nullptr || !names_.as_annotations()) return;
  // An entry may be empty, and is a name all the same.
  const auto entries = names->entries();
  const auto found = std::lower_bound(entries.begin(), entries.end(), index,
                                      [](const NameMap::Entry& entry, u32 wanted) { return entry.index < wanted; });
  if (found != entries.end() && found->index == index) out_ += " (@name " + quote(found->name, true) + ")";
}

void ModulePrinter::head(std::string_view keyword, std::string_view id, u32 index, const NameMap& names) {
  (out_ += '(') += keyword;
  if (!id.empty()) word(id);
  out_ += fmt::format(" (;{};)", index);
  name_annotation(&names, index);
}

// Types

std::string ModulePrinter::type_name(HeapType type) const {
  if (type.kind != Heap::index) return to_string(type);
  const std::string_view id = id_at(names_.types, type.index);
  const std::string name = id.empty() ? std::to_string(type.index) : std::string{id};
  return type.is_exact ? "(exact " + name + ")" : name;
}

std::string ModulePrinter::type_name(ValType type) const {
  if (!type.is_ref() || type.heap().kind != Heap::index) return to_string(type);
  return fmt::format("(ref {}{})", type.nullable() ? "null " : "", type_name(type.heap()));
}

void ModulePrinter::val_types(std::string_view keyword, std::span<const ValType> types) {
  if (types.empty()) return;
  (out_ += " (") += keyword;
  for (const ValType type : types) word(type_name(type));
  out_ += ')';
}

void ModulePrinter::types() {
  for (u32 i = 0; i < module_.types.size() && !too_large();) {
    const u32 size = module_.types[i].group_size;
    const bool group = size != 1;
    if (group) {
      begin_line(1);
      out_ += "(rec";
    }
    for (u32 end = i + size; i < end; ++i) {
      begin_line(group ? 2 : 1);
      type(i);
    }
    if (group) out_ += ')';
  }
}

void ModulePrinter::type(u32 index) {
  const SubType& type = module_.types[index];
  head("type", id_at(names_.types, index), index, names_.section().types);
  const bool has_super = type.supertype != SubType::no_supertype;
  const bool sub = has_super || !type.is_final;
  if (sub) {
    out_ += type.is_final ? " (sub final" : " (sub";
    if (has_super) item(names_.types, type.supertype);
  }
  const auto clause = [this](std::string_view keyword, u32 other) {
    if (other == SubType::no_type) return;
    (out_ += " (") += keyword;
    item(names_.types, other);
    out_ += ')';
  };
  clause("describes", type.describes);
  clause("descriptor", type.descriptor);
  switch (type.kind) {
    case CompositeKind::cont:
      out_ += " (cont";
      item(names_.types, type.continued);
      break;
    case CompositeKind::func:
      out_ += " (func";
      val_types("param", type.func.params);
      val_types("result", type.func.results);
      break;
    case CompositeKind::array:
      out_ += " (array ";
      field_type(type.fields.front());
      break;
    case CompositeKind::struct_: {
      out_ += " (struct";
      const NameMap* names = names_.section().fields.find(index);
      for (u32 i = 0; i < type.fields.size(); ++i) {
        out_ += " (field";
        if (const std::string_view id = names_.field(index, i); !id.empty()) word(id);
        name_annotation(names, i);
        out_ += ' ';
        field_type(type.fields[i]);
        out_ += ')';
      }
      break;
    }
  }
  out_ += sub ? ")))" : "))";
}

void ModulePrinter::field_type(const FieldType& type) {
  if (type.is_mutable) out_ += "(mut ";
  switch (type.packing) {
    case Packing::none:
      out_ += type_name(type.type);
      break;
    case Packing::i8:
      out_ += "i8";
      break;
    case Packing::i16:
      out_ += "i16";
      break;
  }
  if (type.is_mutable) out_ += ')';
}

/// With the parts repeated if there are not too many of them.
void ModulePrinter::type_use(u32 type) {
  out_ += " (type";
  item(names_.types, type);
  out_ += ')';
  const FuncType& parts = module_.types[type].func;
  if (parts.params.size() + parts.results.size() > 32) return;
  val_types("param", parts.params);
  val_types("result", parts.results);
}

void ModulePrinter::limits(const Limits& limits) {
  number(limits.min);
  if (limits.has_max) number(limits.max);
}

void ModulePrinter::table_type(const TableType& type) {
  if (type.is_64) word("i64");
  limits(type.limits);
  word(type_name(type.element));
}

void ModulePrinter::memory_type(const MemoryType& type) {
  if (type.is_64) word("i64");
  limits(type.limits);
  if (type.is_shared) word("shared");
  if (type.page_size_log2 != 16) out_ += fmt::format(" (pagesize {})", u64{1} << type.page_size_log2);
}

void ModulePrinter::global_type(const GlobalType& type) {
  word(type.is_mutable ? "(mut " + type_name(type.type) + ")" : type_name(type.type));
}

// Fields

void ModulePrinter::imports() {
  const NameSection& section = names_.section();
  for (const Import& import : module_.imports) {
    if (too_large()) return;
    begin_line(1);
    out_ += "(import " + quote(import.module, true) + " " + quote(import.name, true) + " ";
    const u32 index = import.index;
    switch (import.kind) {
      case ExternKind::func:
        head("func", id_at(names_.functions, index), index, section.functions);
        if (module_.has_exact_type(index)) out_ += " (exact";
        named_params(index, module_.func_type(index));
        if (module_.has_exact_type(index)) out_ += ')';
        break;
      case ExternKind::table:
        head("table", id_at(names_.tables, index), index, section.tables);
        table_type(module_.tables[index].type);
        break;
      case ExternKind::memory:
        head("memory", id_at(names_.memories, index), index, section.memories);
        memory_type(module_.memories[index]);
        break;
      case ExternKind::global:
        head("global", id_at(names_.globals, index), index, section.globals);
        global_type(module_.globals[index].type);
        break;
      case ExternKind::tag:
        head("tag", id_at(names_.tags, index), index, section.tags);
        type_use(module_.tags[index].type);
        break;
    }
    out_ += "))";
  }
}

void ModulePrinter::tables() {
  for (u32 i = module_.imported_tables; i < module_.tables.size() && !too_large(); ++i) {
    begin_line(1);
    head("table", id_at(names_.tables, i), i, names_.section().tables);
    table_type(module_.tables[i].type);
    if (module_.tables[i].init) expression(*module_.tables[i].init);
    out_ += ')';
  }
}

void ModulePrinter::memories() {
  for (u32 i = module_.imported_memories; i < module_.memories.size() && !too_large(); ++i) {
    begin_line(1);
    head("memory", id_at(names_.memories, i), i, names_.section().memories);
    memory_type(module_.memories[i]);
    out_ += ')';
  }
}

void ModulePrinter::tags() {
  for (u32 i = module_.imported_tags; i < module_.tags.size() && !too_large(); ++i) {
    begin_line(1);
    head("tag", id_at(names_.tags, i), i, names_.section().tags);
    type_use(module_.tags[i].type);
    out_ += ')';
  }
}

void ModulePrinter::globals() {
  for (u32 i = module_.imported_globals; i < module_.globals.size() && !too_large(); ++i) {
    begin_line(1);
    head("global", id_at(names_.globals, i), i, names_.section().globals);
    global_type(module_.globals[i].type);
    expression(module_.globals[i].init);
    out_ += ')';
  }
}

void ModulePrinter::exports() {
  const std::vector<std::string>* ids[] = {&names_.functions, &names_.tables, &names_.memories, &names_.globals,
                                           &names_.tags};
  for (const Export& entry : module_.exports) {
    if (too_large()) return;
    begin_line(1);
    out_ += "(export " + quote(entry.name, true) + " (";
    out_ += to_string(entry.kind);
    item(*ids[static_cast<size_t>(entry.kind)], entry.index);
    out_ += "))";
  }
}

void ModulePrinter::elems() {
  for (u32 i = 0; i < module_.elems.size() && !too_large(); ++i) {
    const ElemSegment& elem = module_.elems[i];
    begin_line(1);
    head("elem", id_at(names_.elems, i), i, names_.section().elems);
    if (elem.mode == SegmentMode::declarative) word("declare");
    if (elem.mode == SegmentMode::active) {
      if (elem.table != 0) {
        out_ += " (table";
        item(names_.tables, elem.table);
        out_ += ')';
      }
      offset(elem.offset);
    }
    if (!elem.uses_expressions) {
      word("func");
      for (const u32 function : elem.functions) item(names_.functions, function);
    } else {
      word(type_name(elem.type));
      for (const ConstExpr& init : elem.expressions) {
        out_ += " (item";
        expression(init);
        out_ += ')';
      }
    }
    out_ += ')';
  }
}

void ModulePrinter::datas() {
  for (u32 i = 0; i < module_.datas.size() && !too_large(); ++i) {
    const DataSegment& data = module_.datas[i];
    begin_line(1);
    head("data", id_at(names_.datas, i), i, names_.section().datas);
    if (data.mode == SegmentMode::active) {
      if (data.memory != 0) {
        out_ += " (memory";
        item(names_.memories, data.memory);
        out_ += ')';
      }
      offset(data.offset);
    }
    string_lines(module_.bytes(data.bytes));
    out_ += ')';
  }
}

/// As one string, or as one a line if there is much of it.
void ModulePrinter::string_lines(std::span<const u8> bytes) {
  constexpr size_t line = 64;
  const std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  if (text.size() <= line) return word(quote(text, false));
  for (size_t at = 0; at < text.size(); at += line) {
    begin_line(2);
    out_ += quote(text.substr(at, line), false);
  }
}

void ModulePrinter::customs() {
  bool behind_names = false;
  for (const CustomSection& custom : module_.customs) {
    if (&custom == hint_section_) continue;
    if (&custom == names_.source() && names_.as_annotations()) {
      behind_names = true;
      continue;
    }
    if (too_large()) return;
    begin_line(1);
    out_ += "(@custom " + quote(custom.name, true);
    // Sections without a placement come last, behind the names.
    if (!behind_names) {
      const auto* section = std::find_if(
          std::begin(section_words), std::end(section_words),
          [&custom](const SectionWord& entry) { return static_cast<u8>(entry.id) == custom.after_section; });
      if (section == std::end(section_words)) {
        out_ += " (before first)";
      } else {
        out_ += fmt::format(" (after {})", section->word);
      }
    }
    string_lines(module_.bytes(custom.contents));
    out_ += ')';
  }
}

// Functions

void ModulePrinter::functions() {
  for (u32 i = module_.imported_functions; i < module_.functions.size() && !too_large(); ++i) function(i);
}

/// A type use whose parameters have names.
void ModulePrinter::named_params(u32 function, const FuncType& type) {
  const NameMap* names = names_.section().locals.find(function);
  if (names == nullptr) return type_use(module_.functions[function].type);
  const std::vector<std::string> ids = unique_ids(*names, type.params.size());
  out_ += " (type";
  item(names_.types, module_.functions[function].type);
  out_ += ')';
  for (u32 i = 0; i < type.params.size(); ++i) {
    out_ += " (param";
    if (!ids[i].empty()) word(ids[i]);
    name_annotation(names, i);
    word(type_name(type.params[i]));
    out_ += ')';
  }
  val_types("result", type.results);
}

void ModulePrinter::function(u32 index) {
  const FuncType& type = module_.func_type(index);
  begin_line(1);
  head("func", id_at(names_.functions, index), index, names_.section().functions);
  local_ids_.clear();
  named_params(index, type);
  ByteReader in{module_.source.bytes.data(), module_.bytes(module_.functions[index].body).data(),
                module_.bytes(module_.functions[index].body).data() + module_.functions[index].body.size};
  locals(in, index, static_cast<u32>(type.params.size()));
  label_names_ = names_.section().labels.find(index);
  body(in, module_.functions[index].body.offset, hints_.of(index));
  out_ += ')';
}

void ModulePrinter::locals(ByteReader& in, u32 function, u32 first) {
  const NameMap* names = names_.section().locals.find(function);
  struct Run {
    u32 count;
    ValType type;
  };
  std::vector<Run> runs;
  u64 total = first;
  for (u32 left = in.u32_leb(); left > 0 && in.ok(); --left) {
    const u32 count = in.u32_leb();
    runs.push_back({count, read_val_type(in, module_.features)});
    total += count;
  }
  if (names != nullptr) local_ids_ = unique_ids(*names, total);
  if (first == total) return;
  u32 local = first;
  bool open = false;
  begin_line(2);
  for (const Run& run : runs) {
    const std::string type = type_name(run.type);
    for (u32 i = 0; i < run.count && !too_large(); ++i, ++local) {
      const bool named =
          names != nullptr &&
          std::binary_search(names->entries().begin(), names->entries().end(), NameMap::Entry{local, {}},
                             [](const NameMap::Entry& a, const NameMap::Entry& b) { return a.index < b.index; });
      if (open && named) out_ += ')';
      if (!open || named) {
        if (local != first) out_ += ' ';
        out_ += "(local";
      }
      if (named) {
        if (const std::string_view id = id_at(local_ids_, local); !id.empty()) word(id);
        name_annotation(names, local);
      }
      word(type);
      if (named) out_ += ')';
      open = !named;
    }
  }
  if (open) out_ += ')';
}

// Constant expressions

/// Each instruction in parentheses: flat, but one piece with whatever is around it.
void ModulePrinter::expression(const ConstExpr& expression) {
  const std::span<const u8> code = module_.bytes(expression.code);
  ByteReader in{module_.source.bytes.data(), code.data(), code.data() + code.size()};
  while (in.ok() && !in.at_end() && !too_large()) {
    const Op op = read_op(in, module_.features);
    if (op == no_op || op == Op::end) return;
    out_ += " (";
    instruction(in, op);
    out_ += ')';
  }
}

void ModulePrinter::offset(const ConstExpr& offset) {
  out_ += " (offset";
  expression(offset);
  out_ += ')';
}

}  // namespace invar::text
