#include "decoder/binary/immediates.h"

#include <fmt/format.h>

namespace invar {

namespace {

std::string spell(u8 byte, u32 code) {
  return is_prefix(byte) ? fmt::format(" {:02x} {:02x}", byte, code) : fmt::format(" {:02x}", byte);
}

}  // namespace

Op read_op(ByteReader& in, const Features& features) {
  const u32 start = in.offset();
  const u8 byte = in.byte();
  const u32 code = is_prefix(byte) ? in.u32_leb() : 0;
  if (!in.ok()) return no_op;
  const Op op = is_prefix(byte) ? find_op(byte, code) : find_op(byte);
  if (op == no_op) {
    in.fail_at(ErrorCode::illegal_opcode, start, spell(byte, code));
  } else if (!features.has(info(op).feature)) {
    in.fail_at(
        ErrorCode::illegal_opcode, start,
        fmt::format("{} ({} needs the feature {})", spell(byte, code), info(op).mnemonic, info(info(op).feature).name));
    return no_op;
  }
  return op;
}

namespace {

u32 read_zero_or_index(ByteReader& in, bool is_index) {
  if (is_index) return in.u32_leb();
  const u32 start = in.offset();
  if (in.byte() != 0) in.fail_at(ErrorCode::zero_byte_expected, start);
  return 0;
}

}  // namespace

u32 read_memory_index(ByteReader& in, const Features& features) {
  return read_zero_or_index(in, features.has(Feature::multi_memory));
}

u32 read_table_index(ByteReader& in, const Features& features) {
  return read_zero_or_index(in, features.has(Feature::reference_types));
}

Memarg read_memarg(ByteReader& in, const Features& features) {
  const u32 start = in.offset();
  const u32 flags = in.u32_leb();
  Memarg memarg;
  if (flags >= 2 * memarg_has_memory || (flags >= memarg_has_memory && !features.has(Feature::multi_memory))) {
    in.fail_at(ErrorCode::malformed_memop_flags, start);
    return memarg;
  }
  memarg.align_log2 = flags & (memarg_has_memory - 1);
  if ((flags & memarg_has_memory) != 0) memarg.memory = in.u32_leb();
  memarg.offset = features.has(Feature::memory64) ? in.u64_leb() : in.u32_leb();
  return memarg;
}

CatchClause read_catch_clause(ByteReader& in) {
  const u32 start = in.offset();
  const u8 kind = in.byte();
  if (kind > 3) {
    in.fail_at(ErrorCode::malformed_catch_clause, start);
    return {};
  }
  CatchClause clause{static_cast<CatchKind>(kind), 0, 0};
  if (clause.kind == CatchKind::catch_ || clause.kind == CatchKind::catch_ref) clause.tag = in.u32_leb();
  clause.depth = in.u32_leb();
  return clause;
}

OnClause read_on_clause(ByteReader& in) {
  const u32 start = in.offset();
  const u8 kind = in.byte();
  if (kind > 1) {
    in.fail_at(ErrorCode::malformed_on_clause, start);
    return {};
  }
  OnClause clause{in.u32_leb(), 0, kind == 1};
  if (!clause.is_switch) clause.depth = in.u32_leb();
  return clause;
}

u8 read_cast_flags(ByteReader& in) {
  const u32 start = in.offset();
  const u8 flags = in.byte();
  if (flags > 3) in.fail_at(ErrorCode::malformed_cast_flags, start);
  return flags & 3;
}

void skip_immediates(ByteReader& in, Op op, const Features& features) {
  switch (info(op).immediates) {
    case Immediates::None:
      return;
    case Immediates::Block:
      read_block_type(in, features);
      return;
    case Immediates::Label:
    case Immediates::Func:
    case Immediates::Type:
    case Immediates::Local:
    case Immediates::Global:
    case Immediates::Elem:
    case Immediates::Data:
    case Immediates::Tag:
    case Immediates::Table:
      in.u32_leb();
      return;
    case Immediates::TableTable:
    case Immediates::ElemTable:
    case Immediates::TypeField:
    case Immediates::TypeCount:
    case Immediates::TypeData:
    case Immediates::TypeElem:
    case Immediates::TypeType:
    case Immediates::TypeTag:
      in.u32_leb();
      in.u32_leb();
      return;
    case Immediates::ResumeThrow:
      in.u32_leb();
      [[fallthrough]];
    case Immediates::Resume:
      in.u32_leb();
      for (u32 left = in.u32_leb(); left > 0 && in.ok(); --left) read_on_clause(in);
      return;
    case Immediates::BrTable:
      for (u32 left = in.u32_leb(); left > 0 && in.ok(); --left) in.u32_leb();
      in.u32_leb();
      return;
    case Immediates::CallIndirect:
      in.u32_leb();
      read_table_index(in, features);
      return;
    case Immediates::Memory:
      read_memory_index(in, features);
      return;
    case Immediates::MemoryMemory:
      read_memory_index(in, features);
      read_memory_index(in, features);
      return;
    case Immediates::DataMemory:
      in.u32_leb();
      read_memory_index(in, features);
      return;
    case Immediates::Memarg:
      read_memarg(in, features);
      return;
    case Immediates::MemargLane:
      read_memarg(in, features);
      in.byte();
      return;
    case Immediates::Lane:
      in.byte();
      return;
    case Immediates::I32:
      in.s32_leb();
      return;
    case Immediates::I64:
      in.s64_leb();
      return;
    case Immediates::F32:
      in.fixed32();
      return;
    case Immediates::F64:
      in.fixed64();
      return;
    case Immediates::Shuffle:
    case Immediates::V128:
      in.bytes(16);
      return;
    case Immediates::TryTable:
      read_block_type(in, features);
      for (u32 left = in.u32_leb(); left > 0 && in.ok(); --left) read_catch_clause(in);
      return;
    case Immediates::HeapType:
      read_heap_type(in, features);
      return;
    case Immediates::SelectTypes:
      for (u32 left = in.u32_leb(); left > 0 && in.ok(); --left) read_val_type(in, features);
      return;
    case Immediates::BrOnCast:
      read_cast_flags(in);
      in.u32_leb();
      read_heap_type(in, features);
      read_heap_type(in, features);
      return;
    case Immediates::Fence: {
      const u32 start = in.offset();
      if (in.byte() != 0) in.fail_at(ErrorCode::zero_byte_expected, start);
      return;
    }
  }
}

bool NestingChecker::take(ByteReader& in, Op op) {
  switch (op) {
    case Op::if_:
      open_.push_back(Kind::if_);
      return false;
    case Op::try_:
      open_.push_back(Kind::try_);
      return false;
    case Op::block:
    case Op::loop:
    case Op::try_table:
      open_.push_back(Kind::block);
      return false;
    case Op::else_:
    case Op::catch_all:
    case Op::catch_:
    case Op::delegate: {
      const Kind wanted = op == Op::else_ ? Kind::if_ : Kind::try_;
      if (open_.empty() || open_.back() != wanted) {
        in.fail(ErrorCode::end_opcode_expected);
        return false;
      }
      if (op == Op::delegate) {
        open_.pop_back();
      } else if (op != Op::catch_) {
        open_.back() = Kind::block;  // no second else, nothing behind catch_all
      }
      return false;
    }
    case Op::end:
      if (open_.empty()) return true;
      open_.pop_back();
      return false;
    default:
      return false;
  }
}

void skip_expression(ByteReader& in, const Features& features, bool has_data_count) {
  NestingChecker nesting;
  while (in.ok()) {
    const u32 start = in.offset();
    const Op op = read_op(in, features);
    if (op == no_op) return;
    skip_immediates(in, op, features);
    if (needs_data_count(op) && !has_data_count) in.fail_at(ErrorCode::data_count_required, start);
    if (nesting.take(in, op)) return;
  }
}

}  // namespace invar
