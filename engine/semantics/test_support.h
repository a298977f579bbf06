// Values that tests of semantics share.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cstring>
#include <limits>
#include <vector>

#include "decoder/base/int.h"
#include "engine/semantics/nan.h"

namespace invar::semantics::test {

/// A reproducible stream of 64-bit numbers (splitmix64).
class Random {
 public:
  u64 next() {
    u64 z = state_ += 0x9e37'79b9'7f4a'7c15;
    z = (z ^ z >> 30) * 0xbf58'476d'1ce4'e5b9;
    z = (z ^ z >> 27) * 0x94d0'49bb'1331'11eb;
    return z ^ z >> 31;
  }
  V128 next_vector() { return std::bit_cast<V128>(std::array<u64, 2>{next(), next()}); }

 private:
  u64 state_ = 1;
};

/// Corner cases of an unsigned integer type: around 0, the sign bit, and powers of two.
template <class T>
std::vector<T> edge_integers() {
  std::vector<T> values;
  for (size_t bit = 0; bit < 8 * sizeof(T); ++bit) {
    const u64 power = u64{1} << bit;
    for (u64 value : {power - 1, power, power + 1, ~power, ~power + 1}) values.push_back(static_cast<T>(value));
  }
  values.push_back(std::numeric_limits<T>::max());
  values.push_back(static_cast<T>(0x5555'5555'5555'5555));
  values.push_back(static_cast<T>(0x0123'4567'89ab'cdef));
  return values;
}

/// Corner cases of a float type, both signs: zeros, subnormals, halves, limits of the integer types, infinities, NaNs.
template <class Float>
std::vector<Float> edge_floats() {
  using Traits = detail::FloatTraits<Float>;
  using Bits = typename Traits::Bits;
  const Bits infinity = Traits::canonical & ~Traits::quiet;
  std::vector<Bits> positive = {0,
                                1,
                                2,
                                Bits{1} << Traits::mantissa_bits,
                                infinity - 1,
                                infinity,
                                infinity + 1,
                                Traits::canonical,
                                Traits::canonical | 0x1234,
                                Traits::canonical - 1,
                                ~Traits::sign,
                                (Bits{1} << Traits::mantissa_bits) - 1};
  for (double value : {0.25,   0.5,    0.75,   1.0,    1.25,   1.5,    2.0,    2.5,    3.0,    3.5,     4.5,
                       5.0,    7.9,    10.0,   100.5,  0x1p7,  0x1p8,  0x1p15, 0x1p16, 0x1p22, 0x1p23,  0x1p24,
                       0x1p31, 0x1p32, 0x1p51, 0x1p52, 0x1p53, 0x1p62, 0x1p63, 0x1p64, 0x1p65, 0x1p100, 0x1p-100}) {
    const Bits bits = detail::bits_of(static_cast<Float>(value));
    for (Bits delta = 0; delta <= 2; ++delta) {
      positive.push_back(bits + delta);
      positive.push_back(bits - delta);
    }
    // The fraction's last place before the number becomes integral.
    positive.push_back(detail::bits_of(static_cast<Float>(value - 0.5)));
    positive.push_back(detail::bits_of(static_cast<Float>(value + 0.5)));
  }
  std::vector<Float> values;
  for (Bits bits : positive) {
    values.push_back(std::bit_cast<Float>(bits));
    values.push_back(std::bit_cast<Float>(bits | Traits::sign));
  }
  return values;
}

template <class Float>
bool is_nan(Float x) {
  return (detail::bits_of(x) & ~detail::FloatTraits<Float>::sign) >
         (detail::FloatTraits<Float>::canonical & ~detail::FloatTraits<Float>::quiet);
}

template <class Float>
bool is_quiet_nan(Float x) {
  return is_nan(x) && (detail::bits_of(x) & detail::FloatTraits<Float>::quiet) != 0;
}

/// The canonical NaN of either sign.
template <class Float>
bool is_canonical_nan(Float x) {
  return (detail::bits_of(x) | detail::FloatTraits<Float>::sign) ==
         (detail::FloatTraits<Float>::canonical | detail::FloatTraits<Float>::sign);
}

/// Same bits; any quiet NaN will do for a NaN.
template <class Float>
::testing::AssertionResult same(Float actual, Float expected) {
  if (is_nan(expected) ? is_quiet_nan(actual) : detail::bits_of(actual) == detail::bits_of(expected)) {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure() << std::hex << "got " << actual << " (0x" << detail::bits_of(actual)
                                       << "), expected " << expected << " (0x" << detail::bits_of(expected) << ")";
}

}  // namespace invar::semantics::test
