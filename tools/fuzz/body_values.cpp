#include <array>
#include <bit>

#include "decoder/validate/signature.h"
#include "tools/fuzz/body_generator.h"

namespace invar::fuzz {

namespace {

constexpr u32 max_depth = 6;

/// Can it be written with nothing but its operands? (Constants are made elsewhere; a wait might not end.)
bool is_plain(const OpInfo& row) {
  return row.signature.find(':') != row.signature.npos && row.family != Family::Const && row.family != Family::Table &&
         row.family != Family::AtomicWait;
}

/// The plain instructions with one result of each kind, and those without one.
struct Rows {
  std::array<std::vector<Op>, 5> values;
  std::vector<Op> effects;

  Rows() {
    for (size_t i = 0; i < op_count; ++i) {
      const OpInfo& row = op_infos[i];
      if (!is_plain(row)) continue;
      const std::string_view results = row.signature.substr(row.signature.find(':') + 1);
      if (results.size() != 1) {
        effects.push_back(static_cast<Op>(i));
      } else if (results == "a") {  // memory.size and memory.grow, for either address type
        values[0].push_back(static_cast<Op>(i));
        values[1].push_back(static_cast<Op>(i));
      } else {
        const ValType type = signature_of(static_cast<Op>(i)).results[0];
        values[static_cast<size_t>(type.kind())].push_back(static_cast<Op>(i));
      }
    }
  }
};

const Rows& rows() {
  static const Rows all;
  return all;
}

/// Lanes of a vector instruction, from its mnemonic ("i8x16.…") or its access.
u32 lanes_of(const OpInfo& row) {
  if (row.access != 0) return 16u / row.access;
  const size_t x = row.mnemonic.find('x');
  return row.mnemonic[x + 1] == '1' ? 16 : static_cast<u32>(row.mnemonic[x + 1] - '0');
}

}  // namespace

void BodyGenerator::i32_const(s32 value) {
  op(Op::i32_const);
  out_.s32_leb(value);
}

void BodyGenerator::constant(ValType type) {
  constexpr u64 edges[] = {0,         1, 2, 31, 63, 0x7fffffff, 0x80000000, ~u64{0}, u64{1} << 63, 0x3ff0000000000000,
                           0x7fc00000};
  u64 bits = edges[pick(std::size(edges))];
  if (choices_.chance(30)) bits = choices_.bits64();
  switch (type.kind()) {
    case ValKind::i32:
      return i32_const(static_cast<s32>(bits));
    case ValKind::i64:
      op(Op::i64_const);
      return out_.s64_leb(static_cast<s64>(bits));
    case ValKind::f32:
      op(Op::f32_const);
      return out_.fixed32(static_cast<u32>(bits));
    case ValKind::f64:
      op(Op::f64_const);
      return out_.fixed64(bits);
    default:
      op(Op::v128_const);
      out_.fixed64(bits);
      return out_.fixed64(bits * 0x9e3779b97f4a7c15);
  }
}

/// A local or global that holds such a value, if there is one.
bool BodyGenerator::variable(ValType type) {
  const size_t count = locals_.size() + plan_.globals.size();
  const size_t start = pick(count);
  for (size_t i = 0; i < count; ++i) {
    const size_t at = (start + i) % count;
    const bool is_local = at < locals_.size();
    const ValType held = is_local ? locals_[at] : plan_.globals[at - locals_.size()].type;
    if (!plan_.is_subtype(held, type)) continue;
    op(is_local ? Op::local_get : Op::global_get, static_cast<u32>(is_local ? at : at - locals_.size()));
    return true;
  }
  return false;
}

void BodyGenerator::leaf(ValType type) {
  if (choices_.chance(70) && variable(type)) return;
  if (!type.is_ref()) return constant(type);
  const HeapType heap = type.heap();
  if (!type.nullable() && heap.kind == Heap::index) {
    const SubType& object = plan_.types[heap.index];
    if (object.kind == CompositeKind::struct_) return op(Op::struct_new_default, heap.index);
    if (object.kind == CompositeKind::array) {
      i32_const(4);
      return op(Op::array_new_default, heap.index);
    }
  }
  if (!type.nullable() && (heap.kind == Heap::any || heap.kind == Heap::eq || heap.kind == Heap::i31)) {
    i32_const(1);
    return op(Op::ref_i31);
  }
  op(Op::ref_null);
  write_heap_type(out_, heap);
  if (!type.nullable()) op(Op::ref_as_non_null);
}

/// An object of the type; null is rare.
void BodyGenerator::object(u32 type, u32 depth) { value(reference_to(type, choices_.chance(4)), depth); }

/// A length that mostly leaves room for small_index() below 4.
void BodyGenerator::length(u32 depth) {
  small_index(type_i32, 32, depth);
  if (choices_.chance(5)) return;
  i32_const(4);
  op(Op::i32_or);
}

void BodyGenerator::values(std::span<const ValType> types, u32 depth) {
  for (const ValType type : types) value(type, depth);
}

void BodyGenerator::value(ValType type, u32 depth) {
  if (depth >= max_depth || budget_ == 0 || choices_.exhausted()) return leaf(type);
  --budget_;
  const u32 what = pick(10);
  if (what == 0) return leaf(type);
  if (what <= 2) return control_value(type, depth + 1);
  if (what == 3 && !plan_.plain && field_value(type, depth + 1)) return;
  if (type.is_ref()) return reference_value(type, depth + 1);
  number_value(type, depth + 1);
}

void BodyGenerator::number_value(ValType type, u32 depth) {
  if (type == type_i32 && choices_.chance(25)) return query(depth);
  const std::vector<Op>& ops = rows().values[static_cast<size_t>(type.kind())];
  const Op chosen = ops[pick(ops.size())];
  table_row(chosen, depth);
  // The memory was chosen freely; an address is brought to the type asked for.
  if (info(chosen).signature.ends_with('a') && last_address_type_ != type) {
    op(type == type_i32 ? Op::i32_wrap_i64 : Op::i64_extend_i32_u);
  }
}

/// An address for an access: mostly inside the memory and aligned.
void BodyGenerator::address(u32 memory, u32 access, u32 depth) {
  const ValType type = plan_.memories[memory].address_type();
  const bool tame = !choices_.chance(3);
  value(type, depth);
  if (!tame) return;
  const s32 mask = (plan_.memories[memory].page_size_log2 == 0 ? 0x3f : 0x7fff) & -static_cast<s32>(access);
  if (type == type_i64) {
    op(Op::i64_const);
    out_.s64_leb(mask);
    op(Op::i64_and);
  } else {
    i32_const(mask);
    op(Op::i32_and);
  }
}

/// A number that is mostly below a power of two.
void BodyGenerator::small_index(ValType type, u32 below, u32 depth) {
  const bool tame = !choices_.chance(3);
  value(type, depth);
  if (!tame) return;
  if (type == type_i64) {
    op(Op::i64_const);
    out_.s64_leb(below - 1);
    op(Op::i64_and);
  } else {
    i32_const(static_cast<s32>(below - 1));
    op(Op::i32_and);
  }
}

/// An instruction of the table with its operands and immediates.
void BodyGenerator::table_row(Op chosen, u32 depth) {
  const OpInfo& row = info(chosen);
  const u32 memory = pick(plan_.memories.size());
  const ValType address_type = plan_.memories[memory].address_type();
  const std::string_view operands = row.signature.substr(0, row.signature.find(':'));
  for (size_t i = 0; i < operands.size(); ++i) {
    const char letter = operands[i];
    if (letter == 'a' && row.access != 0) {
      address(memory, row.access, depth);
    } else if (letter == 'a') {
      small_index(address_type, 4, depth);  // memory.grow
    } else {
      value(signature_of(chosen).params[i], depth);
    }
  }
  if ((row.mnemonic.find("div_") != row.mnemonic.npos || row.mnemonic.find("rem_") != row.mnemonic.npos) &&
      !choices_.chance(3)) {
    // Not by zero, most of the time.
    const bool wide = operands[1] == 'l';
    op(wide ? Op::i64_const : Op::i32_const);
    out_.s32_leb(1);
    op(wide ? Op::i64_or : Op::i32_or);
  }
  last_address_type_ = address_type;
  op(chosen);
  const auto memarg = [&] {
    const u32 natural = static_cast<u32>(std::countr_zero(static_cast<u32>(row.access)));
    const bool atomic = row.prefix == 0xfe;
    const u64 offset = choices_.chance(5) ? choices_.bits64() & 0xffffffff : u64{pick(8)} * row.access;
    write_memarg(out_, atomic ? natural : pick(natural + 1), offset, memory);
  };
  switch (row.immediates) {
    case Immediates::Memarg:
      return memarg();
    case Immediates::MemargLane:
      memarg();
      return out_.byte(static_cast<u8>(pick(lanes_of(row))));
    case Immediates::Lane:
      return out_.byte(static_cast<u8>(pick(lanes_of(row))));
    case Immediates::Shuffle:
      for (u32 i = 0; i < 16; ++i) out_.byte(static_cast<u8>(pick(32)));
      return;
    case Immediates::Memory:
      return out_.u32_leb(memory);
    case Immediates::Fence:
      return out_.byte(0);
    default:
      return;
  }
}

/// Stores, and other instructions without a single result.
void BodyGenerator::store_statement(u32 depth) {
  const std::vector<Op>& ops = rows().effects;
  const Op chosen = ops[pick(ops.size())];
  table_row(chosen, depth);
  const std::string_view signature = info(chosen).signature;
  for (size_t left = signature.size() - signature.find(':') - 1; left > 0; --left) op(Op::drop);
}

void BodyGenerator::i31_value(u32 depth) {
  value(type_i32, depth);
  op(Op::ref_i31);
}

/// An i32 that says something about a reference or a table.
void BodyGenerator::query(u32 depth) {
  const ValType eqref = nullable(Heap::eq), anyref = nullable(Heap::any);
  if (plan_.plain) {
    value(type_funcref, depth);
    if (choices_.chance(50)) return op(Op::ref_is_null);
    small_index(type_i32, 4, depth);
    return op(Op::table_grow, 0);
  }
  switch (pick(8)) {
    case 0:
      value(eqref, depth);
      value(eqref, depth);
      return op(Op::ref_eq);
    case 1:
      value(choices_.chance(50) ? anyref : type_funcref, depth);
      return op(Op::ref_is_null);
    case 2:
      i31_value(depth);
      return op(choices_.chance(50) ? Op::i31_get_s : Op::i31_get_u);
    case 3:
      value(nullable(Heap::i31).with_nullable(choices_.chance(4)), depth);
      return op(Op::i31_get_u);
    case 4:
      object(plan_.arrays[pick(plan_.arrays.size())], depth);
      return op(Op::array_len);
    case 5: {
      value(anyref, depth);
      op(choices_.chance(50) ? Op::ref_test : Op::ref_test_null);
      const u32 type = pick(plan_.grouped + 3);
      constexpr Heap heaps[] = {Heap::i31, Heap::eq, Heap::struct_};
      return write_heap_type(
          out_, type < plan_.grouped ? HeapType{Heap::index, type} : HeapType{heaps[type - plan_.grouped], 0});
    }
    case 6:
      value(type_funcref, depth);
      op(Op::ref_test);
      return write_heap_type(out_, {Heap::index, plan_.functions[pick(plan_.functions.size())]});
    default: {
      const u32 table = pick(plan_.tables.size());
      if (plan_.tables[table].is_64) {
        op(Op::table_size, table);
        return op(Op::i32_wrap_i64);
      }
      value(plan_.tables[table].element, depth);
      small_index(type_i32, 4, depth);
      return op(Op::table_grow, table);
    }
  }
}

/// A field or element of such a type, read from an object.
bool BodyGenerator::field_value(ValType type, u32 depth) {
  const u32 start = pick(plan_.grouped);
  for (u32 i = 0; i < plan_.grouped; ++i) {
    const u32 index = (start + i) % plan_.grouped;
    const SubType& type_of_object = plan_.types[index];
    for (u32 field = 0; field < type_of_object.fields.size(); ++field) {
      const FieldType& held = type_of_object.fields[field];
      if (!plan_.is_subtype(held.type, type)) continue;
      const bool sign = choices_.chance(50);
      object(index, depth);
      const bool packed = held.packing != Packing::none;
      if (type_of_object.kind == CompositeKind::struct_) {
        op(!packed ? Op::struct_get : sign ? Op::struct_get_s : Op::struct_get_u, index, field);
      } else {
        small_index(type_i32, 4, depth);
        op(!packed ? Op::array_get : sign ? Op::array_get_s : Op::array_get_u, index);
      }
      return true;
    }
  }
  return false;
}

void BodyGenerator::reference_value(ValType type, u32 depth) {
  const HeapType heap = type.heap();
  if (heap.kind == Heap::index && plan_.types[heap.index].kind == CompositeKind::cont) {
    return continuation_value(type, depth);
  }
  switch (plan_.plain ? 1 + pick(5) : pick(6)) {
    case 0:  // from wherever its hierarchy begins
      value(nullable(top_of(type.heap().kind == Heap::index
                                ? (plan_.types[type.heap().index].kind == CompositeKind::func ? Heap::func : Heap::any)
                                : type.heap().kind)),
            depth);
      if (top_of(type.heap().kind) == Heap::exn && type.heap().kind != Heap::index) {  // no casts there
        if (!type.nullable()) op(Op::ref_as_non_null);
        return;
      }
      op(type.nullable() ? Op::ref_cast_null : Op::ref_cast);
      return write_heap_type(out_, type.heap());
    case 1:
      if (!type.nullable()) {
        value(type.with_nullable(true), depth);
        const u32 label = some_label([](const Label& at) { return at.types.empty(); });
        if (label == none) return op(Op::ref_as_non_null);
        return op(Op::br_on_null, label);
      }
      return new_reference(type, depth);
    case 2:
      for (u32 table = 0; table < plan_.tables.size(); ++table) {
        if (!plan_.is_subtype(plan_.tables[table].element, type)) continue;
        small_index(plan_.tables[table].address_type(), 4, depth);
        return op(Op::table_get, table);
      }
      return new_reference(type, depth);
    default:
      return new_reference(type, depth);
  }
}

/// A new object, or whatever makes such a reference.
void BodyGenerator::new_reference(ValType type, u32 depth) {
  HeapType heap = type.heap();
  if (heap.kind == Heap::any && choices_.chance(30)) {
    value(type.nullable() ? type_externref : type_externref.with_nullable(false), depth);
    return op(Op::any_convert_extern);
  }
  if (heap.kind == Heap::any || heap.kind == Heap::eq) {
    constexpr Heap heaps[] = {Heap::i31, Heap::struct_, Heap::array};
    heap = {heaps[pick(std::size(heaps))], 0};
  }
  switch (heap.kind) {
    case Heap::i31:
      return i31_value(depth);
    case Heap::struct_:
      heap = {Heap::index, plan_.structs[pick(plan_.structs.size())]};
      break;
    case Heap::array:
      heap = {Heap::index, plan_.arrays[pick(plan_.arrays.size())]};
      break;
    case Heap::func:
      return op(Op::ref_func, pick(plan_.functions.size()));
    case Heap::extern_:
      value(type.nullable() ? nullable(Heap::any) : nullable(Heap::any).with_nullable(false), depth);
      return op(Op::extern_convert_any);
    case Heap::index:
      break;
    default:
      return leaf(type);
  }
  const SubType& object = plan_.types[heap.index];
  if (object.kind == CompositeKind::func) {
    for (u32 i = 0; i < plan_.functions.size(); ++i) {
      if (plan_.functions[i] == heap.index) return op(Op::ref_func, i);
    }
    return leaf(type);
  }
  if (object.kind == CompositeKind::struct_) {
    if (choices_.chance(30)) return op(Op::struct_new_default, heap.index);
    for (const FieldType& field : object.fields) value(field.type, depth);
    return op(Op::struct_new, heap.index);
  }
  const FieldType& element = object.fields[0];
  switch (pick(5)) {
    case 0: {
      const u32 count = pick(4);
      for (u32 i = 0; i < count; ++i) value(element.type, depth);
      return op(Op::array_new_fixed, heap.index, count);
    }
    case 1:
      length(depth);
      return op(Op::array_new_default, heap.index);
    case 2:
      small_index(type_i32, 8, depth);
      small_index(type_i32, 4, depth);
      if (!element.type.is_ref()) return op(Op::array_new_data, heap.index, pick(Plan::data_count));
      if (plan_.is_subtype(type_funcref, element.type)) {
        return op(Op::array_new_elem, heap.index, Plan::function_segment);
      }
      if (plan_.is_subtype(nullable(Heap::any), element.type)) {
        return op(Op::array_new_elem, heap.index, Plan::any_segment);
      }
      op(Op::drop);
      return op(Op::array_new_default, heap.index);
    default:
      value(element.type, depth);
      length(depth);
      return op(Op::array_new, heap.index);
  }
}

}  // namespace invar::fuzz
