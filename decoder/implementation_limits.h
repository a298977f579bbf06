// What this implementation accepts at most. Above it a module is refused with one clear error (spec:
// appendix/implementation).
#pragma once

#include "decoder/base/int.h"

namespace invar {

inline constexpr u32 max_types = 1'000'000;
inline constexpr u32 max_supertype_depth = 63;
inline constexpr u32 max_params = 1'000;
inline constexpr u32 max_results = 1'000;
inline constexpr u32 max_struct_fields = 10'000;
inline constexpr u32 max_imports = 1'000'000;
inline constexpr u32 max_exports = 1'000'000;
inline constexpr u32 max_functions = 1'000'000;
inline constexpr u32 max_tables = 100'000;
inline constexpr u32 max_memories = 100'000;
inline constexpr u32 max_globals = 1'000'000;
inline constexpr u32 max_tags = 1'000'000;
inline constexpr u32 max_elem_segments = 10'000'000;
inline constexpr u32 max_data_segments = 10'000'000;
inline constexpr u32 max_body_size = 7'654'321;
inline constexpr u32 max_locals = 50'000;
inline constexpr u32 max_operands = 1'000'000;  ///< On the operand stack of one function.
inline constexpr u32 max_array_new_fixed = 10'000;

}  // namespace invar
