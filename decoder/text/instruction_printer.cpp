#include <fmt/format.h>
#include <algorithm>

#include <bit>
#include <cmath>

#include "decoder/binary/immediates.h"
#include "decoder/text/module_printer.h"

namespace invar::text {

namespace {

/// `Bits` of payload behind the exponent.
template <class Float, class Bits, int payload_bits>
std::string literal(Bits bits) {
  const Float value = std::bit_cast<Float>(bits);
  const std::string_view sign = bits >> (sizeof(Bits) * 8 - 1) != 0 ? "-" : "";
  if (std::isinf(value)) return fmt::format("{}inf", sign);
  if (!std::isnan(value)) return fmt::format("{}", value);
  constexpr Bits canonical = Bits{1} << (payload_bits - 1);
  const Bits payload = bits & (2 * canonical - 1);
  if (payload == canonical) return fmt::format("{}nan", sign);
  return fmt::format("{}nan:0x{:x}", sign, payload);
}

}  // namespace

std::string f32_literal(u32 bits) { return literal<f32, u32, 23>(bits); }
std::string f64_literal(u64 bits) { return literal<f64, u64, 52>(bits); }

void ModulePrinter::number(u64 value) {
  const fmt::format_int digits{value};
  word({digits.data(), digits.size()});
}

void ModulePrinter::item(const std::vector<std::string>& ids, u32 index) {
  if (index < ids.size() && !ids[index].empty()) return word(ids[index]);
  number(index);
}

void ModulePrinter::label(u32 depth) {
  // By name only if no inner label of the same name is in the way.
  if (depth < labels_.size() && !labels_.at(depth).empty() && labels_.find(labels_.at(depth)) == depth) {
    return word(labels_.at(depth));
  }
  number(depth);
}

/// The instructions of a function, dead ones included. Its final `end` is not written. `start` is where the function's
/// hints count from.
void ModulePrinter::body(ByteReader& in, u32 start, std::span<const BranchHint> hints) {
  label_count_ = 0;
  label_ids_.clear();
  if (label_names_ != nullptr) {
    for (const NameMap::Entry& entry : label_names_->entries()) label_ids_.push_back(id_from_name(entry.name));
  }
  labels_ = {};
  while (in.ok() && !in.at_end() && !too_large()) {
    const u32 offset = in.offset();
    const Op op = read_op(in, module_.features);
    if (op == no_op || (op == Op::end && labels_.size() == 0)) return;
    const bool middle = op == Op::else_ || op == Op::catch_ || op == Op::catch_all;
    if (op == Op::end || op == Op::delegate) labels_.pop();
    begin_line(labels_.size() + (middle ? 1 : 2));
    if (options_.offsets) out_ += fmt::format("(;0x{:06x};) ", offset);
    if (!hints.empty() && hints.front().offset == offset - start) {
      out_ +=
          hints.front().likely ? R"((@metadata.code.branch_hint "\01") )" : R"((@metadata.code.branch_hint "\00") )";
      hints = hints.subspan(1);
    }
    instruction(in, op);
  }
}

void ModulePrinter::instruction(ByteReader& in, Op op) {
  out_ += info(op).mnemonic;
  if (info(op).immediates == Immediates::Block || info(op).immediates == Immediates::TryTable) {
    block_head(in, op);
  } else {
    immediates(in, op);
  }
}

void ModulePrinter::block_head(ByteReader& in, Op op) {
  std::string_view id;
  if (label_names_ != nullptr) {
    const auto entries = label_names_->entries();
    const auto found = std::lower_bound(entries.begin(), entries.end(), label_count_,
                                        [](const NameMap::Entry& entry, u32 wanted) { return entry.index < wanted; });
    if (found != entries.end() && found->index == label_count_) {
      id = label_ids_[static_cast<size_t>(found - entries.begin())];
    }
  }
  if (!id.empty()) word(id);
  name_annotation(label_names_, label_count_);
  ++label_count_;
  block_type(in);
  if (op == Op::try_table) {
    constexpr std::string_view words[] = {"catch", "catch_ref", "catch_all", "catch_all_ref"};
    for (u32 left = in.u32_leb(); left > 0 && in.ok() && !too_large(); --left) {
      const CatchClause clause = read_catch_clause(in);
      (out_ += " (") += words[static_cast<size_t>(clause.kind)];
      if (clause.kind == CatchKind::catch_ || clause.kind == CatchKind::catch_ref) item(names_.tags, clause.tag);
      label(clause.depth);
      out_ += ')';
    }
  }
  labels_.push(id);
}

void ModulePrinter::on_clauses(ByteReader& in) {
  for (u32 left = in.u32_leb(); left > 0 && in.ok() && !too_large(); --left) {
    const OnClause clause = read_on_clause(in);
    out_ += " (on";
    item(names_.tags, clause.tag);
    if (clause.is_switch) {
      word("switch");
    } else {
      label(clause.depth);
    }
    out_ += ')';
  }
}

void ModulePrinter::block_type(ByteReader& in) {
  const RawBlockType type = read_block_type(in, module_.features);
  switch (type.kind) {
    case RawBlockType::Kind::empty:
      return;
    case RawBlockType::Kind::value:
      return val_types("result", std::span{&type.value, 1});
    case RawBlockType::Kind::index:
      return type_use(type.index);
  }
}

void ModulePrinter::memarg(ByteReader& in, Op op) {
  const Memarg memarg = read_memarg(in, module_.features);
  if (memarg.memory != 0) item(names_.memories, memarg.memory);
  if (memarg.offset != 0) out_ += fmt::format(" offset={}", memarg.offset);
  const u64 align = u64{1} << memarg.align_log2;
  if (align != info(op).access) out_ += fmt::format(" align={}", align);
}

void ModulePrinter::immediates(ByteReader& in, Op op) {
  const auto memory = [&] { return read_memory_index(in, module_.features); };
  switch (info(op).immediates) {
    case Immediates::None:
    case Immediates::Block:
    case Immediates::TryTable:
      return;
    case Immediates::Label:
      return label(in.u32_leb());
    case Immediates::BrTable:
      for (u64 left = u64{in.u32_leb()} + 1; left > 0 && in.ok() && !too_large(); --left) label(in.u32_leb());
      return;
    case Immediates::Func:
      return item(names_.functions, in.u32_leb());
    case Immediates::Type:
      return item(names_.types, in.u32_leb());
    case Immediates::CallIndirect: {
      const u32 type = in.u32_leb();
      const u32 table = read_table_index(in, module_.features);
      if (table != 0) item(names_.tables, table);
      return type_use(type);
    }
    case Immediates::Local:
      return item(local_ids_, in.u32_leb());
    case Immediates::Global:
      return item(names_.globals, in.u32_leb());
    case Immediates::Table: {
      const u32 table = in.u32_leb();
      if (table != 0) item(names_.tables, table);
      return;
    }
    case Immediates::TableTable: {
      const u32 destination = in.u32_leb();
      const u32 source = in.u32_leb();
      if (destination == 0 && source == 0) return;
      item(names_.tables, destination);
      return item(names_.tables, source);
    }
    case Immediates::ElemTable: {
      const u32 elem = in.u32_leb();
      const u32 table = in.u32_leb();
      if (table != 0) item(names_.tables, table);
      return item(names_.elems, elem);
    }
    case Immediates::Elem:
      return item(names_.elems, in.u32_leb());
    case Immediates::Memory: {
      const u32 index = memory();
      if (index != 0) item(names_.memories, index);
      return;
    }
    case Immediates::MemoryMemory: {
      const u32 destination = memory();
      const u32 source = memory();
      if (destination == 0 && source == 0) return;
      item(names_.memories, destination);
      return item(names_.memories, source);
    }
    case Immediates::DataMemory: {
      const u32 data = in.u32_leb();
      const u32 index = memory();
      if (index != 0) item(names_.memories, index);
      return item(names_.datas, data);
    }
    case Immediates::Data:
      return item(names_.datas, in.u32_leb());
    case Immediates::Memarg:
      return memarg(in, op);
    case Immediates::MemargLane:
      memarg(in, op);
      return number(in.byte());
    case Immediates::Lane:
      return number(in.byte());
    case Immediates::Shuffle:
      for (const u8 lane : in.v128().bytes) number(lane);
      return;
    case Immediates::I32:
      out_ += fmt::format(" {}", in.s32_leb());
      return;
    case Immediates::I64:
      out_ += fmt::format(" {}", in.s64_leb());
      return;
    case Immediates::F32:
      return word(f32_literal(in.fixed32()));
    case Immediates::F64:
      return word(f64_literal(in.fixed64()));
    case Immediates::V128:
      out_ += " i32x4";
      for (int i = 0; i < 4; ++i) out_ += fmt::format(" 0x{:08x}", in.fixed32());
      return;
    case Immediates::Tag:
      return item(names_.tags, in.u32_leb());
    case Immediates::HeapType: {
      const HeapType type = read_heap_type(in, module_.features);
      if (op == Op::ref_null) return word(type_name(type));
      const bool nullable = op == Op::ref_test_null || op == Op::ref_cast_null || op == Op::ref_cast_desc_eq_null;
      return word(type_name(ValType::reference(type, nullable)));
    }
    case Immediates::SelectTypes:
      out_ += " (result";
      for (u32 left = in.u32_leb(); left > 0 && in.ok(); --left) word(type_name(read_val_type(in, module_.features)));
      out_ += ')';
      return;
    case Immediates::TypeField: {
      const u32 type = in.u32_leb();
      const u32 field = in.u32_leb();
      item(names_.types, type);
      const std::string_view id = names_.field(type, field);
      return id.empty() ? number(field) : word(id);
    }
    case Immediates::TypeCount:
      item(names_.types, in.u32_leb());
      return number(in.u32_leb());
    case Immediates::TypeData:
      item(names_.types, in.u32_leb());
      return item(names_.datas, in.u32_leb());
    case Immediates::TypeElem:
      item(names_.types, in.u32_leb());
      return item(names_.elems, in.u32_leb());
    case Immediates::TypeType:
      item(names_.types, in.u32_leb());
      return item(names_.types, in.u32_leb());
    case Immediates::BrOnCast: {
      const u8 flags = read_cast_flags(in);
      label(in.u32_leb());
      word(type_name(ValType::reference(read_heap_type(in, module_.features), (flags & cast_source_nullable) != 0)));
      return word(
          type_name(ValType::reference(read_heap_type(in, module_.features), (flags & cast_target_nullable) != 0)));
    }
    case Immediates::Fence:
      in.byte();
      return;
    case Immediates::Resume:
      item(names_.types, in.u32_leb());
      return on_clauses(in);
    case Immediates::ResumeThrow:
      item(names_.types, in.u32_leb());
      item(names_.tags, in.u32_leb());
      return on_clauses(in);
    case Immediates::TypeTag:
      item(names_.types, in.u32_leb());
      return item(names_.tags, in.u32_leb());
  }
}

}  // namespace invar::text
