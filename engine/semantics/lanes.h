// How V128 is seen as lanes: helpers that apply an operation lane by lane.
//
// During constant evaluation the operation is called with one lane at a time, as an unsigned, signed or float scalar.
// At run time it is called once, with the compiler's vector type (both clang and gcc apply +, <, ?: and so on to all
// lanes), which makes single instructions where the processor has them. So an operation is a generic lambda that is
// right for both; helpers named `each_...` take one that is only right for scalars and leave the vectors to the
// optimiser.
#pragma once

#include <array>
#include <bit>
#include <type_traits>

#include "decoder/base/int.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif
#if defined(__SSSE3__)
#include <tmmintrin.h>
#endif
#if defined(__SSE4_1__)
#include <smmintrin.h>
#endif
#if defined(__aarch64__)
#include <arm_neon.h>
#endif

static_assert(std::endian::native == std::endian::little, "lane 0 is the lowest byte of the host's vectors");

namespace invar::semantics::detail {

template <class T>
inline constexpr size_t lane_count = 16 / sizeof(T);

template <class T>
using Lanes = std::array<T, lane_count<T>>;

template <class T, size_t bytes>
struct VectorOf {
  typedef T type __attribute__((vector_size(bytes)));
};

/// The compiler's vector type of 16 bytes, and of 8.
template <class T>
using Vector = typename VectorOf<T, 16>::type;
template <class T>
using HalfVector = typename VectorOf<T, 8>::type;

template <class T>
inline constexpr bool is_vector = !std::is_arithmetic_v<T>;

template <class T>
constexpr Lanes<T> lanes(V128 v) {
  return std::bit_cast<Lanes<T>>(v);
}

template <class T>
Vector<T> vector(V128 v) {
  return std::bit_cast<Vector<T>>(v);
}

template <class Any>
constexpr V128 pack(Any lanes_or_vector) {
  return std::bit_cast<V128>(lanes_or_vector);
}

template <class T>
constexpr T lane_mask(bool condition) {
  return condition ? static_cast<T>(-1) : T{0};
}

/// r[i] = f(a[i]), written for scalars.
template <class T, class Result = T, class F>
constexpr V128 each(V128 a, F f) {
  const Lanes<T> x = lanes<T>(a);
  Lanes<Result> r{};
  for (size_t i = 0; i < lane_count<T>; ++i) r[i] = static_cast<Result>(f(x[i]));
  return pack(r);
}

/// r[i] = f(a[i], b[i]), written for scalars.
template <class T, class F>
constexpr V128 each(V128 a, V128 b, F f) {
  const Lanes<T> x = lanes<T>(a), y = lanes<T>(b);
  Lanes<T> r{};
  for (size_t i = 0; i < lane_count<T>; ++i) r[i] = static_cast<T>(f(x[i], y[i]));
  return pack(r);
}

/// r[i] = f(a[i]).
template <class T, class F>
constexpr V128 map(V128 a, F f) {
  if consteval {
    return each<T>(a, f);
  }
  return pack(f(vector<T>(a)));
}

/// r[i] = f(a[i], b[i]).
template <class T, class F>
constexpr V128 map(V128 a, V128 b, F f) {
  if consteval {
    return each<T>(a, b, f);
  }
  return pack(f(vector<T>(a), vector<T>(b)));
}

/// r[i] = f(a[i], b[i], c[i]).
template <class T, class F>
constexpr V128 map(V128 a, V128 b, V128 c, F f) {
  if consteval {
    const Lanes<T> x = lanes<T>(a), y = lanes<T>(b), z = lanes<T>(c);
    Lanes<T> r{};
    for (size_t i = 0; i < lane_count<T>; ++i) r[i] = static_cast<T>(f(x[i], y[i], z[i]));
    return pack(r);
  }
  return pack(f(vector<T>(a), vector<T>(b), vector<T>(c)));
}

/// r[i] = all ones if f(a[i], b[i]), else 0. The compilers' vector comparisons give such masks themselves.
template <class T, class F>
constexpr V128 compare(V128 a, V128 b, F f) {
  if consteval {
    const Lanes<T> x = lanes<T>(a), y = lanes<T>(b);
    std::array<u8, 16> r{};
    for (size_t i = 0; i < 16; ++i) r[i] = lane_mask<u8>(f(x[i / sizeof(T)], y[i / sizeof(T)]));
    return pack(r);
  }
  return pack(f(vector<T>(a), vector<T>(b)));
}

/// r[i] = x.
template <class T>
constexpr V128 splat(T x) {
  if consteval {
    Lanes<T> r{};
    for (T& lane : r) lane = x;
    return pack(r);
  }
  Vector<T> r{};
  for (size_t i = 0; i < lane_count<T>; ++i) r[i] = x;
  return pack(r);
}

/// The low or the high 8 bytes.
constexpr u64 half(V128 v, bool high) { return lanes<u64>(v)[high]; }

/// Each of the lanes From in 8 bytes, converted to the type To of twice its width.
template <class From, class To>
constexpr V128 widen(u64 eight_bytes) {
  static_assert(sizeof(To) == 2 * sizeof(From));
  if consteval {
    const auto x = std::bit_cast<std::array<From, 8 / sizeof(From)>>(eight_bytes);
    Lanes<To> r{};
    for (size_t i = 0; i < x.size(); ++i) r[i] = static_cast<To>(x[i]);
    return pack(r);
  }
  return pack(__builtin_convertvector(std::bit_cast<HalfVector<From>>(eight_bytes), Vector<To>));
}

/// Each lane From converted to the type To of half its width (only the low bits are kept), in 8 bytes.
template <class From, class To>
constexpr u64 narrow(V128 v) {
  static_assert(sizeof(From) == 2 * sizeof(To));
  if consteval {
    const Lanes<From> x = lanes<From>(v);
    std::array<To, 8 / sizeof(To)> r{};
    for (size_t i = 0; i < x.size(); ++i) r[i] = static_cast<To>(x[i]);
    return std::bit_cast<u64>(r);
  }
  return std::bit_cast<u64>(__builtin_convertvector(vector<From>(v), HalfVector<To>));
}

constexpr V128 from_halves(u64 low, u64 high) { return pack(std::array<u64, 2>{low, high}); }

template <class T>
constexpr T extract(V128 v, u8 lane) {
  return lanes<T>(v)[lane];
}

template <class T>
constexpr V128 replace(V128 v, T value, u8 lane) {
  Lanes<T> r = lanes<T>(v);
  r[lane] = value;
  return pack(r);
}

}  // namespace invar::semantics::detail
