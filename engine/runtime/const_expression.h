// Evaluation of constant expressions at instantiation. spec: valid/instructions#constant-expressions
#pragma once

#include <expected>
#include <memory>

#include "engine/runtime/objects.h"

namespace invar {

/// Evaluates constant expressions of one instance, whose functions and the globals so far are in place.
class ConstEvaluator {
 public:
  explicit ConstEvaluator(Instance& instance);
  ~ConstEvaluator();
  struct Value {
    Slot slots[2] = {0, 0};
  };
  /// `type` is the type that validation expected.
  std::expected<Value, TrapKind> evaluate(const ConstExpr& expression, ValType type);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace invar
