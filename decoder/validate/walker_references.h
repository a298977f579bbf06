// FunctionWalker: references, structures and arrays. Included by function_walker.h.
#pragma once

namespace invar {

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::ref_null() {
  const HeapType heap = read_heap_type(in_, features_);
  if (!take_reader_error()) return false;
  if (checked && !check_heap_type(heap)) return false;
  push(ValType::reference(heap, true));
  INVAR_EMIT(ref_null(heap));
  return true;
}

template <class Sink, bool checked>
template <bool constant>
bool FunctionWalker<Sink, checked>::ref_func() {
  const u32 function = in_.u32_leb();
  if (!take_reader_error()) return false;
  if constexpr (checked) {
    if (function >= module_.functions.size()) return fail_unknown(ErrorCode::unknown_function, function);
    // A constant expression declares the functions that it names.
    if (!constant && !module_.declared_functions[function]) {
      return fail_unknown(ErrorCode::undeclared_function_reference, function);
    }
  }
  const bool is_exact = exact_ && module_.has_exact_type(function);
  push(ValType::reference({Heap::index, module_.functions[function].type, is_exact}, false));
  INVAR_EMIT(ref_func(function));
  return true;
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::ref_is_null() {
  ValType type;
  if (!pop_reference(type)) return false;
  push(type_i32);
  INVAR_EMIT(ref_is_null());
  return true;
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::ref_as_non_null() {
  ValType type;
  if (!pop_reference(type)) return false;
  push(not_null(type));
  INVAR_EMIT(ref_as_non_null());
  return true;
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::ref_eq() {
  constexpr ValType eqref = ValType::reference({Heap::eq, 0}, true);
  if (!pop(eqref) || !pop(eqref)) return false;
  push(type_i32);
  INVAR_EMIT(ref_eq());
  return true;
}

/// struct.new and struct.new_default, with or without a descriptor.
template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::struct_new(Op op) {
  const u32 type_index = in_.u32_leb();
  if (!take_reader_error()) return false;
  const SubType* type = composite_type(type_index, CompositeKind::struct_);
  if (type == nullptr) return false;
  const bool takes_descriptor = op == Op::struct_new_desc || op == Op::struct_new_default_desc;
  if (checked && type->has_descriptor() != takes_descriptor) {
    return fail(takes_descriptor ? ErrorCode::requires_no_descriptor : ErrorCode::requires_descriptor);
  }
  // A descriptor of a subtype would make the new object one of the subtype, fields or not: so it must be exact.
  if (takes_descriptor && !pop(ValType::reference({Heap::index, type->descriptor, true}, true))) return false;
  if (op == Op::struct_new || op == Op::struct_new_desc) {
    for (size_t i = type->fields.size(); i-- > 0 && !pops_anything();) {
      if (!pop(type->fields[i].type)) return false;
    }
  } else if (checked && !check_defaultable(type_index)) {
    return false;
  }
  push(new_reference(type_index));
  INVAR_EMIT(struct_new(op, type_index));
  return true;
}

/// struct.get, struct.get_s, struct.get_u and struct.set.
template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::struct_access(Op op) {
  const u32 type_index = in_.u32_leb();
  const u32 field_index = in_.u32_leb();
  if (!take_reader_error()) return false;
  const FieldType* field = struct_field(type_index, field_index);
  if (field == nullptr) return false;
  const ValType reference = ValType::reference({Heap::index, type_index}, true);
  if (op == Op::struct_set) {
    if (checked && !field->is_mutable) return fail_unknown(ErrorCode::immutable_field, field_index);
    if (!pop(field->type) || !pop(reference)) return false;
    INVAR_EMIT(struct_set(type_index, field_index));
    return true;
  }
  if (checked && !check_packing(*field, op != Op::struct_get)) return false;
  if (!pop(reference)) return false;
  push(field->type);
  INVAR_EMIT(struct_get(op, type_index, field_index));
  return true;
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::array_new(Op op) {
  const u32 type_index = in_.u32_leb();
  if (!take_reader_error()) return false;
  const FieldType* element = array_element(type_index);
  if (element == nullptr || !pop(type_i32)) return false;
  if (op == Op::array_new) {
    if (!pop(element->type)) return false;
  } else if (checked && !check_defaultable(type_index)) {
    return false;
  }
  push(new_reference(type_index));
  INVAR_EMIT(array_new(op, type_index));
  return true;
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::array_new_fixed() {
  const u32 type_index = in_.u32_leb();
  const u32 count = in_.u32_leb();
  if (!take_reader_error()) return false;
  const FieldType* element = array_element(type_index);
  if (element == nullptr) return false;
  if (count > max_array_new_fixed) return fail(ErrorCode::limit_exceeded, ": too many elements in array.new_fixed");
  for (u32 i = 0; i < count && !pops_anything(); ++i) {
    if (!pop(element->type)) return false;
  }
  push(new_reference(type_index));
  INVAR_EMIT(array_new_fixed(type_index, count));
  return true;
}

/// array.new_data and array.new_elem.
template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::array_new_segment(Op op) {
  const u32 type_index = in_.u32_leb();
  const u32 segment = in_.u32_leb();
  if (!take_reader_error()) return false;
  const FieldType* element = array_element(type_index);
  if (element == nullptr || (checked && !check_array_segment(op == Op::array_new_data, *element, segment)))
    return false;
  if (!pop(type_i32) || !pop(type_i32)) return false;
  push(new_reference(type_index));
  if (op == Op::array_new_data) {
    INVAR_EMIT(array_new_data(type_index, segment));
  } else {
    INVAR_EMIT(array_new_elem(type_index, segment));
  }
  return true;
}

/// array.init_data and array.init_elem.
template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::array_init(Op op) {
  const u32 type_index = in_.u32_leb();
  const u32 segment = in_.u32_leb();
  if (!take_reader_error()) return false;
  const FieldType* element = array_element(type_index);
  if (element == nullptr) return false;
  if constexpr (checked) {
    if (!element->is_mutable) return fail(ErrorCode::immutable_array);
    if (!check_array_segment(op == Op::array_init_data, *element, segment)) return false;
  }
  if (!pop(type_i32) || !pop(type_i32) || !pop(type_i32)) return false;
  if (!pop(ValType::reference({Heap::index, type_index}, true))) return false;
  if (op == Op::array_init_data) {
    INVAR_EMIT(array_init_data(type_index, segment));
  } else {
    INVAR_EMIT(array_init_elem(type_index, segment));
  }
  return true;
}

/// array.get, array.get_s, array.get_u and array.set.
template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::array_access(Op op) {
  const u32 type_index = in_.u32_leb();
  if (!take_reader_error()) return false;
  const FieldType* element = array_element(type_index);
  if (element == nullptr) return false;
  const ValType reference = ValType::reference({Heap::index, type_index}, true);
  if (op == Op::array_set) {
    if (checked && !element->is_mutable) return fail(ErrorCode::immutable_array);
    if (!pop(element->type) || !pop(type_i32) || !pop(reference)) return false;
    INVAR_EMIT(array_set(type_index));
    return true;
  }
  if (checked && !check_packing(*element, op != Op::array_get)) return false;
  if (!pop(type_i32) || !pop(reference)) return false;
  push(element->type);
  INVAR_EMIT(array_get(op, type_index));
  return true;
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::array_len() {
  if (!pop(ValType::reference({Heap::array, 0}, true))) return false;
  push(type_i32);
  INVAR_EMIT(array_len());
  return true;
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::array_fill() {
  const u32 type_index = in_.u32_leb();
  if (!take_reader_error()) return false;
  const FieldType* element = array_element(type_index);
  if (element == nullptr) return false;
  if (checked && !element->is_mutable) return fail(ErrorCode::immutable_array);
  if (!pop(type_i32) || !pop(element->type) || !pop(type_i32)) return false;
  if (!pop(ValType::reference({Heap::index, type_index}, true))) return false;
  INVAR_EMIT(array_fill(type_index));
  return true;
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::array_copy() {
  const u32 to = in_.u32_leb();
  const u32 from = in_.u32_leb();
  if (!take_reader_error()) return false;
  const FieldType* target_element = array_element(to);
  const FieldType* source_element = array_element(from);
  if (target_element == nullptr || source_element == nullptr) return false;
  if constexpr (checked) {
    if (!target_element->is_mutable) return fail(ErrorCode::immutable_array);
    if (source_element->packing != target_element->packing ||
        !types_.matches(source_element->type, target_element->type)) {
      return fail(ErrorCode::array_types_do_not_match);
    }
  }
  if (!pop(type_i32) || !pop(type_i32) || !pop(ValType::reference({Heap::index, from}, true))) return false;
  if (!pop(type_i32) || !pop(ValType::reference({Heap::index, to}, true))) return false;
  INVAR_EMIT(array_copy(to, from));
  return true;
}

/// ref.test and ref.cast, to a nullable type or not.
template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::ref_test(Op op) {
  const HeapType heap = read_heap_type(in_, features_);
  if (!take_reader_error()) return false;
  if (checked && (!check_heap_type(heap) || !check_cast(heap))) return false;
  if (!pop(ValType::reference({types_.top(heap), 0}, true))) return false;
  const ValType type = ValType::reference(heap, op == Op::ref_test_null || op == Op::ref_cast_null);
  if (op == Op::ref_test || op == Op::ref_test_null) {
    push(type_i32);
    INVAR_EMIT(ref_test(type));
  } else {
    push(type);
    INVAR_EMIT(ref_cast(type));
  }
  return true;
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::ref_get_desc() {
  const u32 type_index = in_.u32_leb();
  if (!take_reader_error()) return false;
  if (checked && !check_heap_type({Heap::index, type_index})) return false;
  const u32 descriptor = types_[type_index].descriptor;
  if (checked && descriptor == SubType::no_type) {
    return fail(ErrorCode::type_without_descriptor, ": type " + std::to_string(type_index));
  }
  ValType type;
  if (!pop_reference(type)) return false;
  // Only of an object whose type is known exactly is the descriptor's type.
  const bool is_exact = types_.matches(type, ValType::reference({Heap::index, type_index, true}, true));
  const ValType wanted = ValType::reference({Heap::index, type_index}, true);
  if (checked && !is_exact && !types_.matches(type, wanted)) return fail_operand(wanted, type);
  push(ValType::reference({Heap::index, descriptor, is_exact}, false));
  INVAR_EMIT(ref_get_desc(type_index));
  return true;
}

template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::ref_cast_desc(Op op) {
  const HeapType heap = read_heap_type(in_, features_);
  if (!take_reader_error()) return false;
  if (checked && (!check_heap_type(heap) || !check_has_descriptor(heap))) return false;
  if (!pop(descriptor_operand(heap)) || !pop(ValType::reference({types_.top(heap), 0}, true))) return false;
  const ValType type = ValType::reference(heap, op == Op::ref_cast_desc_eq_null);
  push(type);
  INVAR_EMIT(ref_cast_desc(type));
  return true;
}

/// any.convert_extern and extern.convert_any: null stays null.
template <class Sink, bool checked>
bool FunctionWalker<Sink, checked>::convert_extern(Op op) {
  const bool to_any = op == Op::any_convert_extern;
  const ValType from = ValType::reference({to_any ? Heap::extern_ : Heap::any, 0}, true);
  ValType type;
  if (!pop_reference(type)) return false;
  if (checked && !types_.matches(type, from)) return fail_operand(from, type);
  push(ValType::reference({to_any ? Heap::any : Heap::extern_, 0}, type.is_ref() && type.nullable()));
  INVAR_EMIT(convert_extern(op));
  return true;
}

}  // namespace invar
