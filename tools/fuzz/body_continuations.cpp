#include <algorithm>

#include "tools/fuzz/body_generator.h"

namespace invar::fuzz {

/// Suspends, or resumes something and keeps what is suspended meanwhile. What continuations are of does not resume, or
/// there would be no end.
void BodyGenerator::continuation_statement(u32 depth) {
  const Plan::Continuations& plan = *plan_.continuations;
  // What is exported is rarely called by somebody who resumed it.
  if (function_ == plan.function || (function_ >= plan_.entries && choices_.chance(50))) {
    const FuncType& type = plan_.types[plan.tag].func;
    values(type.params, depth);
    op(Op::suspend, static_cast<u32>(plan_.tags.size()));
    return discard(type.results);
  }
  u32 resumed = plan.whole;
  if (plan.bound && choices_.chance(20)) resumed = *plan.bound;
  if (choices_.chance(20)) resumed = plan.rest;
  open(Op::block, {});
  resume(resumed, none, 1, depth);
  if (choices_.chance(60)) {  // again and again
    const auto kept = std::ranges::find(locals_, reference_to(plan.rest, true));
    open(Op::loop, {});
    resume(plan.rest, static_cast<u32>(kept - locals_.begin()), 2, depth);
    op(Op::br, 0);
    close();
  } else {
    i32_const(static_cast<s32>(pick(4)));
    leaf(reference_to(plan.rest, true));
    op(Op::table_set, plan.table);
  }
  close();
}

/// (block $suspended (result payload continuation) resume, discard the results, (br $done)) keep it. `local`: has what
/// is resumed, or none has; `done`: the label from within the block.
void BodyGenerator::resume(u32 resumed, u32 local, u32 done, u32 depth) {
  const Plan::Continuations& plan = *plan_.continuations;
  const FuncType& own = plan_.types[plan_.types[resumed].continued].func;
  const bool throws = choices_.chance(10);
  const u32 exception = pick(plan_.tags.size());
  std::vector<ValType> passed = plan_.types[plan.tag].func.params;
  passed.push_back(reference_to(plan.rest, false));
  open(Op::block, passed);
  values(throws ? plan_.types[plan_.tags[exception]].func.params : own.params, depth);
  if (local != none) {
    op(Op::local_get, local);
  } else {
    continuation_value(reference_to(resumed, true), depth);
    if (resumed == plan.rest) op(Op::br_on_null, done);
  }
  if (throws) {
    op(Op::resume_throw, resumed, exception);
  } else {
    op(Op::resume, resumed);
  }
  out_.u32_leb(1);
  out_.byte(0);  // an `on` clause with a label
  out_.u32_leb(static_cast<u32>(plan_.tags.size()));
  out_.u32_leb(0);
  discard(own.results);
  op(Op::br, done);
  close();
  discard(passed);
}

void BodyGenerator::continuation_value(ValType type, u32 depth) {
  const Plan::Continuations& plan = *plan_.continuations;
  const u32 index = type.heap().index;
  if (index != plan.rest) {
    const FuncType& function = plan_.function_type(plan.function);
    if (index == plan.bound) value(function.params[0], depth);
    op(Op::ref_func, plan.function);
    op(Op::cont_new, plan.whole);
    if (index == plan.bound) op(Op::cont_bind, plan.whole, index);
    return;
  }
  if (choices_.chance(20)) return leaf(type);
  i32_const(static_cast<s32>(pick(4)));
  op(Op::table_get, plan.table);
  if (!type.nullable()) op(Op::ref_as_non_null);
}

}  // namespace invar::fuzz
