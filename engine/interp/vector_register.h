// A 128-bit register that carries an f32, an f64 (both in lane 0, the rest unspecified) or a v128.
#pragma once

#include <bit>

#include "decoder/base/int.h"

namespace invar::interp {

typedef float Vec __attribute__((vector_size(16)));
typedef double VecF64 __attribute__((vector_size(16)));

inline f32 to_f32(Vec v) { return v[0]; }
inline f64 to_f64(Vec v) { return std::bit_cast<VecF64>(v)[0]; }
inline V128 to_v128(Vec v) { return std::bit_cast<V128>(v); }

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
// The lanes left uninitialised are what spares an instruction to clear them.
[[gnu::always_inline]] inline Vec to_vec(f32 x) {
  Vec v;
  v[0] = x;
  return v;
}
[[gnu::always_inline]] inline Vec to_vec(f64 x) {
  VecF64 v;
  v[0] = x;
  return std::bit_cast<Vec>(v);
}
#pragma GCC diagnostic pop
[[gnu::always_inline]] inline Vec to_vec(const V128& x) { return std::bit_cast<Vec>(x); }

}  // namespace invar::interp
