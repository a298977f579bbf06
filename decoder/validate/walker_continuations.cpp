// The rules of continuations that do not depend on a sink. spec: valid/instructions
#include <fmt/format.h>

#include <algorithm>

#include "decoder/validate/walker_state.h"

namespace invar {

const FuncType* WalkerState::continuation_type(u32 type_index) {
  if (type_index >= types_.size()) {
    fail_unknown(ErrorCode::unknown_type, type_index);
    return nullptr;
  }
  const SubType& type = types_[type_index];
  if (type.kind == CompositeKind::cont) return &types_[type.continued].func;
  fail_unknown(ErrorCode::non_continuation_type, type_index);
  return nullptr;
}

const FuncType* WalkerState::last_continuation_type(std::span<const ValType> types, std::string_view whose) {
  const bool is_concrete = !types.empty() && types.back().is_ref() && types.back().heap().kind == Heap::index;
  if (is_concrete) return continuation_type(types.back().heap().index);
  fail(ErrorCode::type_mismatch,
       fmt::format(": instruction requires concrete continuation reference type but {} has {}", whose,
                   to_string(types)));
  return nullptr;
}

bool WalkerState::all_match(std::span<const ValType> from, std::span<const ValType> to) const {
  return from.size() == to.size() && std::equal(from.begin(), from.end(), to.begin(),
                                                [this](ValType a, ValType b) { return types_.matches(a, b); });
}

/// May a continuation with some parameters given stand for one of type `rest`? Their function types need no declared
/// relation.
bool WalkerState::check_bind(const FuncType& type, const FuncType& rest) {
  const std::span<const ValType> params = type.params;
  const bool ok = params.size() >= rest.params.size() && all_match(rest.params, params.last(rest.params.size())) &&
                  all_match(type.results, rest.results);
  return ok || fail(ErrorCode::type_mismatch,
                    fmt::format(": a continuation {} cannot become {}", to_string(type), to_string(rest)));
}

/// `results`: those of the continuation that is resumed.
bool WalkerState::check_on_clause(const OnClause& clause, std::span<const ValType> results) {
  const FuncType* tag = suspension_type(clause.tag);
  if (tag == nullptr) return false;
  if (clause.is_switch) {
    if (!tag->params.empty()) return fail(ErrorCode::type_mismatch, " in switch tag: it has parameters");
    const std::span<const ValType> tag_results = tag->results;
    // What is switched to hands its results to this resume, and the other way round: so neither may be wider.
    return (all_match(tag_results, results) && all_match(results, tag_results)) ||
           fail(ErrorCode::type_mismatch, fmt::format(" in switch tag: it has results {} but the continuation has {}",
                                                      to_string(tag_results), to_string(results)));
  }
  Control* target = label(clause.depth);
  if (target == nullptr) return false;
  const std::span<const ValType> wanted = target->label_types();
  const FuncType* suspended = last_continuation_type(wanted, "label");
  if (suspended == nullptr) return false;
  // The label gets the tag's parameters and what is left to do: that takes the tag's results.
  if (!all_match(tag->params, wanted.first(wanted.size() - 1))) {
    return fail(ErrorCode::type_mismatch, fmt::format(": label requires {} but tag {} has parameters {}",
                                                      to_string(wanted), clause.tag, to_string(tag->params)));
  }
  if (!all_match(suspended->params, tag->results) || !all_match(results, suspended->results)) {
    return fail(ErrorCode::type_mismatch,
                fmt::format(": label requires a continuation {} but the suspended one is {} -> {}",
                            to_string(*suspended), to_string(tag->results), to_string(results)));
  }
  if (live_) target->branched = true;
  return true;
}

bool WalkerState::check_switch(const FuncType& type, u32 tag_index) {
  const FuncType* tag = suspension_type(tag_index);
  if (tag == nullptr) return false;
  if (!tag->params.empty()) return fail(ErrorCode::type_mismatch, " in switch tag: it has parameters");
  const FuncType* own = last_continuation_type(type.params, "the continuation's parameter list");
  if (own == nullptr) return false;
  return (all_match(type.results, tag->results) && all_match(tag->results, own->results)) ||
         fail(ErrorCode::type_mismatch,
              fmt::format(": results {} of one continuation, {} of the switch tag and {} of the other",
                          to_string(type.results), to_string(tag->results), to_string(own->results)));
}

}  // namespace invar
