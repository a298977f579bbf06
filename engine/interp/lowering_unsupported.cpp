// Instructions that this interpreter does not execute yet. Functions that contain them can be called; reaching one is a
// trap of its own kind.
#include "engine/interp/lowering_sink.h"

namespace invar::interp {

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

}  // namespace invar::interp
