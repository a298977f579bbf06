#include "wasi/host/path.h"

namespace invar::wasi {

bool is_utf8(std::string_view bytes) {
  size_t i = 0;
  while (i < bytes.size()) {
    const u8 lead = static_cast<u8>(bytes[i]);
    if (lead < 0x80) {
      ++i;
      continue;
    }
    // The second byte's range excludes overlong forms, surrogates and what lies beyond U+10FFFF.
    size_t length = 0;
    u8 low = 0x80, high = 0xBF;
    if (lead >= 0xC2 && lead <= 0xDF) {
      length = 2;
    } else if (lead >= 0xE0 && lead <= 0xEF) {
      length = 3;
      if (lead == 0xE0) low = 0xA0;
      if (lead == 0xED) high = 0x9F;
    } else if (lead >= 0xF0 && lead <= 0xF4) {
      length = 4;
      if (lead == 0xF0) low = 0x90;
      if (lead == 0xF4) high = 0x8F;
    } else {
      return false;
    }
    if (bytes.size() - i < length) return false;
    for (size_t k = 1; k < length; ++k) {
      const u8 byte = static_cast<u8>(bytes[i + k]);
      if (byte < low || byte > high) return false;
      low = 0x80;
      high = 0xBF;
    }
    i += length;
  }
  return true;
}

SysResult<std::string> checked_path(std::string_view bytes) {
  if (bytes.empty()) return sys_fail(ENOENT);
  if (bytes.size() > max_path) return sys_fail(ENAMETOOLONG);
  if (bytes.find('\0') != bytes.npos) return sys_fail(EINVAL);
  if (!is_utf8(bytes)) return sys_fail(EILSEQ);
  if (bytes.front() == '/') return sys_fail(not_capable);
  return std::string(bytes);
}

SplitPath split(std::string_view path) {
  SplitPath result;
  const size_t end = path.find_last_not_of('/');
  if (end == path.npos) return result;
  result.trailing_slash = end + 1 < path.size();
  path = path.substr(0, end + 1);
  const size_t slash = path.find_last_of('/');
  if (slash != path.npos) {
    result.directory = path.substr(0, slash + 1);
    path.remove_prefix(slash + 1);
  }
  result.name = path;
  return result;
}

}  // namespace invar::wasi
