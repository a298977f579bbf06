// FunctionWalker: blocks, branches, exceptions and calls. Included by function_walker.h.
#pragma once

namespace invar {

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::set_unreachable() {
  top_ = floor_;
  frame().unreachable = true;
  live_ = false;
  return checked || skip_dead();
}

/// Skips valid dead code up to what ends the block or begins its next arm.
template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::skip_dead() {
  u32 depth = 0;
  while (in_.ok()) {
    const u8* const start = in_.pos();
    const Op op = read_op(in_, features_);
    if (op == no_op) break;
    switch (op) {
      case Op::block:
      case Op::loop:
      case Op::if_:
      case Op::try_:
      case Op::try_table:
        ++depth;
        break;
      case Op::else_:
      case Op::catch_:
      case Op::catch_all:
      case Op::end:
      case Op::delegate:
        if (depth == 0) {
          in_.set_pos(start);
          return true;
        }
        if (op == Op::end || op == Op::delegate) --depth;
        break;
      default:
        break;
    }
    skip_immediates(in_, op, features_);
  }
  return take_reader_error();
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::begin_block(Op op, FrameKind kind) {
  instruction(op);
  BlockType type;
  if (!read_block_types(type)) return false;
  if (kind == FrameKind::if_ && !pop(type_i32)) return false;
  if (!pop_types(type.params)) return false;
  switch (kind) {
    case FrameKind::loop:
      INVAR_EMIT(loop(type));
      break;
    case FrameKind::if_:
      INVAR_EMIT(if_(type));
      break;
    case FrameKind::try_:
      INVAR_EMIT(try_(type));
      break;
    default:
      INVAR_EMIT(block(type));
      break;
  }
  push_frame(kind, type, live_);
  return push_types(type.params);
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::try_table() {
  BlockType type;
  if (!read_block_types(type) || !pop_types(type.params)) return false;
  clauses_.clear();
  for (u32 left = in_.u32_leb(); left > 0 && in_.ok(); --left) {
    const CatchClause clause = read_catch_clause(in_);
    if (!take_reader_error()) return false;
    if constexpr (checked) {
      if (!check_catch_clause(clause)) return false;
    } else {
      label(clause.depth)->branched = true;
    }
    clauses_.push_back(clause);
  }
  if (!take_reader_error()) return false;
  INVAR_EMIT(try_table(type, clauses_));
  push_frame(FrameKind::try_table, type, live_);
  return push_types(type.params);
}

/// Checks the operands at the end of a block or of an arm of it, and drops them.
template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::end_arm() {
  if constexpr (checked) {
    const std::span<const ValType> results = frame().result_types();
    if (static_cast<size_t>(top_ - floor_) > results.size()) return fail_block_end(results);
    if (!pop_types(results)) return false;
  }
  top_ = floor_;
  return true;
}

/// Goes on behind else or catch.
template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::next_arm(FrameKind kind) {
  Control& control = frame();
  control.branched |= live_;
  control.kind = kind;
  control.unreachable = false;
  live_ = control.live;
  forget_inits(control.inits);
  return true;
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::else_() {
  if (frame().kind != FrameKind::if_) return fail(ErrorCode::end_opcode_expected);
  if (!end_arm()) return false;
  if (frame().live) {
    sink_.instruction(Op::else_, at_);
    sink_.else_(live_);
  }
  return next_arm(FrameKind::else_) && push_types(frame().param_types());
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::catch_() {
  const u32 tag = in_.u32_leb();
  if (!take_reader_error()) return false;
  if (frame().kind != FrameKind::try_ && frame().kind != FrameKind::catch_) {
    return fail(ErrorCode::end_opcode_expected);
  }
  const FuncType* type = tag_type(tag);
  if (type == nullptr || !end_arm()) return false;
  if (frame().live) {
    sink_.instruction(Op::catch_, at_);
    sink_.catch_(tag, live_);
  }
  return next_arm(FrameKind::catch_) && push_types(type->params);
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::catch_all() {
  if (frame().kind != FrameKind::try_ && frame().kind != FrameKind::catch_) {
    return fail(ErrorCode::end_opcode_expected);
  }
  if (!end_arm()) return false;
  if (frame().live) {
    sink_.instruction(Op::catch_all, at_);
    sink_.catch_all(live_);
  }
  return next_arm(FrameKind::catch_all);
}

/// Closes the innermost block behind its last arm, whose operands are gone already.
template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::leave_frame() {
  const Control closed = frame();
  forget_inits(closed.inits);
  control_.pop_back();
  if (control_.empty()) return true;
  // An `if` without `else` goes on behind its end; a loop's label is at its beginning.
  const bool reached = live_ || closed.kind == FrameKind::if_ || (closed.branched && closed.kind != FrameKind::loop);
  live_ = closed.live && reached;
  set_floor();
  if (!push_types(closed.result_types())) return false;
  return checked || live_ || skip_dead();
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::delegate() {
  const u32 depth = in_.u32_leb();
  if (!take_reader_error()) return false;
  if (frame().kind != FrameKind::try_) return fail(ErrorCode::end_opcode_expected);
  if (!end_arm()) return false;
  if (checked && depth >= control_.size() - 1) return fail_unknown(ErrorCode::unknown_label, depth);
  if (frame().live) {
    sink_.instruction(Op::delegate, at_);
    sink_.delegate(depth, live_);
  }
  return leave_frame();
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::end() {
  if (!end_arm()) return false;
  const Control& control = frame();
  if (checked && control.kind == FrameKind::if_ && !check_if_without_else(control)) return false;
  if (control.live) {
    sink_.instruction(Op::end, at_);
    if (control_.size() == 1) {
      sink_.finish(live_);
    } else {
      sink_.end(live_);
    }
  }
  return leave_frame();
}

/// The target of a branch, marked as reached.
template <class Sink, bool checked>
Control* FunctionWalker<Sink, checked>::target(u32 depth) {
  Control* found = label(depth);
  if (found != nullptr && live_) found->branched = true;
  return found;
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::br() {
  const u32 depth = in_.u32_leb();
  if (!take_reader_error()) return false;
  const Control* to = target(depth);
  if (to == nullptr || !pop_types(to->label_types())) return false;
  INVAR_EMIT(br(depth));
  return set_unreachable();
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::br_if() {
  const u32 depth = in_.u32_leb();
  if (!take_reader_error()) return false;
  const Control* to = target(depth);
  if (to == nullptr || !pop(type_i32) || !exchange(to->label_types())) return false;
  INVAR_EMIT(br_if(depth));
  return true;
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::br_table() {
  const u32 count = in_.u32_leb();
  if (!take_reader_error() || !pop(type_i32)) return false;
  if (count >= in_.remaining()) return fail(ErrorCode::unexpected_end_of_section);
  labels_.clear();
  ++visits_;
  size_t arity = 0;
  for (u32 i = 0; i <= count; ++i) {
    const u32 depth = in_.u32_leb();
    if (!take_reader_error()) return false;
    labels_.push_back(depth);
    Control* to = target(depth);
    if (to == nullptr) return false;
    // A table may name a label many times; the types are checked once.
    if (!checked || to->visit == visits_) continue;
    to->visit = visits_;
    const std::span<const ValType> types = to->label_types();
    if (i == 0) arity = types.size();
    if (types.size() != arity) return fail(ErrorCode::type_mismatch, ": labels of br_table differ in arity");
    if (!check_top(types)) return false;
  }
  INVAR_EMIT(br_table(labels_));
  return set_unreachable();
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::return_() {
  if (!pop_types(own_type_->results)) return false;
  INVAR_EMIT(return_());
  return set_unreachable();
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::br_on_null() {
  const u32 depth = in_.u32_leb();
  if (!take_reader_error()) return false;
  const Control* to = target(depth);
  ValType type;
  if (to == nullptr || !pop_reference(type) || !exchange(to->label_types())) return false;
  push(not_null(type));
  INVAR_EMIT(br_on_null(depth));
  return true;
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::br_on_non_null() {
  const u32 depth = in_.u32_leb();
  if (!take_reader_error()) return false;
  const Control* to = target(depth);
  if (to == nullptr) return false;
  const std::span<const ValType> types = to->label_types();
  if (checked && (types.empty() || !types.back().is_ref())) {
    return fail(ErrorCode::type_mismatch, ": the label's last type must be a reference");
  }
  if (!pop(types.back().with_nullable(true)) || !exchange(types.first(types.size() - 1))) return false;
  INVAR_EMIT(br_on_non_null(depth));
  return true;
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::br_on_cast(Op op) {
  const u8 flags = read_cast_flags(in_);
  const u32 depth = in_.u32_leb();
  const ValType from = ValType::reference(read_heap_type(in_, features_), (flags & cast_source_nullable) != 0);
  const ValType to_type = ValType::reference(read_heap_type(in_, features_), (flags & cast_target_nullable) != 0);
  if (!take_reader_error()) return false;
  const bool by_descriptor = op == Op::br_on_cast_desc_eq || op == Op::br_on_cast_desc_eq_fail;
  if constexpr (checked) {
    if (!check_type(from) || !check_type(to_type) || !check_cast(from.heap()) || !check_cast(to_type.heap()))
      return false;
    if (by_descriptor && !check_has_descriptor(to_type.heap())) return false;
  }
  const Control* to = target(depth);
  if (to == nullptr) return false;
  const std::span<const ValType> types = to->label_types();
  // What is left of the source type if the cast does not succeed.
  const ValType rest = to_type.nullable() ? from.with_nullable(false) : from;
  const bool on_fail = op == Op::br_on_cast_fail || op == Op::br_on_cast_desc_eq_fail;
  if constexpr (checked) {
    // With custom descriptors, a cast may go anywhere in its hierarchy.
    const bool related = exact_ ? types_.top(from.heap()) == types_.top(to_type.heap()) : types_.matches(to_type, from);
    if (!related) return fail_operand(from, to_type);
    if (types.empty()) return fail(ErrorCode::type_mismatch, ": the label's last type must be a reference");
    const ValType carried = on_fail ? rest : to_type;
    if (!types_.matches(carried, types.back())) return fail_operand(types.back(), carried);
  }
  if (by_descriptor && !pop(descriptor_operand(to_type.heap()))) return false;
  if (!pop(from) || !exchange(types.first(types.size() - 1))) return false;
  push(on_fail ? to_type : rest);
  INVAR_EMIT(br_on_cast(op, depth, from, to_type));
  return true;
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::throw_() {
  const u32 tag = in_.u32_leb();
  if (!take_reader_error()) return false;
  const FuncType* type = tag_type(tag);
  if (type == nullptr || !pop_types(type->params)) return false;
  INVAR_EMIT(throw_(tag));
  return set_unreachable();
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::rethrow() {
  const u32 depth = in_.u32_leb();
  if (!take_reader_error()) return false;
  const Control* to = label(depth);
  if (to == nullptr) return false;
  if (checked && to->kind != FrameKind::catch_ && to->kind != FrameKind::catch_all) {
    return fail(ErrorCode::invalid_rethrow_label);
  }
  INVAR_EMIT(rethrow(depth));
  return set_unreachable();
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::finish_call(const FuncType& type, bool tail) {
  if (checked && tail && !check_tail_call(type)) return false;
  return pop_types(type.params) && (tail || push_types(type.results));
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::call(bool tail) {
  const u32 function = in_.u32_leb();
  if (!take_reader_error()) return false;
  if (checked && function >= module_.functions.size()) return fail_unknown(ErrorCode::unknown_function, function);
  if (!finish_call(module_.func_type(function), tail)) return false;
  if (tail) {
    INVAR_EMIT(return_call(function));
    return set_unreachable();
  }
  INVAR_EMIT(call(function));
  return true;
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::call_indirect(bool tail) {
  const u32 type_index = in_.u32_leb();
  const u32 table = read_table_index(in_, features_);
  if (!take_reader_error()) return false;
  if constexpr (checked) {
    if (!check_table(table)) return false;
    const ValType element = module_.tables[table].type.element;
    if (!types_.matches(element, type_funcref)) return fail_operand(type_funcref, element);
  }
  const FuncType* type = function_type(type_index);
  if (type == nullptr || !pop(address_of_table(table)) || !finish_call(*type, tail)) return false;
  if (tail) {
    INVAR_EMIT(return_call_indirect(type_index, table));
    return set_unreachable();
  }
  INVAR_EMIT(call_indirect(type_index, table));
  return true;
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::call_ref(bool tail) {
  const u32 type_index = in_.u32_leb();
  if (!take_reader_error()) return false;
  const FuncType* type = function_type(type_index);
  if (type == nullptr || !pop(ValType::reference({Heap::index, type_index}, true)) || !finish_call(*type, tail)) {
    return false;
  }
  if (tail) {
    INVAR_EMIT(return_call_ref(type_index));
    return set_unreachable();
  }
  INVAR_EMIT(call_ref(type_index));
  return true;
}

}  // namespace invar
