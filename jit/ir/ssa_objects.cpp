// SSA form of structs, arrays, i31 references and casts: inline but for what calls for the runtime.
#include "engine/gc/heap.h"
#include "engine/gc/size_class.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/reference.h"
#include "engine/runtime/trap.h"
#include "jit/ir/ssa_sink.h"

namespace invar::jit {

namespace {

/// How values get from an object to a register and back.
struct Transfer {
  Op load_signed, load_unsigned, store;
  Type type;
  /// The load that reads what was stored; Op::unreachable if only some of its bits.
  Op whole() const { return load_signed == load_unsigned ? load_signed : Op::unreachable; }
};

Transfer transfer_of(gc::Storage storage) {
  switch (storage) {
    case gc::Storage::i8:
      return {Op::i32_load8_s, Op::i32_load8_u, Op::i32_store8, Type::i32};
    case gc::Storage::i16:
      return {Op::i32_load16_s, Op::i32_load16_u, Op::i32_store16, Type::i32};
    case gc::Storage::i32:
      return {Op::i32_load, Op::i32_load, Op::i32_store, Type::i32};
    case gc::Storage::f32:
      return {Op::f32_load, Op::f32_load, Op::f32_store, Type::f32};
    case gc::Storage::f64:
      return {Op::f64_load, Op::f64_load, Op::f64_store, Type::f64};
    case gc::Storage::v128:
      return {Op::v128_load, Op::v128_load, Op::v128_store, Type::v128};
    case gc::Storage::i64:
    case gc::Storage::ref:
      break;
  }
  return {Op::i64_load, Op::i64_load, Op::i64_store, Type::i64};
}

constexpr u32 max_index_scale = 3;  // log2
/// A struct with more words than that is cleared by the runtime.
constexpr u32 max_cleared_words = 16;

}  // namespace

// Blocks within an instruction.

/// Goes on in one of two new blocks: the one for a condition that is not 0 is returned, the other is the current one.
u32 SsaSink::fork(Value condition) {
  const u32 from = maker_.block();
  maker_.append({.kind = Kind::branch, .inputs = {condition, no_value, no_value}});
  const u32 taken = block_behind(from);
  block_behind(from);
  return taken;
}

/// Goes on where blocks without an end meet. There is at least one.
void SsaSink::join(std::span<const u32> blocks) {
  if (blocks.size() == 1) return maker_.set_block(blocks[0]);
  u32 dominator = blocks[0];
  for (const u32 block : blocks) {
    maker_.set_block(block);
    maker_.append({.kind = Kind::jump});
    dominator = common_dominator(dominator, block);
  }
  const u32 joined = new_block(dominator);
  for (const u32 block : blocks) add_successor(block, joined);
}

/// What the value is where they met: one for each of the blocks.
Value SsaSink::joined(Type type, std::span<const Value> values) {
  const Value phi = maker_.phi(type, maker_.block());
  function_.nodes[phi].inputs[0] = static_cast<u32>(function_.lists.size());
  function_.nodes[phi].inputs[1] = static_cast<u32>(values.size());
  function_.lists.insert(function_.lists.end(), values.begin(), values.end());
  return phi;
}

// References that are known not to be null.

bool SsaSink::is_non_null(Value reference) const {
  const auto it = non_null_.find(reference);
  return it != non_null_.end() && maker_.dominates(it->second, maker_.block());
}

void SsaSink::note_non_null(Value reference) { non_null_.insert_or_assign(reference, maker_.block()); }

void SsaSink::check_non_null(Value reference, TrapKind trap) {
  if (is_non_null(reference)) return;
  maker_.append({.kind = Kind::check_null, .inputs = {reference, no_value, no_value}, .imm = static_cast<u64>(trap)});
  note_non_null(reference);
}

void SsaSink::push_reference(Value value, ValType type) {
  push(value);
  if (type.is_ref() && !type.nullable()) note_non_null(value);
}

// Fields and elements.

Value SsaSink::field(Value object, u64 offset) {
  return maker_.append(
      {.kind = Kind::element, .type = Type::i64, .inputs = {object, no_value, no_value}, .imm = offset});
}

/// The array is not null, the index in its bounds.
Value SsaSink::element(Value array, Value index, gc::Storage storage) {
  u32 scale = gc::log2_bytes(storage);
  if (scale > max_index_scale) {
    index = maker_.numeric(Op::i64_shl, maker_.numeric(Op::i64_extend_i32_u, index), maker_.i64(scale));
    scale = 0;
  }
  return maker_.append({.kind = Kind::element,
                        .type = Type::i64,
                        .inputs = {array, index, no_value},
                        .index = scale,
                        .imm = gc::header_bytes});
}

Value SsaSink::load_from(Value place, Op op, Type type) {
  return maker_.append({.kind = Kind::load, .type = type, .op = op, .inputs = {place, no_value, no_value}});
}

void SsaSink::store_to(Value place, Op op, Value value) {
  maker_.append({.kind = Kind::store, .op = op, .inputs = {place, value, no_value}});
}

// Values as slots (runtime/objects.h).

Value SsaSink::load_slot(Value slots, u64 offset, Type type) {
  constexpr Op loads[] = {Op::unreachable, Op::i32_load, Op::i64_load, Op::f32_load, Op::f64_load, Op::v128_load};
  return load_from(field(slots, offset), loads[static_cast<size_t>(type)], type);
}

void SsaSink::store_slot(Value slots, u64 offset, Value value) {
  constexpr Op stores[] = {Op::unreachable, Op::i64_store, Op::i64_store, Op::f32_store, Op::f64_store, Op::v128_store};
  const Type type = function_.nodes[value].type;
  if (type == Type::i32) value = maker_.numeric(Op::i64_extend_i32_u, value);
  store_to(field(slots, offset), stores[static_cast<size_t>(type)], value);
}

/// It never changes.
Value SsaSink::length_of(Value array) {
  const auto known = lengths_.find(array);
  if (known != lengths_.end() && maker_.dominates(known->second.second, maker_.block())) return known->second.first;
  const Value length = load_from(field(array, offsetof(gc::Object, length)), Op::i32_load, Type::i32);
  lengths_.insert_or_assign(array, std::pair(length, maker_.block()));
  return length;
}

/// Pops an index and an array, which has such an element.
SsaSink::Element SsaSink::pop_element() {
  const Value index = pop(), array = pop();
  check_non_null(array, TrapKind::null_array_reference);
  const Value is_outside = maker_.numeric(Op::i32_ge_u, index, length_of(array));
  const auto known = checked_.find(is_outside);
  if (known == checked_.end() || !maker_.dominates(known->second, maker_.block())) {
    maker_.append({.kind = Kind::trap_if,
                   .inputs = {is_outside, no_value, no_value},
                   .imm = static_cast<u64>(TrapKind::out_of_bounds_array_access)});
    checked_.insert_or_assign(is_outside, maker_.block());
  }
  return {array, index};
}

/// Where it has a field or element; `op`: by which that is read as it was written.
MemoryPlace SsaSink::place_of(const Element& element, gc::Storage storage, Op op) {
  return {.space = MemoryPlace::Space::element,
          .op = op,
          .bytes = u32{1} << gc::log2_bytes(storage),
          .base = element.array,
          .index = element.index};
}
MemoryPlace SsaSink::place_of(Value object, const gc::Layout::Field& field, Op op) {
  return {.space = MemoryPlace::Space::field,
          .op = op,
          .bytes = u32{1} << gc::log2_bytes(field.storage),
          .base = object,
          .offset = field.offset};
}

const gc::Layout& SsaSink::layout_of(u32 type) const {
  return compiled_.engine().types().layout(compiled_.type_ids()[type]);
}

void SsaSink::struct_get(Op op, u32 type, u32 index) {
  if (dead()) return;
  const gc::Layout::Field& at = layout_of(type).fields[index];
  const Transfer transfer = transfer_of(at.storage);
  const Value object = pop();
  check_non_null(object, TrapKind::null_structure_reference);
  const Op load = op == Op::struct_get_s ? transfer.load_signed : transfer.load_unsigned;
  const auto make = [&] { return load_from(field(object, at.offset), load, transfer.type); };
  push_reference(read(place_of(object, at, load), make), module_.types[type].fields[index].type);
}

void SsaSink::struct_set(u32 type, u32 index) {
  if (dead()) return;
  const gc::Layout::Field& at = layout_of(type).fields[index];
  const Value value = pop(), object = pop();
  check_non_null(object, TrapKind::null_structure_reference);
  const Transfer transfer = transfer_of(at.storage);
  store_to(field(object, at.offset), transfer.store, value);
  known_.write(place_of(object, at, transfer.whole()), value);
}

void SsaSink::array_get(Op op, u32 type) {
  if (dead()) return;
  const FieldType& element_type = module_.types[type].fields[0];
  const gc::Storage storage = gc::storage_of(element_type);
  const Transfer transfer = transfer_of(storage);
  const Op load = op == Op::array_get_s ? transfer.load_signed : transfer.load_unsigned;
  const Element at = pop_element();
  const auto make = [&] { return load_from(element(at.array, at.index, storage), load, transfer.type); };
  push_reference(read(place_of(at, storage, load), make), element_type.type);
}

void SsaSink::array_set(u32 type) {
  if (dead()) return;
  const gc::Storage storage = gc::storage_of(module_.types[type].fields[0]);
  const Transfer transfer = transfer_of(storage);
  const Value value = pop();
  const Element at = pop_element();
  store_to(element(at.array, at.index, storage), transfer.store, value);
  known_.write(place_of(at, storage, transfer.whole()), value);
}

void SsaSink::array_len() {
  if (dead()) return;
  const Value array = pop();
  check_non_null(array, TrapKind::null_array_reference);
  push(length_of(array));
}

// Allocation.

/// A struct whose fields are to be filled.
Value SsaSink::allocate(u32 type) {
  const gc::Layout& layout = layout_of(type);
  const Value heap =
      maker_.append({.kind = Kind::instance_pointer, .type = Type::i64, .imm = offsetof(Instance, heap)});
  const u64 cells = gc::Heap::cells_offset(layout.size_class);
  const u64 cursor = cells + offsetof(gc::Cells, cursor), end = cells + offsetof(gc::Cells, limit);
  const Value cell = load_from(field(heap, cursor), Op::i64_load, Type::i64);
  const Value limit = load_from(field(heap, end), Op::i64_load, Type::i64);
  const u32 slow = fork(maker_.numeric(Op::i64_eq, cell, limit));
  const Value next = maker_.numeric(
      Op::i64_add, cell, maker_.i64(layout.size_class < gc::class_count ? gc::cell_sizes[layout.size_class] : 0));
  store_to(field(heap, cursor), Op::i64_store, next);
  store_to(field(cell, 0), Op::i64_store, maker_.numeric(Op::i64_extend_i32_u, header_of(type)));  // no length
  const u32 fast = maker_.block();
  maker_.set_block(slow);
  const Value made = call_builtin(Builtin::struct_allocate, {{maker_.i64(type)}}, Type::i64);
  const u32 ways[] = {fast, slow};
  const Value values[] = {cell, made};
  join(ways);
  known_.enter_from(fast);  // the runtime does not change them either
  const Value object = joined(Type::i64, values);
  note_non_null(object);
  return object;
}

/// What objects of the type begin with, or what a function's type id is.
Value SsaSink::header_of(u32 type) { return maker_.pure({.kind = Kind::type_header, .type = Type::i32, .imm = type}); }

Value SsaSink::call_builtin(Builtin builtin, std::span<const Value> arguments, Type result) {
  if (writes_contents(builtin)) known_.forget();
  return maker_.append({.kind = Kind::call_builtin, .type = result, .imm = static_cast<u64>(builtin)}, arguments);
}

void SsaSink::push_made(Builtin builtin, std::span<const Value> arguments) {
  const Value made = call_builtin(builtin, arguments, Type::i64);
  note_non_null(made);
  push(made);
}

void SsaSink::struct_new(Op op, u32 type) {
  if (dead()) return;
  const gc::Layout& layout = layout_of(type);
  const bool is_described = op == Op::struct_new_desc || op == Op::struct_new_default_desc;
  if (is_described) check_non_null(maker_.resolve(stack_.back()), TrapKind::null_descriptor_reference);
  const auto describe = [&](Value made) {
    if (!is_described) return;
    store_to(field(made, offsetof(gc::Object, length)), Op::i32_store, maker_.i32(layout.descriptor));
  };
  if (op == Op::struct_new_default || op == Op::struct_new_default_desc) {
    const u32 end = gc::header_bytes + 8 * max_cleared_words;
    const bool is_large = layout.bytes > end;
    const Value made =
        is_large ? call_builtin(Builtin::struct_new_default, {{maker_.i64(type)}}, Type::i64) : allocate(type);
    for (u32 at = gc::header_bytes; at < layout.bytes && !is_large; at += 8) {
      store_to(field(made, at), Op::i64_store, maker_.i64(0));
    }
    describe(made);
    if (is_described) store_to(field(made, layout.descriptor), Op::i64_store, pop());
    note_non_null(made);
    return push(made);
  }
  const Value made = allocate(type);
  describe(made);
  for (size_t i = layout.fields.size(); i-- > 0;) {
    const gc::Layout::Field& at = layout.fields[i];
    const Transfer transfer = transfer_of(at.storage);
    const Value value = pop();
    store_to(field(made, at.offset), transfer.store, value);
    // Nothing that is known is of this object.
    if (transfer.whole() != Op::unreachable) known_.note(place_of(made, at, transfer.whole()), value);
  }
  push(made);
}

// Descriptors of structs (gc/descriptor.h).

Value SsaSink::descriptor_of(Value object) {
  const Value at = load_from(field(object, offsetof(gc::Object, length)), Op::i32_load, Type::i32);
  return load_from(maker_.append({.kind = Kind::element, .type = Type::i64, .inputs = {object, at, no_value}}),
                   Op::i64_load, Type::i64);
}

void SsaSink::ref_get_desc(u32 /*type*/) {
  if (dead()) return;
  const Value object = pop();
  check_non_null(object, TrapKind::null_reference);
  const Value descriptor = descriptor_of(object);
  note_non_null(descriptor);
  push(descriptor);
}

/// Pops the descriptor that is wanted; see test_type.
SsaSink::Outcome SsaSink::test_descriptor(bool nullable) {
  const Value wanted = pop(), reference = maker_.resolve(stack_.back());
  check_non_null(wanted, TrapKind::null_descriptor_reference);
  Outcome outcome;
  if (!is_non_null(reference)) {
    ScratchVector<u32>& null = nullable ? outcome.matching : outcome.other;
    null.push_back(fork(maker_.numeric(Op::i64_eqz, reference)));
    note_non_null(reference);
  }
  const auto other_if = [&](Value condition) { outcome.other.push_back(fork(condition)); };
  other_if(low_bits(reference, 7));
  const Value kind = load_from(field(reference, gc::type_id_bits / 8), Op::i32_load8_u, Type::i32);
  other_if(maker_.numeric(Op::i32_ne, kind, maker_.i32(static_cast<u32>(gc::ObjectKind::struct_))));
  const Value length = load_from(field(reference, offsetof(gc::Object, length)), Op::i32_load, Type::i32);
  other_if(maker_.numeric(Op::i32_eqz, length));
  outcome.matching.push_back(fork(maker_.numeric(Op::i64_eq, descriptor_of(reference), wanted)));
  outcome.other.push_back(maker_.block());
  return outcome;
}

/// As the runtime takes it: the first and the second half of a slot pair.
std::pair<Value, Value> SsaSink::as_slots(Value value) {
  const Value none_above = maker_.i64(0);
  const auto lane = [&](u64 lane) {
    return maker_.pure({.kind = Kind::numeric,
                        .type = Type::i64,
                        .op = Op::i64x2_extract_lane,
                        .inputs = {value, no_value, no_value},
                        .imm = lane});
  };
  switch (function_.nodes[value].type) {
    case Type::i32:
      return {maker_.numeric(Op::i64_extend_i32_u, value), none_above};
    case Type::f32:
      return {maker_.numeric(Op::i64_extend_i32_u, maker_.numeric(Op::i32_reinterpret_f32, value)), none_above};
    case Type::f64:
      return {maker_.numeric(Op::i64_reinterpret_f64, value), none_above};
    case Type::v128:
      return {lane(0), lane(1)};
    default:
      return {value, none_above};
  }
}

void SsaSink::array_new(Op op, u32 type) {
  if (dead()) return;
  const Value length = pop();
  if (op == Op::array_new_default) return push_made(Builtin::array_new_default, {{maker_.i64(type), length}});
  const auto [low, high] = as_slots(pop());
  push_made(Builtin::array_new, {{maker_.i64(type), length, low, high}});
}

void SsaSink::array_new_fixed(u32 type, u32 count) {
  if (dead()) return;
  const gc::Layout& layout = layout_of(type);
  const Value made = call_builtin(Builtin::array_allocate, {{maker_.i64(type), maker_.i32(count)}}, Type::i64);
  note_non_null(made);
  for (u32 i = count; i-- > 0;) {
    const u64 at = gc::header_bytes + (u64{i} << gc::log2_bytes(layout.element));
    store_to(field(made, at), transfer_of(layout.element).store, pop());
  }
  push(made);
}

void SsaSink::new_from_segment(Builtin builtin, u32 type, u32 segment) {
  if (dead()) return;
  const Value length = pop(), from = pop();
  push_made(builtin, {{maker_.i64(type), maker_.i64(segment), from, length}});
}
void SsaSink::array_new_data(u32 type, u32 data) { new_from_segment(Builtin::array_new_data, type, data); }
void SsaSink::array_new_elem(u32 type, u32 elem) { new_from_segment(Builtin::array_new_elem, type, elem); }

// Whole arrays. The runtime takes no more than five arguments: the last has the count below something else.

Value SsaSink::with_upper(Value count, u64 upper) {
  return maker_.numeric(Op::i64_or, maker_.numeric(Op::i64_extend_i32_u, count), maker_.i64(upper << 32));
}

void SsaSink::array_fill(u32 type) {
  if (dead()) return;
  const Value count = pop();
  const auto [low, high] = as_slots(pop());
  const Value at = pop(), array = pop();
  const u64 storage = static_cast<u64>(layout_of(type).element);
  call_builtin(Builtin::array_fill, {{array, at, low, high, with_upper(count, storage)}}, Type::none);
}

void SsaSink::array_copy(u32 type, u32 /*from*/) {
  if (dead()) return;
  const Value count = pop(), from = pop(), from_array = pop(), to = pop(), to_array = pop();
  const u64 storage = static_cast<u64>(layout_of(type).element);
  call_builtin(Builtin::array_copy, {{to_array, to, from_array, from, with_upper(count, storage)}}, Type::none);
}

void SsaSink::init_from_segment(Builtin builtin, u32 type, u32 segment) {
  if (dead()) return;
  const Value count = pop(), from = pop(), to = pop(), array = pop();
  const u64 storage = static_cast<u64>(layout_of(type).element);
  call_builtin(builtin, {{array, to, from, with_upper(count, segment), maker_.i64(storage)}}, Type::none);
}
void SsaSink::array_init_data(u32 type, u32 data) { init_from_segment(Builtin::array_init_data, type, data); }
void SsaSink::array_init_elem(u32 type, u32 elem) { init_from_segment(Builtin::array_init_elem, type, elem); }

// i31: the value above a bit that is set. Both hierarchies write their references alike.

void SsaSink::ref_i31() {
  if (dead()) return;
  const Value shifted = maker_.numeric(Op::i32_shl, pop(), maker_.i32(1));
  push_reference(maker_.numeric(Op::i64_extend_i32_u, maker_.numeric(Op::i32_or, shifted, maker_.i32(1))),
                 ValType::reference({Heap::i31, 0}, false));
}

void SsaSink::i31_get(Op op) {
  if (dead()) return;
  const Value reference = pop();
  check_non_null(reference, TrapKind::null_i31_reference);
  const Op shift = op == Op::i31_get_s ? Op::i32_shr_s : Op::i32_shr_u;
  push(maker_.numeric(shift, maker_.numeric(Op::i32_wrap_i64, reference), maker_.i32(1)));
}

void SsaSink::convert_extern(Op /*op*/) {}

// Casts.

/// Those that tell what a reference is (runtime/reference.h).
Value SsaSink::low_bits(Value reference, u32 mask) {
  return maker_.numeric(Op::i32_and, maker_.numeric(Op::i32_wrap_i64, reference), maker_.i32(mask));
}

/// Goes on, in blocks without an end, where the reference is of the type and where it is not.
SsaSink::Outcome SsaSink::test_type(Value reference, ValType type) {
  Outcome outcome;
  const auto when = [&](Value condition, ScratchVector<u32>& blocks) { blocks.push_back(fork(condition)); };
  const auto rest = [&](ScratchVector<u32>& blocks) { blocks.push_back(maker_.block()); };
  ScratchVector<u32>&yes = outcome.matching, &no = outcome.other;

  if (!is_non_null(reference)) {
    when(maker_.numeric(Op::i64_eqz, reference), type.nullable() ? yes : no);
    note_non_null(reference);
  }
  switch (type.heap().kind) {
    // What is always or never of the type has a branch of its own all the same: there is something behind a cast that
    // must fail, if never reached.
    case Heap::any:
    case Heap::func:
    case Heap::extern_:
    case Heap::exn:
    case Heap::cont:
      when(maker_.i32(0), no);
      rest(yes);
      break;
    case Heap::none:
    case Heap::nofunc:
    case Heap::noextern:
    case Heap::noexn:
    case Heap::nocont:
      when(maker_.i32(0), yes);
      rest(no);
      break;
    case Heap::i31:
      when(low_bits(reference, 1), yes);
      rest(no);
      break;
    case Heap::eq:
      when(maker_.numeric(Op::i32_eq, low_bits(reference, 3), maker_.i32(ref_of_host(0))), no);
      rest(yes);
      break;
    case Heap::struct_:
    case Heap::array: {
      const gc::ObjectKind kind = type.heap().kind == Heap::array ? gc::ObjectKind::array : gc::ObjectKind::struct_;
      when(low_bits(reference, 7), no);
      const u64 at = gc::type_id_bits / 8;
      const Value actual = load_from(field(reference, at), Op::i32_load8_u, Type::i32);
      when(maker_.numeric(Op::i32_eq, actual, maker_.i32(static_cast<u32>(kind))), yes);
      rest(no);
      break;
    }
    case Heap::index:
      test_defined_type(reference, type, outcome);
      break;
  }
  return outcome;
}

void SsaSink::test_defined_type(Value reference, ValType type, Outcome& outcome) {
  const SubType& defined = module_.types[type.heap().index];
  const EngineTypes& types = compiled_.engine().types();
  const bool is_function = defined.kind == CompositeKind::func;
  const u32 depth = types.depth(compiled_.type_ids()[type.heap().index]);
  if (!is_function) {
    outcome.other.push_back(fork(low_bits(reference, 7)));
  }
  const u64 at = is_function ? offsetof(Func, type_id) : offsetof(gc::Object, header);
  const Value actual = load_from(field(reference, at), Op::i32_load, Type::i32);
  const Value wanted = header_of(type.heap().index);
  outcome.matching.push_back(fork(maker_.numeric(Op::i32_eq, actual, wanted)));
  if (!type.heap().is_exact && !defined.is_final) {
    // Perhaps of a subtype.
    if (is_function || depth >= EngineTypes::min_display) {
      const Value matches = call_builtin(Builtin::ref_matches, {{reference, maker_.i64(type.bits())}}, Type::i32);
      outcome.matching.push_back(fork(matches));
    } else {
      const Value displays =
          maker_.pure({.kind = Kind::instance_pointer, .type = Type::i64, .imm = offsetof(Instance, displays)});
      const Value id = maker_.numeric(Op::i32_and, actual, maker_.i32((1u << gc::type_id_bits) - 1));
      const Value display = load_from(
          maker_.append(
              {.kind = Kind::element, .type = Type::i64, .inputs = {displays, id, no_value}, .index = max_index_scale}),
          Op::i64_load, Type::i64);
      const Value supertype = load_from(field(display, depth * sizeof(u32)), Op::i32_load, Type::i32);
      outcome.matching.push_back(fork(maker_.numeric(Op::i32_eq, supertype, wanted)));
    }
  }
  outcome.other.push_back(maker_.block());
}

void SsaSink::ref_test(ValType type) {
  if (dead()) return;
  const Outcome outcome = test_type(pop(), type);
  join(outcome.matching);
  const u32 matching = maker_.block();
  join(outcome.other);
  const u32 ways[] = {matching, maker_.block()};
  const Value values[] = {maker_.i32(1), maker_.i32(0)};
  join(ways);
  push(joined(Type::i32, values));
}

void SsaSink::ref_cast(ValType type) {
  if (dead()) return;
  cast(test_type(maker_.resolve(stack_.back()), type), type, TrapKind::cast_failure);
}

void SsaSink::ref_cast_desc(ValType type) {
  if (!dead()) cast(test_descriptor(type.nullable()), type, TrapKind::descriptor_cast_failure);
}

void SsaSink::cast(const Outcome& outcome, ValType type, TrapKind trap) {
  join(outcome.other);
  leave(Kind::trap, static_cast<u64>(trap));
  join(outcome.matching);
  if (!type.nullable()) note_non_null(maker_.resolve(stack_.back()));
}

/// The reference stays on the stack on both ways.
void SsaSink::br_on_cast(Op op, u32 depth, ValType /*from*/, ValType to) {
  if (dead()) return;
  const bool by_descriptor = op == Op::br_on_cast_desc_eq || op == Op::br_on_cast_desc_eq_fail;
  const bool on_match = op == Op::br_on_cast || op == Op::br_on_cast_desc_eq;
  const Outcome outcome = by_descriptor ? test_descriptor(to.nullable()) : test_type(maker_.resolve(stack_.back()), to);
  const Value reference = maker_.resolve(stack_.back());
  const ScratchVector<u32>& taken = on_match ? outcome.matching : outcome.other;
  const ScratchVector<u32>& other = on_match ? outcome.other : outcome.matching;
  join(taken);
  jump_to(depth);
  join(other);
  if (!on_match && !to.nullable()) note_non_null(reference);
}

}  // namespace invar::jit
