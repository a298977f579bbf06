#include "decoder/base/utf8.h"

#include <cstring>

namespace invar {

bool is_utf8(std::span<const u8> bytes) {
  const u8* p = bytes.data();
  const u8* end = p + bytes.size();
  while (p != end) {
    // Names are nearly always ASCII: eight bytes at a time.
    while (end - p >= 8) {
      u64 word;
      std::memcpy(&word, p, 8);
      if ((word & 0x8080808080808080) != 0) break;
      p += 8;
    }
    if (p == end) break;
    const u8 lead = *p++;
    if (lead < 0x80) continue;
    int more;
    u8 low = 0x80, high = 0xbf;  // range of the first continuation byte
    if (lead >= 0xc2 && lead <= 0xdf) {
      more = 1;
    } else if (lead >= 0xe0 && lead <= 0xef) {
      more = 2;
      if (lead == 0xe0) low = 0xa0;
      if (lead == 0xed) high = 0x9f;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
      more = 3;
      if (lead == 0xf0) low = 0x90;
      if (lead == 0xf4) high = 0x8f;
    } else {
      return false;
    }
    if (end - p < more || *p < low || *p > high) return false;
    for (int i = 1; i < more; ++i) {
      if ((p[i] & 0xc0) != 0x80) return false;
    }
    p += more;
  }
  return true;
}

}  // namespace invar
