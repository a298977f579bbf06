// Handlers that allocate, test and cast references, and work on whole arrays.
#include <array>

#include "engine/gc/array.h"
#include "engine/gc/cast.h"
#include "engine/gc/field.h"
#include "engine/interp/gc_handlers.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/store.h"

namespace invar::interp {

namespace {

// Type tests

[[gnu::noinline]] bool matches_slowly(Ref ref, u32 type_bits, const Instance* inst) {
  return gc::matches(inst->store->engine().types(), ref, std::bit_cast<ValType>(type_bits));
}

/// `object`: the type is a defined struct or array. Many references that match are of just this type.
template <bool object>
[[gnu::always_inline]] inline bool is_of_type(Ref ref, u32 type_bits, const Instance* inst) {
  if constexpr (object) {
    if (gc::matches_exactly(ref, std::bit_cast<ValType>(type_bits).heap().index)) return true;
  }
  return matches_slowly(ref, type_bits, inst);
}

template <bool object, Loc source, Dst dst>
INVAR_HANDLER(ref_test) {
  INVAR_ENTER;
  const u32 outcome = is_of_type<object>(INVAR_READ(u64, source, 1), upper(ip), inst) ? 1 : 0;
  INVAR_WRITE(dst, outcome);
  INVAR_NEXT(2);
}

template <bool object, Loc source>
INVAR_HANDLER(ref_cast) {
  INVAR_ENTER;
  if (!is_of_type<object>(INVAR_READ(u64, source, 1), upper(ip), inst)) [[unlikely]]
    INVAR_TRAP(TrapKind::cast_failure);
  INVAR_NEXT(2);
}

template <Loc source>
INVAR_HANDLER(ref_as_non_null) {
  INVAR_ENTER;
  if (INVAR_READ(u64, source, 1) == null_ref) [[unlikely]]
    INVAR_TRAP(TrapKind::null_reference);
  INVAR_NEXT(2);
}

template <bool object, bool taken_if_matches>
INVAR_HANDLER(br_on_cast) {
  INVAR_ENTER;
  if (is_of_type<object>(fp[field(ip, 0)], static_cast<u32>(ip[2]), inst) == taken_if_matches) {
    ip += static_cast<s32>(upper(ip));
    INVAR_DISPATCH();
  }
  INVAR_NEXT(br_on_cast_words);
}

// Allocation

[[gnu::always_inline]] inline const gc::Layout& layout_at(const u64* ip) {
  return *reinterpret_cast<const gc::Layout*>(ip[2]);
}

/// Copies fields that stand in the object as in their slots. A call of memcpy would make the handler save registers.
[[gnu::always_inline]] inline void copy_slots(gc::Object* object, const Slot* from, u32 count) {
  auto* to = reinterpret_cast<Slot*>(object->at(gc::header_bytes));
  for (u32 i = 0; i < count; ++i) {
    to[i] = from[i];
    asm volatile("");
  }
}

[[gnu::noinline]] void store_mixed_fields(gc::Object* object, const gc::Layout& layout, const Slot* values) {
  gc::store_fields(object, layout, values);
}

enum class Initial : u8 { mixed, plain, zero };

template <Initial initial, Dst dst>
INVAR_HANDLER(struct_new) {
  INVAR_ENTER;
  const gc::Layout& layout = layout_at(ip);
  const Slot* values = fp + field(ip, 1);
  const u32 operands = initial == Initial::zero ? 0 : layout.slots;
  gc::Object* const made = inst->heap->new_struct(layout, values + operands);
  if (made == nullptr) [[unlikely]]
    INVAR_TRAP(TrapKind::allocation_failure);
  if constexpr (initial == Initial::mixed) {
    store_mixed_fields(made, layout, values);
  } else if constexpr (initial == Initial::plain) {
    copy_slots(made, values, operands);
  } else {
    // Up to the end of the last slot: cells are a multiple of it.
    auto* to = reinterpret_cast<Slot*>(made->at(gc::header_bytes));
    const u32 count = (layout.bytes - gc::header_bytes + 7) / 8;
    for (u32 i = 0; i < count; ++i) {
      to[i] = 0;
      asm volatile("");
    }
  }
  INVAR_WRITE(dst, ref_of(made));
  INVAR_NEXT(3);
}

/// The reference, or 0 with the trap in `trap`.
using Allocation = Ref (*)(Instance* inst, const gc::Layout& layout, const Slot* x, u32 immediate, TrapKind* trap);

Ref finish(const std::expected<gc::Object*, TrapKind>& made, TrapKind* trap) {
  if (made) return ref_of(*made);
  *trap = made.error();
  return null_ref;
}

Ref array_new(Instance* inst, const gc::Layout& layout, const Slot* x, u32, TrapKind* trap) {
  const u32 value_slots = gc::slots_of(layout.element);
  const u32 length = static_cast<u32>(x[value_slots]);
  return finish(gc::array_new(*inst->heap, layout, length, x, x + value_slots), trap);
}

Ref array_new_default(Instance* inst, const gc::Layout& layout, const Slot* x, u32, TrapKind* trap) {
  gc::Object* const made = inst->heap->new_array(layout, static_cast<u32>(x[0]), true, x);
  if (made == nullptr) *trap = TrapKind::allocation_failure;
  return ref_of(made);
}

Ref array_new_fixed(Instance* inst, const gc::Layout& layout, const Slot* x, u32 count, TrapKind* trap) {
  return finish(gc::array_new_fixed(*inst->heap, layout, count, x, x + count * gc::slots_of(layout.element)), trap);
}

Ref array_new_data(Instance* inst, const gc::Layout& layout, const Slot* x, u32 segment, TrapKind* trap) {
  const u32 from = static_cast<u32>(x[0]), length = static_cast<u32>(x[1]);
  return finish(gc::array_new_data(*inst, layout, segment, from, length, x), trap);
}

Ref array_new_elem(Instance* inst, const gc::Layout& layout, const Slot* x, u32 segment, TrapKind* trap) {
  const u32 from = static_cast<u32>(x[0]), length = static_cast<u32>(x[1]);
  return finish(gc::array_new_elem(*inst, layout, segment, from, length, x), trap);
}

template <Allocation allocation, Dst dst>
INVAR_HANDLER(allocate) {
  INVAR_ENTER;
  TrapKind trap;
  const Ref made = allocation(inst, layout_at(ip), fp + field(ip, 1), upper(ip), &trap);
  if (made == null_ref) [[unlikely]]
    INVAR_TRAP(trap);
  INVAR_WRITE(dst, made);
  INVAR_NEXT(3);
}

// Whole arrays

[[gnu::always_inline]] inline Slot* operands(const u64* ip, Slot* fp) { return fp + field(ip, 0); }

gc::Storage storage_at(const u64* ip) { return static_cast<gc::Storage>(ip[2]); }

INVAR_HANDLER(array_fill) {
  INVAR_ENTER;
  const Slot* x = operands(ip, fp);
  const gc::Storage element = storage_at(ip);
  INVAR_CHECK(gc::array_fill(object_of(x[0]), element, static_cast<u32>(x[1]), x + 2,
                             static_cast<u32>(x[2 + gc::slots_of(element)])));
  INVAR_NEXT(3);
}

INVAR_HANDLER(array_copy) {
  INVAR_ENTER;
  const Slot* x = operands(ip, fp);
  INVAR_CHECK(gc::array_copy(object_of(x[0]), static_cast<u32>(x[1]), object_of(x[2]), static_cast<u32>(x[3]),
                             static_cast<u32>(x[4]), storage_at(ip)));
  INVAR_NEXT(3);
}

INVAR_HANDLER(array_init_data) {
  INVAR_ENTER;
  const Slot* x = operands(ip, fp);
  INVAR_CHECK(gc::array_init_data(*inst, upper(ip), object_of(x[0]), storage_at(ip), static_cast<u32>(x[1]),
                                  static_cast<u32>(x[2]), static_cast<u32>(x[3])));
  INVAR_NEXT(3);
}

INVAR_HANDLER(array_init_elem) {
  INVAR_ENTER;
  const Slot* x = operands(ip, fp);
  INVAR_CHECK(gc::array_init_elem(*inst, upper(ip), object_of(x[0]), static_cast<u32>(x[1]), static_cast<u32>(x[2]),
                                  static_cast<u32>(x[3])));
  INVAR_NEXT(3);
}

// Tables

constexpr u32 locs = 3;

template <bool object, size_t... i>
constexpr std::array<Handler, sizeof...(i)> make_tests(std::index_sequence<i...>) {
  return {&ref_test<object, static_cast<Loc>(i / dst_count), static_cast<Dst>(i % dst_count)>...};
}
constexpr std::array<Handler, locs * dst_count> test_rows[] = {
    make_tests<false>(std::make_index_sequence<locs * dst_count>{}),
    make_tests<true>(std::make_index_sequence<locs * dst_count>{})};
constexpr Handler cast_handlers[2][locs] = {
    {&ref_cast<false, Loc::slot>, &ref_cast<false, Loc::reg0>, &ref_cast<false, Loc::reg1>},
    {&ref_cast<true, Loc::slot>, &ref_cast<true, Loc::reg0>, &ref_cast<true, Loc::reg1>}};
constexpr Handler non_null_handlers[locs] = {&ref_as_non_null<Loc::slot>, &ref_as_non_null<Loc::reg0>,
                                             &ref_as_non_null<Loc::reg1>};
constexpr Handler branch_handlers[2][2] = {{&br_on_cast<false, false>, &br_on_cast<false, true>},
                                           {&br_on_cast<true, false>, &br_on_cast<true, true>}};

template <Initial initial>
constexpr Handler struct_row[] = {&struct_new<initial, Dst::reg0>, &struct_new<initial, Dst::reg1>,
                                  &struct_new<initial, Dst::slot_reg0>, &struct_new<initial, Dst::slot_reg1>};
template <Allocation allocation>
constexpr Handler allocation_row[] = {&allocate<allocation, Dst::reg0>, &allocate<allocation, Dst::reg1>,
                                      &allocate<allocation, Dst::slot_reg0>, &allocate<allocation, Dst::slot_reg1>};

}  // namespace

Row ref_test_row(bool object, Loc source) {
  return test_rows[object ? 1 : 0].data() + static_cast<u32>(source) * dst_count;
}
Handler ref_cast_handler(bool object, Loc source) { return cast_handlers[object ? 1 : 0][static_cast<u32>(source)]; }
Handler ref_as_non_null_handler(Loc source) { return non_null_handlers[static_cast<u32>(source)]; }
Handler br_on_cast_handler(bool object, bool taken_if_matches) {
  return branch_handlers[object ? 1 : 0][taken_if_matches ? 1 : 0];
}

const ObjectRows object_rows = {
    .struct_new = struct_row<Initial::mixed>,
    .struct_new_plain = struct_row<Initial::plain>,
    .struct_new_default = struct_row<Initial::zero>,
    .array_new = allocation_row<array_new>,
    .array_new_default = allocation_row<array_new_default>,
    .array_new_fixed = allocation_row<array_new_fixed>,
    .array_new_data = allocation_row<array_new_data>,
    .array_new_elem = allocation_row<array_new_elem>,
};

const ArrayHandlers array_handlers = {
    .fill = &array_fill,
    .copy = &array_copy,
    .init_data = &array_init_data,
    .init_elem = &array_init_elem,
};

}  // namespace invar::interp
