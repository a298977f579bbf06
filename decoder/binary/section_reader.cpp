#include "decoder/binary/section_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "decoder/base/byte_reader.h"
#include "decoder/binary/encoder.h"
#include "decoder/binary/immediates.h"
#include "decoder/binary/type_codes.h"
#include "decoder/binary/type_reader.h"
#include "decoder/implementation_limits.h"

namespace invar {

namespace {

// Known sections in the order in which they must come.
constexpr SectionId section_order[] = {
    SectionId::type,       SectionId::import, SectionId::function, SectionId::table, SectionId::memory,
    SectionId::tag,        SectionId::global, SectionId::export_,  SectionId::start, SectionId::elem,
    SectionId::data_count, SectionId::code,   SectionId::data,
};

// Reads on to the end of the file rather than of the section, and compares sizes afterwards: the errors are then those
// that the spec suite expects.
class SectionReader {
 public:
  SectionReader(ModuleBytes bytes, const Features& features)
      : features_(features), in_(bytes.bytes), module_(std::make_shared<Module>()) {
    module_->source = std::move(bytes);
    module_->features = features;
  }

  Result<ParsedModule> read() {
    read_header();
    while (in_.ok() && !in_.at_end()) read_section();
    if (in_.ok()) check_counts();
    if (!in_.ok()) {
      // Bodies are only cut out above, but a fault in one comes before whatever stands behind it.
      if (in_.error().category() == ErrorCategory::malformed) INVAR_TRY(find_malformed_body(*module_));
      return std::unexpected(in_.error());
    }
    return ParsedModule{std::move(module_), std::move(type_groups_)};
  }

 private:
  void read_header() {
    if (in_.remaining() < 4) return in_.fail(ErrorCode::unexpected_end);
    if (in_.fixed32() != module_magic) return in_.fail_at(ErrorCode::magic_header, 0);
    if (in_.remaining() < 4) return in_.fail(ErrorCode::unexpected_end);
    const u32 version = in_.fixed32();
    if (version != module_version) {
      const bool component = version == 0x1000d;
      in_.fail_at(ErrorCode::binary_version, 4, component ? " (this is a component, not a module)" : "");
    }
  }

  /// Number of items in a vector; at most `limit`.
  u32 count(u32 limit, std::string_view what) {
    const u32 start = in_.offset();
    const u32 items = in_.u32_leb();
    if (items <= limit) return items;
    // A count that the bytes cannot hold is a fault of the bytes.
    if (items > in_.remaining()) {
      in_.fail_at(ErrorCode::length_out_of_bounds, start);
    } else {
      in_.fail_at(ErrorCode::limit_exceeded, start, fmt::format(": more than {} {}", limit, what));
    }
    return 0;
  }
  template <class T>
  void reserve(std::vector<T>& items, u32 more) {
    items.reserve(items.size() + std::min<size_t>(more, in_.remaining()));
  }

  void read_section() {
    const u32 id_offset = in_.offset();
    const u8 id = in_.byte();
    const bool known = id <= static_cast<u8>(SectionId::tag) &&
                       (id != static_cast<u8>(SectionId::tag) || features_.has(Feature::exceptions)) &&
                       (id != static_cast<u8>(SectionId::data_count) || features_.has(Feature::bulk_memory));
    if (!known) return in_.fail_at(ErrorCode::malformed_section_id, id_offset, fmt::format(" {}", id));
    const u32 size_offset = in_.offset();
    const u32 size = in_.u32_leb();
    if (!in_.ok()) return;
    if (size > in_.remaining()) return in_.fail_at(ErrorCode::length_out_of_bounds, size_offset);
    const ByteRange contents{in_.offset(), size};
    if (id == static_cast<u8>(SectionId::custom)) return read_custom(contents);

    const auto place = std::find(std::begin(section_order), std::end(section_order), static_cast<SectionId>(id));
    if (place < next_section_) return in_.fail_at(ErrorCode::section_order, id_offset);
    next_section_ = place + 1;
    last_section_ = id;
    module_->sections.push_back({id, contents});
    read_known(static_cast<SectionId>(id));
    if (in_.ok() && in_.offset() != contents.offset + size) {
      in_.fail(ErrorCode::section_size_mismatch);
    }
  }

  void read_custom(ByteRange contents) {
    const u8* base = module_->source.bytes.data();
    ByteReader section(base, in_.pos(), in_.pos() + contents.size);
    const std::string_view name = section.name();
    if (!section.ok()) {
      const Error& error = section.error();
      return in_.fail_at(error.code, static_cast<u32>(*error.offset), error.detail);
    }
    module_->customs.push_back({name, {section.offset(), static_cast<u32>(section.remaining())}, last_section_});
    in_.bytes(contents.size);
  }

  void read_known(SectionId id) {
    switch (id) {
      case SectionId::custom:
        break;
      case SectionId::type:
        return read_types();
      case SectionId::import:
        return read_imports();
      case SectionId::function:
        return read_functions();
      case SectionId::table:
        return read_tables();
      case SectionId::memory:
        return read_memories();
      case SectionId::global:
        return read_globals();
      case SectionId::export_:
        return read_exports();
      case SectionId::start:
        module_->start = in_.u32_leb();
        break;
      case SectionId::elem:
        return read_elems();
      case SectionId::code:
        return read_code();
      case SectionId::data:
        return read_datas();
      case SectionId::data_count:
        module_->data_count = in_.u32_leb();
        break;
      case SectionId::tag:
        return read_tags();
    }
  }

  // Types

  ValType val_type() { return read_val_type(in_, features_); }

  bool mutability() {
    const u32 start = in_.offset();
    const u8 byte = in_.byte();
    if (byte > 1) in_.fail_at(ErrorCode::malformed_mutability, start);
    return byte == 1;
  }

  FieldType field_type() {
    FieldType field;
    field.type = type_i32;
    const u8 code = in_.peek();
    if (code == code_i8 || code == code_i16) {
      in_.byte();
      field.packing = code == code_i8 ? Packing::i8 : Packing::i16;
    } else {
      field.type = read_unpacked_type(in_, features_);
    }
    field.is_mutable = mutability();
    return field;
  }

  void val_types(std::vector<ValType>& types, u32 limit, std::string_view what) {
    const u32 items = count(limit, what);
    reserve(types, items);
    for (u32 i = 0; i < items && in_.ok(); ++i) types.push_back(val_type());
  }

  SubType sub_type() {
    SubType type;
    u32 start = in_.offset();
    u8 code = in_.byte();
    const bool has_gc = features_.has(Feature::gc);
    if (has_gc && (code == code_sub || code == code_sub_final)) {
      type.is_final = code == code_sub_final;
      const u32 supers_offset = in_.offset();
      const u32 supers = in_.u32_leb();
      for (u32 i = 0; i < supers && in_.ok(); ++i) type.supertype = in_.u32_leb();
      if (supers > 1) in_.fail_at(ErrorCode::sub_type, supers_offset, ": more than one super type");
      start = in_.offset();
      code = in_.byte();
    }
    if (features_.has(Feature::custom_descriptors)) {
      for (const auto& [clause, other] :
           {std::pair{code_describes, &type.describes}, std::pair{code_descriptor, &type.descriptor}}) {
        if (code != clause) continue;
        *other = std::min(in_.u32_leb(), unrepresentable_type_index);
        start = in_.offset();
        code = in_.byte();
      }
    }
    if (code == code_cont && features_.has(Feature::stack_switching)) {
      type.kind = CompositeKind::cont;
      type.continued = read_type_index(in_);
    } else if (code == code_func) {
      type.kind = CompositeKind::func;
      val_types(type.func.params, max_params, "parameters");
      val_types(type.func.results, max_results, "results");
    } else if (code == code_struct && has_gc) {
      type.kind = CompositeKind::struct_;
      const u32 fields = count(max_struct_fields, "fields in one structure");
      reserve(type.fields, fields);
      for (u32 i = 0; i < fields && in_.ok(); ++i) type.fields.push_back(field_type());
    } else if (code == code_array && has_gc) {
      type.kind = CompositeKind::array;
      type.fields.push_back(field_type());
    } else if (in_.ok() && code >= 0x80) {
      in_.fail_at(ErrorCode::integer_representation_too_long, start);
    } else if (in_.ok()) {
      in_.fail_at(ErrorCode::malformed_definition_type, start, fmt::format(" 0x{:02x}", code));
    }
    return type;
  }

  void read_types() {
    u32 total = 0;
    for (u32 left = count(max_types, "types"); left > 0 && in_.ok(); --left) {
      u32 size = 1;
      if (features_.has(Feature::gc) && in_.peek() == code_rec) {
        in_.byte();
        size = count(max_types, "types in one recursive group");
      }
      std::vector<SubType>& group = type_groups_.emplace_back();
      for (u32 i = 0; i < size && in_.ok(); ++i) group.push_back(sub_type());
      total += static_cast<u32>(group.size());
      if (total > max_types) in_.fail(ErrorCode::limit_exceeded, fmt::format(": more than {} types", max_types));
    }
  }

  Limits limits(bool is_64) {
    Limits limits;
    const bool wide = is_64 || features_.has(Feature::memory64);
    limits.min = wide ? in_.u64_leb() : in_.u32_leb();
    if (limits.has_max = (limits_flags_ & limits_has_max) != 0; limits.has_max) {
      limits.max = wide ? in_.u64_leb() : in_.u32_leb();
    }
    return limits;
  }

  void limits_flags(u8 allowed) {
    const u32 start = in_.offset();
    limits_flags_ = in_.byte();
    if ((limits_flags_ & ~allowed) != 0) in_.fail_at(ErrorCode::malformed_limits_flags, start);
  }

  u8 allowed(Feature feature, u8 flag) const { return features_.has(feature) ? flag : u8{0}; }

  TableType table_type() {
    TableType type;
    type.element = read_ref_type(in_, features_);
    limits_flags(static_cast<u8>(limits_has_max | allowed(Feature::memory64, limits_is_64)));
    type.is_64 = (limits_flags_ & limits_is_64) != 0;
    type.limits = limits(type.is_64);
    return type;
  }

  MemoryType memory_type() {
    MemoryType type;
    limits_flags(static_cast<u8>(limits_has_max | allowed(Feature::memory64, limits_is_64) |
                                 allowed(Feature::threads, limits_is_shared) |
                                 allowed(Feature::custom_page_sizes, limits_has_page_size)));
    const u8 flags = limits_flags_;
    type.is_64 = (flags & limits_is_64) != 0;
    type.is_shared = (flags & limits_is_shared) != 0;
    type.limits = limits(type.is_64);
    if ((flags & limits_has_page_size) != 0) {
      const u32 start = in_.offset();
      const u32 log2 = in_.u32_leb();
      if (log2 > 63) in_.fail_at(ErrorCode::malformed_page_size, start);
      type.page_size_log2 = static_cast<u8>(log2);
    }
    return type;
  }

  GlobalType global_type() {
    GlobalType type;
    type.type = val_type();
    type.is_mutable = mutability();
    return type;
  }

  TagType tag_type() {
    const u32 start = in_.offset();
    if (in_.byte() != 0) in_.fail_at(ErrorCode::malformed_tag_attribute, start);
    return {in_.u32_leb()};
  }

  std::optional<ExternKind> extern_kind(ErrorCode error, bool* is_exact = nullptr) {
    const u32 start = in_.offset();
    const u8 kind = in_.byte();
    if (is_exact != nullptr && kind == code_exact_func && features_.has(Feature::custom_descriptors)) {
      *is_exact = true;
      return ExternKind::func;
    }
    const u8 last = features_.has(Feature::exceptions) ? 4 : 3;
    if (in_.ok() && kind > last) in_.fail_at(error, start, fmt::format(" {}", kind));
    if (!in_.ok()) return std::nullopt;
    return static_cast<ExternKind>(kind);
  }

  ConstExpr expression() {
    const u32 start = in_.offset();
    // The data count section comes in front of the code; constant expressions never need it.
    skip_expression(in_, features_, true);
    return {{start, in_.offset() - start}};
  }

  // Sections

  void read_imports() {
    const u32 items = count(max_imports, "imports");
    reserve(module_->imports, items);
    for (u32 i = 0; i < items && in_.ok(); ++i) {
      const std::string_view module = in_.name();
      const std::string_view name = in_.name();
      bool is_exact = false;
      const std::optional<ExternKind> kind = extern_kind(ErrorCode::malformed_import_kind, &is_exact);
      if (!kind) return;
      u32 index = 0;
      switch (*kind) {
        case ExternKind::func:
          index = module_->imported_functions++;
          if (is_exact) {
            module_->exact_imports.resize(index);
            module_->exact_imports.push_back(true);
          }
          module_->functions.push_back({in_.u32_leb(), {}});
          break;
        case ExternKind::table:
          index = module_->imported_tables++;
          module_->tables.push_back({table_type(), {}});
          break;
        case ExternKind::memory:
          index = module_->imported_memories++;
          module_->memories.push_back(memory_type());
          break;
        case ExternKind::global:
          index = module_->imported_globals++;
          module_->globals.push_back({global_type(), {}});
          break;
        case ExternKind::tag:
          index = module_->imported_tags++;
          module_->tags.push_back(tag_type());
          break;
      }
      module_->imports.push_back({module, name, *kind, index});
    }
  }

  void read_functions() {
    const u32 items = count(max_functions, "functions");
    reserve(module_->functions, items);
    for (u32 i = 0; i < items && in_.ok(); ++i) module_->functions.push_back({in_.u32_leb(), {}});
  }

  void read_tables() {
    const u32 items = count(max_tables, "tables");
    for (u32 i = 0; i < items && in_.ok(); ++i) {
      TableDecl table;
      const bool has_init = features_.has(Feature::function_references) && in_.peek() == 0x40;
      if (has_init) {
        in_.byte();
        const u32 start = in_.offset();
        if (in_.byte() != 0) in_.fail_at(ErrorCode::zero_byte_expected, start);
      }
      table.type = table_type();
      if (has_init) table.init = expression();
      module_->tables.push_back(std::move(table));
    }
  }

  void read_memories() {
    const u32 items = count(max_memories, "memories");
    for (u32 i = 0; i < items && in_.ok(); ++i) module_->memories.push_back(memory_type());
  }

  void read_tags() {
    const u32 items = count(max_tags, "tags");
    for (u32 i = 0; i < items && in_.ok(); ++i) module_->tags.push_back(tag_type());
  }

  void read_globals() {
    const u32 items = count(max_globals, "globals");
    reserve(module_->globals, items);
    for (u32 i = 0; i < items && in_.ok(); ++i) {
      const GlobalType type = global_type();
      module_->globals.push_back({type, expression()});
    }
  }

  void read_exports() {
    const u32 items = count(max_exports, "exports");
    reserve(module_->exports, items);
    for (u32 i = 0; i < items && in_.ok(); ++i) {
      const std::string_view name = in_.name();
      const std::optional<ExternKind> kind = extern_kind(ErrorCode::malformed_export_kind);
      if (!kind) return;
      module_->exports.push_back({name, *kind, in_.u32_leb()});
    }
  }

  void read_elems() {
    const u32 items = count(max_elem_segments, "element segments");
    for (u32 i = 0; i < items && in_.ok(); ++i) module_->elems.push_back(elem_segment());
  }

  ElemSegment elem_segment() {
    // Bits of the leading number. spec: binary/modules#element-section
    constexpr u32 not_active = 1, explicit_table_or_declarative = 2, has_expressions = 4;
    ElemSegment segment;
    const u32 start = in_.offset();
    const u32 flags = segment.flags = in_.u32_leb();
    if (flags > 7 || (flags != 0 && !features_.has(Feature::bulk_memory))) {
      in_.fail_at(ErrorCode::malformed_elements_segment_kind, start);
      return segment;
    }
    if ((flags & not_active) == 0) {
      segment.mode = SegmentMode::active;
      if ((flags & explicit_table_or_declarative) != 0) segment.table = in_.u32_leb();
      segment.offset = expression();
    } else {
      segment.mode = (flags & explicit_table_or_declarative) != 0 ? SegmentMode::declarative : SegmentMode::passive;
    }
    segment.uses_expressions = (flags & has_expressions) != 0;
    // The shortest forms, for table 0, have no type.
    const bool has_type = (flags & (not_active | explicit_table_or_declarative)) != 0;
    if (!segment.uses_expressions) {
      segment.type = ValType::reference({Heap::func, 0}, false);
      const u32 kind_offset = in_.offset();
      if (has_type && in_.byte() != 0) in_.fail_at(ErrorCode::malformed_elements_segment_kind, kind_offset);
    } else if (has_type) {
      segment.type = read_ref_type(in_, features_);
    }
    const u32 items = in_.u32_leb();
    if (segment.uses_expressions) {
      for (u32 i = 0; i < items && in_.ok(); ++i) segment.expressions.push_back(expression());
    } else {
      reserve(segment.functions, items);
      for (u32 i = 0; i < items && in_.ok(); ++i) segment.functions.push_back(in_.u32_leb());
    }
    return segment;
  }

  void read_code() {
    bodies_ = in_.u32_leb();
    const u32 first = module_->imported_functions;
    for (u32 i = 0; i < bodies_ && in_.ok(); ++i) {
      const u32 size_offset = in_.offset();
      const u32 size = in_.u32_leb();
      if (!in_.ok()) return;
      if (size > in_.remaining()) return in_.fail_at(ErrorCode::length_out_of_bounds, size_offset);
      if (size > max_body_size) {
        return in_.fail_at(ErrorCode::limit_exceeded, size_offset, ": function body is too large");
      }
      // Whether the numbers agree is asked in the end.
      if (first + i < module_->functions.size()) module_->functions[first + i].body = {in_.offset(), size};
      in_.bytes(size);
    }
  }

  void read_datas() {
    const u32 items = count(max_data_segments, "data segments");
    for (u32 i = 0; i < items && in_.ok(); ++i) {
      DataSegment segment;
      const u32 start = in_.offset();
      segment.flags = in_.u32_leb();
      if (segment.flags > 2 || (segment.flags == 1 && !features_.has(Feature::bulk_memory))) {
        return in_.fail_at(ErrorCode::malformed_data_segment_kind, start);
      }
      if (segment.flags == 2) segment.memory = in_.u32_leb();
      if (segment.flags != 1) {
        segment.mode = SegmentMode::active;
        segment.offset = expression();
      }
      const u32 size = in_.u32_leb();
      segment.bytes = {in_.offset(), size};
      in_.bytes(size);
      module_->datas.push_back(segment);
    }
  }

  void check_counts() {
    if (bodies_ != module_->functions.size() - module_->imported_functions) {
      return in_.fail(ErrorCode::function_code_inconsistent);
    }
    if (module_->data_count && *module_->data_count != module_->datas.size()) {
      return in_.fail(ErrorCode::data_count_inconsistent);
    }
    if (module_->functions.size() > max_functions) in_.fail(ErrorCode::limit_exceeded, ": too many functions");
  }

  const Features features_;
  ByteReader in_;
  std::shared_ptr<Module> module_;
  std::vector<std::vector<SubType>> type_groups_;
  const SectionId* next_section_ = section_order;
  u8 last_section_ = 0;
  u8 limits_flags_ = 0;
  u32 bodies_ = 0;
};

void check_body(const Module& module, u64 params, ByteReader& in) {
  const Features& features = module.features;
  u64 locals = params;
  for (u32 left = in.u32_leb(); left > 0 && in.ok(); --left) {
    const u32 start = in.offset();
    locals += in.u32_leb();
    read_val_type(in, features);
    if (locals > ~u32{0}) in.fail_at(ErrorCode::too_many_locals, start);
  }
  if (in.ok()) skip_expression(in, features, module.data_count.has_value());
}

}  // namespace

Result<ParsedModule> read_sections(ModuleBytes bytes, const Features& features) {
  if (bytes.bytes.size() > ~u32{0}) return fail(ErrorCode::module_too_large);
  return SectionReader(std::move(bytes), features).read();
}

Result<void> find_malformed_body(const Module& module) {
  const u8* base = module.source.bytes.data();
  for (u32 i = module.imported_functions; i < module.functions.size(); ++i) {
    const FunctionDecl& function = module.functions[i];
    if (function.body.size == 0 && function.body.offset == 0) break;  // not even cut out
    // Up to the end of the file: a body that does not end is decoded on, and the first fault behind it counts.
    ByteReader in(base, base + function.body.offset, base + module.source.bytes.size());
    check_body(module, function.type < module.types.size() ? module.types[function.type].func.params.size() : 0, in);
    if (in.ok() && in.offset() != function.body.offset + function.body.size) in.fail(ErrorCode::section_size_mismatch);
    if (in.ok()) continue;
    Error error = in.error();
    error.function = i;
    return std::unexpected(std::move(error));
  }
  return {};
}

}  // namespace invar
