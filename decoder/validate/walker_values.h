// FunctionWalker: variables, memories, tables, and all instructions that their row in the table describes.
// Included by function_walker.h.
#pragma once

namespace invar {

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::select() {
  ValType a, b;
  if (!pop(type_i32) || !pop_any(b) || !pop_any(a)) return false;
  if constexpr (checked) {
    const auto is_reference = [](ValType type) { return type.is_ref() || type == type_bottom_ref; };
    if (is_reference(a) || is_reference(b)) {
      return fail(ErrorCode::type_mismatch, ": select without a type requires numbers or vectors");
    }
    if (a != b && !a.is_bottom() && !b.is_bottom()) return fail_operand(a, b);
  }
  const ValType type = a.is_bottom() ? b : a;
  push(type);
  INVAR_EMIT(select(type));
  return true;
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::select_t() {
  const u32 count = in_.u32_leb();
  if (in_.ok() && count != 1) {
    // The list must be well formed before its length can be wrong.
    for (u32 left = count; left > 0 && in_.ok(); --left) read_val_type(in_, features_);
    return fail(ErrorCode::invalid_result_arity);
  }
  const ValType type = read_val_type(in_, features_);
  if (!take_reader_error()) return false;
  if (checked && !check_type(type)) return false;
  if (!pop(type_i32) || !pop(type) || !pop(type)) return false;
  push(type);
  INVAR_EMIT(select(type));
  return true;
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::read_local(u32& index) {
  index = in_.u32_leb();
  if (!take_reader_error()) return false;
  return index < local_count_ || fail_unknown(ErrorCode::unknown_local, index);
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::local_get() {
  u32 index;
  if (!read_local(index)) return false;
  if (checked && tracks_inits_ && !check_local_get_slow(index)) return false;
  push(local_type(index));
  INVAR_EMIT(local_get(index));
  return true;
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::local_set(bool tee) {
  u32 index;
  if (!read_local(index)) return false;
  const ValType type = local_type(index);
  if (!pop(type)) return false;
  if (checked && tracks_inits_) note_local_set_slow(index);
  if (tee) {
    push(type);
    INVAR_EMIT(local_tee(index));
  } else {
    INVAR_EMIT(local_set(index));
  }
  return true;
}

template <class Sink, bool checked>
template <bool constant>
bool FunctionWalker<Sink, checked>::global_get() {
  const u32 index = in_.u32_leb();
  if (!take_reader_error()) return false;
  const size_t visible = constant ? visible_globals_ : module_.globals.size();
  if (checked && index >= visible) return fail_unknown(ErrorCode::unknown_global, index);
  const GlobalType& type = module_.globals[index].type;
  if (checked && constant && type.is_mutable) return fail(ErrorCode::constant_expression_required);
  push(type.type);
  INVAR_EMIT(global_get(index));
  return true;
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::global_set() {
  const u32 index = in_.u32_leb();
  if (!take_reader_error()) return false;
  if (checked && index >= module_.globals.size()) return fail_unknown(ErrorCode::unknown_global, index);
  const GlobalType& type = module_.globals[index].type;
  if (checked && !type.is_mutable) return fail_unknown(ErrorCode::immutable_global, index);
  if (!pop(type.type)) return false;
  INVAR_EMIT(global_set(index));
  return true;
}

/// An instruction whose row says all about its type.
template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::plain(Op op) {
  const Signature& signature = signature_of(op);
  switch (info(op).family) {
    case Family::Const:
      return constant_value(op);
    case Family::Memory:
      return memory_op(op);
    case Family::Table:
      return table_op(op);
    case Family::Load:
    case Family::Store:
    case Family::LoadLane:
    case Family::StoreLane:
    case Family::AtomicLoad:
    case Family::AtomicStore:
    case Family::AtomicRmw:
    case Family::AtomicCmpxchg:
    case Family::AtomicWait:
    case Family::AtomicNotify:
      return memory_access(op);
    case Family::Test:
      if (!apply(signature)) return false;
      INVAR_EMIT(test(op));
      return true;
    case Family::Compare:
      if (!apply(signature)) return false;
      INVAR_EMIT(compare(op));
      return true;
    case Family::Unary:
      if (!apply(signature)) return false;
      INVAR_EMIT(unary(op));
      return true;
    case Family::Binary:
      if (!apply(signature)) return false;
      INVAR_EMIT(binary(op));
      return true;
    case Family::Ternary:
      if (!apply(signature)) return false;
      INVAR_EMIT(ternary(op));
      return true;
    case Family::Wide:
      if (!apply(signature)) return false;
      INVAR_EMIT(wide(op));
      return true;
    case Family::Shuffle: {
      const V128 lanes = in_.v128();
      if (!take_reader_error()) return false;
      for (u8 lane : lanes.bytes) {
        if (checked && lane >= 32) return fail(ErrorCode::invalid_lane_index);
      }
      if (!apply(signature)) return false;
      INVAR_EMIT(shuffle(lanes));
      return true;
    }
    case Family::ExtractLane:
    case Family::ReplaceLane: {
      const u8 lane = in_.byte();
      if (!take_reader_error()) return false;
      if (checked && lane >= lane_count(op)) return fail(ErrorCode::invalid_lane_index);
      if (!apply(signature)) return false;
      if (info(op).family == Family::ExtractLane) {
        INVAR_EMIT(extract_lane(op, lane));
      } else {
        INVAR_EMIT(replace_lane(op, lane));
      }
      return true;
    }
    case Family::AtomicFence:
      if (in_.byte() != 0 && in_.ok()) return fail(ErrorCode::zero_byte_expected);
      if (!take_reader_error()) return false;
      INVAR_EMIT(atomic_fence());
      return true;
    case Family::Control:
    case Family::Call:
    case Family::Parametric:
    case Family::Variable:
    case Family::Reference:
    case Family::Gc:
      break;
  }
  return fail(ErrorCode::illegal_opcode);
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::constant_value(Op op) {
  switch (info(op).immediates) {
    case Immediates::I32: {
      const u32 value = static_cast<u32>(in_.s32_leb());
      if (!take_reader_error()) return false;
      INVAR_EMIT(i32_const(value));
      break;
    }
    case Immediates::I64: {
      const u64 value = static_cast<u64>(in_.s64_leb());
      if (!take_reader_error()) return false;
      INVAR_EMIT(i64_const(value));
      break;
    }
    case Immediates::F32: {
      const u32 bits = in_.fixed32();
      if (!take_reader_error()) return false;
      INVAR_EMIT(f32_const(bits));
      break;
    }
    case Immediates::F64: {
      const u64 bits = in_.fixed64();
      if (!take_reader_error()) return false;
      INVAR_EMIT(f64_const(bits));
      break;
    }
    default: {
      const V128 value = in_.v128();
      if (!take_reader_error()) return false;
      INVAR_EMIT(v128_const(value));
      break;
    }
  }
  push(signature_of(op).results[0]);
  return true;
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::memory_access(Op op) {
  const Memarg memarg = read_memarg(in_, features_);
  const bool has_lane = info(op).immediates == Immediates::MemargLane;
  const u8 lane = has_lane ? in_.byte() : 0;
  if (!take_reader_error()) return false;
  if (checked && !check_memarg(op, memarg)) return false;
  if (checked && has_lane && lane >= lane_count(op)) return fail(ErrorCode::invalid_lane_index);
  if (!apply(signature_of(op), address_of_memory(memarg.memory))) return false;
  switch (info(op).family) {
    case Family::Load:
      INVAR_EMIT(load(op, memarg));
      break;
    case Family::Store:
      INVAR_EMIT(store(op, memarg));
      break;
    case Family::LoadLane:
      INVAR_EMIT(load_lane(op, memarg, lane));
      break;
    case Family::StoreLane:
      INVAR_EMIT(store_lane(op, memarg, lane));
      break;
    case Family::AtomicLoad:
      INVAR_EMIT(atomic_load(op, memarg));
      break;
    case Family::AtomicStore:
      INVAR_EMIT(atomic_store(op, memarg));
      break;
    case Family::AtomicRmw:
      INVAR_EMIT(atomic_rmw(op, memarg));
      break;
    case Family::AtomicCmpxchg:
      INVAR_EMIT(atomic_cmpxchg(op, memarg));
      break;
    case Family::AtomicWait:
      INVAR_EMIT(atomic_wait(op, memarg));
      break;
    default:
      INVAR_EMIT(atomic_notify(memarg));
      break;
  }
  return true;
}

/// memory.size, memory.grow and the bulk operations on memories.
template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::memory_op(Op op) {
  // A data index comes first; where there are two memories, the destination does.
  u32 data = 0;
  const Immediates immediates = info(op).immediates;
  if (immediates == Immediates::Data || immediates == Immediates::DataMemory) data = in_.u32_leb();
  if (op == Op::data_drop) {
    if (!take_reader_error() || (checked && !check_data(data))) return false;
    INVAR_EMIT(data_drop(data));
    return true;
  }
  const u32 memory = read_memory_index(in_, features_);
  const u32 source = immediates == Immediates::MemoryMemory ? read_memory_index(in_, features_) : memory;
  if (!take_reader_error()) return false;
  if (checked && (!check_memory(memory) || !check_memory(source))) return false;
  if (checked && op == Op::memory_init && !check_data(data)) return false;
  const ValType address = address_of_memory(memory), source_address = address_of_memory(source);
  switch (op) {
    case Op::memory_size:
      push(address);
      INVAR_EMIT(memory_size(memory));
      return true;
    case Op::memory_grow:
      if (!apply(signature_of(op), address)) return false;
      INVAR_EMIT(memory_grow(memory));
      return true;
    case Op::memory_fill:
      if (!pop(address) || !pop(type_i32) || !pop(address)) return false;
      INVAR_EMIT(memory_fill(memory));
      return true;
    case Op::memory_copy: {
      // The size is an address of the smaller kind.
      const ValType size = address == source_address ? address : type_i32;
      if (!pop(size) || !pop(source_address) || !pop(address)) return false;
      INVAR_EMIT(memory_copy(memory, source));
      return true;
    }
    default:
      if (!pop(type_i32) || !pop(type_i32) || !pop(address)) return false;
      INVAR_EMIT(memory_init(data, memory));
      return true;
  }
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::table_op(Op op) {
  u32 elem = 0;
  const Immediates immediates = info(op).immediates;
  if (immediates == Immediates::Elem || immediates == Immediates::ElemTable) elem = in_.u32_leb();
  if (op == Op::elem_drop) {
    if (!take_reader_error() || (checked && !check_elem(elem))) return false;
    INVAR_EMIT(elem_drop(elem));
    return true;
  }
  const u32 table = in_.u32_leb();
  const u32 source = immediates == Immediates::TableTable ? in_.u32_leb() : table;
  if (!take_reader_error()) return false;
  if (checked && (!check_table(table) || !check_table(source))) return false;
  if (checked && op == Op::table_init && !check_elem(elem)) return false;
  const ValType address = address_of_table(table), source_address = address_of_table(source);
  const ValType element = module_.tables[table].type.element;
  switch (op) {
    case Op::table_get:
      if (!pop(address)) return false;
      push(element);
      INVAR_EMIT(table_get(table));
      return true;
    case Op::table_set:
      if (!pop(element) || !pop(address)) return false;
      INVAR_EMIT(table_set(table));
      return true;
    case Op::table_size:
      push(address);
      INVAR_EMIT(table_size(table));
      return true;
    case Op::table_grow:
      if (!pop(address) || !pop(element)) return false;
      push(address);
      INVAR_EMIT(table_grow(table));
      return true;
    case Op::table_fill:
      if (!pop(address) || !pop(element) || !pop(address)) return false;
      INVAR_EMIT(table_fill(table));
      return true;
    case Op::table_copy: {
      const ValType from = module_.tables[source].type.element;
      if (checked && !types_.matches(from, element)) return fail_operand(element, from);
      const ValType size = address == source_address ? address : type_i32;
      if (!pop(size) || !pop(source_address) || !pop(address)) return false;
      INVAR_EMIT(table_copy(table, source));
      return true;
    }
    default: {
      const ValType from = module_.elems[elem].type;
      if (checked && !types_.matches(from, element)) return fail_operand(element, from);
      if (!pop(type_i32) || !pop(type_i32) || !pop(address)) return false;
      INVAR_EMIT(table_init(elem, table));
      return true;
    }
  }
}

}  // namespace invar
