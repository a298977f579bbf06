// What tells this build of the program from others.
#pragma once

#include <string>

namespace invar::platform {

/// The linker's build id, which depends on everything in the program, in hexadecimal digits. Empty if it left none.
std::string build_id();

}  // namespace invar::platform
