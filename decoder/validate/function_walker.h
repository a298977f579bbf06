// The one traversal of function bodies: decodes, validates, and tells a sink (sink.h) what it found.
#pragma once

#include "decoder/base/error.h"
#include "decoder/module.h"
#include "decoder/validate/sink.h"

namespace invar {

/// Walks function bodies and constant expressions of one module. Reusable: make one per thread and walk many.
///
/// `checked = false` walks code that a checked walk has accepted before: the same calls to the sink with the least
/// work.
template <class Sink, bool checked = true>
class FunctionWalker {
 public:
  FunctionWalker(const Module& module, Sink& sink);

  /// Walks the body of a defined function. Calls begin, the instructions, finish.
  Result<void> walk(u32 function);

  /// Walks a constant expression of type `expected`, which may read the immutable ones of the first `visible_globals`
  /// globals. Calls the instructions and, in the end, finish(true); not begin.
  Result<void> walk_const(const ConstExpr& expression, ValType expected, u32 visible_globals);
};

}  // namespace invar
