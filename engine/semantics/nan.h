// NaN bits: what is promised, and the helper that makes them the same everywhere.
//
// The spec lets an arithmetic instruction return any quiet NaN (the canonical one if no operand has another payload)
// and either sign; x86 and AArch64 differ in both. The plain functions of this folder return what the processor
// gives: conforming, and free. In deterministic mode (the spec's deterministic profile) the caller passes each result
// of an instruction for which `nan_lanes(op)` is not `none` through `canonical_nan`, which turns every NaN into the
// positive canonical one; the results are then the same bits on every processor and in every tier.
//
// Instructions that only move or select bits (abs, neg, copysign, pmin, pmax, loads, reinterpretations) keep NaNs as
// they are and need no such care: they give the same bits everywhere in either mode.
//
// C++ compilers know nothing of signalling NaNs and may drop an operation that only quiets them: demoting what was just
// promoted, adding a -0 known at compile time. So call one of these functions on values that are not known when the
// engine is compiled, as handlers and compilers of wasm do, and do not compose two of them in one expression.
// spec: exec/numerics#nan-propagation
#pragma once

#include <bit>
#include <string_view>

#include "decoder/base/int.h"
#include "decoder/opcode.h"

namespace invar::semantics {

namespace detail {

template <class Float>
struct FloatTraits;

template <>
struct FloatTraits<f32> {
  using Bits = u32;
  using Signed = s32;
  static constexpr Bits sign = 0x8000'0000;
  static constexpr Bits quiet = 0x0040'0000;
  static constexpr Bits canonical = 0x7fc0'0000;
  static constexpr f32 integral_from = 0x1p23f;  ///< From here on every number is an integer.
  static constexpr int mantissa_bits = 23;
  static constexpr int exponent_bias = 127;
};

template <>
struct FloatTraits<f64> {
  using Bits = u64;
  using Signed = s64;
  static constexpr Bits sign = 0x8000'0000'0000'0000;
  static constexpr Bits quiet = 0x0008'0000'0000'0000;
  static constexpr Bits canonical = 0x7ff8'0000'0000'0000;
  static constexpr f64 integral_from = 0x1p52;
  static constexpr int mantissa_bits = 52;
  static constexpr int exponent_bias = 1023;
};

template <class Float>
constexpr auto bits_of(Float x) {
  return std::bit_cast<typename FloatTraits<Float>::Bits>(x);
}

template <class Float>
constexpr Float magnitude(Float x) {
  return std::bit_cast<Float>(bits_of(x) & ~FloatTraits<Float>::sign);
}

/// Makes a NaN quiet and keeps its payload and sign.
template <class Float>
constexpr Float quieted(Float nan) {
  return std::bit_cast<Float>(bits_of(nan) | FloatTraits<Float>::quiet);
}

}  // namespace detail

/// `x`, or the positive canonical NaN if it is a NaN.
constexpr f32 canonical_nan(f32 x) { return x == x ? x : std::bit_cast<f32>(detail::FloatTraits<f32>::canonical); }
constexpr f64 canonical_nan(f64 x) { return x == x ? x : std::bit_cast<f64>(detail::FloatTraits<f64>::canonical); }

/// The lanes of a result that may hold a NaN whose bits the spec leaves open.
enum class NanLanes : u8 { none, f32, f64, f32x4, f64x2 };

namespace detail {

constexpr NanLanes nan_lanes_of(std::string_view mnemonic) {
  const size_t dot = mnemonic.find('.');
  if (dot == std::string_view::npos) return NanLanes::none;
  const std::string_view shape = mnemonic.substr(0, dot), operation = mnemonic.substr(dot + 1);
  const NanLanes lanes = shape == "f32"     ? NanLanes::f32
                         : shape == "f64"   ? NanLanes::f64
                         : shape == "f32x4" ? NanLanes::f32x4
                         : shape == "f64x2" ? NanLanes::f64x2
                                            : NanLanes::none;
  for (std::string_view arithmetic : {"ceil", "floor", "trunc", "nearest", "sqrt", "add", "sub", "mul", "div", "min",
                                      "max", "demote_f64", "promote_f32", "demote_f64x2_zero", "promote_low_f32x4",
                                      "relaxed_madd", "relaxed_nmadd", "relaxed_min", "relaxed_max"}) {
    if (operation == arithmetic) return lanes;
  }
  return NanLanes::none;
}

struct NanLanesTable {
  NanLanes of[op_count];
};

inline constexpr NanLanesTable nan_lanes_table = [] {
  NanLanesTable table{};
  for (size_t i = 0; i < op_count; ++i) table.of[i] = nan_lanes_of(op_infos[i].mnemonic);
  return table;
}();

}  // namespace detail

/// Which `canonical_nan` an instruction's result needs in deterministic mode.
constexpr NanLanes nan_lanes(Op op) { return detail::nan_lanes_table.of[static_cast<size_t>(op)]; }

}  // namespace invar::semantics
