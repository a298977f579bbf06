// Continuations: not executed yet. Each instruction has the right effect on the operand stack, and traps when control
// reaches it.
#include "engine/interp/lowering_sink.h"

namespace invar::interp {

namespace {

constexpr ValType type_continuation = ValType::reference({Heap::cont, 0}, true);

}  // namespace

void LoweringSink::cont_new(u32) { unsupported(1, {{type_continuation}}); }
void LoweringSink::cont_bind(u32 from, u32 to) {
  const size_t bound = continued(from).params.size() - continued(to).params.size();
  unsupported(static_cast<u32>(bound) + 1, {{type_continuation}});
}
void LoweringSink::suspend(u32 tag) {
  const FuncType& type = module_.types[module_.tags[tag].type].func;
  unsupported(static_cast<u32>(type.params.size()), type.results);
}
void LoweringSink::resume(Op op, u32 type, u32 tag, std::span<const OnClause>) {
  const FuncType& own = continued(type);
  size_t operands = own.params.size();
  if (op == Op::resume_throw) operands = module_.types[module_.tags[tag].type].func.params.size();
  if (op == Op::resume_throw_ref) operands = 1;
  unsupported(static_cast<u32>(operands) + 1, own.results);
}
void LoweringSink::switch_(u32 type, u32) {
  const FuncType& own = continued(type);
  unsupported(static_cast<u32>(own.params.size()), continued(own.params.back().heap().index).params);
}

}  // namespace invar::interp
