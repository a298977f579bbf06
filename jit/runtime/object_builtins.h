// The builtins (builtins.h) that make, fill and test heap objects. Those that make one return its reference or a
// TrapKind; the others a TrapKind. `type`: the engine's id of the object's type.
#pragma once

#include "engine/runtime/objects.h"

namespace invar::jit {

// Two numbers of 32 bits in one argument.
constexpr u32 upper(u64 pair) { return static_cast<u32>(pair >> 32); }
constexpr u32 lower(u64 pair) { return static_cast<u32>(pair); }

// `type`: a type index of the instance's module.

/// With the header, without the fields.
u64 allocate_struct(Instance* instance, u64 type);
u64 new_default_struct(Instance* instance, u64 type);
/// With the length, without the elements.
u64 allocate_array(Instance* instance, u64 type, u64 length);
/// `low` and `high`: what a slot pair has that holds the value.
u64 new_array(Instance* instance, u64 type, u64 length, u64 low, u64 high);
u64 new_default_array(Instance* instance, u64 type, u64 length);
u64 new_data_array(Instance* instance, u64 type, u64 segment, u64 from, u64 length);
u64 new_elem_array(Instance* instance, u64 type, u64 segment, u64 from, u64 length);

/// The upper half of `count` is the elements' Storage.
u64 fill_array(Instance* instance, Ref array, u64 at, u64 low, u64 high, u64 count);
u64 copy_array(Instance* instance, Ref to_array, u64 to, Ref from_array, u64 from, u64 count);
/// The upper half of `count` is the segment.
u64 init_array_data(Instance* instance, Ref array, u64 to, u64 from, u64 count, u64 storage);
u64 init_array_elem(Instance* instance, Ref array, u64 to, u64 from, u64 count, u64 storage);

/// 1 if the reference is of the type (a ValType's bits, with a type index of the module), else 0.
u64 matches_reference(Instance* instance, Ref reference, u64 type);

}  // namespace invar::jit
