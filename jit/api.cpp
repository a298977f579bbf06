#include "invar/compiler.h"

#include "engine/tiering/compiler.h"
#include "jit/compiler.h"

namespace invar::api {

std::shared_ptr<invar::Compiler> make_compiler(const CompilerConfig& config) {
  return jit::make_compiler({.effort = config.effort});
}

}  // namespace invar::api
