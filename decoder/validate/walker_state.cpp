#include "decoder/validate/walker_state.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "decoder/implementation_limits.h"

namespace invar {

namespace {

// All types whose bits fit into a byte (of defined types, only the first), so that a block type of one result needs no
// memory of its own.
constexpr auto small_types = [] {
  std::array<ValType, 256> table{};
  for (ValKind kind :
       {ValKind::i32, ValKind::i64, ValKind::f32, ValKind::f64, ValKind::v128, ValKind::bottom_ref, ValKind::bottom}) {
    table[ValType(kind).bits()] = ValType(kind);
  }
  for (bool nullable : {false, true}) {
    for (u32 heap = 0; heap <= static_cast<u32>(Heap::index); ++heap) {
      const ValType type = ValType::reference({static_cast<Heap>(heap), 0}, nullable);
      table[type.bits()] = type;
    }
    const ValType exact = ValType::reference({Heap::index, 0, true}, nullable);
    table[exact.bits()] = exact;
  }
  return table;
}();

}  // namespace

WalkerState::WalkerState(const Module& module)
    : module_(module),
      features_(module.features),
      exact_(module.features.has(Feature::custom_descriptors)),
      types_(module.types) {
  control_.reserve(16);
}

// Errors

bool WalkerState::fail(ErrorCode code, std::string detail) {
  if (stopped_) return false;
  stopped_ = true;
  // What could not be read comes before what the zeros read instead would mean.
  error_ = in_.ok() ? Error{code, std::move(detail), at_, {}, {}, {}} : in_.error();
  return false;
}

bool WalkerState::fail_unknown(ErrorCode code, u32 index) { return fail(code, fmt::format(" {}", index)); }

bool WalkerState::fail_operand(ValType expected, ValType actual) {
  return fail(ErrorCode::type_mismatch,
              fmt::format(": instruction requires [{}] but stack has [{}]", to_string(expected), to_string(actual)));
}

bool WalkerState::fail_underflow(std::span<const ValType> expected) {
  return fail(ErrorCode::type_mismatch, fmt::format(": instruction requires {} but stack has {}", to_string(expected),
                                                    to_string(std::span<const ValType>(floor_, top_))));
}

bool WalkerState::fail_block_end(std::span<const ValType> expected) {
  return fail(ErrorCode::type_mismatch, fmt::format(": block requires {} but stack has {}", to_string(expected),
                                                    to_string(std::span<const ValType>(floor_, top_))));
}

std::unexpected<Error> WalkerState::error(std::optional<u32> function) {
  error_.function = function;
  return std::unexpected<Error>(std::move(error_));
}

// Operands

bool WalkerState::grow_operands(size_t count) {
  const size_t used = static_cast<size_t>(top_ - operands_.get());
  if (used + count > max_operands) return fail(ErrorCode::limit_exceeded, ": too many operands on the stack");
  const size_t capacity = std::max<size_t>(2 * used, 256) + count + in_.remaining() + 4;
  // Not initialised: memory that is never used costs nothing.
  std::unique_ptr<ValType[]> larger = std::make_unique_for_overwrite<ValType[]>(capacity);
  std::copy(operands_.get(), top_, larger.get());
  floor_ = larger.get() + (floor_ - operands_.get());
  top_ = larger.get() + used;
  operands_ = std::move(larger);
  capacity_end_ = operands_.get() + capacity;
  return true;
}

bool WalkerState::pop_slow(ValType expected) {
  if (stopped_) return false;
  if (top_ == floor_) return frame().unreachable || fail_underflow({&expected, 1});
  const ValType actual = *--top_;
  return types_.matches(actual, expected) || fail_operand(expected, actual);
}

bool WalkerState::pop_any_checked(ValType& type) {
  type = type_bottom;
  if (stopped_) return false;
  if (top_ != floor_) {
    type = *--top_;
    return true;
  }
  return frame().unreachable || fail(ErrorCode::type_mismatch, ": instruction requires a value but stack has []");
}

bool WalkerState::pop_reference_checked(ValType& type) {
  if (!pop_any_checked(type)) return false;
  return type.is_ref() || type == type_bottom_ref || type.is_bottom() ||
         fail(ErrorCode::type_mismatch,
              fmt::format(": instruction requires a reference type but stack has [{}]", to_string(type)));
}

bool WalkerState::pop_types_slow(std::span<const ValType> types) {
  if (static_cast<size_t>(top_ - floor_) < types.size() && !frame().unreachable) return fail_underflow(types);
  for (size_t i = types.size(); i-- > 0 && !pops_anything();) {
    if (!pop_checked(types[i])) return false;
  }
  return true;
}

bool WalkerState::check_top(std::span<const ValType> types) {
  if (top_equals(types)) return true;
  const size_t present = static_cast<size_t>(top_ - floor_);
  if (present < types.size() && !frame().unreachable) return fail_underflow(types);
  for (size_t i = 1; i <= std::min(present, types.size()); ++i) {
    const ValType actual = *(top_ - i), expected = types[types.size() - i];
    if (!types_.matches(actual, expected)) return fail_operand(expected, actual);
  }
  return true;
}

bool WalkerState::pop_signature_slow(const Signature& signature, ValType address) {
  for (u32 i = signature.param_count; i-- > 0;) {
    const ValType type = i == 0 && signature.has_address ? address : signature.params[i];
    if (!pop_checked(type)) return false;
  }
  return true;
}

// Control

BlockType WalkerState::single_result(ValType type) {
  if (type.bits() < small_types.size()) return {{}, {&small_types[type.bits()], 1}};
  single_types_.push_back(std::make_unique<ValType>(type));
  return {{}, {single_types_.back().get(), 1}};
}

bool WalkerState::read_block_types_slow(BlockType& type) {
  const RawBlockType raw = read_block_type(in_, features_);
  if (!take_reader_error()) return false;
  switch (raw.kind) {
    case RawBlockType::Kind::empty:
      type = {};
      return true;
    case RawBlockType::Kind::value:
      if (!check_type(raw.value)) return false;
      type = single_result(raw.value);
      return true;
    case RawBlockType::Kind::index:
      break;
  }
  const FuncType* found = function_type(raw.index);
  if (found == nullptr) return false;
  type = {found->params, found->results};
  return true;
}

bool WalkerState::check_if_without_else(const Control& control) {
  const std::span<const ValType> params = control.param_types(), results = control.result_types();
  const bool ok = params.size() == results.size() &&
                  std::equal(params.begin(), params.end(), results.begin(),
                             [this](ValType from, ValType to) { return types_.matches(from, to); });
  return ok || fail(ErrorCode::type_mismatch,
                    fmt::format(": if without else requires {} but has {}", to_string(results), to_string(params)));
}

bool WalkerState::check_label_accepts(std::span<const ValType> types, u32 depth) {
  Control* target = label(depth);
  if (target == nullptr) return false;
  const std::span<const ValType> wanted = target->label_types();
  const bool ok = types.size() == wanted.size() &&
                  std::equal(types.begin(), types.end(), wanted.begin(),
                             [this](ValType from, ValType to) { return types_.matches(from, to); });
  if (!ok) {
    return fail(ErrorCode::type_mismatch,
                fmt::format(": label requires {} but catch clause has {}", to_string(wanted), to_string(types)));
  }
  if (live_) target->branched = true;
  return true;
}

bool WalkerState::check_catch_clause(const CatchClause& clause) {
  std::vector<ValType> types;
  if (clause.kind == CatchKind::catch_ || clause.kind == CatchKind::catch_ref) {
    const FuncType* tag = tag_type(clause.tag);
    if (tag == nullptr) return false;
    if (clause.kind == CatchKind::catch_) return check_label_accepts(tag->params, clause.depth);
    types = tag->params;
  }
  if (clause.kind != CatchKind::catch_all) types.push_back(ValType::reference({Heap::exn, 0}, false));
  return check_label_accepts(types, clause.depth);
}

void WalkerState::forget_inits_slow(u32 count) {
  while (inits_.size() > count) {
    initialised_in_[inits_.back()] = 0;
    inits_.pop_back();
  }
}

// Locals

void WalkerState::begin_code() {
  stopped_ = false;
  live_ = true;
  control_.clear();
  single_types_.clear();
  inits_.clear();
  visits_ = 0;
  top_ = floor_ = operands_.get();
  at_ = in_.offset();
}

bool WalkerState::begin_body(const FunctionDecl& function, u32 flat) {
  const u8* base = module_.source.bytes.data();
  const std::span<const u8> code = module_.bytes(function.body);
  in_ = ByteReader(base, code.data(), code.data() + code.size());
  begin_code();
  tracks_inits_ = false;
  own_type_ = &types_[function.type].func;
  locals_.assign(own_type_->params.begin(), own_type_->params.end());
  runs_.clear();
  u64 count = locals_.size();
  bool too_many = false;
  for (u32 left = in_.u32_leb(); left > 0 && in_.ok(); --left) {
    at_ = in_.offset();
    const u32 run = in_.u32_leb();
    const ValType type = read_val_type(in_, features_);
    if (!take_reader_error()) return false;
    count += run;
    if (count > ~u32{0}) return fail(ErrorCode::too_many_locals);
    if (count > max_locals) too_many = true;
    if (too_many) continue;  // malformed declarations come first
    if (!check_type(type)) return false;
    if (!type.is_defaultable() && run > 0) tracks_inits_ = true;
    if (run > 0) runs_.push_back({static_cast<u32>(count), type});
    if (locals_.size() < flat) locals_.resize(std::min<size_t>(count, flat), type);
  }
  if (!take_reader_error()) return false;
  if (too_many) return fail(ErrorCode::limit_exceeded, fmt::format(": more than {} locals", max_locals));
  local_count_ = static_cast<u32>(count);
  if (tracks_inits_) {
    if (initialised_in_.size() < local_count_) initialised_in_.resize(local_count_, 0);
    ++body_number_;
  }
  at_ = in_.offset();
  if (!reserve(0)) return false;
  push_frame(FrameKind::function, {{}, own_type_->results}, true);
  return true;
}

bool WalkerState::begin_expression(const ConstExpr& expression, ValType expected) {
  const u8* base = module_.source.bytes.data();
  const std::span<const u8> code = module_.bytes(expression.code);
  in_ = ByteReader(base, code.data(), code.data() + code.size());
  begin_code();
  tracks_inits_ = false;
  own_type_ = nullptr;
  locals_.clear();
  runs_.clear();
  local_count_ = 0;
  if (!reserve(0)) return false;
  push_frame(FrameKind::constant, single_result(expected), true);
  return true;
}

ValType WalkerState::local_type_slow(u32 index) const {
  const auto run = std::upper_bound(runs_.begin(), runs_.end(), index,
                                    [](u32 wanted, const LocalRun& candidate) { return wanted < candidate.end; });
  return run->type;
}

bool WalkerState::check_local_get_slow(u32 index) {
  if (index < own_type_->params.size() || local_type(index).is_defaultable()) return true;
  return initialised_in_[index] == body_number_ || fail_unknown(ErrorCode::uninitialized_local, index);
}

void WalkerState::note_local_set_slow(u32 index) {
  if (index < own_type_->params.size() || local_type(index).is_defaultable()) return;
  if (initialised_in_[index] == body_number_) return;
  initialised_in_[index] = body_number_;
  inits_.push_back(index);
}

// Rules on the module's items

bool WalkerState::check_heap_type(HeapType type) {
  return type.kind != Heap::index || type.index < types_.size() || fail_unknown(ErrorCode::unknown_type, type.index);
}

bool WalkerState::check_type(ValType type) { return !type.is_ref() || check_heap_type(type.heap()); }

const SubType* WalkerState::composite_type(u32 type_index, CompositeKind kind) {
  if (type_index >= types_.size()) {
    fail_unknown(ErrorCode::unknown_type, type_index);
    return nullptr;
  }
  const SubType& type = types_[type_index];
  if (type.kind != kind) {
    constexpr std::string_view names[] = {"function", "structure", "array", "continuation"};
    fail(ErrorCode::type_mismatch,
         fmt::format(": type {} is no {} type", type_index, names[static_cast<size_t>(kind)]));
    return nullptr;
  }
  return &type;
}

const FuncType* WalkerState::function_type(u32 type_index) {
  const SubType* type = composite_type(type_index, CompositeKind::func);
  return type == nullptr ? nullptr : &type->func;
}

const FieldType* WalkerState::struct_field(u32 type_index, u32 field) {
  const SubType* type = composite_type(type_index, CompositeKind::struct_);
  if (type == nullptr) return nullptr;
  if (field >= type->fields.size()) {
    fail_unknown(ErrorCode::unknown_field, field);
    return nullptr;
  }
  return &type->fields[field];
}

const FieldType* WalkerState::array_element(u32 type_index) {
  const SubType* type = composite_type(type_index, CompositeKind::array);
  return type == nullptr ? nullptr : &type->fields.front();
}

bool WalkerState::check_defaultable(u32 type_index) {
  return types_[type_index].is_defaultable ||
         fail(ErrorCode::type_mismatch, fmt::format(": type {} has no default value", type_index));
}

bool WalkerState::check_packing(const FieldType& field, bool signed_or_unsigned) {
  if ((field.packing != Packing::none) == signed_or_unsigned) return true;
  return fail(ErrorCode::type_mismatch, signed_or_unsigned ? ": field is not packed" : ": field is packed");
}

bool WalkerState::check_memory(u32 index) {
  return index < module_.memories.size() || fail_unknown(ErrorCode::unknown_memory, index);
}

bool WalkerState::check_table(u32 index) {
  return index < module_.tables.size() || fail_unknown(ErrorCode::unknown_table, index);
}

bool WalkerState::check_elem(u32 index) {
  return index < module_.elems.size() || fail_unknown(ErrorCode::unknown_elem_segment, index);
}

bool WalkerState::check_data(u32 index) {
  if (!module_.data_count) return fail(ErrorCode::data_count_required);
  return index < *module_.data_count || fail_unknown(ErrorCode::unknown_data_segment, index);
}

bool WalkerState::check_memarg(Op op, const Memarg& memarg) {
  if (!check_memory(memarg.memory)) return false;
  const OpInfo& row = info(op);
  const u64 alignment = u64{1} << memarg.align_log2;
  if (row.feature == Feature::threads) {
    if (alignment != row.access) return fail(ErrorCode::atomic_alignment);
  } else if (alignment > row.access) {
    return fail(ErrorCode::alignment_too_large);
  }
  if (memarg.offset > 0xffffffff && !module_.memories[memarg.memory].is_64) {
    return fail(ErrorCode::offset_out_of_range);
  }
  return true;
}

bool WalkerState::check_array_segment(bool is_data, const FieldType& element, u32 segment) {
  if (is_data) {
    if (element.type.is_ref()) return fail(ErrorCode::array_not_numeric);
    return check_data(segment);
  }
  if (!check_elem(segment)) return false;
  const ValType from = module_.elems[segment].type;
  return (element.packing == Packing::none && types_.matches(from, element.type)) || fail_operand(element.type, from);
}

bool WalkerState::check_tail_call(const FuncType& callee) {
  const std::vector<ValType>&from = callee.results, &to = own_type_->results;
  const bool ok = from.size() == to.size() && std::equal(from.begin(), from.end(), to.begin(),
                                                         [this](ValType a, ValType b) { return types_.matches(a, b); });
  return ok || fail(ErrorCode::type_mismatch, fmt::format(": current function requires {} but callee returns {}",
                                                          to_string(std::span(to)), to_string(std::span(from))));
}

bool WalkerState::check_cast(HeapType type) {
  return types_.top(type) != Heap::cont || fail(ErrorCode::invalid_cast, ": " + to_string(type));
}

bool WalkerState::check_has_descriptor(HeapType type) {
  if (type.kind == Heap::index && types_[type.index].has_descriptor()) return true;
  type.is_exact = false;
  return fail(ErrorCode::cast_without_descriptor, fmt::format(" {} does not have a descriptor", to_string(type)));
}

const FuncType* WalkerState::tag_type(u32 index) {
  const FuncType* type = suspension_type(index);
  if (type == nullptr || type->results.empty()) return type;
  fail(ErrorCode::type_mismatch, fmt::format(": tag {} has results", index));
  return nullptr;
}

const FuncType* WalkerState::suspension_type(u32 index) {
  if (index >= module_.tags.size()) {
    fail_unknown(ErrorCode::unknown_tag, index);
    return nullptr;
  }
  return &types_[module_.tags[index].type].func;
}

}  // namespace invar
