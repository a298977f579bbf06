// Instructions over many elements of arrays. spec: exec/instructions#aggregate-reference-instructions
#pragma once

#include <expected>

#include "engine/gc/heap.h"

namespace invar::gc {

/// Sets `count` elements that exist.
void set_elements(Object* array, Storage element, u64 from, u64 count, const Slot* value);

// Allocating; see Heap about `stack_end`. Values must be in slots that the collector sees.

std::expected<Object*, TrapKind> array_new(Heap& heap, const Layout& layout, u32 length, const Slot* value,
                                           const Slot* stack_end);
/// The elements stand in consecutive slots.
std::expected<Object*, TrapKind> array_new_fixed(Heap& heap, const Layout& layout, u32 length, const Slot* values,
                                                 const Slot* stack_end);
std::expected<Object*, TrapKind> array_new_data(Instance& instance, const Layout& layout, u32 segment, u32 from,
                                                u32 length, const Slot* stack_end);
std::expected<Object*, TrapKind> array_new_elem(Instance& instance, const Layout& layout, u32 segment, u32 from,
                                                u32 length, const Slot* stack_end);

TrapKind array_fill(Object* array, Storage element, u32 at, const Slot* value, u32 count);
TrapKind array_copy(Object* to_array, u32 to, Object* from_array, u32 from, u32 count, Storage element);
TrapKind array_init_data(Instance& instance, u32 segment, Object* array, Storage element, u32 to, u32 from, u32 count);
TrapKind array_init_elem(Instance& instance, u32 segment, Object* array, u32 to, u32 from, u32 count);

}  // namespace invar::gc
