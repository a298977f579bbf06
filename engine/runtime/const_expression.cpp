#include "engine/runtime/const_expression.h"

#include <cstring>

#include "decoder/validate/function_walker.h"
#include "engine/runtime/reference.h"

namespace invar {

namespace {

/// An operand stack that computes as the walker goes.
struct EvaluatingSink : NullSink {
  using Value = ConstEvaluator::Value;

  explicit EvaluatingSink(Instance& of) : instance(of) {}

  Instance& instance;
  std::vector<Value> stack;
  TrapKind trap = TrapKind::none;

  void push(Slot slot) { stack.push_back({{slot, 0}}); }
  Slot pop() {
    const Slot slot = stack.back().slots[0];
    stack.pop_back();
    return slot;
  }

  void i32_const(u32 value) { push(value); }
  void i64_const(u64 value) { push(value); }
  void f32_const(u32 bits) { push(bits); }
  void f64_const(u64 bits) { push(bits); }
  void v128_const(const V128& value) {
    Value made;
    std::memcpy(made.slots, value.bytes, sizeof(value.bytes));
    stack.push_back(made);
  }
  void global_get(u32 index) { stack.push_back({{instance.globals[index][0], instance.globals[index][1]}}); }
  void ref_null(HeapType) { push(null_ref); }
  void ref_func(u32 function) { push(ref_of(instance.functions[function])); }
  void ref_i31() { push(ref_of_i31(static_cast<u32>(pop()))); }
  /// The two hierarchies share their references' form. spec: exec/instructions#any.convert_extern
  void convert_extern(Op) {}

  void binary(Op op) {
    const Slot b = pop(), a = pop();
    push(compute(op, a, b));
  }
  static Slot compute(Op op, Slot a, Slot b) {
    // What validation lets through. spec: valid/instructions#constant-expressions
    switch (op) {
      case Op::i32_add:
        return static_cast<u32>(a + b);
      case Op::i32_sub:
        return static_cast<u32>(a - b);
      case Op::i32_mul:
        return static_cast<u32>(a * b);
      case Op::i64_add:
        return a + b;
      case Op::i64_sub:
        return a - b;
      default:
        return a * b;
    }
  }

  // Objects of the collected heap.
  void struct_new(Op, u32) { refuse(); }
  void array_new(Op, u32) { refuse(); }
  void array_new_fixed(u32, u32) { refuse(); }
  void refuse() {
    trap = TrapKind::unsupported_instruction;
    push(null_ref);
  }
};

}  // namespace

struct ConstEvaluator::State {
  explicit State(Instance& instance) : sink(instance), walker(*instance.module, sink) {}
  EvaluatingSink sink;
  FunctionWalker<EvaluatingSink, false> walker;
};

ConstEvaluator::ConstEvaluator(Instance& instance) : state_(std::make_unique<State>(instance)) {}
ConstEvaluator::~ConstEvaluator() = default;

std::expected<ConstEvaluator::Value, TrapKind> ConstEvaluator::evaluate(const ConstExpr& expression, ValType type) {
  EvaluatingSink& sink = state_->sink;
  sink.stack.clear();
  const Module& module = *sink.instance.module;
  const auto walked = state_->walker.walk_const(expression, type, static_cast<u32>(module.globals.size()));
  // The expression is valid, so only an instruction that this build cannot run stops it.
  if (!walked || sink.stack.empty()) return std::unexpected(TrapKind::unsupported_instruction);
  if (sink.trap != TrapKind::none) return std::unexpected(std::exchange(sink.trap, TrapKind::none));
  return sink.stack.back();
}

}  // namespace invar
