#include "tools/fuzz/plan.h"

namespace invar::fuzz {

namespace {

constexpr ValType numbers[] = {type_i32, type_i64, type_f32, type_f64, type_v128};
constexpr Heap abstract_heaps[] = {Heap::any,   Heap::eq,   Heap::i31,     Heap::struct_,
                                   Heap::array, Heap::func, Heap::extern_, Heap::exn};

/// A defaultable type.
ValType some_type(const Plan& plan, Choices& choices) {
  if (plan.plain) return numbers[choices.below(std::size(numbers))];
  if (choices.below(3) != 2) return numbers[choices.below(std::size(numbers))];
  const u32 concrete = plan.grouped;
  const u32 pick = choices.below(static_cast<u32>(std::size(abstract_heaps)) + concrete);
  if (pick < std::size(abstract_heaps)) return nullable(abstract_heaps[pick]);
  return reference_to(pick - static_cast<u32>(std::size(abstract_heaps)), true);
}

FieldType some_field(const Plan& plan, Choices& choices) {
  const u32 pick = choices.below(8);
  FieldType field{.type = type_i32, .is_mutable = choices.below(8) != 7};
  if (pick == 6) {
    field.packing = Packing::i8;
  } else if (pick == 7) {
    field.packing = Packing::i16;
  } else {
    field.type = some_type(plan, choices);
  }
  return field;
}

void add_function_type(Plan& plan, FuncType type) {
  if (plan.find_function_type(type)) return;
  SubType made;
  made.func = std::move(type);
  made.group_start = static_cast<u32>(plan.types.size());
  plan.functions_types.push_back(made.group_start);
  plan.types.push_back(std::move(made));
}

std::vector<ValType> some_types(const Plan& plan, Choices& choices, u32 most) {
  std::vector<ValType> types(choices.below(most + 1));
  for (ValType& type : types) {
    type = some_type(plan, choices);
    if (type.is_ref() && choices.below(4) == 3) type = type.with_nullable(false);
  }
  return types;
}

bool is_sub_heap(const Plan& plan, HeapType sub, HeapType super) {
  if (sub == super) return true;
  if (sub.kind == Heap::index) {
    const SubType& type = plan.types[sub.index];
    if (super.kind == Heap::index) {
      return type.supertype != SubType::no_supertype && is_sub_heap(plan, {Heap::index, type.supertype}, super);
    }
    switch (type.kind) {
      case CompositeKind::func:
        return super.kind == Heap::func;
      case CompositeKind::struct_:
        return super.kind == Heap::struct_ || super.kind == Heap::eq || super.kind == Heap::any;
      case CompositeKind::array:
        return super.kind == Heap::array || super.kind == Heap::eq || super.kind == Heap::any;
      case CompositeKind::cont:
        return super.kind == Heap::cont;
    }
  }
  if (super.kind == Heap::any) return top_of(sub.kind) == Heap::any;
  if (super.kind == Heap::eq) return sub.kind == Heap::i31 || sub.kind == Heap::struct_ || sub.kind == Heap::array;
  return false;
}

void plan_types(Plan& plan, Choices& choices) {
  const u32 structs = 1 + choices.below(3), arrays = 1 + choices.below(3);
  plan.grouped = structs + arrays;
  plan.types.resize(plan.grouped);
  for (u32 i = 0; i < plan.grouped; ++i) {
    SubType& type = plan.types[i];
    type.group_size = plan.grouped;
    type.is_final = choices.below(4) == 3;
    if (i < structs) {
      type.kind = CompositeKind::struct_;
      // Each may extend the one before it.
      if (i > 0 && !plan.types[i - 1].is_final && choices.below(2) == 1) {
        type.supertype = i - 1;
        type.fields = plan.types[i - 1].fields;
      }
      for (u32 left = choices.below(4); left > 0; --left) type.fields.push_back(some_field(plan, choices));
      plan.structs.push_back(i);
    } else {
      type.kind = CompositeKind::array;
      type.fields = {some_field(plan, choices)};
      plan.arrays.push_back(i);
    }
  }
  add_function_type(plan, {});
  for (u32 i = 0; i < 3; ++i) add_function_type(plan, {{}, some_types(plan, choices, 3)});
  for (u32 i = 0; i < 4; ++i) {
    std::vector<ValType> params = some_types(plan, choices, 4);
    add_function_type(plan, {std::move(params), some_types(plan, choices, 3)});
  }
}

u32 add_continuation_type(Plan& plan, const FuncType& type) {
  add_function_type(plan, type);
  SubType made;
  made.kind = CompositeKind::cont;
  made.continued = *plan.find_function_type(type);
  made.group_start = static_cast<u32>(plan.types.size());
  plan.types.push_back(made);
  return made.group_start;
}

void plan_continuations(Plan& plan, Choices& choices) {
  Plan::Continuations made;
  // One that is not exported, if there is such.
  const u32 count = static_cast<u32>(plan.functions.size()), first = count > plan.entries ? plan.entries : 0;
  made.function = first + choices.below(count - first);
  const FuncType function = plan.function_type(made.function);
  made.whole = add_continuation_type(plan, function);
  if (!function.params.empty()) {
    made.bound = add_continuation_type(plan, {{function.params.begin() + 1, function.params.end()}, function.results});
  }
  FuncType type{some_types(plan, choices, 2), some_types(plan, choices, 2)};
  made.rest = add_continuation_type(plan, {type.results, function.results});
  add_function_type(plan, type);
  made.tag = *plan.find_function_type(type);
  // Handlers' blocks have the payload and the continuation as results.
  type.params.push_back(reference_to(made.rest, false));
  add_function_type(plan, {{}, std::move(type.params)});
  made.table = static_cast<u32>(plan.tables.size());
  plan.tables.push_back({.element = reference_to(made.rest, true), .limits = {4, 9, true}});
  plan.continuations = std::move(made);
}

}  // namespace

bool Plan::is_subtype(ValType sub, ValType super) const {
  if (sub == super) return true;
  if (!sub.is_ref() || !super.is_ref() || (sub.nullable() && !super.nullable())) return false;
  return is_sub_heap(*this, sub.heap(), super.heap());
}

std::optional<u32> Plan::find_function_type(const FuncType& type) const {
  for (const u32 index : functions_types) {
    if (types[index].func == type) return index;
  }
  return std::nullopt;
}

Plan make_plan(Choices& choices) {
  Plan plan;
  plan.plain = choices.below(2) == 1;
  plan_types(plan, choices);

  // Tags, and what their handlers' blocks need: the payload as results, with and without the exception.
  for (u32 left = 1 + choices.below(3); left > 0; --left) {
    const std::vector<ValType> payload = some_types(plan, choices, 3);
    add_function_type(plan, {payload, {}});
    plan.tags.push_back(*plan.find_function_type({payload, {}}));
    add_function_type(plan, {{}, payload});
    std::vector<ValType> with_exception = payload;
    with_exception.push_back(type_exnref.with_nullable(false));
    add_function_type(plan, {{}, std::move(with_exception)});
  }

  std::vector<u32> without_parameters;
  for (const u32 index : plan.functions_types) {
    if (plan.types[index].func.params.empty()) without_parameters.push_back(index);
  }
  plan.entries = 1 + choices.below(3);
  const u32 others = choices.below(5);
  for (u32 i = 0; i < plan.entries; ++i) {
    plan.functions.push_back(without_parameters[choices.below(static_cast<u32>(without_parameters.size()))]);
  }
  for (u32 i = 0; i < others; ++i) {
    plan.functions.push_back(plan.functions_types[choices.below(static_cast<u32>(plan.functions_types.size()))]);
  }

  plan.memories = {{.limits = {1, 3, true}}, {.limits = {1, 2, true}, .is_64 = true}};
  if (choices.below(2) == 1) plan.memories.push_back({.limits = {100, 1000, true}, .page_size_log2 = 0});
  plan.tables = {{.element = type_funcref, .limits = {8, 12, true}},
                 {.element = nullable(Heap::any), .limits = {4, 9, true}},
                 {.element = type_externref, .limits = {4, 9, true}, .is_64 = true}};
  if (choices.below(3) == 2) plan_continuations(plan, choices);
  if (plan.plain) {
    for (const ValType type : numbers) plan.globals.push_back({type, true});
    return plan;
  }
  for (const ValType type : numbers) plan.globals.push_back({type, true});
  for (const Heap heap : {Heap::any, Heap::exn, Heap::func}) plan.globals.push_back({nullable(heap), true});
  plan.globals.push_back({reference_to(plan.structs.back(), true), true});
  plan.globals.push_back({reference_to(plan.arrays.back(), true), true});
  for (u32 left = choices.below(3); left > 0; --left) plan.globals.push_back({some_type(plan, choices), true});
  return plan;
}

}  // namespace invar::fuzz
