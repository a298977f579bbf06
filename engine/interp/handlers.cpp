#include "engine/interp/handlers.h"

#include "engine/interp/numeric_handlers.h"

namespace invar::interp {

namespace {

const NumericRows& numeric_rows(Op op) {
  const auto i = static_cast<size_t>(op);
  if (integer_rows[i].values) return integer_rows[i];
  return float_rows[i].values ? float_rows[i] : vector_rows[i];
}

}  // namespace

Row unary_row(Op op, Loc source) { return numeric_rows(op).values + static_cast<u32>(source) * dst_count; }

Row binary_row(Op op, Loc a, Loc b) {
  const NumericRows& rows = numeric_rows(op);
  return rows.values + (static_cast<u32>(a) * rows.b_locs + static_cast<u32>(b)) * dst_count;
}

Row wide_binary_row(Op op, Loc a) { return numeric_rows(op).wide_values + static_cast<u32>(a) * dst_count; }

Handler branch_handler(Op op, Loc a, Loc b, bool taken_if) {
  const NumericRows& rows = numeric_rows(op);
  return rows.branches[(static_cast<u32>(a) * rows.b_locs + static_cast<u32>(b)) * 2 + (taken_if ? 1 : 0)];
}

Handler wide_branch_handler(Op op, Loc a) {
  const Handler* handlers = numeric_rows(op).wide_branches;
  return handlers ? handlers[static_cast<u32>(a)] : nullptr;
}

}  // namespace invar::interp
