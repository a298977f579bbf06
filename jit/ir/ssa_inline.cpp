// Small functions become part of their callers: the walk of the callee's body goes to the same sink, with locals of its
// own and a label in the place of the function's. Positions of what can stop there tell of both functions.
#include <algorithm>

#include "decoder/validate/function_walker.h"
#include "engine/runtime/engine.h"
#include "jit/ir/ssa_sink.h"

namespace invar::jit {

namespace {

constexpr u32 largest_callee = 100;  // bytes of its body
constexpr u32 deepest = 4;
constexpr u32 deepest_recursion = 2;
constexpr u32 growth = 300;  // bytes, and a quarter of the function's own
constexpr u32 most_locals = 32;

/// Leaves out what ends its own function's frame, and what goes on nowhere.
constexpr bool is_inlined(Op op) {
  switch (info(op).family) {
    case Family::Test:
    case Family::Compare:
    case Family::Unary:
    case Family::Binary:
    case Family::Load:
    case Family::Store:
    case Family::Const:
    case Family::Ternary:
    case Family::Shuffle:
    case Family::ExtractLane:
    case Family::ReplaceLane:
    case Family::LoadLane:
    case Family::StoreLane:
      return true;
    default:
      break;
  }
  constexpr Op others[] = {
      Op::nop,         Op::block,         Op::loop,
      Op::if_,         Op::else_,         Op::end,
      Op::br,          Op::br_if,         Op::return_,
      Op::call,        Op::call_indirect, Op::call_ref,
      Op::drop,        Op::select,        Op::select_t,
      Op::local_get,   Op::local_set,     Op::local_tee,
      Op::global_get,  Op::global_set,    Op::memory_size,
      Op::table_get,   Op::table_size,    Op::ref_null,
      Op::ref_is_null, Op::ref_eq,        Op::ref_as_non_null,
      Op::ref_i31,     Op::i31_get_s,     Op::i31_get_u,
      Op::struct_get,  Op::struct_get_s,  Op::struct_get_u,
      Op::struct_set,  Op::array_get,     Op::array_get_s,
      Op::array_get_u, Op::array_set,     Op::array_len,
  };
  return std::ranges::find(others, op) != std::end(others);
}

struct InlinedTable {
  bool of[op_count];
};
constexpr InlinedTable inlined_table = [] {
  InlinedTable table{};
  for (size_t i = 0; i < op_count; ++i) table.of[i] = is_inlined(static_cast<Op>(i));
  return table;
}();

struct InlinableSink : NullSink {
  void begin(const BodyInfo& body) { fits = body.locals.size() <= most_locals; }
  void instruction(Op op, u32 /*offset*/) { fits &= inlined_table.of[static_cast<size_t>(op)]; }
  void finish(bool reachable) { returns |= reachable; }
  void return_() { returns = true; }
  bool fits = true, returns = false;
};

}  // namespace

bool SsaSink::is_inlinable(u32 function) {
  if (function < module_.imported_functions || function < first_inlined_ || function > last_inlined_) return false;
  const ByteRange body = module_.functions[function].body;
  if (body.size > largest_callee || body.offset >= InlinedCode::first_position) return false;
  if (callers_.size() >= deepest || inlined_bytes_ + body.size > growth + own_bytes_ / 4) return false;
  u32 recursions = function == function_.index ? 1 : 0;
  for (const Caller& caller : callers_) recursions += caller.callee == function ? 1u : 0u;
  if (recursions > deepest_recursion) return false;
  const auto [known, is_new] = inlinable_.try_emplace(function, false);
  if (is_new) {
    InlinableSink sink;
    FunctionWalker<InlinableSink, false> walker(module_, sink);
    known->second = walker.walk(function).has_value() && sink.fits;
  }
  return known->second;
}

void SsaSink::inline_call(u32 function, u32 offset) {
  const FuncType& type = module_.func_type(function);
  inlined_bytes_ += module_.functions[function].body.size;
  function_.inlined.calls.push_back({function, offset});
  callers_.push_back({.callee = function,
                      .call = static_cast<u32>(function_.inlined.calls.size() - 1),
                      .label = static_cast<u32>(labels_.size()),
                      .locals = {},
                      .assigned = {},
                      .constructs = constructs_,
                      .entered = entered_,
                      .tick = tick_,
                      .fuel_count = fuel_count_,
                      .op = op_});
  Caller& caller = callers_.back();
  const auto arguments = stack_.end() - static_cast<std::ptrdiff_t>(type.params.size());
  caller.locals.assign(arguments, stack_.end());
  stack_.erase(arguments, stack_.end());
  for (Value& value : caller.locals) value = maker_.resolve(value);
  caller.locals.swap(locals_);  // the parameters now; begin_inlined() adds the rest
  std::swap(caller.assigned, assigned_);
  constructs_ = 0;
  entered_ = none;
  tick_ = no_value;
  fuel_count_ = 0;

  bool is_walked = assigned_.scan(module_, function);
  if (is_walked) {
    FunctionWalker<SsaSink, false> walker(module_, *this);
    is_walked = walker.walk(function).has_value();
  }
  if (!is_walked) fail();

  Caller& back = callers_.back();
  locals_.swap(back.locals);
  std::swap(assigned_, back.assigned);
  constructs_ = back.constructs;
  entered_ = back.entered;
  tick_ = back.tick;
  fuel_count_ = back.fuel_count;
  op_ = back.op;
  callers_.pop_back();
  if (dead()) {
    inlines_ = false;  // in the next attempt
    return;
  }
  const size_t first = stack_.size() - type.results.size();
  for (size_t i = 0; i < type.results.size(); ++i) {
    const ValType result = type.results[i];
    if (result.is_ref() && !result.nullable()) note_non_null(maker_.resolve(stack_[first + i]));
  }
  maker_.set_offset(offset);
}

void SsaSink::begin_inlined(const BodyInfo& body) {
  for (size_t i = locals_.size(); i < body.locals.size(); ++i) {
    const Type type = type_of(body.locals[i]);
    locals_.push_back(type == Type::v128 ? maker_.constant(V128{}) : maker_.constant(type, 0));
  }
  open_label(LabelKind::inlined, {{}, body.type->results});
  // Its caller or a loop asks whether the program is to be interrupted.
  begin_segment(false);
}

void SsaSink::finish_inlined(bool reachable) {
  Label& label = labels_.back();
  if (!reachable && label.edges == 0) return fail();  // goes on nowhere
  if (label.edges == 0) {
    const u32 results = label.results;
    stack_.erase(stack_.begin() + label.height, stack_.end() - results);
  } else {
    if (reachable) jump_to(0);
    bind(labels_.back());
  }
  settle_fuel();
  label_types_.resize(labels_.back().types);
  labels_.pop_back();
}

u32 SsaSink::inlined_position(u32 offset) {
  std::vector<InlinedCode::Position>& positions = function_.inlined.positions;
  positions.push_back({callers_.back().call, offset});
  return InlinedCode::first_position + static_cast<u32>(positions.size() - 1);
}

}  // namespace invar::jit
