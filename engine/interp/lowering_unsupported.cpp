// Instructions that this interpreter does not execute yet. Functions that contain them can be called; reaching one is a
// trap of its own kind.
#include "engine/interp/lowering_sink.h"

namespace invar::interp {

namespace {

constexpr ValType type_reference = ValType::reference({Heap::any, 0}, true);

}  // namespace

void LoweringSink::unsupported(u32 operands, std::span<const ValType> results) {
  bulk(control_handlers.unsupported, operands, results, 0);
}

// Exceptions

void LoweringSink::try_table(const BlockType& type, std::span<const CatchClause>) {
  code_.emit(control_handlers.unsupported);
  block(type);
}
void LoweringSink::throw_(u32) { code_.emit(control_handlers.unsupported); }
void LoweringSink::throw_ref() { code_.emit(control_handlers.unsupported); }
void LoweringSink::try_(const BlockType& type) {
  code_.emit(control_handlers.unsupported);
  block(type);
}

/// The clauses of a legacy try begin with nothing of the block's on the stack.
void LoweringSink::next_clause(bool reachable) {
  const Label& label = labels_.back();
  if (reachable) top_to_home(label.results);
  while (stack_.size() > label.height) pop();
  after_label();
}
void LoweringSink::catch_(u32 tag, bool reachable) {
  next_clause(reachable);
  push_slots(module_.types[module_.tags[tag].type].func.params);
}
void LoweringSink::catch_all(bool reachable) { next_clause(reachable); }
void LoweringSink::delegate(u32, bool reachable) { end(reachable); }
void LoweringSink::rethrow(u32) { code_.emit(control_handlers.unsupported); }

// Garbage collection

void LoweringSink::br_on_cast(Op, u32, ValType, ValType) { unsupported(1, {{type_reference}}); }
void LoweringSink::struct_new(Op op, u32 type) {
  const u32 fields = static_cast<u32>(module_.types[type].fields.size());
  unsupported(op == Op::struct_new ? fields : 0, {{type_reference}});
}
void LoweringSink::struct_get(Op, u32 type, u32 field) { unsupported(1, {{module_.types[type].fields[field].type}}); }
void LoweringSink::struct_set(u32, u32) { unsupported(2, {}); }
void LoweringSink::array_new(Op op, u32) { unsupported(op == Op::array_new ? 2 : 1, {{type_reference}}); }
void LoweringSink::array_new_fixed(u32, u32 count) { unsupported(count, {{type_reference}}); }
void LoweringSink::array_new_data(u32, u32) { unsupported(2, {{type_reference}}); }
void LoweringSink::array_new_elem(u32, u32) { unsupported(2, {{type_reference}}); }
void LoweringSink::array_get(Op, u32 type) { unsupported(2, {{module_.types[type].fields[0].type}}); }
void LoweringSink::array_set(u32) { unsupported(3, {}); }
void LoweringSink::array_len() { unsupported(1, {{type_i32}}); }
void LoweringSink::array_fill(u32) { unsupported(4, {}); }
void LoweringSink::array_copy(u32, u32) { unsupported(5, {}); }
void LoweringSink::array_init_data(u32, u32) { unsupported(4, {}); }
void LoweringSink::array_init_elem(u32, u32) { unsupported(4, {}); }
void LoweringSink::ref_test(ValType) { unsupported(1, {{type_i32}}); }
void LoweringSink::ref_cast(ValType) { unsupported(1, {{type_reference}}); }
void LoweringSink::convert_extern(Op) { unsupported(1, {{type_reference}}); }
void LoweringSink::ref_i31() { unsupported(1, {{type_reference}}); }
void LoweringSink::i31_get(Op) { unsupported(1, {{type_i32}}); }

}  // namespace invar::interp
