#include "tools/fuzz/body_generator.h"

namespace invar::fuzz {

BodyGenerator::BodyGenerator(const Plan& plan, u32 function, Choices& choices)
    : plan_(plan), choices_(choices), function_(function), type_(plan.function_type(function)), locals_(type_.params) {}

ByteWriter BodyGenerator::generate() {
  constexpr ValType always[] = {type_i32, type_i64, type_f32, type_f64, type_v128, type_exnref};
  std::vector<ValType> declared(std::begin(always), plan_.plain ? std::begin(always) + 5 : std::end(always));
  for (u32 left = pick(4); left > 0; --left) declared.push_back(plan_.globals[pick(plan_.globals.size())].type);
  if (plan_.continuations) declared.push_back(reference_to(plan_.continuations->rest, true));
  out_.u64_leb(declared.size());
  for (const ValType type : declared) {
    out_.u32_leb(1);
    write_val_type(out_, type);
    locals_.push_back(type);
  }
  labels_.push_back({.types = type_.results});
  statements(0);
  statements(0);
  values(type_.results, 0);
  op(Op::end);
  return std::move(out_);
}

ByteWriter generate_body(const Plan& plan, u32 function, Choices& choices) {
  return BodyGenerator(plan, function, choices).generate();
}

void BodyGenerator::statements(u32 depth) {
  for (u32 left = pick(depth < 2 ? 6 : 3); left > 0 && budget_ > 0; --left) statement(depth + 1);
}

void BodyGenerator::statement(u32 depth) {
  if (budget_ == 0 || choices_.exhausted()) return;
  --budget_;
  if (plan_.continuations && choices_.chance(25)) return continuation_statement(depth);
  switch (pick(plan_.plain ? 8 : 10)) {
    case 0:
    case 1:
      return set_variable(depth);
    case 2:
    case 3:
      return store_statement(depth);
    case 4:
      return branch_statement(depth);
    case 5: {
      const u32 function = pick(plan_.functions.size());
      call(function, depth);
      return discard(plan_.function_type(function).results);
    }
    case 6:
      return memory_statement(depth);
    case 7:
      if (plan_.plain && choices_.chance(70)) {
        open(choices_.chance(50) ? Op::loop : Op::block, {});
        statements(depth);
        return close();
      }
      return table_statement(depth);
    case 9:
      return object_statement(depth);
    default: {
      open(choices_.chance(50) ? Op::loop : Op::block, {});
      statements(depth);
      return close();
    }
  }
}

/// Takes values off the stack, into locals where some fit.
void BodyGenerator::discard(std::span<const ValType> types) {
  for (size_t i = types.size(); i-- > 0;) {
    u32 into = none;
    for (u32 local = 0; local < locals_.size(); ++local) {
      if (plan_.is_subtype(types[i], locals_[local])) into = local;
    }
    if (into != none) {
      op(Op::local_set, into);
    } else {
      op(Op::drop);
    }
  }
}

void BodyGenerator::set_variable(u32 depth) {
  const u32 at = pick(locals_.size() + plan_.globals.size());
  if (at < locals_.size()) {
    value(locals_[at], depth);
    return op(Op::local_set, at);
  }
  const u32 global = at - static_cast<u32>(locals_.size());
  value(plan_.globals[global].type, depth);
  op(Op::global_set, global);
}

void BodyGenerator::memory_statement(u32 depth) {
  const u32 memory = pick(plan_.memories.size()), other = pick(plan_.memories.size());
  const ValType type = plan_.memories[memory].address_type(), from = plan_.memories[other].address_type();
  switch (pick(8)) {
    case 0:
      return op(Op::data_drop, pick(Plan::data_count));
    case 1:
    case 2:
      address(memory, 1, depth);
      small_index(type_i32, 16, depth);
      small_index(type_i32, 16, depth);
      return op(Op::memory_init, pick(Plan::data_count), memory);
    case 3:
    case 4:
      address(memory, 1, depth);
      value(type_i32, depth);
      small_index(type, 64, depth);
      return op(Op::memory_fill, memory);
    default:
      address(memory, 1, depth);
      address(other, 1, depth);
      small_index(type == type_i64 && from == type_i64 ? type_i64 : type_i32, 64, depth);
      return op(Op::memory_copy, memory, other);
  }
}

void BodyGenerator::table_statement(u32 depth) {
  const u32 table = plan_.plain ? 0 : pick(plan_.tables.size());
  const ValType type = plan_.tables[table].address_type(), element = plan_.tables[table].element;
  switch (pick(8)) {
    case 0:
      return op(Op::elem_drop, pick(Plan::elem_count));
    case 1:
      if (table >= Plan::elem_count) break;  // no segment fits
      small_index(type, 4, depth);
      small_index(type_i32, 4, depth);
      small_index(type_i32, 4, depth);
      return op(Op::table_init, table == 0 ? Plan::function_segment : Plan::any_segment, table);
    case 2:
      small_index(type, 4, depth);
      value(element, depth);
      small_index(type, 4, depth);
      return op(Op::table_fill, table);
    case 3:
      for (u32 i = 0; i < 3; ++i) small_index(type, 4, depth);
      return op(Op::table_copy, table, table);
    default:
      break;
  }
  small_index(type, 8, depth);
  value(element, depth);
  op(Op::table_set, table);
}

void BodyGenerator::object_statement(u32 depth) {
  const u32 index = pick(plan_.grouped);
  const SubType& type = plan_.types[index];
  if (type.kind == CompositeKind::struct_) {
    if (type.fields.empty()) return;
    const u32 field = pick(type.fields.size());
    if (!type.fields[field].is_mutable) return;
    object(index, depth);
    value(type.fields[field].type, depth);
    return op(Op::struct_set, index, field);
  }
  const FieldType& element = type.fields[0];
  if (!element.is_mutable) return;
  object(index, depth);
  small_index(type_i32, 4, depth);
  switch (pick(5)) {
    case 0:
      value(element.type, depth);
      small_index(type_i32, 4, depth);
      return op(Op::array_fill, index);
    case 1:
      object(index, depth);
      small_index(type_i32, 4, depth);
      small_index(type_i32, 4, depth);
      return op(Op::array_copy, index, index);
    case 2: {
      const bool functions = plan_.is_subtype(type_funcref, element.type);
      if (element.type.is_ref() && !functions && !plan_.is_subtype(nullable(Heap::any), element.type)) break;
      small_index(type_i32, 4, depth);
      small_index(type_i32, 4, depth);
      if (!element.type.is_ref()) return op(Op::array_init_data, index, pick(Plan::data_count));
      return op(Op::array_init_elem, index, functions ? Plan::function_segment : Plan::any_segment);
    }
    default:
      break;
  }
  value(element.type, depth);
  op(Op::array_set, index);
}

}  // namespace invar::fuzz
