#include "wasi/p1/errno.h"

namespace invar::wasi {

Errno to_errno(SysError error) {
  switch (error.code) {
#define WASI_ERRNO(name, number, host) \
  case host:                           \
    return Errno::name;
#include "wasi/p1/errno.def"
#undef WASI_ERRNO
    default:
      return Errno::io;
  }
}

std::string_view name_of(Errno error) {
  switch (error) {
#define WASI_ERRNO(name, number, host) \
  case Errno::name:                    \
    return #name;
#include "wasi/p1/errno.def"
#undef WASI_ERRNO
  }
  return "unknown";
}

}  // namespace invar::wasi
