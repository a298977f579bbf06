// Values and result patterns of conformance scripts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "decoder/base/int.h"
#include "decoder/types.h"

namespace invar::spec {

/// What a reference is, as far as a script can tell.
enum class RefKind : u8 {
  null_,
  func,
  extern_,  ///< In the extern hierarchy: a number of the script's, or some internal value made external.
  host,     ///< In the any hierarchy: a number of the script's.
  i31,
  struct_,
  array,
  exn,
  unknown,  ///< Anything else.
};

/// A number or vector as its bits, or a reference.
struct Value {
  ValKind type = ValKind::i32;
  V128 bits{};                   ///< Numbers in the low bytes, the rest zero.
  RefKind ref = RefKind::null_;  ///< If type is ref.
  std::optional<u64> number;     ///< Of an `extern_` or `host` reference.

  static Value number_value(ValKind type, u64 low_bits);
  static Value reference(RefKind kind, std::optional<u64> number = {}) {
    Value value;
    value.type = ValKind::ref;
    value.ref = kind;
    value.number = number;
    return value;
  }
  u64 low() const;
};

/// One lane of an expected number; scalars have one lane.
struct LanePattern {
  enum class Kind : u8 { bits, nan_canonical, nan_arithmetic };
  Kind kind = Kind::bits;
  u64 bits = 0;
};

/// An expected result. spec: the script format's `result`
struct Pattern {
  enum class Kind : u8 {
    number,   ///< `type`, and lanes.
    ref,      ///< `ref`, and `number` if given.
    any_ref,  ///< Any reference of the any hierarchy but null: ref.any
    eq_ref,   ///< i31, structs and arrays: ref.eq
    either,   ///< One of `alternatives`.
  };
  Kind kind = Kind::number;
  ValKind type = ValKind::i32;
  bool floating = false;  ///< Lanes hold floats.
  u8 lane_bytes = 4;
  std::vector<LanePattern> lanes;
  RefKind ref = RefKind::null_;
  std::optional<u64> number;
  std::vector<Pattern> alternatives;
};

/// The bits of a lane of 1, 2, 4 or 8 bytes.
u64 lane_of(const V128& bits, size_t lane, u8 lane_bytes);

/// Do exactly the bits that the pattern asks for, or a NaN of the class it names, stand in the value?
bool matches(const Value& value, const Pattern& pattern);

/// In the scripts' own words: "i32.const 7", "ref.extern 1"; floats also as hexadecimal bits.
std::string to_string(const Value& value);
std::string to_string(const Pattern& pattern);
std::string to_string(const std::vector<Value>& values);
std::string to_string(const std::vector<Pattern>& patterns);

}  // namespace invar::spec
