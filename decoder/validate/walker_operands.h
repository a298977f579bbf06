// FunctionWalker: the operand stack. Included by function_walker.h.
#pragma once

namespace invar {

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::pop(ValType expected) {
  if constexpr (checked) return pop_checked(expected);
  --top_;
  return true;
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::pop_any(ValType& type) {
  if constexpr (checked) return pop_any_checked(type);
  type = *--top_;
  return true;
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::pop_reference(ValType& type) {
  if constexpr (checked) return pop_reference_checked(type);
  type = *--top_;
  return true;
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::pop_types(std::span<const ValType> types) {
  if (!checked || top_equals(types)) {
    top_ -= types.size();
    return true;
  }
  return pop_types_slow(types);
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::push_types(std::span<const ValType> types) {
  if (!reserve(types.size())) return false;
  for (ValType type : types) push(type);
  return true;
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::exchange(std::span<const ValType> types) {
  if (types.empty() || top_equals(types)) return true;
  return pop_types(types) && push_types(types);
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::apply(const Signature& signature, ValType address) {
  if constexpr (checked) {
    if (!pop_signature_slow(signature, address)) return false;
  } else {
    top_ -= signature.param_count;
  }
  for (u32 i = 0; i < signature.result_count; ++i) push(signature.returns_address ? address : signature.results[i]);
  return true;
}

}  // namespace invar
