// Lowering of continuations. Where control may leave the frame for another stack, everything is in memory as at a call;
// clauses of resume and its like stand in the handler table, beside those for exceptions.
#include "engine/interp/lowering_sink.h"
#include "engine/runtime/call.h"

namespace invar::interp {

namespace {

constexpr ValType type_continuation = ValType::reference({Heap::cont, 0}, true);

}  // namespace

/// Operands in consecutive slots, and nothing in registers alone.
u32 LoweringSink::gather_for_switch(u32 count) {
  top_to_home(count);
  spill_registers();
  return gather(count);
}

void LoweringSink::finish_switch(std::span<const ValType> results) {
  registers_.clear();
  last_ = none;
  last_copy_ = none;
  push_slots(results);
}

void LoweringSink::cont_new(u32) {
  const u32 slot = gather_for_switch(1);
  code_.emit(continuation_handlers.cont_new, slot);
  finish_switch({{type_continuation}});
}

void LoweringSink::cont_bind(u32 from, u32 to) {
  const std::span<const ValType> params = module_.continued(from).params;
  const std::span<const ValType> bound = params.first(params.size() - module_.continued(to).params.size());
  const u32 slot = gather_for_switch(static_cast<u32>(bound.size()) + 1);
  code_.emit_wide(continuation_handlers.cont_bind, slot, 0, slots_of(bound));
  finish_switch({{type_continuation}});
}

void LoweringSink::suspend(u32 tag) {
  const FuncType& type = module_.types[module_.tags[tag].type].func;
  const u32 slot = gather_for_switch(static_cast<u32>(type.params.size()));
  code_.emit_wide(continuation_handlers.suspend, slot, 0, tag);
  finish_switch(type.results);
}

/// The first of the clauses in the handler table, or none.
u32 LoweringSink::add_on_clauses(std::span<const OnClause> clauses) {
  const u32 first = static_cast<u32>(handlers_.clauses.size());
  for (const OnClause& clause : clauses) {
    const u32 index = static_cast<u32>(handlers_.clauses.size());
    const u32 next = index + 1 < first + clauses.size() ? index + 1 : none;
    if (clause.is_switch) {
      handlers_.clauses.push_back(
          {.tag = clause.tag, .target = none, .payload_slot = 0, .ref_slot = none, .next = next});
      continue;
    }
    Label& target = label_at(clause.depth);
    const u32 payload = slots_of(module_.types[module_.tags[clause.tag].type].func.params);
    handlers_.clauses.push_back({.tag = clause.tag,
                                 .target = none,
                                 .payload_slot = target.slot,
                                 .ref_slot = target.slot + payload,
                                 .next = next});
    link_clause(target);
  }
  return clauses.empty() ? none : first;
}

void LoweringSink::resume(Op op, u32 type, u32 tag, std::span<const OnClause> clauses) {
  const FuncType& own = module_.continued(type);
  std::span<const ValType> values = own.params;
  if (op == Op::resume_throw) values = module_.types[module_.tags[tag].type].func.params;
  const u32 value_count = op == Op::resume_throw_ref ? 1 : static_cast<u32>(values.size());
  const u32 value_slots = op == Op::resume_throw_ref ? 1 : slots_of(values);
  const u32 slot = gather_for_switch(value_count + 1);
  const Handler handler = op == Op::resume         ? continuation_handlers.resume
                          : op == Op::resume_throw ? continuation_handlers.resume_throw
                                                   : continuation_handlers.resume_throw_ref;
  code_.emit(handler, slot, value_slots, link_);
  code_.append(tag);
  code_.emit_wide(continuation_handlers.resume_return, link_, 0, add_on_clauses(clauses));
  finish_call(own.results);
}

void LoweringSink::switch_(u32 type, u32 tag) {
  const FuncType& other = module_.continued(type);
  const std::span<const ValType> params = other.params;
  const u32 slot = gather_for_switch(static_cast<u32>(params.size()));
  code_.emit(continuation_handlers.switch_, slot, slots_of(params.first(params.size() - 1)));
  code_.append(tag);
  finish_switch(module_.continued(params.back().heap().index).params);
}

}  // namespace invar::interp
