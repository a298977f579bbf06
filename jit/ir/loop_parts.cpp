#include "jit/ir/loop_parts.h"

#include "engine/semantics/identities.h"

namespace invar::jit {

Comparison comparison_of(const Function& function, Value condition, bool is_zero) {
  const Node& node = function.nodes[condition];
  Comparison made{Op::i32_ne, condition, no_value};
  if (node.kind == Kind::numeric && node.op == Op::i32_eqz) {
    made = {Op::i32_eq, node.inputs[0], no_value};
  } else if (node.kind == Kind::numeric && semantics::inverse(node.op) != Op::unreachable) {
    made = {node.op, node.inputs[0], node.inputs[1]};
  }
  if (is_zero) made.relation = semantics::inverse(made.relation);
  return made;
}

ScratchVector<bool> live_nodes(const Function& function) {
  ScratchVector<bool> live(function.nodes.size());
  ScratchVector<Value> work;
  const auto mark = [&](Value value) {
    if (live[value]) return;
    live[value] = true;
    work.push_back(value);
  };
  for (const Block& block : function.blocks) {
    for (const Value value : block.nodes) {
      if (!is_pure(function.nodes[value].kind)) mark(value);
    }
  }
  while (!work.empty()) {
    const Value value = work.back();
    work.pop_back();
    for (const Value input : function.inputs(function.nodes[value])) mark(input);
  }
  return live;
}

}  // namespace invar::jit
