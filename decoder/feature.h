// The set of proposals that a module may use.
#pragma once

#include <optional>
#include <string_view>

#include "decoder/base/int.h"

namespace invar {

/// One enumerator per row of features.def.
enum class Feature : u8 {
#define FEATURE(name, option, on, text) name,
#include "decoder/features.def"
#undef FEATURE
};

inline constexpr size_t feature_count = 0
#define FEATURE(name, option, on, text) +1
#include "decoder/features.def"
#undef FEATURE
    ;

struct FeatureInfo {
  std::string_view name;  ///< The name on the command line, such as "multi-memory".
  bool on_by_default;
  std::string_view text;
};

inline constexpr FeatureInfo feature_infos[] = {
#define FEATURE(name, option, on, text) {option, on, text},
#include "decoder/features.def"
#undef FEATURE
};

constexpr const FeatureInfo& info(Feature feature) { return feature_infos[static_cast<size_t>(feature)]; }

/// Finds a feature by its command-line name.
constexpr std::optional<Feature> find_feature(std::string_view name) {
  for (size_t i = 0; i < feature_count; ++i) {
    if (feature_infos[i].name == name) return static_cast<Feature>(i);
  }
  return std::nullopt;
}

/// A set of features; default-constructed it is WebAssembly 3.0.
class Features {
 public:
  constexpr Features() {
    for (size_t i = 0; i < feature_count; ++i) {
      if (feature_infos[i].on_by_default) bits_ |= u64{1} << i;
    }
  }
  static constexpr Features all() {
    Features features;
    features.bits_ = (u64{1} << feature_count) - 1;
    return features;
  }
  constexpr bool has(Feature feature) const { return (bits_ >> static_cast<u32>(feature)) & 1; }
  constexpr void set(Feature feature, bool on = true) {
    const u64 bit = u64{1} << static_cast<u32>(feature);
    bits_ = on ? bits_ | bit : bits_ & ~bit;
  }
  /// As a number: which set it is, in this build.
  constexpr u64 bits() const { return bits_; }
  friend constexpr bool operator==(const Features&, const Features&) = default;

 private:
  u64 bits_ = 0;
};

}  // namespace invar
