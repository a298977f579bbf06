#include "decoder/text/module_parser.h"

#include <algorithm>

#include "decoder/text/name_encoder.h"
#include "decoder/text/section_words.h"

namespace invar::text {

namespace {

/// As messages about duplicates call the spaces.
constexpr std::string_view space_keywords[] = {"type", "func", "table", "memory", "global", "tag", "elem", "data"};

/// The space that a field or an import of this keyword adds to.
std::optional<Space> space_of(Keyword keyword) {
  switch (keyword) {
    case Keyword::type:
      return Space::type;
    case Keyword::func:
      return Space::func;
    case Keyword::table:
      return Space::table;
    case Keyword::memory:
      return Space::memory;
    case Keyword::global:
      return Space::global;
    case Keyword::tag:
      return Space::tag;
    case Keyword::elem:
      return Space::elem;
    case Keyword::data:
      return Space::data;
    default:
      return std::nullopt;
  }
}

}  // namespace

Result<std::vector<u8>> ModuleParser::parse(std::optional<std::string> id) {
  INVAR_TRY(collect_names());
  find_annotations(cursor_.index(), end_);
  INVAR_TRY_ASSIGN(auto name, name_annotation("module"));
  if (!name && options_.debug_names) name = std::move(id);
  if (name) name_section_.module = keep(std::move(*name));
  INVAR_TRY(fields());
  INVAR_TRY(no_annotation_left());
  return assemble();
}

std::string_view ModuleParser::intern(const Token& id) {
  const std::string_view text = cursor_.stream().text(id).substr(1);
  if (!text.starts_with('"')) return text;
  return keep(unescape(text));
}

std::string_view ModuleParser::accept_id() {
  if (!cursor_.at(TokenKind::id)) return {};
  const std::string_view name = intern(cursor_.peek());
  cursor_.advance();
  return name;
}

/// Binds the id at the cursor, if there is one, to the next index of the space.
Result<void> ModuleParser::bind(Space space, bool has_id) {
  const size_t s = static_cast<size_t>(space);
  if (has_id && cursor_.at(TokenKind::id) && !names_[s].bind(intern(cursor_.peek()), declared_[s])) {
    return cursor_.fail(ErrorCode::duplicate_name,
                        std::string{" "}.append(space_keywords[s]).append(" ").append(cursor_.text().substr(0, 60)));
  }
  ++declared_[s];
  return {};
}

/// Lists the fields and binds their names. Leaves all other errors to the passes that follow.
Result<void> ModuleParser::collect_names() {
  const u32 begin = cursor_.index();
  while (cursor_.at(TokenKind::left_paren)) {
    const Field field{cursor_.index(), cursor_.peek(1).keyword};
    fields_.push_back(field);
    INVAR_TRY(collect_field(field.keyword));
  }
  end_ = cursor_.index();
  cursor_.seek(begin);
  return {};
}

/// Goes over one field.
Result<void> ModuleParser::collect_field(Keyword keyword) {
  cursor_.advance();
  if (const auto space = space_of(keyword)) {
    cursor_.advance();
    INVAR_TRY(bind(*space, true));
  }
  // What is inside of it at the first level counts: types in `rec`, the item of an import, inline segments.
  const auto counts = [keyword](Keyword inner) {
    if (keyword == Keyword::import) return space_of(inner).has_value();
    return (keyword == Keyword::rec && inner == Keyword::type) ||
           (keyword == Keyword::table && inner == Keyword::elem) ||
           (keyword == Keyword::memory && inner == Keyword::data);
  };
  for (size_t depth = 1; depth != 0; cursor_.advance()) {
    while (depth == 1 && cursor_.at(TokenKind::left_paren) && counts(cursor_.peek(1).keyword)) {
      const auto inner = space_of(cursor_.peek(1).keyword);
      ++depth;
      cursor_.advance();
      cursor_.advance();
      INVAR_TRY(bind(*inner, keyword == Keyword::import || keyword == Keyword::rec));
    }
    if (cursor_.at(TokenKind::end) || cursor_.at(TokenKind::error)) break;
    if (cursor_.at(TokenKind::left_paren)) ++depth;
    if (cursor_.at(TokenKind::right_paren)) --depth;
  }
  return {};
}

Result<void> ModuleParser::fields() {
  for (const Field& entry : fields_) {
    if (entry.keyword != Keyword::type && entry.keyword != Keyword::rec) continue;
    cursor_.seek(entry.begin + 2);
    INVAR_TRY(entry.keyword == Keyword::type ? type_field() : rec_field());
    INVAR_TRY(cursor_.expect_close());
  }
  for (const Field& entry : fields_) {
    cursor_.seek(entry.begin);
    INVAR_TRY(custom_annotations());
    if (entry.keyword == Keyword::type || entry.keyword == Keyword::rec) continue;
    cursor_.seek(entry.begin + 1);
    INVAR_TRY(field(entry.keyword));
    INVAR_TRY(cursor_.expect_close());
  }
  cursor_.seek(end_);
  return custom_annotations();
}

Result<void> ModuleParser::field(Keyword keyword) {
  struct Parser {
    Keyword keyword;
    Result<void> (ModuleParser::*parse)();
  };
  static constexpr Parser parsers[] = {
      {Keyword::import, &ModuleParser::import_field},  {Keyword::func, &ModuleParser::func_field},
      {Keyword::table, &ModuleParser::table_field},    {Keyword::memory, &ModuleParser::memory_field},
      {Keyword::global, &ModuleParser::global_field},  {Keyword::tag, &ModuleParser::tag_field},
      {Keyword::export_, &ModuleParser::export_field}, {Keyword::start, &ModuleParser::start_field},
      {Keyword::elem, &ModuleParser::elem_field},      {Keyword::data, &ModuleParser::data_field},
  };
  for (const Parser& parser : parsers) {
    if (parser.keyword == keyword) {
      cursor_.advance();
      return (this->*parser.parse)();
    }
  }
  return cursor_.unexpected();
}

Result<void> ModuleParser::item_name(Space space, u32 index) {
  const size_t s = static_cast<size_t>(space);
  const std::string_view id = accept_id();
  INVAR_TRY_ASSIGN(auto annotation, name_annotation(space_keywords[s]));
  if (NameMap* names = item_names(space)) add_name(*names, index, id, std::move(annotation));
  return {};
}

NameMap* ModuleParser::item_names(Space space) {
  switch (space) {
    case Space::type:
      return &name_section_.types;
    case Space::func:
      return &name_section_.functions;
    case Space::table:
      return &name_section_.tables;
    case Space::memory:
      return &name_section_.memories;
    case Space::global:
      return &name_section_.globals;
    case Space::tag:
      return &name_section_.tags;
    case Space::elem:
      return &name_section_.elems;
    case Space::data:
      return &name_section_.datas;
  }
  return nullptr;
}

void ModuleParser::add_name(NameMap& names, u32 index, std::string_view id, std::optional<std::string> annotation) {
  if (annotation) {
    names.add(index, keep(std::move(*annotation)));
  } else if (options_.debug_names && !id.empty()) {
    names.add(index, id);
  }
}

std::vector<u8> ModuleParser::assemble() {
  VectorSection types;
  u32 first = 0;
  for (const u32 size : group_sizes_) {
    write_rec_group(types.add(), std::span{types_}.subspan(first, size));
    first += size;
  }

  std::sort(customs_.begin(), customs_.end(), [](const CustomContents& a, const CustomContents& b) {
    return std::pair{a.slot, a.order} < std::pair{b.slot, b.order};
  });
  ModuleWriter out;
  size_t next_custom = 0;
  u32 slot = 1;
  const auto section = [&](SectionId section_id, bool present, const ByteWriter& contents) {
    put_customs(out, next_custom, slot);
    if (section_id == SectionId::code) put_hints(out);
    if (present) out.section(section_id, contents);
    put_customs(out, next_custom, slot + 1);
    slot += 2;
  };
  const auto vector_section = [&](SectionId section_id, const VectorSection& contents) {
    ByteWriter all;
    all.u32_leb(contents.count);
    all.bytes(contents.entries.data());
    section(section_id, contents.count != 0, all);
  };
  const auto number_section = [&](SectionId section_id, std::optional<u32> number) {
    ByteWriter all;
    all.u32_leb(number.value_or(0));
    section(section_id, number.has_value(), all);
  };
  // In the order of section_words.
  vector_section(SectionId::type, types);
  vector_section(SectionId::import, imports_);
  vector_section(SectionId::function, functions_);
  vector_section(SectionId::table, tables_);
  vector_section(SectionId::memory, memories_);
  vector_section(SectionId::tag, tags_);
  vector_section(SectionId::global, globals_);
  vector_section(SectionId::export_, exports_);
  number_section(SectionId::start, start_);
  vector_section(SectionId::elem, elems_);
  number_section(SectionId::data_count, uses_data_ ? std::optional{datas_.count} : std::nullopt);
  vector_section(SectionId::code, codes_);
  vector_section(SectionId::data, datas_);
  const std::vector<u8> names = encode_names(name_section_);
  if (!names.empty()) out.custom("name", names);
  put_customs(out, next_custom, slot);
  return std::move(out).take();
}

}  // namespace invar::text
