// The compiler to machine code, for engines whose modules are not to be interpreted:
//
//     auto engine = Engine::create({.compiler = make_compiler(), .tiering = Tiering::automatic});
//
// A program that names it links with the compiler's library as well (invar_jit); others stay without.
#pragma once

#include <cstdint>
#include <memory>

namespace invar {
class Compiler;
}

namespace invar::api {

struct CompilerConfig {
  /// 0: code that is there soon; 1: fast code.
  std::uint32_t effort = 1;
};

/// May be shared by engines; thread-safe. Null if this processor or this build has none: an engine that is given that
/// interprets.
std::shared_ptr<invar::Compiler> make_compiler(const CompilerConfig& config = {});

/// When an engine with a compiler compiles a function. All give the same results.
enum class Tiering : std::uint8_t {
  eager,      ///< When its module is instantiated first, on all processors.
  lazy,       ///< At its first call.
  automatic,  ///< Once it has run for a while in the interpreter, on a thread beside it.
};

}  // namespace invar::api
