// FunctionWalker: continuations. Included by function_walker.h.
#pragma once

namespace invar {

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::cont_new() {
  const u32 type_index = in_.u32_leb();
  if (!take_reader_error()) return false;
  if (continuation_type(type_index) == nullptr) return false;
  if (!pop(ValType::reference({Heap::index, types_[type_index].continued}, true))) return false;
  push(new_reference(type_index));
  INVAR_EMIT(cont_new(type_index));
  return true;
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::cont_bind() {
  const u32 from = in_.u32_leb();
  const u32 to = in_.u32_leb();
  if (!take_reader_error()) return false;
  const FuncType* type = continuation_type(from);
  const FuncType* rest = type == nullptr ? nullptr : continuation_type(to);
  if (rest == nullptr || (checked && !check_bind(*type, *rest))) return false;
  const std::span<const ValType> bound = std::span(type->params).first(type->params.size() - rest->params.size());
  if (!pop(ValType::reference({Heap::index, from}, true)) || !pop_types(bound)) return false;
  push(new_reference(to));
  INVAR_EMIT(cont_bind(from, to));
  return true;
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::suspend() {
  const u32 tag = in_.u32_leb();
  if (!take_reader_error()) return false;
  const FuncType* type = suspension_type(tag);
  if (type == nullptr || !pop_types(type->params) || !push_types(type->results)) return false;
  INVAR_EMIT(suspend(tag));
  return true;
}

/// resume, resume_throw and resume_throw_ref.
template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::resume(Op op) {
  const u32 type_index = in_.u32_leb();
  const u32 tag = op == Op::resume_throw ? in_.u32_leb() : 0;
  if (!take_reader_error()) return false;
  const FuncType* type = continuation_type(type_index);
  const FuncType* thrown = type == nullptr || op != Op::resume_throw ? nullptr : tag_type(tag);
  if (type == nullptr || (op == Op::resume_throw && thrown == nullptr)) return false;
  on_clauses_.clear();
  for (u32 left = in_.u32_leb(); left > 0 && in_.ok(); --left) {
    const OnClause clause = read_on_clause(in_);
    if (!take_reader_error()) return false;
    if constexpr (checked) {
      if (!check_on_clause(clause, type->results)) return false;
    } else if (!clause.is_switch) {
      label(clause.depth)->branched = true;
    }
    on_clauses_.push_back(clause);
  }
  if (!take_reader_error() || !pop(ValType::reference({Heap::index, type_index}, true))) return false;
  if (op == Op::resume_throw_ref) {
    if (!pop(type_exnref)) return false;
  } else if (!pop_types(thrown != nullptr ? thrown->params : type->params)) {
    return false;
  }
  if (!push_types(type->results)) return false;
  INVAR_EMIT(resume(op, type_index, tag, on_clauses_));
  return true;
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::switch_() {
  const u32 type_index = in_.u32_leb();
  const u32 tag = in_.u32_leb();
  if (!take_reader_error()) return false;
  const FuncType* type = continuation_type(type_index);
  if (type == nullptr || (checked && !check_switch(*type, tag))) return false;
  // The last parameter is the continuation that this instruction makes of the code that it leaves.
  const FuncType& own = types_[types_[type->params.back().heap().index].continued].func;
  if (!pop(ValType::reference({Heap::index, type_index}, true))) return false;
  if (!pop_types(std::span(type->params).first(type->params.size() - 1)) || !push_types(own.params)) return false;
  INVAR_EMIT(switch_(type_index, tag));
  return true;
}

}  // namespace invar
