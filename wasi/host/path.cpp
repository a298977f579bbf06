#include "wasi/host/path.h"

#include "decoder/base/utf8.h"

namespace invar::wasi {

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
