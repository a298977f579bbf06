#include "engine/interp/continuation_functions.h"

#include <algorithm>
#include <ranges>

#include "decoder/implementation_limits.h"
#include "decoder/module.h"
#include "decoder/validate/function_walker.h"
#include "engine/interp/lowering_sink.h"

namespace invar::interp {

namespace {

using Clause = ContinuationInstruction::Clause;

/// Of parameters and results, in all functions of a module.
constexpr size_t most_values = size_t{1} << 20;

constexpr ValType type_continuation = ValType::reference({Heap::cont, 0}, true);

const FuncType& type_of_tag(const Module& module, u32 tag) { return module.types[module.tags[tag].type].func; }

/// What labels of many clauses are passed may be more than functions have results, and MachineState::results room.
bool results_fit(const Module& module, const ContinuationInstruction& instruction) {
  const size_t of_type = instruction.is_resumption() ? module.continued(instruction.type).results.size() : 0;
  size_t results = 1 + of_type;
  for (const Clause& clause : instruction.clauses) {
    if (!clause.is_switch) results += 1 + type_of_tag(module, clause.tag).params.size();
    if (results > max_results) return false;
  }
  return true;
}

void append(std::vector<ValType>& to, std::span<const ValType> types) {
  for (const ValType type : types) to.push_back(type.is_ref() ? type.with_nullable(true) : type);
}

FuncType function_type(const Module& module, const ContinuationInstruction& instruction) {
  const auto& [op, type, to, tag, clauses] = instruction;
  FuncType made;
  switch (op) {
    case Op::cont_new:
      return {{type_funcref}, {type_continuation}};
    case Op::cont_bind: {
      const std::span<const ValType> params = module.continued(type).params;
      append(made.params, params.first(params.size() - module.continued(to).params.size()));
      made.params.push_back(type_continuation);
      made.results.push_back(type_continuation);
      return made;
    }
    case Op::suspend:
      append(made.params, type_of_tag(module, tag).params);
      append(made.results, type_of_tag(module, tag).results);
      return made;
    case Op::switch_: {
      const std::span<const ValType> params = module.continued(type).params;
      append(made.params, params.first(params.size() - 1));
      made.params.push_back(type_continuation);
      append(made.results, module.continued(params.back().heap().index).params);
      return made;
    }
    default:
      break;
  }
  if (op == Op::resume) append(made.params, module.continued(type).params);
  if (op == Op::resume_throw) append(made.params, type_of_tag(module, tag).params);
  if (op == Op::resume_throw_ref) made.params.push_back(type_exnref);
  made.params.push_back(type_continuation);
  made.results.push_back(type_i32);
  append(made.results, module.continued(type).results);
  for (const Clause& clause : clauses) {
    if (clause.is_switch) continue;
    append(made.results, type_of_tag(module, clause.tag).params);
    made.results.push_back(type_continuation);
  }
  return made;
}

struct Collector : NullSink {
  void cont_new(u32 type) { found.insert({ContinuationInstruction::cont_new(type), 0}); }
  void cont_bind(u32 from, u32 to) { found.insert({ContinuationInstruction::cont_bind(from, to), 0}); }
  void suspend(u32 tag) { found.insert({ContinuationInstruction::suspend(tag), 0}); }
  void switch_(u32 type, u32 tag) { found.insert({ContinuationInstruction::switch_(type, tag), 0}); }
  void resume(Op op, u32 type, u32 tag, std::span<const OnClause> clauses) {
    found.insert({ContinuationInstruction::resume(op, type, tag, clauses), 0});
  }
  std::map<ContinuationInstruction, u32> found;
};

}  // namespace

ContinuationInstruction ContinuationInstruction::resume(Op op, u32 type, u32 tag, std::span<const OnClause> on) {
  ContinuationInstruction made{.op = op, .type = type, .tag = op == Op::resume_throw ? tag : 0};
  made.clauses.reserve(on.size());
  for (const OnClause& clause : on) made.clauses.push_back({clause.tag, clause.is_switch});
  return made;
}

ContinuationFunctions::ContinuationFunctions(const Module& module) : module_(&module) {
  const auto is_continuation = [](const SubType& type) { return type.kind == CompositeKind::cont; };
  if (std::ranges::none_of(module.types.all(), is_continuation)) return;
  Collector collector;
  FunctionWalker<Collector, false> walker(module, collector);
  for (u32 i = module.imported_functions; i < module.functions.size(); ++i) (void)walker.walk(i);
  numbers_ = std::move(collector.found);
  size_t values = 0;
  for (auto it = numbers_.begin(); it != numbers_.end();) {
    auto& [instruction, number] = *it;
    FuncType type;
    const bool fits = values < most_values && results_fit(module, instruction);
    if (fits) type = function_type(module, instruction);
    if (!fits || type.params.size() > max_params) {
      it = numbers_.erase(it);
      continue;
    }
    values += type.params.size() + type.results.size();
    number = size();
    functions_.push_back({&instruction, std::move(type)});
    ++it;
  }
}

std::optional<u32> ContinuationFunctions::find(const ContinuationInstruction& instruction) const {
  const auto it = numbers_.find(instruction);
  if (it == numbers_.end()) return std::nullopt;
  return it->second;
}

void ContinuationFunctions::walk(u32 number, u32 function, LoweringSink& sink) const {
  const Function& walked = functions_[number];
  const auto& [op, type, to, tag, clauses] = *walked.instruction;
  const FuncType& own = walked.type;
  const bool has_clauses = walked.instruction->is_resumption();
  std::vector<ValType> locals = own.params;
  if (has_clauses) locals.insert(locals.end(), own.results.begin(), own.results.end());
  sink.begin({.function = function, .type = &own, .locals = locals});
  if (has_clauses) {
    walk_resume(walked, sink);
    return sink.finish(true);
  }
  for (u32 i = 0; i < own.params.size(); ++i) sink.local_get(i);
  if (op == Op::cont_new) {
    sink.cont_new(type);
  } else if (op == Op::cont_bind) {
    sink.cont_bind(type, to);
  } else if (op == Op::suspend) {
    sink.suspend(tag);
  } else {
    sink.switch_(type, tag);
  }
  sink.finish(true);
}

/// Blocks in each other, the innermost one for the last clause; what comes out of each goes to locals, which are like
/// the results, and control to the end of a block around them all.
void ContinuationFunctions::walk_resume(const Function& function, LoweringSink& sink) const {
  const auto& [op, type, to, tag, clauses] = *function.instruction;
  const std::span<const ValType> results = function.type.results;
  const u32 first_local = static_cast<u32>(function.type.params.size());
  /// Of a clause, among the results.
  struct Values {
    u32 clause, first, count;
  };
  std::vector<Values> passed;
  std::vector<OnClause> on;
  const u32 own = static_cast<u32>(module_->continued(type).results.size());
  u32 next = 1 + own;
  for (u32 i = 0; i < clauses.size(); ++i) {
    on.push_back({.tag = clauses[i].tag, .depth = 0, .is_switch = clauses[i].is_switch});
    if (clauses[i].is_switch) continue;
    passed.push_back({i, next, static_cast<u32>(type_of_tag(*module_, clauses[i].tag).params.size()) + 1});
    next += passed.back().count;
  }
  const auto to_locals = [&](u32 first, u32 count) {
    for (u32 i = count; i-- > 0;) sink.local_set(first_local + first + i);
  };
  sink.block({{}, {}});
  for (u32 i = 0; i < passed.size(); ++i) {
    sink.block({{}, results.subspan(passed[i].first, passed[i].count)});
    on[passed[i].clause].depth = static_cast<u32>(passed.size()) - 1 - i;
  }
  for (u32 i = 0; i < first_local; ++i) sink.local_get(i);
  sink.resume(op, type, tag, on);
  to_locals(1, own);
  u32 depth = static_cast<u32>(passed.size());
  sink.br(depth);
  for (const Values& values : std::views::reverse(passed)) {
    sink.end(false);
    to_locals(values.first, values.count);
    sink.i32_const(values.clause + 1);
    sink.local_set(first_local);
    sink.br(--depth);
  }
  sink.end(false);
  for (u32 i = 0; i < results.size(); ++i) sink.local_get(first_local + i);
}

}  // namespace invar::interp
