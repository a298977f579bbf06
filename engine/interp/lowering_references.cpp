// Lowering of references, structs, arrays and casts.
#include "engine/gc/cast.h"
#include "engine/interp/gc_handlers.h"
#include "engine/interp/lowering_sink.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/reference.h"

namespace invar::interp {

namespace {

constexpr bool is_signed_read(Op op) { return op == Op::struct_get_s || op == Op::array_get_s; }

}  // namespace

// References are 64-bit integers here; null is 0.

void LoweringSink::ref_null(HeapType type) { push(Entry::Where::constant, ValType::reference(type, true)).bits = 0; }

void LoweringSink::ref_is_null() { emit_test(Op::i64_eqz, take()); }

void LoweringSink::ref_func(u32 function) { bulk(bulk_handlers.ref_func, 0, {{type_funcref}}, function); }

void LoweringSink::ref_eq() {
  const Operand b = take();
  const Operand a = take();
  emit_binary(Op::i64_eq, a, b);
}

/// An instruction that looks at the top operand and leaves it where it is.
template <class HandlerAt>
void LoweringSink::check_top(HandlerAt handler_at, u32 upper) {
  const Operand a = locate(stack_.back());
  pinned_ = 0;
  code_.emit_wide(handler_at(a.loc), 0, a.slot, upper);
  last_ = none;
  last_copy_ = none;
}

void LoweringSink::ref_as_non_null() { check_top(ref_as_non_null_handler, 0); }

// Casts

ValType LoweringSink::engine_type(ValType type) const { return to_engine(type, compiled_.type_ids()); }

bool LoweringSink::names_object(ValType type) const {
  return gc::names_object(compiled_.engine().types(), engine_type(type));
}

void LoweringSink::ref_test(ValType type) {
  const Operand a = take();
  emit_result_upper(type_i32, ref_test_row(names_object(type), a.loc), a.slot, engine_type(type).bits());
}

void LoweringSink::ref_cast(ValType type) {
  const bool object = names_object(type);
  check_top([&](Loc loc) { return ref_cast_handler(object, loc); }, engine_type(type).bits());
}

void LoweringSink::ref_cast_desc(ValType type) {
  const u32 descriptor = take_in_slot();
  check_top([&](Loc loc) { return ref_cast_desc_handler(type.nullable(), loc); }, descriptor);
}

/// The reference stays on the stack on both paths.
void LoweringSink::br_on_cast(Op op, u32 depth, ValType, ValType to) {
  const bool by_descriptor = op == Op::br_on_cast_desc_eq || op == Op::br_on_cast_desc_eq_fail;
  const u32 descriptor = by_descriptor ? take_in_slot() : 0;
  to_home(stack_.size() - 1);
  const u32 slot = stack_.back().home;
  const bool on_match = op == Op::br_on_cast || op == Op::br_on_cast_desc_eq;
  const auto emit = [&](bool taken_if_matches) {
    const Handler handler = by_descriptor ? br_on_cast_desc_handler(to.nullable(), taken_if_matches)
                                          : br_on_cast_handler(names_object(to), taken_if_matches);
    const u32 at = code_.emit_wide(handler, slot, descriptor, 0);
    code_.append(engine_type(to).bits());
    last_ = none;
    last_copy_ = none;
    return at;
  };
  Label& label = label_at(depth);
  if (label.kind != LabelKind::function && !moves_needed(label)) {
    move_to_label(label);
    const u32 at = emit(on_match);
    link_branch(label, at + 1, at);
  } else {
    const u32 at = emit(!on_match);
    jump_around({at, at + 1}, depth);
  }
}

/// Both hierarchies write their references alike. spec: exec/instructions#any.convert_extern
void LoweringSink::convert_extern(Op) {}

void LoweringSink::ref_i31() {
  const Operand a = take();
  emit_result(type_reference, ref_i31_row(a.loc), a.slot, 0, 0);
}

void LoweringSink::i31_get(Op op) {
  const Operand a = take();
  emit_result(type_i32, i31_get_row(op == Op::i31_get_s, a.loc), a.slot, 0, 0);
}

// Objects

const gc::Layout& LoweringSink::layout_of(u32 type) const {
  return compiled_.engine().types().layout(compiled_.type_ids()[type]);
}

/// An instruction that may collect garbage: whatever the frame refers to must be in its slots.
void LoweringSink::allocate(Row row, u32 operands, u32 type, u32 upper) {
  const u32 slot = gather(operands);
  spill_registers();
  emit_result_upper(type_reference, row, slot, upper);
  code_.append(reinterpret_cast<u64>(&layout_of(type)));
}

void LoweringSink::struct_new(Op op, u32 type) {
  if (op == Op::struct_new_default_desc) return allocate(descriptor_rows.struct_new_default_desc, 1, type, 0);
  if (op == Op::struct_new_desc) {
    const u32 fields = static_cast<u32>(module_.types[type].fields.size());
    return allocate(descriptor_rows.struct_new_desc, fields + 1, type, 0);
  }
  if (op == Op::struct_new_default) return allocate(object_rows.struct_new_default, 0, type, 0);
  const Row row = layout_of(type).plain ? object_rows.struct_new_plain : object_rows.struct_new;
  allocate(row, static_cast<u32>(module_.types[type].fields.size()), type, 0);
}

void LoweringSink::ref_get_desc(u32) {
  const Operand object = take();
  emit_result(type_reference, ref_get_desc_row(object.loc), object.slot, 0, 0);
}

void LoweringSink::array_new(Op op, u32 type) {
  if (op == Op::array_new_default) return allocate(object_rows.array_new_default, 1, type, 0);
  allocate(object_rows.array_new, 2, type, 0);
}

void LoweringSink::array_new_fixed(u32 type, u32 count) { allocate(object_rows.array_new_fixed, count, type, count); }
void LoweringSink::array_new_data(u32 type, u32 data) { allocate(object_rows.array_new_data, 2, type, data); }
void LoweringSink::array_new_elem(u32 type, u32 elem) { allocate(object_rows.array_new_elem, 2, type, elem); }

void LoweringSink::struct_get(Op op, u32 type, u32 field) {
  const gc::Layout::Field& at = layout_of(type).fields[field];
  const Operand object = take();
  const Row row = struct_get_row(field_read(at.storage, is_signed_read(op)), object.loc);
  emit_result_upper(module_.types[type].fields[field].type, row, object.slot, at.offset);
}

void LoweringSink::struct_set(u32 type, u32 field) {
  const gc::Layout::Field& at = layout_of(type).fields[field];
  const Operand value = take(Immediate::bits16);
  const Operand object = take();
  pinned_ = 0;
  const u32 f1 = value.narrow();
  code_.emit_wide(struct_set_handler(field_write(at.storage), object.loc, value.loc), object.slot, f1, at.offset);
  last_ = none;
  last_copy_ = none;
}

void LoweringSink::array_get(Op op, u32 type) {
  const FieldType& element = module_.types[type].fields[0];
  const Operand index = take();
  const Operand array = take();
  const Row row = array_get_row(field_read(gc::storage_of(element), is_signed_read(op)), array.loc, index.loc);
  emit_result(element.type, row, array.slot, index.slot, 0);
}

void LoweringSink::array_set(u32 type) {
  const FieldType& element = module_.types[type].fields[0];
  const Operand value = take(Immediate::bits16);
  const Operand index = take();
  const Operand array = take();
  pinned_ = 0;
  const u32 f2 = value.narrow();
  const Handler handler = array_set_handler(field_write(gc::storage_of(element)), array.loc, index.loc, value.loc);
  code_.emit(handler, array.slot, index.slot, f2);
  last_ = none;
  last_copy_ = none;
}

void LoweringSink::array_len() {
  const Operand array = take();
  emit_result(type_i32, array_len_row(array.loc), array.slot, 0, 0);
}

void LoweringSink::whole_array(Handler handler, u32 operands, u32 type, u32 segment) {
  bulk(handler, operands, {}, segment);
  code_.append(static_cast<u64>(layout_of(type).element));
}

void LoweringSink::array_fill(u32 type) { whole_array(array_handlers.fill, 4, type, 0); }
void LoweringSink::array_copy(u32 to, u32) { whole_array(array_handlers.copy, 5, to, 0); }
void LoweringSink::array_init_data(u32 type, u32 data) { whole_array(array_handlers.init_data, 4, type, data); }
void LoweringSink::array_init_elem(u32 type, u32 elem) { whole_array(array_handlers.init_elem, 4, type, elem); }

}  // namespace invar::interp
