// Continuations: calls of the functions that stand for their instructions (engine/interp/continuation_functions.h).
#include "jit/ir/ssa_sink.h"

namespace invar::jit {

using interp::ContinuationInstruction;

/// Calls the instruction's function, whose results become operands. Null, and the function is not compiled: there is
/// none.
const FuncType* SsaSink::call_in_place(const ContinuationInstruction& instruction) {
  const interp::ContinuationFunctions& functions = compiled_.continuation_functions();
  const std::optional<u32> number = functions.find(instruction);
  if (!number) return fail(), nullptr;
  const FuncType& type = functions.type(*number);
  call_function(static_cast<u32>(module_.functions.size()) + *number, type);
  return &type;
}

void SsaSink::cont_new(u32 type) {
  if (!dead()) call_in_place(ContinuationInstruction::cont_new(type));
}

void SsaSink::cont_bind(u32 from, u32 to) {
  if (!dead()) call_in_place(ContinuationInstruction::cont_bind(from, to));
}

void SsaSink::suspend(u32 tag) {
  if (!dead()) call_in_place(ContinuationInstruction::suspend(tag));
}

void SsaSink::switch_(u32 type, u32 tag) {
  if (!dead()) call_in_place(ContinuationInstruction::switch_(type, tag));
}

void SsaSink::resume(Op op, u32 type, u32 tag, std::span<const OnClause> clauses) {
  if (dead()) return;
  const FuncType* const called = call_in_place(ContinuationInstruction::resume(op, type, tag, clauses));
  if (called == nullptr) return;
  const ScratchVector<Value> results(stack_.end() - static_cast<std::ptrdiff_t>(called->results.size()), stack_.end());
  stack_.resize(stack_.size() - results.size());
  const auto push_results = [&](size_t first, size_t count) {
    for (size_t i = first; i < first + count; ++i) push(results[i]);
  };
  const size_t own = module_.continued(type).results.size();
  size_t next = 1 + own;
  for (u32 i = 0; i < clauses.size(); ++i) {
    if (clauses[i].is_switch) continue;
    const size_t count = module_.types[module_.tags[clauses[i].tag].type].func.params.size() + 1;
    const Value came_here = maker_.numeric(Op::i32_eq, maker_.resolve(results[0]), maker_.i32(i + 1));
    const u32 taken = fork(came_here), behind = maker_.block();
    maker_.set_block(taken);
    push_results(next, count);
    jump_to(clauses[i].depth);
    stack_.resize(stack_.size() - count);
    maker_.set_block(behind);
    next += count;
  }
  push_results(1, own);
}

}  // namespace invar::jit
