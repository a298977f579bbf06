#include "engine/runtime/const_expression.h"

#include <algorithm>
#include <cstring>

#include "decoder/validate/function_walker.h"
#include "engine/gc/array.h"
#include "engine/gc/descriptor.h"
#include "engine/gc/field.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/reference.h"
#include "engine/runtime/store.h"

namespace invar {

namespace {

/// An operand stack that computes as the walker goes. Values stand in it as in the slots of a frame, and the collector
/// sees them.
struct EvaluatingSink : NullSink {
  explicit EvaluatingSink(Instance& of) : instance(of) { of.heap->add(roots); }

  Instance& instance;
  gc::RootList roots;
  TrapKind trap = TrapKind::none;  // once it is set, what is computed is of no interest

  void push(Slot slot) { roots.slots.push_back(slot); }
  Slot pop() {
    const Slot slot = roots.slots.back();
    roots.slots.pop_back();
    return slot;
  }

  void i32_const(u32 value) { push(value); }
  void i64_const(u64 value) { push(value); }
  void f32_const(u32 bits) { push(bits); }
  void f64_const(u64 bits) { push(bits); }
  void v128_const(const V128& value) {
    Slot halves[2];
    std::memcpy(halves, value.bytes, sizeof halves);
    push(halves[0]);
    push(halves[1]);
  }
  void global_get(u32 index) {
    push(instance.globals[index][0]);
    if (slots_of(instance.module->globals[index].type.type) == 2) push(instance.globals[index][1]);
  }
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

  // Objects. Their operands stay on the stack while memory is allocated.

  const gc::Layout& layout_of(u32 type) const {
    return instance.store->engine().types().layout(instance.type_ids[type]);
  }
  const Slot* stack_end() const { return instance.store->stack_top; }
  Slot* top(u32 slots) { return roots.slots.data() + (roots.slots.size() - slots); }
  /// Replaces the operands by the new object.
  void replace(u32 operand_slots, const std::expected<gc::Object*, TrapKind>& made) {
    roots.slots.resize(roots.slots.size() - operand_slots);
    if (!made) trap = made.error();
    push(made ? ref_of(*made) : null_ref);
  }

  void struct_new(Op op, u32 type) {
    const gc::Layout& layout = layout_of(type);
    if (layout.descriptor != 0) return described_struct_new(op == Op::struct_new_default_desc, layout);
    const u32 operands = op == Op::struct_new ? layout.slots : 0;
    if (trap != TrapKind::none) return replace(operands, std::unexpected(trap));
    gc::Object* const made = instance.heap->new_struct(layout, stack_end());
    if (made == nullptr) return replace(operands, std::unexpected(TrapKind::allocation_failure));
    if (op == Op::struct_new) {
      gc::store_fields(made, layout, top(operands));
    } else {
      std::memset(made->at(gc::header_bytes), 0, layout.bytes - gc::header_bytes);
    }
    replace(operands, made);
  }
  void described_struct_new(bool defaults, const gc::Layout& layout) {
    const u32 operands = defaults ? 1 : layout.slots;
    if (trap != TrapKind::none) return replace(operands, std::unexpected(trap));
    replace(operands, gc::new_described_struct(*instance.heap, layout, top(operands), defaults, stack_end()));
  }
  void array_new(Op op, u32 type) {
    const gc::Layout& layout = layout_of(type);
    const u32 operands = op == Op::array_new ? gc::slots_of(layout.element) + 1 : 1;
    if (trap != TrapKind::none) return replace(operands, std::unexpected(trap));
    const u32 length = static_cast<u32>(roots.slots.back());
    if (op == Op::array_new) {
      return replace(operands, gc::array_new(*instance.heap, layout, length, top(operands), stack_end()));
    }
    gc::Object* const made = instance.heap->new_array(layout, length, true, stack_end());
    if (made == nullptr) return replace(operands, std::unexpected(TrapKind::allocation_failure));
    replace(operands, made);
  }
  void array_new_fixed(u32 type, u32 count) {
    const gc::Layout& layout = layout_of(type);
    const u32 operands = count * gc::slots_of(layout.element);
    if (trap != TrapKind::none) return replace(operands, std::unexpected(trap));
    replace(operands, gc::array_new_fixed(*instance.heap, layout, count, top(operands), stack_end()));
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
  sink.roots.slots.clear();
  sink.trap = TrapKind::none;
  const Module& module = *sink.instance.module;
  const auto walked = state_->walker.walk_const(expression, type, static_cast<u32>(module.globals.size()));
  if (sink.trap != TrapKind::none) return std::unexpected(sink.trap);
  // The expression is valid, so only an instruction that this build cannot run stops it.
  const std::vector<Slot>& slots = sink.roots.slots;
  if (!walked || slots.size() < slots_of(type)) return std::unexpected(TrapKind::unsupported_instruction);
  Value value;
  std::copy_n(slots.data(), slots_of(type), value.slots);
  return value;
}

}  // namespace invar
