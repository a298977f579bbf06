#include "spec-tests/adapters/runtime.h"

#include <sys/utsname.h>

namespace invar::spec {

std::string architecture_name() {
  utsname names{};
  return uname(&names) == 0 ? names.machine : "unknown";
}

}  // namespace invar::spec
