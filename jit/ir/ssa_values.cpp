// SSA form of everything but control flow.
#include <algorithm>

#include "decoder/validate/function_walker.h"
#include "decoder/validate/signature.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/trap.h"
#include "engine/semantics/nan.h"
#include "jit/ir/ssa_sink.h"
#include "jit/ir/start_at.h"
#include "jit/ir/vector_forms.h"

namespace invar::jit {

namespace {

/// The load that reads what a store has written; Op::unreachable if only some of its bits.
Op load_of(Op store) {
  switch (store) {
    case Op::i32_store:
      return Op::i32_load;
    case Op::i64_store:
      return Op::i64_load;
    case Op::f32_store:
      return Op::f32_load;
    case Op::f64_store:
      return Op::f64_load;
    case Op::v128_store:
      return Op::v128_load;
    default:
      return Op::unreachable;
  }
}

}  // namespace

bool SsaSink::build_from(u32 function, u32 block) {
  const bool inlined = inlines_;
  if (try_to_build(function, block)) return true;
  // Perhaps something that was inlined cannot be.
  return inlined && !inlines_ && try_to_build(function, block);
}

bool SsaSink::try_to_build(u32 function, u32 block) {
  entered_ = block;
  callers_.clear();
  own_bytes_ = module_.functions[function].body.size;
  most_nodes_ = max_nodes + max_nodes_per_byte * own_bytes_;
  inlined_bytes_ = 0;
  supported_ = assigned_.scan(module_, function);
  if (!supported_) return false;
  FunctionWalker<SsaSink, false> walker(module_, *this);
  if (!walker.walk(function) || !supported_) return false;
  if (block == none) return true;
  if (entry_ == none) return false;
  start_at(function_, entry_);
  return true;
}

void SsaSink::begin(const BodyInfo& body) {
  if (!callers_.empty()) return begin_inlined(body);
  function_.index = body.function;
  function_.type = body.type;
  function_.entry_offset = module_.functions[body.function].body.offset;
  function_.nodes.clear();
  function_.lists.clear();
  function_.vectors.clear();
  function_.blocks.clear();
  function_.inlined = {};
  const size_t likely = std::min<size_t>(own_bytes_, 1 << 16);
  function_.nodes.reserve(likely);
  function_.lists.reserve(likely / 2);
  function_.blocks.reserve(likely / 8);
  maker_.begin(likely);
  stack_.clear();
  labels_.clear();
  label_types_.clear();
  edges_.clear();
  saved_.clear();
  tries_.clear();
  catch_labels_.clear();
  function_.handlers = {};
  far_dominator_.clear();
  locals_.clear();
  non_null_.clear();
  lengths_.clear();
  checked_.clear();
  known_.begin();
  function_.frame = no_value;
  entry_ = none;
  constructs_ = 0;
  loop_depth_ = 0;
  new_block(0);
  maker_.set_offset(0);
  u32 i = 0;
  const auto zero_of = [this](Type type) {
    return type == Type::v128 ? maker_.constant(V128{}) : maker_.constant(type, 0);
  };
  for (const ValType local : body.locals) {
    const Type type = type_of(local);
    locals_.push_back(i < body.type->params.size() ? maker_.append({.kind = Kind::parameter, .type = type, .imm = i})
                                                   : zero_of(type));
    ++i;
  }
  open_label(LabelKind::function, {{}, body.type->results});
  tick_ = no_value;
  fuel_count_ = 0;
  begin_segment(true);
}

void SsaSink::instruction(Op op, u32 offset) {
  maker_.set_offset(position_of(offset));
  op_ = op;
  ++fuel_count_;
  if (function_.nodes.size() > most_nodes_) fail();
}

/// Every input, now that it is known which values stand for others.
void SsaSink::resolve_all() {
  if (!maker_.replaces()) return;
  for (Node& node : function_.nodes) {
    for (Value& input : function_.inputs(node)) input = maker_.resolve(input);
  }
}

void SsaSink::drop(ValType /*type*/) {
  if (!dead()) stack_.pop_back();
}

void SsaSink::select(ValType /*type*/) {
  if (dead()) return;
  const Value condition = pop(), if_false = pop(), if_true = pop();
  push(maker_.select(condition, if_true, if_false));
}

void SsaSink::local_get(u32 local) {
  if (!dead()) push(locals_[local]);
}
void SsaSink::local_set(u32 local) {
  if (!dead()) locals_[local] = pop();
}
void SsaSink::local_tee(u32 local) {
  if (!dead()) locals_[local] = stack_.back();
}

MemoryPlace SsaSink::place_of(u32 global) const {
  return {.space = MemoryPlace::Space::global,
          .op = Op::global_get,
          .global = global,
          .is_imported = global < module_.imported_globals};
}

void SsaSink::global_get(u32 global) {
  if (dead()) return;
  const auto& [type, is_mutable] = module_.globals[global].type;
  const Node made{.kind = Kind::global_get, .type = type_of(type), .imm = global};
  push_reference(is_mutable ? read(place_of(global), [&] { return maker_.append(made); }) : maker_.pure(made), type);
}

void SsaSink::global_set(u32 global) {
  if (dead()) return;
  const Value value = pop();
  maker_.append({.kind = Kind::global_set, .inputs = {value, no_value, no_value}, .imm = global});
  known_.write(place_of(global), value);
}

void SsaSink::i32_const(u32 value) {
  if (!dead()) push(maker_.i32(value));
}
void SsaSink::i64_const(u64 value) {
  if (!dead()) push(maker_.i64(value));
}
void SsaSink::f32_const(u32 bits) {
  if (!dead()) push(maker_.constant(Type::f32, bits));
}
void SsaSink::f64_const(u64 bits) {
  if (!dead()) push(maker_.constant(Type::f64, bits));
}
void SsaSink::v128_const(const V128& value) {
  if (!dead()) push(maker_.constant(value));
}

/// In deterministic mode: what is any NaN becomes the canonical one.
Value SsaSink::settled(Op op, Value value) {
  if (!compiled_.engine().config().deterministic) return value;
  switch (semantics::nan_lanes(op)) {
    case semantics::NanLanes::none:
      return value;
    case semantics::NanLanes::f32x4:
      return maker_.canonical_nan(value, 4);
    case semantics::NanLanes::f64x2:
      return maker_.canonical_nan(value, 8);
    default:
      return maker_.canonical_nan(value);
  }
}

void SsaSink::unary(Op op) {
  if (dead()) return;
  const Value a = pop();
  const Value other = other_form(maker_, function_, op, a, no_value, no_value);
  push(settled(op, other != no_value ? other : maker_.numeric(op, a)));
}
void SsaSink::test(Op op) { unary(op); }
void SsaSink::binary(Op op) {
  if (dead()) return;
  const Value b = pop(), a = pop();
  const Value other = other_form(maker_, function_, op, a, b, no_value);
  push(settled(op, other != no_value ? other : maker_.numeric(op, a, b)));
}
void SsaSink::ternary(Op op) {
  if (dead()) return;
  const Value c = pop(), b = pop(), a = pop();
  const Value other = other_form(maker_, function_, op, a, b, c);
  push(settled(op, other != no_value
                       ? other
                       : maker_.pure({.kind = Kind::numeric, .type = Type::v128, .op = op, .inputs = {a, b, c}})));
}
void SsaSink::compare(Op op) { binary(op); }

/// Numbers of 128 bits in two halves, the lower first; products by way of halves of the operands.
void SsaSink::wide(Op op) {
  if (dead()) return;
  const auto is_less = [this](Value a, Value b) {
    return maker_.numeric(Op::i64_extend_i32_u, maker_.numeric(Op::i64_lt_u, a, b));
  };
  if (op == Op::i64_add128 || op == Op::i64_sub128) {
    const Value b_high = pop(), b_low = pop(), a_high = pop(), a_low = pop();
    const bool adds = op == Op::i64_add128;
    const Op each = adds ? Op::i64_add : Op::i64_sub;
    const Value low = maker_.numeric(each, a_low, b_low);
    const Value carry = adds ? is_less(low, a_low) : is_less(a_low, b_low);
    push(low);
    push(maker_.numeric(each, maker_.numeric(each, a_high, b_high), carry));
    return;
  }
  const Value b = pop(), a = pop();
  push(maker_.numeric(Op::i64_mul, a, b));
  push(maker_.numeric(op, a, b));
}

void SsaSink::shuffle(const V128& lanes) {
  if (dead()) return;
  const Value b = pop(), a = pop();
  push(maker_.pure({.kind = Kind::numeric,
                    .type = Type::v128,
                    .op = Op::i8x16_shuffle,
                    .inputs = {a, b, no_value},
                    .imm = maker_.vector_index(lanes)}));
}
void SsaSink::extract_lane(Op op, u8 lane) {
  if (dead()) return;
  const Type type = type_of(signature_of(op).results[0]);
  push(
      maker_.pure({.kind = Kind::numeric, .type = type, .op = op, .inputs = {pop(), no_value, no_value}, .imm = lane}));
}
void SsaSink::replace_lane(Op op, u8 lane) {
  if (dead()) return;
  const Value scalar = pop(), vector = pop();
  push(maker_.pure(
      {.kind = Kind::numeric, .type = Type::v128, .op = op, .inputs = {vector, scalar, no_value}, .imm = lane}));
}

// Memory.

bool SsaSink::fits_guarded(const Memarg& memarg) const {
  const MemoryType& type = module_.memories[memarg.memory];
  return compiled_.guard_pages() && memarg.memory == 0 && !type.is_64 && type.page_size_log2 == 16;
}

/// The address itself where guard pages check it; else where it is, after a check.
Value SsaSink::located(Op op, const Memarg& memarg, Value address) {
  if (fits_guarded(memarg)) return address;
  return maker_.append({.kind = Kind::locate,
                        .type = Type::i64,
                        .op = op,
                        .inputs = {address, no_value, no_value},
                        .index = memarg.memory,
                        .imm = memarg.offset});
}

/// What is read by `op` as it was written; nullopt where nothing is to be known, for others may write or it may have
/// other addresses, too.
std::optional<MemoryPlace> SsaSink::place_of(Op op, u32 bytes, const Memarg& memarg, Value address) const {
  if (!fits_guarded(memarg) || module_.memories[memarg.memory].is_shared) return std::nullopt;
  return MemoryPlace{
      .space = MemoryPlace::Space::memory, .op = op, .bytes = bytes, .base = address, .offset = memarg.offset};
}

void SsaSink::load(Op op, const Memarg& memarg) {
  if (dead()) return;
  const Value address = pop();
  const auto make = [&] {
    Node made{.kind = Kind::load, .type = type_of(signature_of(op).results[0]), .op = op, .imm = memarg.offset};
    made.inputs[0] = located(op, memarg, address);
    return maker_.append(made);
  };
  const std::optional<MemoryPlace> place = place_of(op, info(op).access, memarg, address);
  push(place ? read(*place, make) : make());
}

void SsaSink::note_store(const std::optional<MemoryPlace>& place, Value value) {
  if (place) {
    known_.write(*place, value);
  } else {
    known_.forget();
  }
}

void SsaSink::store(Op op, const Memarg& memarg) {
  if (dead()) return;
  const Value value = pop(), address = pop();
  Node made{.kind = Kind::store, .op = op, .imm = memarg.offset};
  made.inputs[0] = located(op, memarg, address);
  made.inputs[1] = value;
  maker_.append(made);
  note_store(place_of(load_of(op), info(op).access, memarg, address), value);
}

void SsaSink::load_lane(Op op, const Memarg& memarg, u8 lane) {
  if (dead()) return;
  const Value vector = pop(), address = pop();
  Node made{.kind = Kind::load, .type = Type::v128, .op = op, .index = lane, .imm = memarg.offset};
  made.inputs[0] = located(op, memarg, address);
  made.inputs[1] = vector;
  push(maker_.append(made));
}

void SsaSink::store_lane(Op op, const Memarg& memarg, u8 lane) {
  if (dead()) return;
  const Value vector = pop(), address = pop();
  Node made{.kind = Kind::store, .op = op, .index = lane, .imm = memarg.offset};
  made.inputs[0] = located(op, memarg, address);
  made.inputs[1] = vector;
  maker_.append(made);
  note_store(place_of(Op::unreachable, info(op).access, memarg, address), no_value);
}

/// Calls a runtime function with the topmost operands and then the immediates.
void SsaSink::builtin(Builtin builtin, u32 operands, std::span<const u64> immediates, Type result) {
  scratch_.assign(stack_.end() - operands, stack_.end());
  for (Value& value : scratch_) value = maker_.resolve(value);
  stack_.resize(stack_.size() - operands);
  for (const u64 immediate : immediates) scratch_.push_back(maker_.i64(immediate));
  const Value call = call_builtin(builtin, scratch_, result);
  if (result != Type::none) push(call);
}

void SsaSink::memory_size(u32 memory) {
  if (dead()) return;
  const Type type = type_of(module_.memories[memory].address_type());
  push(maker_.append({.kind = Kind::memory_size, .type = type, .index = memory}));
}

// Operands of 32-bit memories and tables have zeros above, as those of 64-bit ones would.

void SsaSink::memory_grow(u32 memory) {
  if (!dead()) builtin(Builtin::memory_grow, 1, {{memory}}, type_of(module_.memories[memory].address_type()));
}
void SsaSink::memory_fill(u32 memory) {
  if (!dead()) builtin(Builtin::memory_fill, 3, {{memory}}, Type::none);
}
void SsaSink::memory_copy(u32 to, u32 from) {
  if (!dead()) builtin(Builtin::memory_copy, 3, {{u64{to} << 32 | from}}, Type::none);
}
void SsaSink::memory_init(u32 data, u32 memory) {
  if (!dead()) builtin(Builtin::memory_init, 3, {{u64{memory} << 32 | data}}, Type::none);
}
void SsaSink::data_drop(u32 data) {
  if (!dead()) builtin(Builtin::data_drop, 0, {{data}}, Type::none);
}

// Tables.

void SsaSink::table_get(u32 table) {
  if (dead()) return;
  push(maker_.append(
      {.kind = Kind::table_get, .type = Type::i64, .inputs = {pop(), no_value, no_value}, .index = table}));
}
void SsaSink::table_set(u32 table) {
  if (dead()) return;
  const Value value = pop(), at = pop();
  maker_.append({.kind = Kind::table_set, .inputs = {at, value, no_value}, .index = table});
}
void SsaSink::table_size(u32 table) {
  if (dead()) return;
  const Type type = type_of(module_.tables[table].type.address_type());
  push(maker_.append({.kind = Kind::table_size, .type = type, .index = table}));
}
void SsaSink::table_grow(u32 table) {
  if (!dead()) builtin(Builtin::table_grow, 2, {{table}}, type_of(module_.tables[table].type.address_type()));
}
void SsaSink::table_fill(u32 table) {
  if (!dead()) builtin(Builtin::table_fill, 3, {{table}}, Type::none);
}
void SsaSink::table_copy(u32 to, u32 from) {
  if (!dead()) builtin(Builtin::table_copy, 3, {{u64{to} << 32 | from}}, Type::none);
}
void SsaSink::table_init(u32 elem, u32 table) {
  if (!dead()) builtin(Builtin::table_init, 3, {{u64{table} << 32 | elem}}, Type::none);
}
void SsaSink::elem_drop(u32 elem) {
  if (!dead()) builtin(Builtin::elem_drop, 0, {{elem}}, Type::none);
}

// References.

void SsaSink::ref_null(HeapType /*type*/) {
  if (!dead()) push(maker_.i64(0));
}
void SsaSink::ref_is_null() {
  if (!dead()) push(maker_.numeric(Op::i64_eqz, pop()));
}
void SsaSink::ref_func(u32 function) {
  if (dead()) return;
  const Value functions =
      maker_.pure({.kind = Kind::instance_pointer, .type = Type::i64, .imm = offsetof(Instance, functions)});
  push(load_from(field(functions, u64{function} * sizeof(Func*)), Op::i64_load, Type::i64));
  note_non_null(stack_.back());
}

void SsaSink::ref_eq() { binary(Op::i64_eq); }
void SsaSink::ref_as_non_null() {
  if (dead()) return;
  check_non_null(maker_.resolve(stack_.back()), TrapKind::null_reference);
}

}  // namespace invar::jit
