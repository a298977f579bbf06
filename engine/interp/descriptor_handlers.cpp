// Handlers of structs with descriptors and of casts by descriptor.
#include <array>
#include <utility>

#include "engine/gc/descriptor.h"
#include "engine/interp/gc_handlers.h"

namespace invar::interp {

namespace {

/// The reference, or null with the trap in `trap`.
[[gnu::noinline]] Ref allocate(Instance* inst, const gc::Layout& layout, const Slot* x, bool defaults, TrapKind* trap) {
  const u32 operands = defaults ? 1 : layout.slots;
  const auto made = gc::new_described_struct(*inst->heap, layout, x, defaults, x + operands);
  if (made) return ref_of(*made);
  *trap = made.error();
  return null_ref;
}

template <bool defaults, Dst dst>
INVAR_HANDLER(struct_new_desc) {
  INVAR_ENTER;
  TrapKind trap;
  const auto& layout = *reinterpret_cast<const gc::Layout*>(ip[2]);
  const Ref made = allocate(inst, layout, fp + field(ip, 1), defaults, &trap);
  if (made == null_ref) [[unlikely]]
    INVAR_TRAP(trap);
  INVAR_WRITE(dst, made);
  INVAR_NEXT(3);
}

template <Loc source, Dst dst>
INVAR_HANDLER(ref_get_desc) {
  INVAR_ENTER;
  const Ref ref = INVAR_READ(u64, source, 1);
  if (ref == null_ref) [[unlikely]]
    INVAR_TRAP(TrapKind::null_reference);
  INVAR_WRITE(dst, gc::descriptor_of(object_of(ref)));
  INVAR_NEXT(2);
}

/// Does the cast succeed? The descriptor is not null.
template <bool nullable>
[[gnu::always_inline]] inline bool is_cast(Ref ref, Ref descriptor) {
  return ref == null_ref ? nullable : gc::is_described_by(ref, descriptor);
}

template <bool nullable, Loc source>
INVAR_HANDLER(ref_cast_desc) {
  INVAR_ENTER;
  const Ref descriptor = fp[upper(ip)];
  if (descriptor == null_ref) [[unlikely]]
    INVAR_TRAP(TrapKind::null_descriptor_reference);
  if (!is_cast<nullable>(INVAR_READ(u64, source, 1), descriptor)) [[unlikely]]
    INVAR_TRAP(TrapKind::descriptor_cast_failure);
  INVAR_NEXT(2);
}

template <bool nullable, bool taken_if_matches>
INVAR_HANDLER(br_on_cast_desc) {
  INVAR_ENTER;
  const Ref descriptor = fp[field(ip, 1)];
  if (descriptor == null_ref) [[unlikely]]
    INVAR_TRAP(TrapKind::null_descriptor_reference);
  if (is_cast<nullable>(fp[field(ip, 0)], descriptor) == taken_if_matches) {
    ip += static_cast<s32>(upper(ip));
    INVAR_DISPATCH();
  }
  INVAR_NEXT(br_on_cast_words);
}

// Tables

constexpr u32 locs = 3;

template <size_t... i>
constexpr std::array<Handler, sizeof...(i)> make_gets(std::index_sequence<i...>) {
  return {&ref_get_desc<static_cast<Loc>(i / dst_count), static_cast<Dst>(i % dst_count)>...};
}
constexpr std::array<Handler, locs * dst_count> get_rows = make_gets(std::make_index_sequence<locs * dst_count>{});

constexpr Handler cast_handlers[2][locs] = {
    {&ref_cast_desc<false, Loc::slot>, &ref_cast_desc<false, Loc::reg0>, &ref_cast_desc<false, Loc::reg1>},
    {&ref_cast_desc<true, Loc::slot>, &ref_cast_desc<true, Loc::reg0>, &ref_cast_desc<true, Loc::reg1>}};
constexpr Handler branch_handlers[2][2] = {{&br_on_cast_desc<false, false>, &br_on_cast_desc<false, true>},
                                           {&br_on_cast_desc<true, false>, &br_on_cast_desc<true, true>}};

template <bool defaults>
constexpr Handler struct_row[] = {&struct_new_desc<defaults, Dst::reg0>, &struct_new_desc<defaults, Dst::reg1>,
                                  &struct_new_desc<defaults, Dst::slot_reg0>,
                                  &struct_new_desc<defaults, Dst::slot_reg1>};

}  // namespace

Row ref_get_desc_row(Loc source) { return get_rows.data() + static_cast<u32>(source) * dst_count; }
Handler ref_cast_desc_handler(bool nullable, Loc source) {
  return cast_handlers[nullable ? 1 : 0][static_cast<u32>(source)];
}
Handler br_on_cast_desc_handler(bool nullable, bool taken_if_matches) {
  return branch_handlers[nullable ? 1 : 0][taken_if_matches ? 1 : 0];
}

const DescriptorRows descriptor_rows = {.struct_new_desc = struct_row<false>,
                                        .struct_new_default_desc = struct_row<true>};

}  // namespace invar::interp
