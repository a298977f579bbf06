#include "spec-tests/report/profiles.h"

#include <initializer_list>
#include <string>

namespace invar::spec {

namespace {

constexpr Features wasm3() { return Features{}; }

/// WebAssembly 2.0 but for reference types, which brought the second table.
constexpr Features wasm2_one_table() {
  Features features;
  for (Feature added : {Feature::relaxed_simd, Feature::tail_call, Feature::extended_const,
                        Feature::function_references, Feature::gc, Feature::exceptions, Feature::multi_memory,
                        Feature::memory64, Feature::legacy_exceptions, Feature::reference_types}) {
    features.set(added, false);
  }
  return features;
}

constexpr Features with(Features features, std::initializer_list<Feature> added) {
  for (Feature feature : added) features.set(feature);
  return features;
}

}  // namespace

Features features_for(std::string_view path) {
  const auto within = [&](std::string_view directory) {
    const std::string part = "/" + std::string{directory} + "/";
    return ("/" + std::string{path}).find(part) != std::string::npos;
  };
  using enum Feature;
#define PROFILE(directory, base, ...) \
  if (within(directory)) return with(base(), {__VA_ARGS__});
#include "spec-tests/report/profiles.def"
#undef PROFILE
  return wasm3();
}

}  // namespace invar::spec
