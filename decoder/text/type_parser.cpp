// Types, type definitions and type uses. spec: text/types, text/modules#type-uses
#include <algorithm>
#include <bit>
#include <limits>

#include "decoder/binary/type_reader.h"
#include "decoder/text/module_parser.h"
#include "decoder/text/number.h"

namespace invar::text {

namespace {

struct HeapWord {
  Keyword heap;  ///< any
  Keyword ref;   ///< anyref
  Heap kind;
};
constexpr HeapWord heap_words[] = {
    {Keyword::any, Keyword::anyref, Heap::any},
    {Keyword::eq, Keyword::eqref, Heap::eq},
    {Keyword::i31, Keyword::i31ref, Heap::i31},
    {Keyword::struct_, Keyword::structref, Heap::struct_},
    {Keyword::array, Keyword::arrayref, Heap::array},
    {Keyword::none_, Keyword::nullref, Heap::none},
    {Keyword::func, Keyword::funcref, Heap::func},
    {Keyword::nofunc, Keyword::nullfuncref, Heap::nofunc},
    {Keyword::extern_, Keyword::externref, Heap::extern_},
    {Keyword::noextern, Keyword::nullexternref, Heap::noextern},
    {Keyword::exn, Keyword::exnref, Heap::exn},
    {Keyword::noexn, Keyword::nullexnref, Heap::noexn},
    {Keyword::cont, Keyword::contref, Heap::cont},
    {Keyword::nocont, Keyword::nullcontref, Heap::nocont},
};

struct ValueWord {
  Keyword keyword;
  ValType type;
};
constexpr ValueWord value_words[] = {{Keyword::i32, type_i32},
                                     {Keyword::i64, type_i64},
                                     {Keyword::f32, type_f32},
                                     {Keyword::f64, type_f64},
                                     {Keyword::v128, type_v128}};

std::string encoding_of(const FuncType& type) {
  ByteWriter out;
  SubType sub;
  sub.func = type;
  write_sub_type(out, sub);
  return {out.data().begin(), out.data().end()};
}

}  // namespace

Result<void> ModuleParser::type_field() {
  INVAR_TRY(define_type());
  close_group(1);
  return {};
}

Result<void> ModuleParser::rec_field() {
  u32 size = 0;
  for (; cursor_.at(TokenKind::left_paren); ++size) {
    INVAR_TRY(cursor_.expect_open(Keyword::type));
    INVAR_TRY(define_type());
    INVAR_TRY(cursor_.expect_close());
  }
  close_group(size);
  return {};
}

/// The last `size` types are a recursive group. A function type that is alone in its group is what type uses stand for.
void ModuleParser::close_group(u32 size) {
  if (size == 0) return;  // `(rec)` defines nothing.
  group_sizes_.push_back(size);
  if (size != 1) return;
  const SubType& type = types_.back();
  const bool in_pair = type.describes != SubType::no_type || type.has_descriptor();
  if (type.kind == CompositeKind::func && type.is_final && type.supertype == SubType::no_supertype && !in_pair) {
    function_types_.try_emplace(encoding_of(type.func), static_cast<u32>(types_.size() - 1));
  }
}

/// Behind `(type`.
Result<void> ModuleParser::define_type() {
  const u32 index = next_index(Space::type);
  INVAR_TRY(item_name(Space::type, index));
  SubType& type = types_.emplace_back();
  if (!cursor_.accept_open(Keyword::sub)) return composite_type(type, index);
  type.is_final = cursor_.accept(Keyword::final_);
  while (at_index()) {
    if (type.supertype != SubType::no_supertype) return cursor_.fail(ErrorCode::sub_type, ": more than one supertype");
    INVAR_TRY_ASSIGN(type.supertype, this->index(Space::type));
  }
  INVAR_TRY(composite_type(type, index));
  return cursor_.expect_close();
}

/// `(describes x)? (descriptor x)?`, and `(func ...)`, `(struct ...)`, `(array ...)` or `(cont x)`.
Result<void> ModuleParser::composite_type(SubType& type, u32 index) {
  const auto type_index = [this](u32& out) -> Result<void> {
    INVAR_TRY_ASSIGN(out, this->index(Space::type));
    out = std::min(out, unrepresentable_type_index);
    return cursor_.expect_close();
  };
  if (cursor_.accept_open(Keyword::describes)) INVAR_TRY(type_index(type.describes));
  if (cursor_.accept_open(Keyword::descriptor)) INVAR_TRY(type_index(type.descriptor));
  if (cursor_.accept_open(Keyword::cont)) {
    type.kind = CompositeKind::cont;
    return type_index(type.continued);
  }
  if (cursor_.accept_open(Keyword::func)) {
    type.kind = CompositeKind::func;
    std::vector<Param> named;
    INVAR_TRY(params_and_results(true, type.func, named));
    return cursor_.expect_close();
  }
  if (cursor_.accept_open(Keyword::array)) {
    type.kind = CompositeKind::array;
    INVAR_TRY_ASSIGN(const FieldType element, field_type());
    type.fields.push_back(element);
    return cursor_.expect_close();
  }
  INVAR_TRY(cursor_.expect(TokenKind::left_paren));
  INVAR_TRY(cursor_.expect(Keyword::struct_));
  type.kind = CompositeKind::struct_;
  NameMap annotated;
  while (cursor_.accept_open(Keyword::field)) {
    const u32 offset = cursor_.peek().offset;
    const u32 field = static_cast<u32>(type.fields.size());
    const std::string_view id = accept_id();
    if (!id.empty() && !field_names_[index].bind(id, field)) {
      return fail_at(cursor_.stream(), offset, ErrorCode::duplicate_name, " field $" + std::string{id.substr(0, 60)});
    }
    INVAR_TRY_ASSIGN(auto annotation, name_annotation("field"));
    const bool one = !id.empty() || annotation;
    add_name(annotated, field, id, std::move(annotation));
    while (one ? type.fields.size() == field : !cursor_.at(TokenKind::right_paren)) {
      INVAR_TRY_ASSIGN(const FieldType parsed, field_type());
      type.fields.push_back(parsed);
    }
    INVAR_TRY(cursor_.expect_close());
  }
  if (!annotated.entries().empty()) name_section_.fields.add(index, std::move(annotated));
  return cursor_.expect_close();
}

Result<FieldType> ModuleParser::field_type() {
  FieldType type;
  type.is_mutable = cursor_.accept_open(Keyword::mut);
  if (cursor_.accept(Keyword::i8)) {
    type.type = type_i32;
    type.packing = Packing::i8;
  } else if (cursor_.accept(Keyword::i16)) {
    type.type = type_i32;
    type.packing = Packing::i16;
  } else {
    INVAR_TRY_ASSIGN(type.type, val_type());
  }
  if (type.is_mutable) INVAR_TRY(cursor_.expect_close());
  return type;
}

Result<HeapType> ModuleParser::heap_type() {
  if (at_index()) {
    INVAR_TRY_ASSIGN(const u32 type, index(Space::type));
    return HeapType{Heap::index, std::min(type, unrepresentable_type_index)};
  }
  if (cursor_.accept_open(Keyword::exact)) {
    INVAR_TRY_ASSIGN(const u32 type, index(Space::type));
    INVAR_TRY(cursor_.expect_close());
    return HeapType{Heap::index, std::min(type, unrepresentable_type_index), true};
  }
  for (const HeapWord& word : heap_words) {
    if (cursor_.accept(word.heap)) return HeapType{word.kind, 0};
  }
  return cursor_.unexpected();
}

bool ModuleParser::at_ref_type() const {
  if (cursor_.at_open(Keyword::ref)) return true;
  for (const HeapWord& word : heap_words) {
    if (cursor_.at(word.ref)) return true;
  }
  return false;
}

Result<ValType> ModuleParser::ref_type() {
  if (cursor_.accept_open(Keyword::ref)) {
    const bool nullable = cursor_.accept(Keyword::null);
    INVAR_TRY_ASSIGN(const HeapType heap, heap_type());
    INVAR_TRY(cursor_.expect_close());
    return ValType::reference(heap, nullable);
  }
  for (const HeapWord& word : heap_words) {
    if (cursor_.accept(word.ref)) return ValType::reference({word.kind, 0}, true);
  }
  return cursor_.unexpected();
}

Result<ValType> ModuleParser::val_type() {
  for (const ValueWord& word : value_words) {
    if (cursor_.accept(word.keyword)) return word.type;
  }
  if (cursor_.at(TokenKind::left_paren) && !cursor_.at_open(Keyword::ref)) {
    cursor_.advance();  // what is wrong stands behind it
    return cursor_.unexpected();
  }
  return ref_type();
}

Result<Limits> ModuleParser::limits(bool is_64) {
  // Since memory64, a limit that is too large is a matter of validation.
  const bool wide = is_64 || options_.features.has(Feature::memory64);
  const auto number = [&]() -> Result<u64> {
    if (wide) return cursor_.expect_u64();
    return cursor_.expect_u32();
  };
  Limits result;
  INVAR_TRY_ASSIGN(result.min, number());
  if (cursor_.at(TokenKind::natural)) {
    INVAR_TRY_ASSIGN(result.max, number());
    result.has_max = true;
  }
  return result;
}

/// `i32` or `i64` in front of limits: is it i64?
bool ModuleParser::accept_address_type() {
  if (cursor_.accept(Keyword::i64)) return true;
  cursor_.accept(Keyword::i32);
  return false;
}

Result<TableType> ModuleParser::table_type() {
  TableType type;
  type.is_64 = accept_address_type();
  INVAR_TRY_ASSIGN(type.limits, limits(type.is_64));
  INVAR_TRY_ASSIGN(type.element, ref_type());
  return type;
}

Result<MemoryType> ModuleParser::memory_type() {
  MemoryType type;
  type.is_64 = accept_address_type();
  INVAR_TRY_ASSIGN(type.limits, limits(type.is_64));
  type.is_shared = cursor_.accept(Keyword::shared);
  INVAR_TRY_ASSIGN(type.page_size_log2, page_size());
  return type;
}

/// The logarithm of `(pagesize n)?`.
Result<u8> ModuleParser::page_size() {
  if (!cursor_.accept_open(Keyword::pagesize)) return u8{16};
  const Cursor start = cursor_;
  INVAR_TRY_ASSIGN(const u64 size, cursor_.expect_u64());
  if (!std::has_single_bit(size)) return start.fail(ErrorCode::malformed_page_size);
  INVAR_TRY(cursor_.expect_close());
  return static_cast<u8>(std::countr_zero(size));
}

Result<GlobalType> ModuleParser::global_type() {
  GlobalType type;
  type.is_mutable = cursor_.accept_open(Keyword::mut);
  INVAR_TRY_ASSIGN(type.type, val_type());
  if (type.is_mutable) INVAR_TRY(cursor_.expect_close());
  return type;
}

Result<void> ModuleParser::params_and_results(bool with_names, FuncType& type, std::vector<Param>& named) {
  while (cursor_.accept_open(Keyword::param)) {
    Param param{static_cast<u32>(type.params.size()), {}, {}, cursor_.peek().offset};
    if (with_names) {
      param.name = accept_id();
      INVAR_TRY_ASSIGN(auto annotation, name_annotation("local"));
      param.annotation = std::move(annotation);
    }
    const bool one = !param.name.empty() || param.annotation;
    while (one ? type.params.size() == param.index : !cursor_.at(TokenKind::right_paren)) {
      INVAR_TRY_ASSIGN(const ValType parsed, val_type());
      type.params.push_back(parsed);
    }
    if (one) named.push_back(std::move(param));
    INVAR_TRY(cursor_.expect_close());
  }
  while (cursor_.accept_open(Keyword::result)) {
    while (!cursor_.at(TokenKind::right_paren)) {
      INVAR_TRY_ASSIGN(const ValType parsed, val_type());
      type.results.push_back(parsed);
    }
    INVAR_TRY(cursor_.expect_close());
  }
  return {};
}

Result<ModuleParser::TypeUse> ModuleParser::type_use(bool with_names) {
  bool has_index = false;
  FuncType type;
  INVAR_TRY_ASSIGN(TypeUse use, type_use(with_names, has_index, type));
  if (!has_index) use.index = implicit_type(std::move(type));
  return use;
}

Result<ModuleParser::TypeUse> ModuleParser::type_use(bool with_names, bool& has_index, FuncType& type) {
  TypeUse use;
  const Cursor start = cursor_;
  has_index = cursor_.accept_open(Keyword::type);
  if (has_index) {
    INVAR_TRY_ASSIGN(use.index, index(Space::type));
    INVAR_TRY(cursor_.expect_close());
  }
  INVAR_TRY(params_and_results(with_names, type, use.named_params));
  if (cursor_.at_open(Keyword::param) || cursor_.at_open(Keyword::type)) {  // in the wrong order
    cursor_.advance();
    return cursor_.unexpected();
  }
  if (has_index && !(type.params.empty() && type.results.empty())) {
    if (use.index >= types_.size()) return start.fail(ErrorCode::undefined_name, " type " + std::to_string(use.index));
    const SubType& named = types_[use.index];
    if (named.kind != CompositeKind::func || named.func != type) return start.fail(ErrorCode::inline_function_type);
  }
  return use;
}

u32 ModuleParser::implicit_type(FuncType type) {
  const u32 next = static_cast<u32>(types_.size());
  const auto [found, added] = function_types_.try_emplace(encoding_of(type), next);
  if (added) {
    SubType& definition = types_.emplace_back();
    definition.func = std::move(type);
    group_sizes_.push_back(1);
  }
  return found->second;
}

}  // namespace invar::text
