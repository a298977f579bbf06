#include "decoder/base/checksum.h"

#include <fmt/format.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace invar {

Checksum checksum(std::span<const u8> bytes) {
  const XXH128_hash_t sum = XXH3_128bits(bytes.data(), bytes.size());
  return {{sum.high64, sum.low64}};
}

std::string to_string(const Checksum& sum) { return fmt::format("{:016x}{:016x}", sum.words[0], sum.words[1]); }

}  // namespace invar
