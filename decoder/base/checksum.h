// A checksum of 128 bits (XXH3): what has been damaged has another one. It is no protection against forgery.
#pragma once

#include <span>
#include <string>

#include "decoder/base/int.h"

namespace invar {

struct Checksum {
  u64 words[2] = {0, 0};
  bool operator==(const Checksum&) const = default;
};

Checksum checksum(std::span<const u8> bytes);

/// 32 hexadecimal digits.
std::string to_string(const Checksum& sum);

}  // namespace invar
