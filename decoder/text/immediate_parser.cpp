// What follows an operation's keyword: parsed and written by the kind of immediates that its row names.
#include <bit>
#include <limits>

#include "decoder/binary/immediates.h"
#include "decoder/text/module_parser.h"
#include "decoder/text/number.h"

namespace invar::text {

namespace {

/// In opcodes.def the nullable variant follows the other.
constexpr Op nullable_variant(Op op) { return static_cast<Op>(static_cast<u16>(op) + 1); }
static_assert(nullable_variant(Op::ref_test) == Op::ref_test_null);
static_assert(nullable_variant(Op::ref_cast) == Op::ref_cast_null);
static_assert(nullable_variant(Op::ref_cast_desc_eq) == Op::ref_cast_desc_eq_null);

struct Shape {
  Keyword keyword;
  unsigned lanes;
  bool floating;
};
constexpr Shape shapes[] = {
    {Keyword::i8x16, 16, false}, {Keyword::i16x8, 8, false}, {Keyword::i32x4, 4, false},
    {Keyword::i64x2, 2, false},  {Keyword::f32x4, 4, true},  {Keyword::f64x2, 2, true},
};

bool is_number(TokenKind kind) {
  return kind == TokenKind::natural || kind == TokenKind::integer || kind == TokenKind::floating;
}

}  // namespace

Result<u32> ModuleParser::local_index() {
  if (!cursor_.at(TokenKind::id)) return cursor_.expect_u32();
  const auto found = local_names_.find(intern(cursor_.peek()));
  if (!found) return unknown_name("local");
  cursor_.advance();
  return *found;
}

Result<u32> ModuleParser::label_index() {
  if (!cursor_.at(TokenKind::id)) return cursor_.expect_u32();
  const auto found = labels_.find(intern(cursor_.peek()));
  if (!found) return unknown_name("label");
  cursor_.advance();
  return *found;
}

Result<u32> ModuleParser::field_index(u32 type) {
  if (!cursor_.at(TokenKind::id)) return cursor_.expect_u32();
  const auto fields = field_names_.find(type);
  if (fields == field_names_.end()) return unknown_name("field");
  const auto found = fields->second.find(intern(cursor_.peek()));
  if (!found) return unknown_name("field");
  cursor_.advance();
  return *found;
}

Result<void> ModuleParser::operation(ByteWriter& out, Op op) {
  // Some mnemonics stand for two rows each; what follows them decides.
  if (op == Op::select && cursor_.at_open(Keyword::result)) op = Op::select_t;
  if (op == Op::ref_test || op == Op::ref_cast || op == Op::ref_cast_desc_eq) {
    INVAR_TRY_ASSIGN(const ValType type, ref_type());
    write_op(out, type.nullable() ? nullable_variant(op) : op);
    write_heap_type(out, type.heap());
    return {};
  }
  uses_data_ = uses_data_ || needs_data_count(op);
  write_op(out, op);
  return immediates(out, op);
}

Result<void> ModuleParser::immediates(ByteWriter& out, Op op) {
  const auto put = [&out](Result<u32> value) -> Result<void> {
    if (!value) return std::unexpected(std::move(value).error());
    out.u32_leb(*value);
    return {};
  };
  const auto put_type_and = [&](Space space) -> Result<void> {
    INVAR_TRY(put(index(Space::type)));
    return put(index(space));
  };
  switch (info(op).immediates) {
    case Immediates::None:
      return {};
    case Immediates::Block:
    case Immediates::TryTable:
      return cursor_.unexpected();  // Blocks are instruction_parser.cpp's.
    case Immediates::Label:
      return put(label_index());
    case Immediates::BrTable: {
      ByteWriter labels;
      u32 count = 0;
      u32 last = 0;
      do {
        if (count != 0) labels.u32_leb(last);
        INVAR_TRY_ASSIGN(last, label_index());
        ++count;
      } while (at_index());
      out.u32_leb(count - 1);
      out.bytes(labels.data());
      out.u32_leb(last);
      return {};
    }
    case Immediates::Func:
      return put(index(Space::func));
    case Immediates::Type:
      return put(index(Space::type));
    case Immediates::CallIndirect: {
      INVAR_TRY_ASSIGN(const u32 table, optional_index(Space::table));
      INVAR_TRY_ASSIGN(const TypeUse use, type_use(false));
      out.u32_leb(use.index);
      out.u32_leb(table);
      return {};
    }
    case Immediates::Local:
      return put(local_index());
    case Immediates::Global:
      return put(index(Space::global));
    case Immediates::Table:
      return put(optional_index(Space::table));
    case Immediates::TableTable:
      return two_optional_indices(out, Space::table);
    case Immediates::ElemTable:
      return segment_and(out, Space::elem, Space::table);
    case Immediates::Elem:
      return put(index(Space::elem));
    case Immediates::Memory:
      return put(optional_index(Space::memory));
    case Immediates::MemoryMemory:
      return two_optional_indices(out, Space::memory);
    case Immediates::DataMemory:
      return segment_and(out, Space::data, Space::memory);
    case Immediates::Data:
      return put(index(Space::data));
    case Immediates::Memarg:
      return memarg(out, op, false);
    case Immediates::MemargLane:
      return memarg(out, op, true);
    case Immediates::Lane: {
      INVAR_TRY_ASSIGN(const u8 number, lane());
      out.byte(number);
      return {};
    }
    case Immediates::Shuffle:
      return shuffle(out);
    case Immediates::I32:
    case Immediates::I64: {
      if (!cursor_.at(TokenKind::natural) && !cursor_.at(TokenKind::integer)) return cursor_.unexpected();
      const bool is_64 = info(op).immediates == Immediates::I64;
      const auto value = parse_integer(cursor_.text(), is_64 ? 64 : 32);
      if (!value) return cursor_.fail(ErrorCode::constant_out_of_range);
      cursor_.advance();
      out.s64_leb(is_64 ? static_cast<s64>(*value) : static_cast<s32>(*value));
      return {};
    }
    case Immediates::F32:
      return number_lane(out, true, 32);
    case Immediates::F64:
      return number_lane(out, true, 64);
    case Immediates::V128:
      return v128(out);
    case Immediates::Tag:
      return put(index(Space::tag));
    case Immediates::HeapType: {
      INVAR_TRY_ASSIGN(const HeapType type, heap_type());
      write_heap_type(out, type);
      return {};
    }
    case Immediates::SelectTypes: {
      FuncType type;
      std::vector<Param> none;
      INVAR_TRY(params_and_results(false, type, none));
      out.u32_leb(static_cast<u32>(type.results.size()));
      for (const ValType result : type.results) write_val_type(out, result);
      return {};
    }
    case Immediates::TypeField: {
      INVAR_TRY_ASSIGN(const u32 type, index(Space::type));
      out.u32_leb(type);
      return put(field_index(type));
    }
    case Immediates::TypeCount: {
      INVAR_TRY(put(index(Space::type)));
      return put(cursor_.expect_u32());
    }
    case Immediates::TypeData:
      return put_type_and(Space::data);
    case Immediates::TypeElem:
      return put_type_and(Space::elem);
    case Immediates::TypeType:
      return put_type_and(Space::type);
    case Immediates::TypeTag:
      return put_type_and(Space::tag);
    case Immediates::Resume:
      INVAR_TRY(put(index(Space::type)));
      return on_clauses(out);
    case Immediates::ResumeThrow:
      INVAR_TRY(put_type_and(Space::tag));
      return on_clauses(out);
    case Immediates::BrOnCast: {
      INVAR_TRY_ASSIGN(const u32 label, label_index());
      INVAR_TRY_ASSIGN(const ValType from, ref_type());
      INVAR_TRY_ASSIGN(const ValType to, ref_type());
      out.byte(static_cast<u8>((from.nullable() ? 1 : 0) | (to.nullable() ? 2 : 0)));
      out.u32_leb(label);
      write_heap_type(out, from.heap());
      write_heap_type(out, to.heap());
      return {};
    }
    case Immediates::Fence:
      out.byte(0);
      return {};
  }
  return {};
}

/// Both or neither.
Result<void> ModuleParser::two_optional_indices(ByteWriter& out, Space space) {
  u32 destination = 0;
  u32 source = 0;
  if (at_index()) {
    INVAR_TRY_ASSIGN(destination, index(space));
    INVAR_TRY_ASSIGN(source, index(space));
  }
  out.u32_leb(destination);
  out.u32_leb(source);
  return {};
}

/// `x? segment`: in the binary format the segment comes first.
Result<void> ModuleParser::segment_and(ByteWriter& out, Space segment, Space space) {
  u32 item = 0;
  const TokenKind next = cursor_.peek(1).kind;
  if (next == TokenKind::natural || next == TokenKind::id) {
    INVAR_TRY_ASSIGN(item, index(space));
  }
  INVAR_TRY_ASSIGN(const u32 source, index(segment));
  out.u32_leb(source);
  out.u32_leb(item);
  return {};
}

Result<void> ModuleParser::memarg(ByteWriter& out, Op op, bool with_lane) {
  // Before a lane, a number alone is the lane and not the memory.
  const Token& next = cursor_.peek(1);
  const bool lane_only = with_lane && cursor_.at(TokenKind::natural) && next.kind != TokenKind::natural &&
                         next.keyword != Keyword::offset_eq && next.keyword != Keyword::align_eq;
  u32 memory = 0;
  if (!lane_only) {
    INVAR_TRY_ASSIGN(memory, optional_index(Space::memory));
  }
  constexpr u64 max = std::numeric_limits<u64>::max();
  u64 offset = 0;
  if (cursor_.at(Keyword::offset_eq)) {
    const auto value = parse_natural(cursor_.text().substr(std::string_view{"offset="}.size()), max);
    if (!value) return cursor_.fail(ErrorCode::i64_constant_out_of_range);
    offset = *value;
    cursor_.advance();
  }
  u64 align = info(op).access;
  if (cursor_.at(Keyword::align_eq)) {
    const auto value = parse_natural(cursor_.text().substr(std::string_view{"align="}.size()), max);
    if (!value || !std::has_single_bit(*value)) return cursor_.fail(ErrorCode::alignment_power_of_two);
    align = *value;
    cursor_.advance();
  }
  write_memarg(out, static_cast<u32>(std::countr_zero(align)), offset, memory);
  if (with_lane) {
    INVAR_TRY_ASSIGN(const u8 number, lane());
    out.byte(number);
  }
  return {};
}

Result<u8> ModuleParser::lane() {
  if (!cursor_.at(TokenKind::natural)) return cursor_.unexpected();
  const auto value = parse_natural(cursor_.text(), 255);
  if (!value) return cursor_.fail(ErrorCode::i8_constant_out_of_range);
  cursor_.advance();
  return static_cast<u8>(*value);
}

/// There must be exactly `lanes` numbers at the cursor.
Result<void> ModuleParser::number_count(unsigned lanes, ErrorCode code) const {
  Cursor end = cursor_;
  unsigned count = 0;
  for (; count <= lanes && is_number(end.kind()); end.advance()) ++count;
  // What is no token at all is a fault of its own.
  const bool unknown_word = end.at(TokenKind::keyword) && end.at(Keyword::none);
  if (end.at(TokenKind::reserved) || end.at(TokenKind::error) || unknown_word) return end.unexpected();
  if (count != lanes) return end.fail(code);
  return {};
}

Result<void> ModuleParser::shuffle(ByteWriter& out) {
  constexpr unsigned lanes = 16;
  INVAR_TRY(number_count(lanes, ErrorCode::invalid_lane_length));
  for (unsigned i = 0; i < lanes; ++i) {
    if (!cursor_.at(TokenKind::natural)) return cursor_.fail(ErrorCode::i8_constant_out_of_range);
    INVAR_TRY_ASSIGN(const u8 number, lane());
    out.byte(number);
  }
  return {};
}

Result<void> ModuleParser::v128(ByteWriter& out) {
  for (const Shape& shape : shapes) {
    if (!cursor_.accept(shape.keyword)) continue;
    INVAR_TRY(number_count(shape.lanes, ErrorCode::wrong_number_of_lanes));
    for (unsigned i = 0; i < shape.lanes; ++i) INVAR_TRY(number_lane(out, shape.floating, 128 / shape.lanes));
    return {};
  }
  return cursor_.unexpected();
}

/// One number of `bits` bits, in little-endian order.
Result<void> ModuleParser::number_lane(ByteWriter& out, bool floating, unsigned bits) {
  if (!is_number(cursor_.kind())) return cursor_.unexpected();
  if (!floating && cursor_.at(TokenKind::floating)) return cursor_.unexpected();
  std::optional<u64> value;
  if (!floating) {
    value = parse_integer(cursor_.text(), bits);
  } else if (bits == 32) {
    value = parse_f32(cursor_.text());
  } else {
    value = parse_f64(cursor_.text());
  }
  if (!value) return cursor_.fail(ErrorCode::constant_out_of_range);
  cursor_.advance();
  for (unsigned shift = 0; shift < bits; shift += 8) out.byte(static_cast<u8>(*value >> shift));
  return {};
}

}  // namespace invar::text
